// Attention, one head at a time: tiles of queries x keys, then of queries x channels, in registers.
#ifndef CK_FAMILIES_ATTENTION_H
#define CK_FAMILIES_ATTENTION_H
#include "families/epilogue.h"
#include "families/norm.h"
#include "families/pointwise.h"
#include "vector/math.h"
#include "vector/vector.h"

#define CK_ATTENTION_QUERIES 6
#define CK_ATTENTION_VECTORS 2

static inline ptrdiff_t attention_padded(int keys) {
  const int tile = CK_ATTENTION_VECTORS * CK_LANES;
  return ((ptrdiff_t)keys + tile - 1) / tile * tile;
}

// Scratch memory: the transposed keys of a head (plus one tile for reads past the end), and the weights of a tile of
// queries.
static size_t CK(attention_scratch)(int queries, int keys, int heads, int head_size) {
  (void)queries, (void)heads;
  return (size_t)head_size * keys + CK_ATTENTION_VECTORS * CK_LANES +
         (size_t)(CK_ATTENTION_QUERIES * attention_padded(keys));
}

/// Computes sum[q][v] = sum over i < depth of a[q][i] * b[i * b_stride + lane of vector v]. If `masked`, lanes from
/// `columns` on are not read.
CK_INLINE void attention_tile(int depth, const float *const a[CK_ATTENTION_QUERIES], const float *b, ptrdiff_t b_stride,
                              int columns, bool masked, vec sum[CK_ATTENTION_QUERIES][CK_ATTENTION_VECTORS]) {
  for (int q = 0; q < CK_ATTENTION_QUERIES; q++)
    for (int v = 0; v < CK_ATTENTION_VECTORS; v++) sum[q][v] = vec_zero();
  for (int i = 0; i < depth; i++) {
    vec row[CK_ATTENTION_VECTORS];
    for (int v = 0; v < CK_ATTENTION_VECTORS; v++)
      row[v] = strip_load(b + i * b_stride, v, masked ? columns : CK_STRIP);
    for (int q = 0; q < CK_ATTENTION_QUERIES; q++) {
      const vec factor = vec_splat(a[q][i]);
      for (int v = 0; v < CK_ATTENTION_VECTORS; v++) sum[q][v] = vec_fma(factor, row[v], sum[q][v]);
    }
  }
}

static void CK(attention)(int queries, int keys, int heads, int head_size, int images, ck_input query, ck_input key,
                          ck_input value, ck_view out, float *scratch) {
  const ptrdiff_t padded = attention_padded(keys);
  float *const weights = scratch;
  float *const transposed = scratch + CK_ATTENTION_QUERIES * padded;
  const vec scale = vec_splat((float)(1 / sqrt((double)head_size)));
  for (int image = 0; image < images; image++) {
    for (int head = 0; head < heads; head++) {
      const ptrdiff_t channel = (ptrdiff_t)head * head_size;
      const float *const first_query = query.data + image * query.image_stride + channel;
      const float *const first_value = value.data + image * value.image_stride + channel;
      float *const first_out = out.data + image * out.image_stride + channel;
      CK(transpose)(keys, head_size, key.data + image * key.image_stride + channel, key.position_stride, transposed);
      for (int q0 = 0; q0 < queries; q0 += CK_ATTENTION_QUERIES) {
        // The last tile repeats its last query to avoid reads past the end.
        const int count = queries - q0 < CK_ATTENTION_QUERIES ? queries - q0 : CK_ATTENTION_QUERIES;
        const float *from[CK_ATTENTION_QUERIES], *weight[CK_ATTENTION_QUERIES];
        for (int q = 0; q < CK_ATTENTION_QUERIES; q++) {
          from[q] = first_query + (q0 + (q < count ? q : count - 1)) * query.position_stride;
          weight[q] = weights + (q < count ? q : count - 1) * padded;
        }
        vec sum[CK_ATTENTION_QUERIES][CK_ATTENTION_VECTORS];
        for (int k = 0; k < keys; k += CK_STRIP) {
          attention_tile(head_size, from, transposed + k, keys, CK_STRIP, false, sum);
          for (int q = 0; q < CK_ATTENTION_QUERIES; q++)
            for (int v = 0; v < CK_ATTENTION_VECTORS; v++)
              vec_store(weights + q * padded + k + v * CK_LANES, sum[q][v] * scale);
        }
        float total[CK_ATTENTION_QUERIES];
        for (int q = 0; q < count; q++)
          total[q] = exponentials_of_row(weights + q * padded, keys, weights + q * padded);
        for (int d = 0; d < head_size; d += CK_STRIP) {
          const int columns = head_size - d < CK_STRIP ? head_size - d : CK_STRIP;
          if (columns == CK_STRIP)
            attention_tile(keys, weight, first_value + d, value.position_stride, CK_STRIP, false, sum);
          else attention_tile(keys, weight, first_value + d, value.position_stride, columns, true, sum);
          for (int q = 0; q < count; q++)
            for (int v = 0; v < CK_ATTENTION_VECTORS; v++)
              strip_store(first_out + (q0 + q) * out.position_stride + d, v, columns, sum[q][v] / vec_splat(total[q]));
        }
      }
    }
  }
}

#define CK_ATTENTION_ENTRIES .attention_scratch = CK(attention_scratch), .attention = CK(attention),

#endif
