#include "resample.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#define TARGET __attribute__((target("avx512f,avx512bw")))

static bool supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

// Sixteen sums to bytes; negative ones go first, as the narrowing reads its operand as unsigned.
TARGET static inline __m128i narrowed(__m512i sums) {
  return _mm512_cvtusepi32_epi8(
      _mm512_max_epi32(_mm512_srai_epi32(sums, IC_WEIGHT_BITS), _mm512_setzero_si512()));
}

TARGET static inline __m512i weighted(const uint8_t *pixels, const int32_t *weights, __m512i spread) {
  const __m512i four = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)weights));
  return _mm512_mullo_epi32(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)pixels)),
                            _mm512_permutexvar_epi32(spread, four));
}

// Four pixels times their weights at a time; a lane of 128 bits holds the colours of every fourth tap.
TARGET static inline __m512i tap_sums(const uint8_t *pixels, const int32_t *weights, size_t stride, __m512i spread) {
  __m512i sums = weighted(pixels, weights, spread);
  for (size_t tap = 4; tap < stride; tap += 4)
    sums = _mm512_add_epi32(sums, weighted(pixels + 4 * tap, weights + tap, spread));
  return sums;
}

TARGET static void horizontal(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *weights,
                              size_t stride, uint8_t *out) {
  const __m512i half = _mm512_set1_epi32(1 << (IC_WEIGHT_BITS - 1));
  const __m512i spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  for (size_t x = 0; x < outputs; x += 4) {
    __m512i sums[4];
    const size_t n = outputs - x < 4 ? outputs - x : 4;
    for (size_t i = 0; i < 4; i++) {
      const size_t output = x + (i < n ? i : n - 1);
      sums[i] = tap_sums(row + 4 * (size_t)first[output], weights + output * stride, stride, spread);
    }
    // Transposes the 4x4 matrix of lanes while adding: lane i of the total is the sum of the lanes of sums[i].
    const __m512i a = _mm512_add_epi32(_mm512_shuffle_i32x4(sums[0], sums[1], 0x88),
                                       _mm512_shuffle_i32x4(sums[0], sums[1], 0xDD));
    const __m512i b = _mm512_add_epi32(_mm512_shuffle_i32x4(sums[2], sums[3], 0x88),
                                       _mm512_shuffle_i32x4(sums[2], sums[3], 0xDD));
    const __m512i total =
        _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
    const __m128i bytes = narrowed(_mm512_add_epi32(total, half));
    if (n == 4) {
      _mm_storeu_si128((__m128i *)(out + 4 * x), bytes);
    } else {
      uint8_t last[16];
      _mm_storeu_si128((__m128i *)last, bytes);
      memcpy(out + 4 * x, last, 4 * n);
    }
  }
}

TARGET static void vertical(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights,
                            size_t taps, uint8_t *out) {
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

const ic_resampler ic_resampler_avx512 = {"avx512", supported, horizontal, vertical};
#endif
