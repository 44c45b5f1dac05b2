// The partition of a dense convolution: output channels into strips, K (kernel positions x input channels, tap by tap)
// into blocks, positions into blocks of rows. It depends only on the shape.
#ifndef CK_CONV_CONV_PLAN_H
#define CK_CONV_CONV_PLAN_H
#include "families/epilogue.h"
#include "vector/vector.h"

/// The number of elements of K whose products are summed before they are added to the running sums. This keeps rounding
/// errors at the level of sgemm.
#define CK_K_BLOCK 384
/// The number of positions that share one pass over the weights: large enough that weights need little bandwidth, small
/// enough that the inputs stay in the L2 cache.
#define CK_BLOCK_ROWS 112
/// The same for 1x1 kernels whose weights stay in the L2 cache: whole rows of the output are completed earlier.
#define CK_BLOCK_ROWS_POINT 56
/// The number of floats of packed weight that fit into the L2 cache beside all other data.
#define CK_CACHED_WEIGHT (128 * 1024)
/// The number of floats of input that fit into the L2 cache beside weights and sums: of a chunk of K, and of a copied
/// map.
#define CK_BLOCK_FLOATS (96 * 1024)
#define CK_COPY_FLOATS (128 * 1024)

typedef struct {
  ptrdiff_t k, k_block;   // length of K, and of one block
  int k_blocks;           // blocks of K
  int chunk;              // blocks of K whose inputs are in the cache at the same time
  int strips;             // strips of output channels; the last one may be partial
  int positions;          // positions of an image
  int rows;               // the most positions in a block, of several images if they are small
  bool point;             // 1x1: positions form a single row for any strides
  bool leaves_map;        // some window extends beyond the map
  ptrdiff_t copy_stride;  // elements from one input position to the next in the copy
  int copy_width;         // input positions in a copied row (not for points)
  size_t copy_size;       // floats of copied input
} conv_plan;

/// Returns whether rows this far apart (in floats) all share one set of an L1 cache with 4 KiB ways.
CK_INLINE bool conv_conflicts(ptrdiff_t stride) { return stride != 0 && stride % 1024 == 0; }

CK_INLINE ptrdiff_t conv_min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_INLINE ptrdiff_t conv_max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

/// Returns the number of input rows (or columns) that `count` windows read.
CK_INLINE int conv_reach(int count, int stride, int kernel) { return (count - 1) * stride + kernel; }

/// Returns the number of floats copied for some lines of the output.
CK_INLINE ptrdiff_t conv_copied(const ck_window *w, const conv_plan *p, int lines) {
  return conv_reach(lines, w->stride_y, w->kernel_height) * p->copy_width * p->copy_stride;
}

static conv_plan conv_plan_make(const ck_convolution *c) {
  const ck_window *w = &c->window;
  conv_plan p = {.k = (ptrdiff_t)w->kernel_height * w->kernel_width * c->in_channels};
  p.k_blocks = (int)((p.k + CK_K_BLOCK - 1) / CK_K_BLOCK);
  p.k_block = ((p.k + p.k_blocks - 1) / p.k_blocks + 1) / 2 * 2;
  p.k_blocks = (int)((p.k + p.k_block - 1) / p.k_block);
  p.strips = (c->out_channels + CK_STRIP - 1) / CK_STRIP;
  p.positions = w->out_height * w->out_width;
  p.point = w->kernel_height == 1 && w->kernel_width == 1;
  p.leaves_map = w->pad_top > 0 || w->pad_left > 0 ||
                 conv_reach(w->out_height, w->stride_y, w->kernel_height) - w->pad_top > w->in_height ||
                 conv_reach(w->out_width, w->stride_x, w->kernel_width) - w->pad_left > w->in_width;
  if (p.point) {
    const int rows = p.k * c->out_channels <= CK_CACHED_WEIGHT ? CK_BLOCK_ROWS_POINT : CK_BLOCK_ROWS;
    p.rows = p.positions <= rows ? rows / p.positions * p.positions : rows;
    p.chunk = (int)conv_max(1, conv_min(p.k_blocks, CK_BLOCK_FLOATS / (p.rows * p.k_block)));
    p.copy_stride = conv_min(p.k, p.chunk * p.k_block);
    while (conv_conflicts(p.copy_stride)) p.copy_stride += 16;
    p.copy_size = (size_t)p.rows * p.copy_stride;
  } else {
    p.chunk = p.k_blocks;
    p.copy_stride = c->in_channels;
    while (conv_conflicts(w->stride_x * p.copy_stride)) p.copy_stride += 16;
    p.copy_width = conv_reach(w->out_width, w->stride_x, w->kernel_width);
    // Blocks are whole lines of the output, or several images if they are small.
    const ptrdiff_t image = conv_copied(w, &p, w->out_height);
    if (p.positions <= CK_BLOCK_ROWS && image <= CK_COPY_FLOATS) {
      const ptrdiff_t images = conv_min(CK_BLOCK_ROWS / p.positions, CK_COPY_FLOATS / image);
      p.rows = (int)images * p.positions;
      p.copy_size = images * image;
    } else {
      int lines = (int)conv_max(1, conv_min(w->out_height, CK_BLOCK_ROWS / w->out_width));
      while (lines > 1 && conv_copied(w, &p, lines) > CK_COPY_FLOATS) lines--;
      const int blocks = (w->out_height + lines - 1) / lines;
      lines = (w->out_height + blocks - 1) / blocks;  // equal blocks
      p.rows = lines * w->out_width;
      p.copy_size = conv_copied(w, &p, lines);
    }
  }
  return p;
}

/// Returns the number of channels for which the packed weight of a strip has space: a strip, or one vector if the last
/// strip needs no more.
CK_INLINE int conv_strip_width(const ck_convolution *c, int strip) {
  return c->out_channels - strip * CK_STRIP > CK_LANES ? CK_STRIP : CK_LANES;
}

static size_t conv_packed_size(const ck_convolution *c) {
  const conv_plan p = conv_plan_make(c);
  return (size_t)p.k * ((size_t)(p.strips - 1) * CK_STRIP + conv_strip_width(c, p.strips - 1));
}

// Packed weight: [strip][K][width of the strip], K tap by tap, zeros after the last channel.
static void conv_pack(const ck_convolution *c, const float *weight, float *packed) {
  const int taps = c->window.kernel_height * c->window.kernel_width;
  const int strips = (c->out_channels + CK_STRIP - 1) / CK_STRIP;
  for (int strip = 0; strip < strips; strip++)
    for (int tap = 0; tap < taps; tap++)
      for (int i = 0; i < c->in_channels; i++)
        for (int j = 0; j < conv_strip_width(c, strip); j++) {
          const int o = strip * CK_STRIP + j;
          *packed++ = o < c->out_channels ? weight[((size_t)o * c->in_channels + i) * taps + tap] : 0;
        }
}

#endif
