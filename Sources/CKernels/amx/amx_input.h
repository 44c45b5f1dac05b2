// The inputs of a block of positions, split into bf16 in the layout from which tiles are loaded.
#ifndef CK_AMX_AMX_INPUT_H
#define CK_AMX_AMX_INPUT_H
#include "amx/amx_plan.h"
#include "amx/amx_split.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// A block of positions: some lines of one image, or all lines of several images.
typedef struct {
  int image, images;
  int first_line, lines;  // lines of outputs
} amx_block;

/// The arguments of a call, and the parts of its scratch memory.
typedef struct {
  const ck_convolution *c;
  const amx_plan *plan;
  ck_input in;
  ck_view out;
  const uint16_t *packed;
  const ck_epilogue *e;
  strip_groups *groups;  // one per strip
  float *running;        // sums [strip][row of tiles][32]; for one pair of tiles if K is one block
  ptrdiff_t *offsets;    // offset of each kernel position from a row's first pixel, in elements
  uint16_t *planes;      // split inputs
  float *line;           // for gathering: a line of input
  uint16_t *lines;       // for gathering: the lines that windows read, split, [part][line][column][channel]
  uint16_t *row;         // for gathering: a row of K
} amx_call;

/// Returns the number of elements in a line of input that windows read, including padding, and 32 more for reads past
/// the end.
CK_INLINE ptrdiff_t amx_gather_width(const ck_convolution *c) {
  const ck_window *w = &c->window;
  const ptrdiff_t columns = (ptrdiff_t)(w->out_width - 1) * w->stride_x + w->kernel_width;
  return amx_ceiling(columns * c->in_channels, 32) * 32 + 32;
}

CK_INLINE ptrdiff_t amx_gather_lines(const amx_plan *p, int lines) {
  return (ptrdiff_t)(lines - 1) * p->window.stride_y + p->window.kernel_height;
}

/// Returns the number of rows of running sums, in whole pairs of tiles.
static ptrdiff_t amx_running_rows(const amx_plan *p) {
  if (p->blocks == 1) return CK_STRIP;
  const ptrdiff_t rows = amx_image_rows(p, p->lines);
  return amx_is_seamless(p) ? amx_ceiling(rows * p->images, CK_STRIP) * CK_STRIP
                            : amx_ceiling(rows, CK_STRIP) * CK_STRIP * p->images;
}

/// Lays out the parts of the scratch memory from `scratch`, which may be NULL, and returns the total size.
static size_t amx_lay_out(amx_call *call, float *scratch) {
  const amx_plan *p = call->plan;
  const size_t gather_width = p->gathers ? amx_gather_width(call->c) : 0;
  size_t size = 0;
#define CK_PART(name, count)                           \
  call->name = (void *)(scratch ? scratch + size : 0); \
  size += ((count) * sizeof *call->name + 63) / 64 * 16
  CK_PART(groups, p->strips);
  CK_PART(running, (size_t)(p->blocks > 1 ? p->strips + 1 : 1) * amx_running_rows(p) * CK_STRIP);
  CK_PART(offsets, p->taps);
  CK_PART(planes, (size_t)p->parts * p->block_groups * p->pixels * 32);
  CK_PART(line, gather_width);
  CK_PART(lines, gather_width * p->parts * amx_gather_lines(p, p->lines));
  CK_PART(row, p->gathers ? (size_t)p->block_groups * 32 + 32 : 0);
#undef CK_PART
  return size;
}

static size_t CK(conv_scratch)(const ck_convolution *c) {
  const amx_plan p = amx_plan_make(c);
  amx_call call = {.c = c, .plan = &p};
  return amx_lay_out(&call, NULL);
}

/// Returns the number of elements from one group of 32 channels to the next, and from one part to the next.
CK_INLINE ptrdiff_t amx_group_stride(const amx_plan *p) { return p->pixels * 32; }
CK_INLINE ptrdiff_t amx_part_stride(const amx_plan *p) { return p->block_groups * amx_group_stride(p); }

