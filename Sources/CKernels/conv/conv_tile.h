// The inner kernel of dense convolution: a tile of output positions x a strip of output channels, with all accumulators
// in registers.
#ifndef CK_CONV_CONV_TILE_H
#define CK_CONV_CONV_TILE_H
#include "families/epilogue.h"
#include "vector/sums.h"
#include "vector/vector.h"

/// The number of floats in a cache line.
#define CK_CACHE_LINE 16

/// A range of K in which both operands are contiguous.
typedef struct {
  ptrdiff_t offset;  // offset of its input from the first input of a position
  int length;
} conv_piece;

/// The epilogue of a tile, in the cases that the kernel handles in registers: see conv_finish_fits.
typedef struct {
  const float *scale, *shift;  // the strip's; NULL as in ck_epilogue
  const float *residual;       // the first row's; NULL: none
  ptrdiff_t residual_stride;
  float *out;  // the first row's
  ptrdiff_t out_stride;
  strip_groups *groups;
  double *raw, *pre_activation, *output;  // totals of the strip; NULL: not requested
  bool relu;
  int first_group;  // rows of the first group of sums if the tile overlaps two groups; else 0
  bool ends_group;  // whether the last row is the last of its group
} conv_finish;

/// The arguments of one call of the kernel: rows x strip, over some pieces of K.
typedef struct {
  const float *a, *a_half;   // inputs of row 0, and of row (rows + 1) / 2
  ptrdiff_t a_stride;        // elements from one row to the next within each half
  const float *b;            // packed weight: [K][strip]
  const conv_piece *pieces;  // pieces of K
  int piece_count;
  float *sums;                        // running sums [rows][CK_STRIP]
  bool first;                         // overwrite the sums instead of adding
  const float *next_a, *next_a_half;  // inputs of the next tile, to prefetch into the L2 cache; NULL: already there
  const float *next_b;                // weights to prefetch into the L2 cache: one cache line per two elements of K
  const conv_finish *finish;  // NULL: store the sums for later; otherwise they are final and finished in registers
} conv_tile;

_Static_assert(CK_TILE_ROWS <= CK_SUM_GROUP, "a tile lies in two groups of sums at most");

/// Returns whether the register epilogue supports a strip: whole vectors, and no GELU. The bytes are the same in both
/// cases.
CK_INLINE bool conv_finish_fits(const ck_epilogue *e, int channels) {
  return channels % CK_LANES == 0 && (e->activation == CK_IDENTITY || e->activation == CK_RELU);
}

/// Multiples of the distance between rows, in bytes. One x86 addressing mode reaches each row of half a tile from the
/// first row.
typedef struct {
  ptrdiff_t one, three, five;
} conv_strides;

CK_INLINE vec conv_input(const char *half, const int row, conv_strides s) {
  const ptrdiff_t offsets[] = {0, s.one, 2 * s.one, s.three, 4 * s.one, s.five, 2 * s.three};
  return vec_splat(*(const float *)(half + offsets[row]));
}

// Prefetches the outputs. They are rarely in the cache, and their stores would wait for one cache line after the other.
CK_INLINE void conv_fetch_outputs(const conv_finish *f, const int rows, const int vectors) {
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) __builtin_prefetch(f->out + r * f->out_stride + v * CK_LANES, 1, 3);
}

// Prefetches the rows of a tile. The hardware prefetcher can follow so many streams only if the rows are far apart.
CK_INLINE void conv_fetch_rows(const char *a, const char *a_half, conv_strides s, const int rows) {
  const int half = (rows + 1) / 2;
  const ptrdiff_t offsets[] = {0, s.one, 2 * s.one, s.three, 4 * s.one, s.five, 2 * s.three};
#pragma unroll
  for (int r = 0; r < rows; r++) __builtin_prefetch(r < half ? a + offsets[r] : a_half + offsets[r - half], 0, 2);
}

