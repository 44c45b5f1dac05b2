// The arguments of a dense convolution: the parts of the scratch memory, and the inputs, in place or copied.
#ifndef CK_CONV_CONV_INPUT_H
#define CK_CONV_CONV_INPUT_H
#include "conv/conv_plan.h"
#include "conv/conv_tile.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// The location of a tile in a block.
typedef struct {
  ptrdiff_t a, a_half;  // offset of its inputs from the block's input; a_half: see conv_tile
  int rows;
  int row;              // its first row in the block
  int image, position;  // image and position of that row
} conv_place;

/// A block of positions: some positions of one image, or all positions of several images.
typedef struct {
  int image, images;
  int position, positions;  // range of positions in each image
} conv_block;

/// The arguments of a call, and the parts of its scratch memory.
typedef struct {
  const ck_convolution *c;
  const conv_plan *plan;
  ck_input in;
  ck_view out;
  const float *packed;
  const ck_epilogue *e;
  bool copies;            // inputs are read from `copy`
  ptrdiff_t pixel, line;  // elements from one input position, or row, to the next, where inputs are read
  conv_piece *pieces;     // pieces of K
  int *block_pieces;      // index of the first piece of each block of K, then the number of pieces
  conv_place *places;
  strip_groups *groups;  // one per strip
  float *running;        // sums before the epilogue
  float *copy;
} conv_call;

CK_INLINE size_t conv_aligned(size_t floats) { return (floats + 15) / 16 * 16; }

/// Returns the number of floats of running sums: for the rows of a block and one strip, or all strips if K needs
/// several chunks. If K is one block, they are for one tile only.
static size_t conv_running_size(const conv_plan *p) {
  const size_t rows = p->k_blocks == 1 ? CK_TILE_ROWS : p->rows;
  return rows * CK_STRIP * (p->chunk < p->k_blocks ? p->strips : 1);
}

/// Lays out the parts of the scratch memory from `scratch`, which may be NULL, and returns the total size.
static size_t conv_lay_out(conv_call *call, float *scratch) {
  const conv_plan *p = call->plan;
  const ck_window *w = &call->c->window;
  const size_t pieces = (size_t)w->kernel_height * w->kernel_width + p->k_blocks;
  size_t size = 0;
#define CK_PART(name, count)                           \
  call->name = (void *)(scratch ? scratch + size : 0); \
  size += conv_aligned((count) * sizeof *call->name / sizeof(float))
  CK_PART(pieces, pieces);
  CK_PART(block_pieces, p->k_blocks + 1);
  CK_PART(places, p->rows);
  CK_PART(groups, p->strips);
  CK_PART(running, conv_running_size(p));
  CK_PART(copy, p->copy_size);
#undef CK_PART
  return size;
}

static size_t conv_scratch_size(const ck_convolution *c) {
  const conv_plan p = conv_plan_make(c);
  conv_call call = {.c = c, .plan = &p};
  return conv_lay_out(&call, NULL);
}

/// Divides K into pieces that are contiguous in the inputs and do not cross blocks.
static void conv_cut_pieces(conv_call *call) {
  const conv_plan *p = call->plan;
  const ck_window *w = &call->c->window;
  const ptrdiff_t channels = call->c->in_channels;
  const ptrdiff_t run = call->pixel == channels ? w->kernel_width * channels : channels;
  const ptrdiff_t runs_in_line = w->kernel_width * channels / run;
  int count = 0;
  for (int block = 0; block < p->k_blocks; block++) {
    const ptrdiff_t end = conv_min(p->k, (block + 1) * p->k_block);
    call->block_pieces[block] = count;
    for (ptrdiff_t k = block * p->k_block; k < end;) {
      const ptrdiff_t n = k / run, stop = conv_min(end, (n + 1) * run);
      ptrdiff_t offset = n / runs_in_line * call->line + n % runs_in_line * call->pixel + (k - n * run);
      if (p->point && call->copies) offset -= block / p->chunk * p->chunk * p->k_block;  // the copy is of one chunk
      call->pieces[count++] = (conv_piece){offset, (int)(stop - k)};
      k = stop;
    }
  }
  call->block_pieces[p->k_blocks] = count;
}

