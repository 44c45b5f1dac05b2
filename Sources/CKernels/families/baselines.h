// The sums for the baselines of a unit, computed from a map in memory: positions at 0 or below, and differences between
// neighbours.
#ifndef CK_FAMILIES_BASELINES_H
#define CK_FAMILIES_BASELINES_H
#include "families/pointwise.h"
#include "vector/sums.h"
#include "vector/vector.h"

/// Computes one group of positions in a row of the map, for `columns` vectors of channels. Every difference inside the
/// map counts for both positions, every difference across the border for the one position inside.
CK_INLINE void baselines_strip(int columns, int lanes, bool contrast, int first, int end, int width, bool top,
                               bool bottom, const float *row, ptrdiff_t stride, ptrdiff_t row_stride, int *counts,
                               double *sums) {
  vec left[CK_COLUMNS], inner[CK_COLUMNS], border[CK_COLUMNS];
  ivec count[CK_COLUMNS];
  for (int v = 0; v < columns; v++) {
    left[v] = first > 0 ? vec_load_lanes(row + (first - 1) * stride + v * CK_LANES, lanes) : vec_zero();
    inner[v] = border[v] = vec_zero();
    count[v] = (ivec){0};
  }
  for (int x = first; x < end; x++) {
    for (int v = 0; v < columns; v++) {
      const float *const cell = row + x * stride + v * CK_LANES;
      const vec value = vec_load_lanes(cell, lanes);
      count[v] -= value <= vec_zero();
      if (!contrast) continue;
      if (x > 0) inner[v] += vec_magnitude(value - left[v]);
      else border[v] += vec_magnitude(value);
      if (top) border[v] += vec_magnitude(value);
      else inner[v] += vec_magnitude(value - vec_load_lanes(cell - row_stride, lanes));
      if (x == width - 1) border[v] += vec_magnitude(value);
      if (bottom) border[v] += vec_magnitude(value);
      left[v] = value;
    }
  }
  for (int v = 0; v < columns; v++) {
    for (int i = 0; i < lanes; i++) counts[v * CK_LANES + i] += count[v][i];
    if (contrast) sum_add_group(sums + v * CK_LANES, lanes, inner[v] + inner[v] + border[v]);
  }
}

CK_INLINE void baselines_group(bool contrast, int channels, int first, int end, int width, bool top, bool bottom,
                               const float *row, ptrdiff_t stride, ptrdiff_t row_stride, int *counts, double *sums) {
  int c = 0;
  for (; c + CK_COLUMNS * CK_LANES <= channels; c += CK_COLUMNS * CK_LANES)
    baselines_strip(CK_COLUMNS, CK_LANES, contrast, first, end, width, top, bottom, row + c, stride, row_stride,
                    counts + c, contrast ? sums + c : sums);
  for (; c + CK_LANES <= channels; c += CK_LANES)
    baselines_strip(1, CK_LANES, contrast, first, end, width, top, bottom, row + c, stride, row_stride, counts + c,
                    contrast ? sums + c : sums);
  if (c < channels)
    baselines_strip(1, channels - c, contrast, first, end, width, top, bottom, row + c, stride, row_stride, counts + c,
                    contrast ? sums + c : sums);
}

static void CK(baselines)(int height, int width, int channels, int images, ck_input in, int *non_positive,
                          double *contrast, ptrdiff_t stride) {
  const ptrdiff_t row_stride = width * in.position_stride;
  for (int image = 0; image < images; image++) {
    int *const counts = non_positive + image * stride;
    double *const sums = contrast ? contrast + image * stride : NULL;
    memset(counts, 0, (size_t)channels * sizeof *counts);
    if (sums) sum_clear(sums, channels);
    for (int y = 0; y < height; y++) {
      const float *const row = in.data + image * in.image_stride + y * row_stride;
      for (int first = 0; first < width; first += CK_SUM_GROUP) {
        const int end = width - first < CK_SUM_GROUP ? width : first + CK_SUM_GROUP;
        prefetch_rows(end - first, channels, row + first * in.position_stride, in.position_stride);
        if (sums)
          baselines_group(true, channels, first, end, width, y == 0, y == height - 1, row, in.position_stride,
                          row_stride, counts, sums);
        else
          baselines_group(false, channels, first, end, width, false, false, row, in.position_stride, row_stride, counts,
                          NULL);
      }
    }
  }
}

#define CK_BASELINES_ENTRIES .baselines = CK(baselines),

#endif
