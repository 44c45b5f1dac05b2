// The sum over positions of vector/sums.h, one number at a time.
#ifndef CK_SCALAR_SUMS_H
#define CK_SCALAR_SUMS_H
#include "table/table.h"

#define CK_SUM_GROUP 32

/// Returns the sum of values[0], values[stride], ..., over `positions` values.
static inline double sum_positions(const float *values, ptrdiff_t stride, int positions) {
  double total = 0;
  for (int first = 0; first < positions; first += CK_SUM_GROUP) {
    float group = 0;
    for (int p = first; p < positions && p < first + CK_SUM_GROUP; p++) group += values[p * stride];
    total += (double)group;
  }
  return total;
}

#endif
