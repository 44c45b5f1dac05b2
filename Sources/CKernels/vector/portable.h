// Vectors of four floats, for any target of the compiler.
#ifndef CK_VECTOR_PORTABLE_H
#define CK_VECTOR_PORTABLE_H

#define CK_LANES 4
#if defined(__aarch64__) || defined(__FMA__)
/// Whether a multiply-add is one instruction.
#define CK_FMA 1
#else
#define CK_FMA 0
#endif
/// The number of positions whose values are summed in float (vector/sums.h).
#define CK_SUM_GROUP 32
/// The number of output positions in a tile of dense convolution, such that accumulators and operands fill the
/// registers.
#define CK_TILE_ROWS 6
/// The number of adjacent outputs of a depthwise convolution in registers, beside a row of seven taps and an input.
#define CK_DEPTHWISE_TILE 7
#include "vector/types.h"

/// Returns the index of each lane.
CK_INLINE ivec vec_lane_numbers(void) { return (ivec){0, 1, 2, 3}; }

/// Loads the first `count` (0 ... CK_LANES) floats at `p`, and zero in the other lanes. Reads no further.
CK_INLINE vec vec_load_first(const float *p, int count) {
  vec v = vec_zero();
  for (int i = 0; i < CK_LANES; i++)
    if (i < count) v[i] = p[i];
  return v;
}

/// Stores the first `count` (0 ... CK_LANES) lanes. Writes no further.
CK_INLINE void vec_store_first(float *p, int count, vec v) {
  for (int i = 0; i < CK_LANES; i++)
    if (i < count) p[i] = v[i];
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
  for (int i = 0; i < CK_LANES; i++) totals[i] += (double)v[i];
}

#endif
