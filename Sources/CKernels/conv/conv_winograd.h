// 3x3 convolution with stride 1 by minimal filtering (Winograd 1980; Lavin and Gray 2016, F(2x2, 3x3)): the four
// outputs of a tile take 16 products per pair of channels instead of 36.
//
//     output tile = A^T [ (G weight G^T) * (B^T input tile B) ] A
//
// with input tiles of 4x4 that overlap by two. B and A contain only 0 and +-1, so inputs and sums pass through few
// additions and the error is that of the direct sum (larger tiles need fewer products, but lose a digit). The products
// of each of the 16 elements of a tile are a matrix product over channels, [tiles][in] x [in][out], which the tile
// kernel computes.
//
// A NaN or an infinity affects all outputs whose windows contain it, and the other outputs of the same tiles.
#ifndef CK_CONV_CONV_WINOGRAD_H
#define CK_CONV_CONV_WINOGRAD_H
#include "conv/conv_input.h"
#include "conv/conv_plan.h"
#include "conv/conv_tile.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// The number of elements in a transformed tile.
#define CK_WINOGRAD_ELEMENTS 16
/// The number of elements of K whose products are summed before they are added to the running sums.
#define CK_WINOGRAD_K_BLOCK 192
/// Limits of a block of tiles that share one pass over the weights: the floats of both transforms, so that the
/// transforms stay near the L2 cache, and the least and most tiles, so that weights need little bandwidth.
#define CK_WINOGRAD_FLOATS (96 * 1024)
#define CK_WINOGRAD_TILES_LEAST 49
#define CK_WINOGRAD_TILES_MOST 112

typedef struct {
  int lines, columns;  // lines and columns of tiles in an image
  int block_lines;     // lines of tiles in a block, for one image
  int block_images;    // images in a block: several if they are small
  int tiles;           // the most tiles in a block
  int strips;          // strips of output channels
  ptrdiff_t k_block;
  int k_blocks;
  ptrdiff_t row;  // floats from one transformed tile to the next
} winograd_plan;

/// Returns whether a convolution is computed by this algorithm. The algorithm is faster from some number of channels
/// on, because the channels share the transforms.
static bool conv_uses_winograd(const ck_convolution *c) {
  const ck_window *w = &c->window;
  return w->kernel_height == 3 && w->kernel_width == 3 && w->stride_y == 1 && w->stride_x == 1 &&
         c->in_channels % CK_LANES == 0 && c->in_channels >= 32 && c->out_channels >= 32 && w->out_height >= 4 &&
         w->out_width >= 4;
}

static winograd_plan winograd_plan_make(const ck_convolution *c) {
  const ck_window *w = &c->window;
  winograd_plan p = {.lines = (w->out_height + 1) / 2, .columns = (w->out_width + 1) / 2};
  p.strips = (c->out_channels + CK_STRIP - 1) / CK_STRIP;
  p.k_blocks = (c->in_channels + CK_WINOGRAD_K_BLOCK - 1) / CK_WINOGRAD_K_BLOCK;
  p.k_block = (c->in_channels / CK_LANES + p.k_blocks - 1) / p.k_blocks * CK_LANES;
  p.k_blocks = (int)((c->in_channels + p.k_block - 1) / p.k_block);
  p.row = c->in_channels;
  while (conv_conflicts(p.row)) p.row += 16;
  const ptrdiff_t fit = CK_WINOGRAD_FLOATS / CK_WINOGRAD_ELEMENTS / (c->in_channels + c->out_channels);
  const int tiles = (int)conv_max(CK_WINOGRAD_TILES_LEAST, conv_min(CK_WINOGRAD_TILES_MOST, fit));
  p.block_images = (int)conv_max(1, tiles / (p.lines * p.columns));
  p.block_lines = (int)conv_max(1, conv_min(p.lines, tiles / p.columns));
  const int blocks = (p.lines + p.block_lines - 1) / p.block_lines;
  p.block_lines = (p.lines + blocks - 1) / blocks;  // equal blocks
  p.tiles = p.block_images * p.block_lines * p.columns;
  return p;
}

