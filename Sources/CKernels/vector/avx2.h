// Registers of AVX2: eight floats, 16 registers.
#ifndef CK_VECTOR_AVX2_H
#define CK_VECTOR_AVX2_H

#define CK_LANES 8
/// Whether a multiply-add is one instruction.
#define CK_FMA 1
/// The number of positions whose values are summed in float (vector/sums.h): two or four times the height of a tile.
#define CK_SUM_GROUP 24
/// The number of output positions in a tile of dense convolution, such that accumulators and operands fill the
/// registers.
#define CK_TILE_ROWS 6
/// The number of adjacent outputs of a depthwise convolution in registers, beside a row of seven taps and an input.
#define CK_DEPTHWISE_TILE 7
#include "vector/types.h"

/// Returns the index of each lane.
CK_INLINE ivec vec_lane_numbers(void) { return (ivec){0, 1, 2, 3, 4, 5, 6, 7}; }

/// Loads the first `count` (0 ... CK_LANES) floats at `p`, and zero in the other lanes. Reads no further.
CK_INLINE vec vec_load_first(const float *p, int count) {
  return (vec)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), (__m256i)vec_lane_numbers()));
}

/// Stores the first `count` (0 ... CK_LANES) lanes. Writes no further.
CK_INLINE void vec_store_first(float *p, int count, vec v) {
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), (__m256i)vec_lane_numbers()), (__m256)v);
}

/// Returns p * 2^n for integral n in -252 ... 254 with one rounding, also for denormal results and infinity. NaN if p
/// or n is NaN.
CK_INLINE vec vec_scale_by_power(vec p, vec n) {
  // Converting a NaN to an integer is undefined. A NaN in n is also in p.
  const ivec whole = __builtin_convertvector((vec)((ivec)n & (n == n)), ivec);
  const ivec half = whole >> 1;
  return p * (vec)((half + 127) << 23) * (vec)((whole - half + 127) << 23);
}

/// Adds all lanes of `v` to as many doubles.
CK_INLINE void vec_add_to_doubles(double *totals, vec v) {
  const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128((__m256)v));
  const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps((__m256)v, 1));
  _mm256_storeu_pd(totals, _mm256_add_pd(_mm256_loadu_pd(totals), low));
  _mm256_storeu_pd(totals + 4, _mm256_add_pd(_mm256_loadu_pd(totals + 4), high));
}

#endif
