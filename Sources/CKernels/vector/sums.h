// The definition of a sum over positions, per channel. Positions are divided into groups of CK_SUM_GROUP, counted from
// position 0 of the image. Each group is summed in float, from 0, in ascending order. The groups are added in double,
// from 0, in ascending order. Every kernel that takes sums follows this definition, so a sum fused into a kernel has
// the same bytes as `column_sums` of the stored values. A loop may stop and resume at any position if it keeps the
// partial group.
#ifndef CK_VECTOR_SUMS_H
#define CK_VECTOR_SUMS_H
#include "vector/vector.h"

/// Returns whether `position` is the last of its group.
CK_INLINE bool sum_group_ends(ptrdiff_t position, ptrdiff_t positions) {
  return (position + 1) % CK_SUM_GROUP == 0 || position + 1 == positions;
}

/// Adds the group sums of `count` (at most CK_LANES) channels to their totals.
CK_INLINE void sum_add_group(double *totals, int count, vec group) {
  if (count == CK_LANES) return vec_add_to_doubles(totals, group);
  for (int i = 0; i < count; i++) totals[i] += (double)group[i];
}

/// Zeros the totals of `channels` channels.
CK_INLINE void sum_clear(double *totals, ptrdiff_t channels) {
  for (ptrdiff_t c = 0; c < channels; c++) totals[c] = 0;
}

#endif
