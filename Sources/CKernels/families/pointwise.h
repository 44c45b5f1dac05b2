// Pointwise operations and reductions over positions.
#ifndef CK_FAMILIES_POINTWISE_H
#define CK_FAMILIES_POINTWISE_H
#include "families/epilogue.h"
#include "vector/sums.h"
#include "vector/vector.h"

/// The number of adjacent columns that a reduction keeps in registers, so that consecutive additions are independent.
#define CK_COLUMNS 4

/// Returns the number of `channels` in the vector that begins at channel `c`.
static inline int lanes_at(int c, int channels) { return channels - c < CK_LANES ? channels - c : CK_LANES; }

CK_INLINE vec vec_load_lanes(const float *p, int count) {
  return count == CK_LANES ? vec_load(p) : vec_load_first(p, count);
}

CK_INLINE void vec_store_lanes(float *p, int count, vec v) {
  if (count == CK_LANES) vec_store(p, v);
  else vec_store_first(p, count, v);
}

// Returns the number of positions in a block: whole groups of positions, so that no strip has an incomplete group, and
// few enough that the block stays in the cache for all strips.
static inline int map_block(int channels) {
  const int groups = 16384 / (CK_SUM_GROUP * channels);
  return CK_SUM_GROUP * (groups > 1 ? groups : 1);
}

/// Prefetches rows in memory order, before strips access them row by row.
CK_INLINE void prefetch_rows(int rows, int channels, const float *in, ptrdiff_t stride) {
  for (int row = 0; row < rows; row++)
    for (int c = 0; c < channels; c += 16) __builtin_prefetch(in + row * stride + c);
}

static void CK(map)(int positions, int channels, int images, ck_input in, const ck_epilogue *e, ck_view out) {
  const int block = map_block(channels);
  strip_groups groups = {0};
  for (int image = 0; image < images; image++) {
    epilogue_clear_sums(e, image, channels);
    for (int first = 0; first < positions; first += block) {
      const int rows = positions - first < block ? positions - first : block;
      prefetch_rows(rows, channels, in.data + image * in.image_stride + first * in.position_stride, in.position_stride);
      if (out.data != in.data)
        prefetch_rows(rows, channels, out.data + image * out.image_stride + first * out.position_stride,
                      out.position_stride);
      for (int channel = 0; channel < channels; channel += CK_STRIP) {
        const strip_block b = {
            .channel = channel,
            .channels = channels - channel < CK_STRIP ? channels - channel : CK_STRIP,
            .image = image,
            .position = first,
            .rows = rows,
            .positions = positions,
            .in = in.data + image * in.image_stride + first * in.position_stride + channel,
            .in_stride = in.position_stride,
            .out = out.data + image * out.image_stride + first * out.position_stride + channel,
            .out_stride = out.position_stride,
            .groups = &groups,
        };
        epilogue_strip(e, &b);
      }
    }
  }
}

/// Adds the sum of one group of `rows` positions to the totals of all channels.
static void sum_rows(int rows, int channels, const float *in, ptrdiff_t stride, double *totals) {
  int c = 0;
  for (; c + CK_COLUMNS * CK_LANES <= channels; c += CK_COLUMNS * CK_LANES) {
    vec sum[CK_COLUMNS];
    for (int v = 0; v < CK_COLUMNS; v++) sum[v] = vec_zero();
    for (int row = 0; row < rows; row++)
      for (int v = 0; v < CK_COLUMNS; v++) sum[v] += vec_load(in + row * stride + c + v * CK_LANES);
    for (int v = 0; v < CK_COLUMNS; v++) sum_add_group(totals + c + v * CK_LANES, CK_LANES, sum[v]);
  }
  for (; c < channels; c += CK_LANES) {
    const int lanes = lanes_at(c, channels);
    vec sum = vec_zero();
    for (int row = 0; row < rows; row++) sum += vec_load_lanes(in + row * stride + c, lanes);
    sum_add_group(totals + c, lanes, sum);
  }
}

static void CK(column_sums)(int positions, int channels, int images, ck_input in, double *sums, ptrdiff_t stride) {
  for (int image = 0; image < images; image++) {
    double *const totals = sums + image * stride;
    sum_clear(totals, channels);
    for (int first = 0; first < positions; first += CK_SUM_GROUP) {
      const int rows = positions - first < CK_SUM_GROUP ? positions - first : CK_SUM_GROUP;
      sum_rows(rows, channels, in.data + image * in.image_stride + first * in.position_stride, in.position_stride,
               totals);
    }
  }
}

/// Returns the larger of two numbers, NaN if either is NaN.
CK_INLINE vec vec_max_or_nan(vec largest, vec x) { return vec_select((x > largest) | (x != x), x, largest); }

static void CK(column_maxima)(int positions, int channels, int images, ck_input in, float *maxima, ptrdiff_t stride) {
  for (int image = 0; image < images; image++) {
    float *const result = maxima + image * stride;
    for (int c = 0; c < channels; c++) result[c] = -INFINITY;
    for (int first = 0; first < positions; first += CK_SUM_GROUP) {
      const int end = positions - first < CK_SUM_GROUP ? positions : first + CK_SUM_GROUP;
      for (int c = 0; c < channels; c += CK_LANES) {
        const int lanes = lanes_at(c, channels);
        vec largest = vec_load_lanes(result + c, lanes);
        for (int p = first; p < end; p++)
          largest = vec_max_or_nan(
              largest, vec_load_lanes(in.data + image * in.image_stride + p * in.position_stride + c, lanes));
        vec_store_lanes(result + c, lanes, largest);
      }
    }
  }
}

typedef float quad __attribute__((vector_size(16)));
typedef float quad_unaligned __attribute__((vector_size(16), aligned(4), may_alias));

CK_INLINE void transpose_quad(const float *in, ptrdiff_t in_stride, float *out, ptrdiff_t out_stride) {
  quad row[4];
  for (int i = 0; i < 4; i++) row[i] = *(const quad_unaligned *)(in + i * in_stride);
  const quad a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const quad b = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const quad c = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const quad d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  *(quad_unaligned *)out = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  *(quad_unaligned *)(out + out_stride) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  *(quad_unaligned *)(out + 2 * out_stride) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  *(quad_unaligned *)(out + 3 * out_stride) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

// Transposes in blocks of 16 x 16: whole cache lines on both sides.
static void CK(transpose)(int positions, int channels, const float *in, ptrdiff_t in_stride, float *out) {
  enum { side = 16 };
  for (int p0 = 0; p0 < positions; p0 += side) {
    const int p1 = positions - p0 < side ? positions : p0 + side;
    for (int c0 = 0; c0 < channels; c0 += side) {
      const int c1 = channels - c0 < side ? channels : c0 + side;
      if (c1 - c0 == side && p1 - p0 == side) {
        for (int c = c0; c < c1; c += 4)
          for (int p = p0; p < p1; p += 4)
            transpose_quad(in + p * in_stride + c, in_stride, out + (ptrdiff_t)c * positions + p, positions);
      } else {
        for (int c = c0; c < c1; c++)
          for (int p = p0; p < p1; p++) out[(ptrdiff_t)c * positions + p] = in[p * in_stride + c];
      }
    }
  }
}

#define CK_POINTWISE_ENTRIES \
  .map = CK(map), .column_sums = CK(column_sums), .column_maxima = CK(column_maxima), .transpose = CK(transpose),

#endif
