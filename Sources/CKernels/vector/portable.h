// Vectors of four floats, for whatever target the compiler has.
#ifndef CK_VECTOR_PORTABLE_H
#define CK_VECTOR_PORTABLE_H

#define CK_LANES 4
#if defined(__aarch64__) || defined(__FMA__)
/// Whether a multiply-add is one instruction.
#define CK_FMA 1
#else
#define CK_FMA 0
#endif
/// Positions whose values are summed in float (vector/sums.h): two heights of a tile, or four.
#define CK_SUM_GROUP 32
/// Output positions of a tile of dense convolution: accumulators and operands fill the registers.
#define CK_TILE_ROWS 6
/// Outputs of a depthwise convolution side by side in registers, beside a row of seven taps and an input.
#define CK_DEPTHWISE_TILE 7
#include "vector/types.h"

/// The number of each lane.
CK_INLINE ivec vec_lane_numbers(void) { return (ivec){0, 1, 2, 3}; }

/// The first `count` (0 ... CK_LANES) floats at `p`, zero in the other lanes; reads nothing beyond them.
CK_INLINE vec vec_load_first(const float *p, int count) {
  vec v = vec_zero();
  for (int i = 0; i < CK_LANES; i++)
    if (i < count) v[i] = p[i];
  return v;
}

/// Stores the first `count` (0 ... CK_LANES) lanes; writes nothing beyond them.
CK_INLINE void vec_store_first(float *p, int count, vec v) {
  for (int i = 0; i < CK_LANES; i++)
    if (i < count) p[i] = v[i];
}

/// p * 2^n for integral n in -252 ... 254, rounded once: into the denormals and to infinity like any product. NaN where
/// p or n is.
CK_INLINE vec vec_scale_by_power(vec p, vec n) {
  // A NaN would be undefined to convert to an integer; it is in p, too.
  const ivec whole = __builtin_convertvector((vec)((ivec)n & (n == n)), ivec);
  const ivec half = whole >> 1;
  return p * (vec)((half + 127) << 23) * (vec)((whole - half + 127) << 23);
}

/// Adds all lanes of `v` to as many doubles.
CK_INLINE void vec_add_to_doubles(double *totals, vec v) {
  for (int i = 0; i < CK_LANES; i++) totals[i] += (double)v[i];
}

#endif