static size_t winograd_packed_size(const ck_convolution *c) {
  const int strips = (c->out_channels + CK_STRIP - 1) / CK_STRIP;
  return (size_t)CK_WINOGRAD_ELEMENTS * c->in_channels *
         ((size_t)(strips - 1) * CK_STRIP + conv_strip_width(c, strips - 1));
}

/// Computes G g G^T of one 3x3 kernel, in double.
static void winograd_weight(const float *g, double u[CK_WINOGRAD_ELEMENTS]) {
  double t[4][3];
  for (int j = 0; j < 3; j++) {
    const double g0 = g[j], g1 = g[3 + j], g2 = g[6 + j];
    t[0][j] = g0, t[1][j] = (g0 + g1 + g2) / 2, t[2][j] = (g0 - g1 + g2) / 2, t[3][j] = g2;
  }
  for (int i = 0; i < 4; i++, u += 4) {
    u[0] = t[i][0], u[1] = (t[i][0] + t[i][1] + t[i][2]) / 2;
    u[2] = (t[i][0] - t[i][1] + t[i][2]) / 2, u[3] = t[i][2];
  }
}

// Packed weight: [strip][element][in][width of the strip], zeros after the last channel.
static void winograd_pack(const ck_convolution *c, const float *weight, float *packed) {
  const ptrdiff_t in = c->in_channels;
  for (int strip = 0; strip * CK_STRIP < c->out_channels; strip++) {
    const int width = conv_strip_width(c, strip);
    for (ptrdiff_t i = 0; i < in; i++)
      for (int j = 0; j < width; j++) {
        const ptrdiff_t o = strip * CK_STRIP + j;
        double u[CK_WINOGRAD_ELEMENTS] = {0};
        if (o < c->out_channels) winograd_weight(weight + (o * in + i) * 9, u);
        for (int element = 0; element < CK_WINOGRAD_ELEMENTS; element++)
          packed[(element * in + i) * width + j] = (float)u[element];
      }
    packed += CK_WINOGRAD_ELEMENTS * in * width;
  }
}

/// The parts of a call's scratch memory.
typedef struct {
  float *inputs;         // [element][tile][in]
  float *products;       // [element][strip][tile][CK_STRIP]
  float *lines;          // two lines of outputs of a strip
  float *zeros;          // the input outside the map
  strip_groups *groups;  // one per strip
} winograd_scratch;

static size_t winograd_lay_out(const ck_convolution *c, const winograd_plan *p, float *scratch, winograd_scratch *s) {
  size_t size = 0;
#define CK_PART(name, floats)                       \
  s->name = (void *)(scratch ? scratch + size : 0); \
  size += conv_aligned(floats)
  CK_PART(inputs, CK_WINOGRAD_ELEMENTS * (size_t)p->tiles * p->row);
  CK_PART(products, CK_WINOGRAD_ELEMENTS * (size_t)p->tiles * p->strips * CK_STRIP);
  CK_PART(lines, 4 * (size_t)p->columns * CK_STRIP);
  CK_PART(zeros, (size_t)c->in_channels);
  CK_PART(groups, p->strips * sizeof(strip_groups) / sizeof(float));
#undef CK_PART
  return size;
}

static size_t winograd_scratch_size(const ck_convolution *c) {
  const winograd_plan p = winograd_plan_make(c);
  winograd_scratch s;
  return winograd_lay_out(c, &p, NULL, &s);
}

/// Computes B^T d B of one tile for all its channels. `from` are its 16 positions; elements are `stride` apart.
static void winograd_input(const float *const from[CK_WINOGRAD_ELEMENTS], int channels, float *to, ptrdiff_t stride) {
  for (int i = 0; i < channels; i += CK_LANES) {
    vec t[4][4];
#pragma unroll
    for (int x = 0; x < 4; x++) {
      const vec d0 = vec_load(from[x] + i), d1 = vec_load(from[4 + x] + i);
      const vec d2 = vec_load(from[8 + x] + i), d3 = vec_load(from[12 + x] + i);
      t[0][x] = d0 - d2, t[1][x] = d1 + d2, t[2][x] = d2 - d1, t[3][x] = d1 - d3;
    }
#pragma unroll
    for (int y = 0; y < 4; y++) {
      vec_store(to + (4 * y + 0) * stride + i, t[y][0] - t[y][2]);
      vec_store(to + (4 * y + 1) * stride + i, t[y][1] + t[y][2]);
      vec_store(to + (4 * y + 2) * stride + i, t[y][2] - t[y][1]);
      vec_store(to + (4 * y + 3) * stride + i, t[y][1] - t[y][3]);
    }
  }
}

