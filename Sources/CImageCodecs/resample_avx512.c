#include "resample.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw")))

static bool supported(void) { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"); }

// Narrows sixteen sums to bytes. Negative sums are set to zero first, because the narrowing reads its operand as
// unsigned.
TARGET static inline __m128i narrowed(__m512i sums) {
  return _mm512_cvtusepi32_epi8(_mm512_max_epi32(_mm512_srai_epi32(sums, IC_WEIGHT_BITS), _mm512_setzero_si512()));
}

static size_t packed_size(size_t outputs, size_t stride) { return (outputs + 3) / 4 * stride * 16; }

// [four outputs][four taps][low, high][pair of taps][output][colour]; surplus outputs have weight 0.
static void pack(const int32_t *weights, size_t outputs, size_t stride, int32_t *packed) {
  for (size_t x = 0; x < outputs; x += 4)
    for (size_t tap = 0; tap < stride; tap += 4, packed += 64)
      for (size_t i = 0; i < 32; i++) {
        const size_t pair = i / 16, output = x + i % 16 / 4;
        const int32_t *two = weights + output * stride + tap + 2 * pair;
        packed[i] = output < outputs ? ic_low_pair(two) : 0;
        packed[32 + i] = output < outputs ? ic_high_pair(two) : 0;
      }
}

// Loads four pixels from each of four addresses, one address per 128-bit lane.
TARGET static inline __m512i four_by_four(const uint8_t *row, const int32_t *first, size_t tap) {
#define PIXELS(i) _mm_loadu_si128((const __m128i *)(row + 4 * ((size_t)first[i] + tap)))
  __m512i lanes = _mm512_castsi128_si512(PIXELS(0));
  lanes = _mm512_mask_broadcast_i32x4(lanes, 0x00F0, PIXELS(1));
  lanes = _mm512_mask_broadcast_i32x4(lanes, 0x0F00, PIXELS(2));
  return _mm512_mask_broadcast_i32x4(lanes, 0xF000, PIXELS(3));
#undef PIXELS
}

// Each lane of 128 bits holds the colours of one output.
TARGET static void horizontal(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *packed,
                              size_t stride, uint8_t *out) {
  // Two of the four pixels: values of the same colour are adjacent and widened to 16 bits.
  const __m512i pair0 = _mm512_broadcast_i32x4(_mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
  const __m512i pair1 =
      _mm512_broadcast_i32x4(_mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1));
  for (size_t x = 0; x < outputs; x += 4) {
    __m512i low = _mm512_set1_epi32(1 << (IC_WEIGHT_BITS - 1)), high = _mm512_setzero_si512();
    for (size_t tap = 0; tap < stride; tap += 4, packed += 64) {
      const __m512i pixels = four_by_four(row, first + x, tap);
      const __m512i a = _mm512_shuffle_epi8(pixels, pair0), b = _mm512_shuffle_epi8(pixels, pair1);
      low = _mm512_add_epi32(low, _mm512_madd_epi16(a, _mm512_loadu_si512(packed)));
      low = _mm512_add_epi32(low, _mm512_madd_epi16(b, _mm512_loadu_si512(packed + 16)));
      high = _mm512_add_epi32(high, _mm512_madd_epi16(a, _mm512_loadu_si512(packed + 32)));
      high = _mm512_add_epi32(high, _mm512_madd_epi16(b, _mm512_loadu_si512(packed + 48)));
    }
    const __m512i sums = _mm512_add_epi32(low, _mm512_slli_epi32(high, IC_LOW_BITS));
    _mm_storeu_si128((__m128i *)(out + 4 * x), narrowed(sums));
  }
}

TARGET static void vertical(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights, size_t taps,
                            uint8_t *out) {
  const __m512i half = _mm512_set1_epi32(1 << (IC_WEIGHT_BITS - 1));
  for (size_t x = 0; x < count; x += 32) {
    const uint8_t *column = rows + x;
    __m512i a = half, b = half;
    for (size_t tap = 0; tap < taps; tap++, column += row_bytes) {
      const __m512i weight = _mm512_set1_epi32(weights[tap]);
      const __m512i low = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)column));
      const __m512i high = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(column + 16)));
      a = _mm512_add_epi32(a, _mm512_mullo_epi32(low, weight));
      b = _mm512_add_epi32(b, _mm512_mullo_epi32(high, weight));
    }
    _mm_storeu_si128((__m128i *)(out + x), narrowed(a));
    _mm_storeu_si128((__m128i *)(out + x + 16), narrowed(b));
  }
}

const ic_resampler ic_resampler_avx512 = {"avx512", supported, packed_size, pack, horizontal, vertical};
#endif
