// Dense convolution as products of split bf16 on tiles, accumulated in float32: x6 for float32, x3 for bf16x3, x1 for
// bf16. The operands are a = a1 + a2 + a3 and b = b1 + b2 + b3, parts in descending order. x6 adds the six largest
// products, those of at least 2^-16 of a b (the omitted ones are below 2^-23). x3 adds the three largest, down to 2^-8
// (the omitted ones are below 3 * 2^-16).
#ifndef CK_AMX_AMX_CONV_H
#define CK_AMX_AMX_CONV_H
#include "amx/amx_input.h"
#include "amx/amx_plan.h"
#include "amx/amx_split.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// Up to two tiles of positions x up to two tiles of channels, over one block of K.
typedef struct {
  const uint16_t *a;          // pixel of the first position, in the first part and group
  ptrdiff_t a_part, a_group;  // elements to the next part, to the next group
  const ptrdiff_t *offsets;   // offset of each kernel position
  int taps, groups;
  const uint16_t *b;
  float *sums;  // [32][32]
} amx_tile;

// Each step loads each operand as rarely as possible with four accumulators, two left and two right operands. x6 begins
// with the smallest products. A load takes 8 cycles, a product 16, so four products hide four loads even in x1, where
// no loaded part serves a second set of products. The hardware prefetches A, whose tiles are contiguous kilobytes. B is
// read from one end to the other, and the previous step prefetches it.
#define AMX_LEFT(part)                            \
  tile_load_left(tiles, 4, a + (part)*t->a_part); \
  if (rows == 2) tile_load_left(tiles, 5, a + (part)*t->a_part + 512)
#define AMX_RIGHT(part)                                \
  tile_load_right(tiles, 6, b + (part)*columns * 512); \
  if (columns == 2) tile_load_right(tiles, 7, b + (part)*columns * 512 + 512)
#define AMX_MULTIPLY(turn, turns)                                          \
  tile_fetch(b + parts * columns * 512 + (turn)*fetched / (turns)*32,      \
             ((turn) + 1) * fetched / (turns) - (turn)*fetched / (turns)); \
  tile_multiply(tiles, 0, 4, 6);                                           \
  if (columns == 2) tile_multiply(tiles, 1, 4, 7);                         \
  if (rows == 2) tile_multiply(tiles, 2, 5, 6);                            \
  if (rows == 2 && columns == 2) tile_multiply(tiles, 3, 5, 7)

// Multiplies and accumulates the tiles. `rows`, `columns` and `parts` are compile-time constants of each call.
CK_INLINE void amx_multiply(const amx_tile *t, const int rows, const int columns, const int parts) {
  tile_set set, *const tiles = &set;
  (void)tiles;
  const int fetched = parts * columns * 16;  // cache lines in one step of B
  const uint16_t *b = t->b;
  tile_zero(tiles, 0);
  tile_zero(tiles, 1);
  tile_zero(tiles, 2);
  tile_zero(tiles, 3);
  for (int tap = 0; tap < t->taps; tap++) {
    const uint16_t *a = t->a + t->offsets[tap];
    for (int group = 0; group < t->groups; group++) {
      if (parts == 1) {
        AMX_LEFT(0);
        AMX_RIGHT(0);
        AMX_MULTIPLY(0, 1);
      } else if (parts == 2) {
        AMX_LEFT(0);
        AMX_RIGHT(1);
        AMX_MULTIPLY(0, 3);
        AMX_RIGHT(0);
        AMX_MULTIPLY(1, 3);
        AMX_LEFT(1);
        AMX_MULTIPLY(2, 3);
      } else {
        AMX_LEFT(0);
        AMX_RIGHT(2);
        AMX_MULTIPLY(0, 6);
        AMX_RIGHT(1);
        AMX_MULTIPLY(1, 6);
        AMX_LEFT(1);
        AMX_MULTIPLY(2, 6);
        AMX_RIGHT(0);
        AMX_MULTIPLY(3, 6);
        AMX_LEFT(2);
        AMX_MULTIPLY(4, 6);
        AMX_LEFT(0);
        AMX_MULTIPLY(5, 6);
      }
      a += t->a_group;
      b += parts * columns * 512;
    }
  }
  tile_store(tiles, 0, t->sums, CK_STRIP);
  if (columns == 2) tile_store(tiles, 1, t->sums + 16, CK_STRIP);
  if (rows == 2) tile_store(tiles, 2, t->sums + 16 * CK_STRIP, CK_STRIP);
  if (rows == 2 && columns == 2) tile_store(tiles, 3, t->sums + 16 * CK_STRIP + 16, CK_STRIP);
}

