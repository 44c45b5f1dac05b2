// Registers of AVX-512: sixteen floats, 32 registers.
#ifndef CK_VECTOR_AVX512_H
#define CK_VECTOR_AVX512_H

#define CK_LANES 16
/// Whether a multiply-add is one instruction.
#define CK_FMA 1
/// The number of positions whose values are summed in float (vector/sums.h): two or four times the height of a tile.
#define CK_SUM_GROUP 28
/// The number of output positions in a tile of dense convolution, such that accumulators and operands fill the
/// registers.
#define CK_TILE_ROWS 14
/// The number of adjacent outputs of a depthwise convolution in registers, beside a row of seven taps and an input.
#define CK_DEPTHWISE_TILE 14
#include "vector/types.h"

/// Returns the index of each lane.
CK_INLINE ivec vec_lane_numbers(void) { return (ivec){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

/// Loads the first `count` (0 ... CK_LANES) floats at `p`, and zero in the other lanes. Reads no further.
CK_INLINE vec vec_load_first(const float *p, int count) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}

/// Stores the first `count` (0 ... CK_LANES) lanes. Writes no further.
CK_INLINE void vec_store_first(float *p, int count, vec v) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}

/// Returns p * 2^n for integral n in -252 ... 254 with one rounding, also for denormal results and infinity. NaN if p
/// or n is NaN.
CK_INLINE vec vec_scale_by_power(vec p, vec n) { return (vec)_mm512_scalef_ps((__m512)p, (__m512)n); }

/// Adds all lanes of `v` to as many doubles.
CK_INLINE void vec_add_to_doubles(double *totals, vec v) {
  const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256((__m512)v));
  const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)v, 1));
  _mm512_storeu_pd(totals, _mm512_add_pd(_mm512_loadu_pd(totals), low));
  _mm512_storeu_pd(totals + 8, _mm512_add_pd(_mm512_loadu_pd(totals + 8), high));
}

#endif