/// Adds the product of one element of K. `rows` and `vectors` are compile-time constants of each call.
CK_INLINE void conv_step(vec sums[CK_TILE_ROWS][CK_STRIP_VECTORS], const char *a, const char *a_half, conv_strides s,
                         const float *b, const int rows, const int vectors) {
  const int half = (rows + 1) / 2;
  vec w[CK_STRIP_VECTORS];
#pragma unroll
  for (int v = 0; v < vectors; v++) w[v] = *(const vec *)(b + v * CK_LANES);
#pragma unroll
  for (int r = 0; r < rows; r++) {
    const vec x = r < half ? conv_input(a, r, s) : conv_input(a_half, r - half, s);
#pragma unroll
    for (int v = 0; v < vectors; v++) sums[r][v] = vec_fma(x, w[v], sums[r][v]);
  }
}

/// Adds one vector of each row to its group.
CK_INLINE void conv_sum_rows(const conv_finish *f, vec sums[CK_TILE_ROWS][CK_STRIP_VECTORS], const int v,
                             const int rows, float *group, double *totals) {
  vec sum = vec_load(group + v * CK_LANES);
#pragma unroll
  for (int r = 0; r < rows; r++) {
    sum += sums[r][v];
    if (r + 1 < rows && r + 1 == f->first_group) {
      sum_add_group(totals + v * CK_LANES, CK_LANES, sum);
      sum = vec_zero();
    }
  }
  if (f->ends_group) {
    sum_add_group(totals + v * CK_LANES, CK_LANES, sum);
    sum = vec_zero();
  }
  vec_store(group + v * CK_LANES, sum);
}

CK_INLINE void conv_finish_vector(const conv_finish *f, vec sums[CK_TILE_ROWS][CK_STRIP_VECTORS], const int v,
                                  const int rows) {
  const vec scale = f->scale ? vec_load(f->scale + v * CK_LANES) : vec_splat(1);
  const vec shift = f->shift ? vec_load(f->shift + v * CK_LANES) : vec_splat(-0.0f);
  if (f->raw) conv_sum_rows(f, sums, v, rows, f->groups->raw, f->raw);
#pragma unroll
  for (int r = 0; r < rows; r++) sums[r][v] = vec_fma(sums[r][v], scale, shift);
  if (f->residual) {
#pragma unroll
    for (int r = 0; r < rows; r++) sums[r][v] += vec_load(f->residual + r * f->residual_stride + v * CK_LANES);
  }
  if (f->pre_activation) conv_sum_rows(f, sums, v, rows, f->groups->pre_activation, f->pre_activation);
  if (f->relu) {
#pragma unroll
    for (int r = 0; r < rows; r++) sums[r][v] = vec_max(vec_zero(), sums[r][v]);
  }
  if (f->output) conv_sum_rows(f, sums, v, rows, f->groups->output, f->output);
#pragma unroll
  for (int r = 0; r < rows; r++) vec_store(f->out + r * f->out_stride + v * CK_LANES, sums[r][v]);
}