/// Computes A^T m A of one tile: its outputs in two lines, `line` floats apart. Elements are `stride` apart.
CK_INLINE void winograd_output(const float *from, ptrdiff_t stride, float *to, ptrdiff_t line, const int vectors) {
#pragma unroll
  for (int v = 0; v < vectors; v++, from += CK_LANES, to += CK_LANES) {
    vec s[2][4];
#pragma unroll
    for (int x = 0; x < 4; x++) {
      const vec m0 = vec_load(from + x * stride), m1 = vec_load(from + (4 + x) * stride);
      const vec m2 = vec_load(from + (8 + x) * stride), m3 = vec_load(from + (12 + x) * stride);
      s[0][x] = m0 + m1 + m2, s[1][x] = m1 - m2 - m3;
    }
#pragma unroll
    for (int y = 0; y < 2; y++) {
      vec_store(to + y * line, s[y][0] + s[y][1] + s[y][2]);
      vec_store(to + y * line + CK_STRIP, s[y][1] - s[y][2] - s[y][3]);
    }
  }
}

/// A block of tiles: lines of tiles of some images.
typedef struct {
  int image, images;
  int line, lines;  // lines of tiles in each image
} winograd_block;

typedef struct {
  const ck_convolution *c;
  const winograd_plan *plan;
  winograd_scratch s;
  ck_input in;
  ck_view out;
  const float *packed;
  const ck_epilogue *e;
} winograd_call;

static void winograd_transform_inputs(const winograd_call *call, const winograd_block *b) {
  const ck_window *w = &call->c->window;
  const winograd_plan *p = call->plan;
  float *to = call->s.inputs;
  for (int image = b->image; image < b->image + b->images; image++) {
    const float *const data = call->in.data + image * call->in.image_stride;
    for (int line = b->line; line < b->line + b->lines; line++)
      for (int column = 0; column < p->columns; column++, to += p->row) {
        const float *from[CK_WINOGRAD_ELEMENTS];
        for (int i = 0; i < CK_WINOGRAD_ELEMENTS; i++) {
          const int y = 2 * line + i / 4 - w->pad_top, x = 2 * column + i % 4 - w->pad_left;
          const bool inside = y >= 0 && y < w->in_height && x >= 0 && x < w->in_width;
          from[i] = inside ? data + ((ptrdiff_t)y * w->in_width + x) * call->in.position_stride : call->s.zeros;
        }
        winograd_input(from, call->c->in_channels, to, p->tiles * p->row);
      }
  }
}

/// Multiplies one element of all tiles by one strip of output channels.
static void winograd_multiply(const winograd_call *call, int tiles, int element, int strip, const float *weight,
                              const float *next_weight) {
  const winograd_plan *p = call->plan;
  const float *const inputs = call->s.inputs + (ptrdiff_t)element * p->tiles * p->row;
  float *const products = call->s.products + ((ptrdiff_t)element * p->strips + strip) * p->tiles * CK_STRIP;
  const int width = conv_strip_width(call->c, strip);
  for (int block = 0; block < p->k_blocks; block++) {
    const ptrdiff_t first = block * p->k_block;
    const conv_piece piece = {first, (int)conv_min(p->k_block, call->c->in_channels - first)};
    const bool last = block + 1 == p->k_blocks;
    const float *const next = last ? next_weight : weight + (first + piece.length) * width;
    const ptrdiff_t lines = piece.length * CK_STRIP / CK_CACHE_LINE;
    for (int row = 0; row < tiles;) {
      const int rows = conv_tile_height(tiles - row);
      const conv_tile tile = {
          .a = inputs + row * p->row,
          .a_half = inputs + (row + (rows + 1) / 2) * p->row,
          .a_stride = p->row,
          .b = weight + first * width,
          .pieces = &piece,
          .piece_count = 1,
          .sums = products + row * CK_STRIP,
          .first = block == 0,
          .next_b = next + lines * row / tiles * CK_CACHE_LINE,
      };
      conv_tiles[rows - 1][width > CK_LANES](&tile);
      row += rows;
    }
  }
}