CK_INLINE void conv_copy_floats(float *restrict to, const float *restrict from, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) vec_store(to + i, vec_load(from + i));
  if (i < count) vec_store_first(to + i, (int)(count - i), vec_load_first(from + i, (int)(count - i)));
}

/// Copies channels after the prologue, beginning with a given channel.
CK_INLINE void conv_copy_prepared(float *restrict to, const float *restrict from, const float *scale,
                                  const float *shift, bool relu, ptrdiff_t count) {
  const vec least = vec_splat(relu ? 0 : -INFINITY);
  ptrdiff_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES)  // this order preserves NaN
    vec_store(to + i, vec_max(least, vec_fma(vec_load(from + i), vec_load(scale + i), vec_load(shift + i))));
  if (i == count) return;
  const int left = (int)(count - i);
  const vec x =
      vec_fma(vec_load_first(from + i, left), vec_load_first(scale + i, left), vec_load_first(shift + i, left));
  vec_store_first(to + i, left, vec_max(least, x));
}

CK_INLINE void conv_zero_floats(float *to, ptrdiff_t count) { memset(to, 0, count * sizeof *to); }

/// Copies channels [first, end) of the inputs of a block of a 1x1 convolution, after its prologue.
static void conv_copy_points(const conv_call *call, const conv_block *b, ptrdiff_t first, ptrdiff_t end) {
  const ck_window *w = &call->c->window;
  const ck_prologue *prologue = &call->c->prologue;
  float *to = call->copy;
  for (int image = b->image; image < b->image + b->images; image++) {
    const float *const data = call->in.data + image * call->in.image_stride + first;
    for (int position = b->position; position < b->position + b->positions; position++, to += call->pixel) {
      const ptrdiff_t y = (ptrdiff_t)(position / w->out_width) * w->stride_y - w->pad_top;
      const ptrdiff_t x = (ptrdiff_t)(position % w->out_width) * w->stride_x - w->pad_left;
      if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) {
        conv_zero_floats(to, end - first);
        continue;
      }
      const float *const from = data + (y * w->in_width + x) * call->in.position_stride;
      if (prologue->scale)
        conv_copy_prepared(to, from, prologue->scale + first, prologue->shift + first, prologue->relu, end - first);
      else conv_copy_floats(to, from, end - first);
    }
  }
}

/// Copies the input rows that the windows of a block read, with zeros outside the map.
static void conv_copy_lines(const conv_call *call, const conv_block *b) {
  const ck_window *w = &call->c->window;
  const conv_plan *p = call->plan;
  const ptrdiff_t channels = call->c->in_channels, stride = call->in.position_stride;
  const int first_y = b->position / w->out_width * w->stride_y - w->pad_top;
  const int lines = conv_reach(b->positions / w->out_width, w->stride_y, w->kernel_height);
  // The copied columns inside the map are [left, right).
  const int left = (int)conv_min(p->copy_width, conv_max(0, w->pad_left));
  const int right = (int)conv_max(left, conv_min(p->copy_width, (ptrdiff_t)w->in_width + w->pad_left));
  const bool contiguous = stride == channels && call->pixel == channels;
  float *to = call->copy;
  for (int image = b->image; image < b->image + b->images; image++)
    for (int y = first_y; y < first_y + lines; y++, to += call->line) {
      if (y < 0 || y >= w->in_height) {
        conv_zero_floats(to, call->line);
        continue;
      }
      const float *from =
          call->in.data + image * call->in.image_stride + ((ptrdiff_t)y * w->in_width + left - w->pad_left) * stride;
      conv_zero_floats(to, left * call->pixel);
      if (contiguous) {
        conv_copy_floats(to + left * channels, from, (right - left) * channels);
      } else {
        for (int x = left; x < right; x++, from += stride) conv_copy_floats(to + x * call->pixel, from, channels);
      }
      conv_zero_floats(to + right * call->pixel, (p->copy_width - right) * call->pixel);
    }
}

#endif