/// Returns 16 channels, from `channel` on, after the prologue; zeros from `count` on.
CK_INLINE __m512 amx_prepared(const ck_prologue *p, ptrdiff_t channel, const float *from, ptrdiff_t count) {
  const int lanes = (int)amx_max(0, amx_min(CK_LANES, count));
  const vec x = vec_fma(vec_load_first(from, lanes), vec_load_first(p->scale + channel, lanes),
                        vec_load_first(p->shift + channel, lanes));
  return (__m512)(p->relu ? vec_max(vec_zero(), x) : x);  // this order preserves NaN
}

/// Splits `count` channels of one pixel, beginning with `channel`, into planes from `to` on. Writes zeros if `from` is
/// NULL.
CK_INLINE void amx_split_pixel(const amx_call *call, const float *from, ptrdiff_t channel, ptrdiff_t count,
                               const int parts, uint16_t *to) {
  const ptrdiff_t group = amx_group_stride(call->plan), part = amx_part_stride(call->plan);
  const ck_prologue *const prologue = &call->c->prologue;
  for (; count > 0; count -= 32, to += group) {
    if (!from) {
      for (int i = 0; i < parts; i++) _mm512_storeu_si512(to + i * part, _mm512_setzero_si512());
      continue;
    }
    if (prologue->scale) {
      const __m512 low = amx_prepared(prologue, channel, from, count);
      const __m512 high = amx_prepared(prologue, channel + CK_LANES, from + CK_LANES, count - CK_LANES);
      amx_split(low, high, parts, to, part);
    } else {
      amx_split_first(from, count, parts, to, part);
    }
    from += 32;
    channel += 32;
  }
}

/// Splits some channels of the lines of one phase that the windows of a block read.
CK_INLINE void amx_split_phase(const amx_call *call, const amx_block *b, int image, int phase_y, int phase_x,
                               ptrdiff_t first, ptrdiff_t count, const int parts, uint16_t *to) {
  const amx_plan *p = call->plan;
  const ck_window *w = &p->window;
  for (int i = 0; i < b->lines + p->extra_lines; i++) {
    const ptrdiff_t y = (ptrdiff_t)(b->first_line + i) * w->stride_y + phase_y - w->pad_top;
    const bool inside = y >= 0 && y < w->in_height;
    const float *const line = call->in.data + image * call->in.image_stride +
                              (inside ? y * w->in_width * call->in.position_stride : 0) + first;
    for (int j = 0; j < p->line; j++, to += 32) {
      const ptrdiff_t x = (ptrdiff_t)j * w->stride_x + phase_x - w->pad_left;
      amx_split_pixel(call, inside && x >= 0 && x < w->in_width ? line + x * call->in.position_stride : NULL, first,
                      count, parts, to);
    }
  }
}

/// Splits the part of a block of K that the windows of a block of positions read.
CK_INLINE void amx_split_maps(const amx_call *call, const amx_block *b, int block, const int parts) {
  const amx_plan *p = call->plan;
  const ptrdiff_t pixels = amx_image_pixels(p, b->lines);
  const ptrdiff_t first = (ptrdiff_t)block * p->block_groups * 32;
  const ptrdiff_t count = amx_min(p->block_groups * 32, call->c->in_channels - first);
  for (int i = 0; i < b->images; i++)
    for (int y = 0; y < p->phases_y; y++)
      for (int x = 0; x < p->phases_x; x++)
        amx_split_phase(call, b, b->image + i, y, x, first, count, parts,
                        call->planes + ((y * p->phases_x + x) * b->images + i) * pixels * 32);
}