/// Transforms the products of a block in one strip of output channels into outputs and applies the epilogue, line by
/// line.
static void winograd_finish(const winograd_call *call, const winograd_block *b, int strip) {
  const ck_window *w = &call->c->window;
  const winograd_plan *p = call->plan;
  const ptrdiff_t element = (ptrdiff_t)p->strips * p->tiles * CK_STRIP, line = 2 * p->columns * CK_STRIP;
  const float *from = call->s.products + (ptrdiff_t)strip * p->tiles * CK_STRIP;
  const int channel = strip * CK_STRIP, left = call->c->out_channels - channel;
  for (int image = b->image; image < b->image + b->images; image++)
    for (int tile_line = b->line; tile_line < b->line + b->lines; tile_line++) {
      for (int column = 0; column < p->columns; column++, from += CK_STRIP) {
        float *const to = call->s.lines + 2 * column * CK_STRIP;
        if (left > CK_LANES) winograd_output(from, element, to, line, 2);
        else winograd_output(from, element, to, line, 1);
      }
      for (int y = 2 * tile_line; y < conv_min(w->out_height, 2 * tile_line + 2); y++) {
        const strip_block block = {
            .channel = channel,
            .channels = left < CK_STRIP ? left : CK_STRIP,
            .image = image,
            .position = y * w->out_width,
            .rows = w->out_width,
            .positions = w->out_height * w->out_width,
            .in = call->s.lines + (y - 2 * tile_line) * line,
            .in_stride = CK_STRIP,
            .out = call->out.data + image * call->out.image_stride +
                   (ptrdiff_t)y * w->out_width * call->out.position_stride + channel,
            .out_stride = call->out.position_stride,
            .groups = &call->s.groups[strip],
        };
        epilogue_strip(call->e, &block);
      }
    }
}

static void winograd_run_block(const winograd_call *call, const winograd_block *b) {
  const winograd_plan *p = call->plan;
  const ptrdiff_t in = call->c->in_channels;
  const int tiles = b->images * b->lines * p->columns;
  winograd_transform_inputs(call, b);
  for (int element = 0; element < CK_WINOGRAD_ELEMENTS; element++)
    for (int strip = 0; strip < p->strips; strip++) {
      const float *const panel = call->packed + (ptrdiff_t)strip * CK_WINOGRAD_ELEMENTS * in * CK_STRIP;
      const float *const weight = panel + element * in * conv_strip_width(call->c, strip);
      const int next = strip + 1 < p->strips ? strip + 1 : 0, next_element = element + (next == 0);
      const float *const next_weight = call->packed + (ptrdiff_t)next * CK_WINOGRAD_ELEMENTS * in * CK_STRIP +
                                       next_element % CK_WINOGRAD_ELEMENTS * in * conv_strip_width(call->c, next);
      winograd_multiply(call, tiles, element, strip, weight, next_weight);
    }
  for (int strip = 0; strip < p->strips; strip++) winograd_finish(call, b, strip);
}

static void winograd_run(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e,
                         ck_view out, float *scratch) {
  const winograd_plan p = winograd_plan_make(c);
  winograd_call call = {.c = c, .plan = &p, .in = in, .out = out, .packed = packed, .e = e};
  winograd_lay_out(c, &p, scratch, &call.s);
  memset(call.s.groups, 0, p.strips * sizeof *call.s.groups);
  conv_zero_floats(call.s.zeros, c->in_channels);
  for (int image = 0; image < images; image++) epilogue_clear_sums(e, image, c->out_channels);
  for (int image = 0; image < images; image += p.block_images)
    for (int line = 0; line < p.lines; line += p.block_lines) {
      const winograd_block b = {
          .image = image,
          .images = (int)conv_min(p.block_images, images - image),
          .line = line,
          .lines = (int)conv_min(p.block_lines, p.lines - line),
      };
      winograd_run_block(&call, &b);
    }
}

#endif
