// The one definition of a sum over positions, per channel: positions are cut into groups of CK_SUM_GROUP counted
// from position 0 of the image; a group is summed in float, from 0, in ascending order; the groups are added in
// double, from 0, in ascending order. Every kernel that sums follows it, so a sum fused into a kernel has the bytes
// of `column_sums` over what the kernel stored. A loop may stop and resume anywhere as long as it carries the
// partial group along.
#ifndef CK_VECTOR_SUMS_H
#define CK_VECTOR_SUMS_H
#include "vector/vector.h"

/// Whether the group that `position` is in ends with it.
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