/// Splits the lines of input that the windows of a block read in one image.
CK_INLINE void amx_split_lines(const amx_call *call, const amx_block *b, int image, const int parts) {
  const ck_window *w = &call->plan->window;
  const ptrdiff_t channels = call->c->in_channels, width = amx_gather_width(call->c);
  const ptrdiff_t lines = amx_gather_lines(call->plan, b->lines);
  const ptrdiff_t columns = (ptrdiff_t)(w->out_width - 1) * w->stride_x + w->kernel_width;
  const ptrdiff_t left = amx_min(columns, w->pad_left);
  const ptrdiff_t right = amx_max(left, amx_min(columns, (ptrdiff_t)w->in_width + w->pad_left));
  memset(call->line, 0, width * sizeof *call->line);
  for (ptrdiff_t i = 0; i < lines; i++) {
    const ptrdiff_t y = (ptrdiff_t)b->first_line * w->stride_y + i - w->pad_top;
    uint16_t *const to = call->lines + i * width;
    if (y < 0 || y >= w->in_height) {
      for (int part = 0; part < parts; part++) memset(to + part * lines * width, 0, width * sizeof *to);
      continue;
    }
    const float *from = call->in.data + image * call->in.image_stride +
                        (y * w->in_width + left - w->pad_left) * call->in.position_stride;
    for (ptrdiff_t x = left; x < right; x++, from += call->in.position_stride)
      for (ptrdiff_t j = 0; j < channels; j += CK_LANES) {
        const int lanes = (int)amx_min(CK_LANES, channels - j);
        const vec values = call->c->prologue.scale ? (vec)amx_prepared(&call->c->prologue, j, from + j, lanes)
                                                   : vec_load_first(from + j, lanes);
        vec_store_first(call->line + x * channels + j, lanes, values);
      }
    for (ptrdiff_t j = 0; j < width; j += 32) amx_split_first(call->line + j, 32, parts, to + j, lines * width);
  }
}

/// Gathers elements [first, end) of K into planes, zeros up to 32, from the window whose lines begin at `window`.
CK_INLINE void amx_gather_row(const amx_call *call, const uint16_t *window, ptrdiff_t width, ptrdiff_t first,
                              ptrdiff_t end, uint16_t *to) {
  const ptrdiff_t run = (ptrdiff_t)call->plan->window.kernel_width * call->c->in_channels;
  uint16_t *row = call->row;
  for (ptrdiff_t k = first; k < end;) {
    const ptrdiff_t stop = amx_min(end, (k / run + 1) * run);
    const uint16_t *from = window + k / run * width + k % run;
    // Whole registers are copied. The surplus is overwritten by the next copy.
    for (ptrdiff_t i = 0; i < stop - k; i += 32) _mm512_storeu_si512(row + i, _mm512_loadu_si512(from + i));
    row += stop - k;
    k = stop;
  }
  _mm512_storeu_si512(row, _mm512_setzero_si512());
  for (ptrdiff_t k = 0; k < end - first; k += 32, to += amx_group_stride(call->plan))
    _mm512_storeu_si512(to, _mm512_loadu_si512(call->row + k));
}

/// Gathers the windows of a block of positions for a block of K.
CK_INLINE void amx_gather(const amx_call *call, const amx_block *b, int block, const int parts) {
  const amx_plan *p = call->plan;
  const ck_window *w = &p->window;
  const ptrdiff_t width = amx_gather_width(call->c), lines = amx_gather_lines(p, b->lines);
  const ptrdiff_t depth = (ptrdiff_t)w->kernel_height * w->kernel_width * call->c->in_channels;
  const ptrdiff_t first = (ptrdiff_t)block * p->block_groups * 32;
  const ptrdiff_t end = amx_min(depth, first + p->block_groups * 32);
  uint16_t *to = call->planes;
  for (int i = 0; i < b->images; i++) {
    amx_split_lines(call, b, b->image + i, parts);
    for (int y = 0; y < b->lines; y++)
      for (int x = 0; x < w->out_width; x++, to += 32)
        for (int part = 0; part < parts; part++)
          amx_gather_row(call,
                         call->lines + (part * lines + (ptrdiff_t)y * w->stride_y) * width +
                             (ptrdiff_t)x * w->stride_x * call->c->in_channels,
                         width, first, end, to + part * amx_part_stride(p));
  }
}

static void amx_read_input(const amx_call *call, const amx_block *b, int block) {
  const bool gathers = call->plan->gathers;
  switch (call->plan->parts) {
    case 1: return gathers ? amx_gather(call, b, block, 1) : amx_split_maps(call, b, block, 1);
    case 2: return gathers ? amx_gather(call, b, block, 2) : amx_split_maps(call, b, block, 2);
    default: return gathers ? amx_gather(call, b, block, 3) : amx_split_maps(call, b, block, 3);
  }
}

#endif