#define AMX_KERNEL(rows, columns, parts)                                                                   \
  static __attribute__((noinline)) void CK(amx_multiply_##rows##x##columns##_##parts)(const amx_tile *t) { \
    amx_multiply(t, rows, columns, parts);                                                                 \
  }
#define AMX_KERNELS(parts) \
  AMX_KERNEL(1, 1, parts) AMX_KERNEL(1, 2, parts) AMX_KERNEL(2, 1, parts) AMX_KERNEL(2, 2, parts)
AMX_KERNELS(1)
AMX_KERNELS(2)
AMX_KERNELS(3)

/// The kernels, by number of parts, tiles of positions and tiles of channels, all counted from 1.
static void (*const amx_kernels[3][2][2])(const amx_tile *) = {
#define AMX_ENTRIES(parts)                                          \
  {                                                                 \
    {CK(amx_multiply_1x1_##parts), CK(amx_multiply_1x2_##parts)}, { \
      CK(amx_multiply_2x1_##parts), CK(amx_multiply_2x2_##parts)    \
    }                                                               \
  }
    AMX_ENTRIES(1),
    AMX_ENTRIES(2),
    AMX_ENTRIES(3),
};

/// A pair of tiles of positions: rows [row, row + rows) of a block, whose first row is at `pixel` of the block's
/// planes. Only rows with an output count.
typedef struct {
  ptrdiff_t pixel;
  int row, rows;
} amx_pair;

CK_INLINE void amx_add(float *running, const float *sums, int rows) {
  for (int i = 0; i < rows * CK_STRIP; i += CK_LANES)
    vec_store(running + i, vec_load(running + i) + vec_load(sums + i));
}

/// Finds the next outputs among the rows of a pair, from `*row` on: a contiguous run in one image, at `position`.
/// Returns their number, 0 when none are left.
CK_INLINE int amx_next_outputs(const amx_call *call, const amx_block *b, const amx_pair *pair, int *row, int *image,
                               int *position) {
  const amx_plan *p = call->plan;
  const int width = p->window.out_width, line = p->line;
  const int pixels = (int)amx_image_pixels(p, b->lines);
  while (*row < pair->rows) {
    const int pixel = (int)pair->pixel + *row, within = pixel % pixels;
    const int y = within / line, x = within % line;
    if (x >= width) {
      *row += line - x;
      continue;
    }
    *image = b->image + pixel / pixels;
    *position = (b->first_line + y) * width + x;
    const int run = line == width ? b->lines * width - within : width - x;
    return (int)amx_min(run, pair->rows - *row);
  }
  return 0;
}

static void amx_finish(const amx_call *call, const amx_block *b, const amx_pair *pair, int strip, const float *sums) {
  const int channel = strip * CK_STRIP, left = call->c->out_channels - channel;
  int image, position;
  for (int row = 0, count; (count = amx_next_outputs(call, b, pair, &row, &image, &position)) > 0; row += count) {
    const strip_block rows = {
        .channel = channel,
        .channels = left < CK_STRIP ? left : CK_STRIP,
        .image = image,
        .position = position,
        .rows = count,
        .positions = call->plan->positions,
        .in = sums + row * CK_STRIP,
        .in_stride = CK_STRIP,
        .out = call->out.data + image * call->out.image_stride + position * call->out.position_stride + channel,
        .out_stride = call->out.position_stride,
        .groups = &call->groups[strip],
    };
    epilogue_strip(call->e, &rows);
  }
}

/// Prefetches the memory of a pair's outputs. It is rarely in the cache, and the product takes long enough to hide the
/// latency.
static void amx_fetch_outputs(const amx_call *call, const amx_block *b, const amx_pair *pair, int strip) {
  int image, position;
  for (int row = 0, count; (count = amx_next_outputs(call, b, pair, &row, &image, &position)) > 0; row += count) {
    const float *out = call->out.data + image * call->out.image_stride + position * call->out.position_stride;
    for (int i = 0; i < count; i++, out += call->out.position_stride)
      for (int j = 0; j < amx_columns(call->c, strip); j++)
        __builtin_prefetch(out + strip * CK_STRIP + j * CK_LANES, 1, 3);
  }
}

static void amx_run_pair(const amx_call *call, const amx_block *b, const amx_pair *pair, int strip, int block) {
  const amx_plan *p = call->plan;
  const int columns = amx_columns(call->c, strip);
  const bool last = block + 1 == p->blocks;
  // The running sums of all strips, then the sums of the current block of K.
  const ptrdiff_t stride = amx_running_rows(p) * CK_STRIP;
  float *running = call->running, *sums = running;
  if (p->blocks > 1) {
    running += strip * stride + pair->row * CK_STRIP;
    sums = block == 0 ? running : call->running + p->strips * stride;
  }
  const amx_tile tile = {
      .a = call->planes + pair->pixel * 32,
      .a_part = amx_part_stride(p),
      .a_group = amx_group_stride(p),
      .offsets = call->offsets,
      .taps = p->taps,
      .groups = amx_groups(p, block),
      .b = call->packed + amx_weight_offset(p, strip, columns, block),
      .sums = sums,
  };
  if (last) amx_fetch_outputs(call, b, pair, strip);
  const unsigned mode = tile_mode_begin();
  amx_kernels[p->parts - 1][pair->rows > CK_LANES][columns - 1](&tile);
  tile_mode_end(mode);
  if (sums != running) amx_add(running, sums, pair->rows);
  if (last) amx_finish(call, b, pair, strip, running);
}

/// Computes a block of positions. The outer loop is over blocks of K, so that their inputs are split once; the inner
/// loop is over strips, so that a strip's weights stay in the cache for all tiles.
static void amx_run_block(const amx_call *call, const amx_block *b) {
  const amx_plan *p = call->plan;
  const ck_window *w = &p->window;
  const ptrdiff_t pixels = amx_image_pixels(p, b->lines);
  for (int tap = 0; tap < p->taps; tap++) {
    const int y = p->gathers ? 0 : tap / w->kernel_width, x = p->gathers ? 0 : tap % w->kernel_width;
    const ptrdiff_t phase = (ptrdiff_t)(y % w->stride_y) * p->phases_x + x % w->stride_x;
    call->offsets[tap] = (phase * b->images * pixels + y / w->stride_y * p->line + x / w->stride_x) * 32;
  }
  const bool seamless = amx_is_seamless(p);
  const int runs = seamless ? 1 : b->images;
  const int rows = (int)(seamless ? b->images * pixels : amx_image_rows(p, b->lines));
  const int room = (int)amx_ceiling(rows, CK_STRIP) * CK_STRIP;
  for (int block = 0; block < p->blocks; block++) {
    amx_read_input(call, b, block);
    for (int strip = 0; strip < p->strips; strip++)
      for (int run = 0; run < runs; run++)
        for (int row = 0; row < rows; row += CK_STRIP) {
          const amx_pair pair = {
              .pixel = run * pixels + row,
              .row = run * room + row,
              .rows = (int)amx_min(CK_STRIP, rows - row),
          };
          amx_run_pair(call, b, &pair, strip, block);
        }
  }
}

static void CK(conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e,
                     ck_view out, float *scratch) {
  const amx_plan p = amx_plan_make(c);
  amx_call call = {.c = c, .plan = &p, .in = in, .out = out, .packed = (const uint16_t *)packed, .e = e};
  amx_lay_out(&call, scratch);
  memset(call.groups, 0, p.strips * sizeof *call.groups);
  for (int image = 0; image < images; image++) epilogue_clear_sums(e, image, c->out_channels);
  tiles_begin();
  for (int image = 0; image < images; image += p.images)
    for (int line = 0; line < p.window.out_height; line += p.lines) {
      const amx_block b = {
          .image = image,
          .images = (int)amx_min(p.images, images - image),
          .first_line = line,
          .lines = (int)amx_min(p.lines, p.window.out_height - line),
      };
      amx_run_block(&call, &b);
    }
  tiles_end();
}

/// The number of channels in a part: one strip.
#define CK_PART_CHANNELS CK_STRIP

static size_t CK(conv_part)(const ck_convolution *c, int channel) {
  const amx_plan p = amx_plan_make(c);
  return amx_weight_offset(&p, channel / CK_STRIP, 2, 0) * sizeof(uint16_t) / sizeof(float);
}

static const char *CK(conv_kernel)(const ck_convolution *c) {
  static const char *const names[] = {"bf16", "bf16x3", "bf16x6"};
  return names[amx_parts(c->precision) - 1];
}

#define CK_CONV_ENTRIES                                                                                 \
  .conv_kernel = CK(conv_kernel), .conv_packed_size = CK(conv_packed_size), .conv_pack = CK(conv_pack), \
  .conv_part_channels = CK_PART_CHANNELS, .conv_part = CK(conv_part), .conv_scratch = CK(conv_scratch), \
  .conv = CK(conv), .peak_matrix = CK_TILE_PEAK,

#endif
