// The multiply-add rate of plain loops.
#ifndef CK_SCALAR_PEAK_H
#define CK_SCALAR_PEAK_H
#include "table/table.h"

static double CK(peak_fma)(size_t iterations) {
  enum { chains = 8 };
  volatile float source = 0.999f;
  const float factor = source;
  float x[chains] = {0};
  for (size_t i = 0; i < iterations; i++)
    for (int j = 0; j < chains; j++) x[j] = x[j] * factor + factor;
  for (int j = 0; j < chains; j++) source = x[j];
  return 2.0 * chains * (double)iterations;
}

double ck_triad(float *c, const float *a, const float *b, float s, size_t count) {
  for (size_t i = 0; i < count; i++) c[i] = a[i] + s * b[i];
  return 3.0 * sizeof(float) * (double)count;
}

#define CK_PEAK_ENTRIES .peak_fma = CK(peak_fma),

#endif