// Computes a tile. Sums of a block of K start from zero and are added to the running sums afterwards, in every variant,
// so an output's bytes do not depend on its tile. `rows` and `vectors` are compile-time constants of each call.
CK_INLINE void conv_tile_rows(const conv_tile *t, const int rows, const int vectors) {
  vec sums[CK_TILE_ROWS][CK_STRIP_VECTORS];
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) sums[r][v] = vec_zero();
  const ptrdiff_t stride = t->a_stride * (ptrdiff_t)sizeof(float);
  conv_strides s = {stride, 3 * stride, 5 * stride};
  // The empty assembly prevents the compiler from deriving these addresses from each other inside the loop, which has
  // no spare issue slots.
  __asm__("" : "+r"(s.one), "+r"(s.three), "+r"(s.five));
  const float *b = t->b, *next_b = t->next_b;
  if (t->finish) conv_fetch_outputs(t->finish, rows, vectors);
  for (int p = 0; p < t->piece_count; p++) {
    const char *a = (const char *)(t->a + t->pieces[p].offset);
    const char *a_half = (const char *)(t->a_half + t->pieces[p].offset);
    const char *next_a = (const char *)t->next_a, *next_a_half = (const char *)t->next_a_half;
    // Each iteration handles 16 elements of K: one cache line of each row.
    for (int left = t->pieces[p].length / 2; left > 0; left -= 8) {
      if (next_a) {
        conv_fetch_rows(next_a, next_a_half, s, rows);
        next_a += CK_CACHE_LINE * sizeof(float);
        next_a_half += CK_CACHE_LINE * sizeof(float);
      }
      for (int k = left < 8 ? left : 8; k > 0; k--) {
        __asm__("" : "+r"(a), "+r"(a_half));
        conv_step(sums, a, a_half, s, b, rows, vectors);
        conv_step(sums, a + sizeof(float), a_half + sizeof(float), s, b + vectors * CK_LANES, rows, vectors);
        a += 2 * sizeof(float);
        a_half += 2 * sizeof(float);
        b += 2 * vectors * CK_LANES;
        __builtin_prefetch(next_b, 0, 2);
        next_b += CK_CACHE_LINE;
      }
    }
    if (t->pieces[p].length % 2) {
      conv_step(sums, a, a_half, s, b, rows, vectors);
      b += vectors * CK_LANES;
    }
  }
  if (!t->first) {
#pragma unroll
    for (int r = 0; r < rows; r++)
#pragma unroll
      for (int v = 0; v < vectors; v++) sums[r][v] += vec_load(t->sums + r * CK_STRIP + v * CK_LANES);
  }
  if (t->finish) {
#pragma unroll
    for (int v = 0; v < vectors; v++) conv_finish_vector(t->finish, sums, v, rows);
  } else {
#pragma unroll
    for (int r = 0; r < rows; r++)
#pragma unroll
      for (int v = 0; v < vectors; v++) vec_store(t->sums + r * CK_STRIP + v * CK_LANES, sums[r][v]);
  }
}

#define CK_TILE(rows)                                                                      \
  static void CK(conv_tile_##rows##x2)(const conv_tile *t) { conv_tile_rows(t, rows, 2); } \
  static void CK(conv_tile_##rows##x1)(const conv_tile *t) { conv_tile_rows(t, rows, 1); }

CK_TILE(1)
CK_TILE(2)
CK_TILE(3)
CK_TILE(4)
CK_TILE(5)
CK_TILE(6)
#if CK_TILE_ROWS > 6
CK_TILE(7)
CK_TILE(8)
CK_TILE(9)
CK_TILE(10)
CK_TILE(11)
CK_TILE(12)
CK_TILE(13)
CK_TILE(14)
#endif

/// The kernels, by number of rows (from 1) and of vectors.
static void (*const conv_tiles[CK_TILE_ROWS][CK_STRIP_VECTORS])(const conv_tile *) = {
#define CK_TILE_ENTRY(rows) \
  { CK(conv_tile_##rows##x1), CK(conv_tile_##rows##x2) }
    CK_TILE_ENTRY(1),  CK_TILE_ENTRY(2),  CK_TILE_ENTRY(3), CK_TILE_ENTRY(4),  CK_TILE_ENTRY(5),  CK_TILE_ENTRY(6),
#if CK_TILE_ROWS > 6
    CK_TILE_ENTRY(7),  CK_TILE_ENTRY(8),  CK_TILE_ENTRY(9), CK_TILE_ENTRY(10), CK_TILE_ENTRY(11), CK_TILE_ENTRY(12),
    CK_TILE_ENTRY(13), CK_TILE_ENTRY(14),
#endif
};

/// Returns the number of rows of the next tile when `left` rows are left. The last two tiles have similar heights, so
/// that no small tile follows large ones.
CK_INLINE int conv_tile_height(int left) {
  if (left <= CK_TILE_ROWS) return left;
  return left < CK_TILE_ROWS + CK_TILE_ROWS / 2 ? (left + 1) / 2 : CK_TILE_ROWS;
}

#endif
