// The multiply-add rate of vector registers, with enough independent chains to hide the latency of two ports.
#ifndef CK_FAMILIES_PEAK_H
#define CK_FAMILIES_PEAK_H
#include "vector/vector.h"

static double CK(peak_fma)(size_t iterations) {
  enum { chains = 12 };
  volatile float source = 0.999f;
  const vec factor = vec_splat(source);
  vec x[chains];
  for (int j = 0; j < chains; j++) x[j] = factor;
  for (size_t i = 0; i < iterations; i++)
    for (int j = 0; j < chains; j++) x[j] = vec_fma(x[j], factor, factor);
  for (int j = 0; j < chains; j++) source = x[j][0];
  return 2.0 * chains * CK_LANES * (double)iterations;
}

#define CK_PEAK_ENTRIES .peak_fma = CK(peak_fma),

#endif
