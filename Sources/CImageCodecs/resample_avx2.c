#include "resample.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#define TARGET __attribute__((target("avx2")))

static bool supported(void) { return __builtin_cpu_supports("avx2"); }

// Narrows four sums per colour to bytes in the low half of the result. The unsigned narrowing clamps.
TARGET static inline __m128i narrowed(__m128i sums) {
  const __m128i words = _mm_packs_epi32(_mm_srai_epi32(sums, IC_WEIGHT_BITS), _mm_setzero_si128());
  return _mm_packus_epi16(words, words);
}

static size_t packed_size(size_t outputs, size_t stride) { return outputs * stride * 4; }

// [output][four taps][low, high][pair of taps][colour]
static void pack(const int32_t *weights, size_t outputs, size_t stride, int32_t *packed) {
  for (const int32_t *four = weights; four < weights + outputs * stride; four += 4, packed += 16)
    for (size_t i = 0; i < 8; i++) {
      packed[i] = ic_low_pair(four + i / 4 * 2);
      packed[8 + i] = ic_high_pair(four + i / 4 * 2);
    }
}

TARGET static void horizontal(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *packed,
                              size_t stride, uint8_t *out) {
  const __m128i half = _mm_set1_epi32(1 << (IC_WEIGHT_BITS - 1));
  // Two pixels in each 128-bit half: values of the same colour are adjacent and widened to 16 bits.
  const __m256i pairs = _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,  //
                                         8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  for (size_t x = 0; x < outputs; x++, out += 4) {
    const uint8_t *pixel = row + 4 * (size_t)first[x];
    __m256i low = _mm256_setzero_si256(), high = low;
    for (size_t tap = 0; tap < stride; tap += 4, pixel += 16, packed += 16) {
      const __m256i four = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)pixel));
      const __m256i values = _mm256_shuffle_epi8(four, pairs);
      low = _mm256_add_epi32(low, _mm256_madd_epi16(values, _mm256_loadu_si256((const __m256i *)packed)));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(values, _mm256_loadu_si256((const __m256i *)(packed + 8))));
    }
    const __m256i sums = _mm256_add_epi32(low, _mm256_slli_epi32(high, IC_LOW_BITS));
    const __m128i both = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    const int pixel_bytes = _mm_cvtsi128_si32(narrowed(_mm_add_epi32(both, half)));
    memcpy(out, &pixel_bytes, 4);
  }
}

TARGET static void vertical(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights, size_t taps,
                            uint8_t *out) {
  const __m256i half = _mm256_set1_epi32(1 << (IC_WEIGHT_BITS - 1));
  for (size_t x = 0; x < count; x += 16) {
    const uint8_t *column = rows + x;
    __m256i a = half, b = half;
    for (size_t tap = 0; tap < taps; tap++, column += row_bytes) {
      const __m128i bytes = _mm_loadu_si128((const __m128i *)column);
      const __m256i weight = _mm256_set1_epi32(weights[tap]);
      a = _mm256_add_epi32(a, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), weight));
      b = _mm256_add_epi32(b, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), weight));
    }
    const __m256i words =
        _mm256_packs_epi32(_mm256_srai_epi32(a, IC_WEIGHT_BITS), _mm256_srai_epi32(b, IC_WEIGHT_BITS));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xD8);  // the pack instruction works within 128-bit halves
    _mm_storeu_si128((__m128i *)(out + x),
                     _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1)));
  }
}

const ic_resampler ic_resampler_avx2 = {"avx2", supported, packed_size, pack, horizontal, vertical};
#endif
