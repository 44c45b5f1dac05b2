#ifndef IC_RESAMPLE_H
#define IC_RESAMPLE_H
#include "cimagecodecs.h"

extern const ic_resampler ic_resampler_scalar;
// The split of weights into 16-bit halves: multiplying 16-bit numbers in pairs is four times as fast as multiplying
// 32-bit numbers. A weight is high * 2^15 + low with 0 <= low < 2^15, and the two partial sums are joined at the end.
// Partial sums may wrap around; the result fits and is correct modulo 2^32.
#define IC_LOW_BITS 15

// Returns the low (or high) parts of the weights of two adjacent taps, as the two 16-bit halves of an element.
static inline int32_t ic_low_pair(const int32_t *weights) {
  const uint32_t mask = (1u << IC_LOW_BITS) - 1;
  return (int32_t)(((uint32_t)weights[0] & mask) | ((uint32_t)weights[1] & mask) << 16);
}
static inline int32_t ic_high_pair(const int32_t *weights) {
  return (int32_t)(((uint32_t)(weights[0] >> IC_LOW_BITS) & 0xFFFF) | (uint32_t)(weights[1] >> IC_LOW_BITS) << 16);
}

#if defined(__x86_64__)
extern const ic_resampler ic_resampler_avx2;
extern const ic_resampler ic_resampler_avx512;
#endif

#endif
