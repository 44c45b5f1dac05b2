// Dense convolution as a matrix product by OpenBLAS: windows stored as rows (im2col) times the weight [kernel_height *
// kernel_width * in][out], then the epilogue. Images are computed one at a time, in blocks of positions counted from
// the first. The calls, and therefore the bytes, depend only on the shape.
#ifndef CK_BLAS_CONV_BLAS_H
#define CK_BLAS_CONV_BLAS_H
#include "blas/blas.h"
#include "families/epilogue.h"
#include "families/window.h"
#include "vector/vector.h"

#define CK_BLAS_POSITIONS 1024

static inline ptrdiff_t conv_depth(const ck_convolution *c) {
  return (ptrdiff_t)c->window.kernel_height * c->window.kernel_width * c->in_channels;
}

/// Returns whether the input already is the im2col matrix.
static inline bool conv_reads_input(const ck_convolution *c) {
  const ck_window *w = &c->window;
  return !c->prologue.scale && w->kernel_height == 1 && w->kernel_width == 1 && w->stride_y == 1 && w->stride_x == 1 &&
         w->pad_top == 0 && w->pad_left == 0 && w->out_width == w->in_width && w->out_height <= w->in_height;
}

/// Applies a prologue to one position.
static inline void conv_prepare(const ck_prologue *p, int channels, float *x) {
  for (int i = 0; i < channels; i++) {
    const float y = x[i] * p->scale[i] + p->shift[i];
    x[i] = p->relu && y < 0 ? 0 : y;  // NaN remains NaN
  }
}

static inline int conv_block(const ck_convolution *c) {
  const int positions = c->window.out_height * c->window.out_width;
  return positions < CK_BLAS_POSITIONS ? positions : CK_BLAS_POSITIONS;
}

static size_t CK(conv_packed_size)(const ck_convolution *c) { return (size_t)conv_depth(c) * c->out_channels; }

static void CK(conv_pack)(const ck_convolution *c, const float *weight, float *packed) {
  const int taps = c->window.kernel_height * c->window.kernel_width;
  for (int tap = 0; tap < taps; tap++)
    for (int i = 0; i < c->in_channels; i++)
      for (int o = 0; o < c->out_channels; o++) *packed++ = weight[((size_t)o * c->in_channels + i) * taps + tap];
}

static inline size_t conv_strips(const ck_convolution *c) {
  return ((size_t)c->out_channels + CK_STRIP - 1) / CK_STRIP;
}

// Scratch memory: the group sums of every strip, the product of a block, and the block's windows.
static size_t CK(conv_scratch)(const ck_convolution *c) {
  const size_t columns = c->out_channels + (conv_reads_input(c) ? 0 : conv_depth(c));
  return conv_strips(c) * (sizeof(strip_groups) / sizeof(float)) + conv_block(c) * columns;
}

static void CK(conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e,
                     ck_view out, float *scratch) {
  const ck_window *w = &c->window;
  const int positions = w->out_height * w->out_width, block = conv_block(c);
  const ptrdiff_t depth = conv_depth(c), n = c->out_channels;
  const bool direct = conv_reads_input(c);
  strip_groups *const groups = (strip_groups *)scratch;
  float *const product = scratch + conv_strips(c) * (sizeof(strip_groups) / sizeof(float));
  float *const windows = product + block * n;
  for (int image = 0; image < images; image++) {
    const float *const data = in.data + image * in.image_stride;
    epilogue_clear_sums(e, image, c->out_channels);
    memset(groups, 0, conv_strips(c) * sizeof *groups);
    for (int first = 0; first < positions; first += block) {
      const int rows = positions - first < block ? positions - first : block;
      const float *a = data + first * in.position_stride;
      ptrdiff_t a_stride = in.position_stride;
      if (!direct) {
        for (int r = 0; r < rows; r++) {
          window_gather(w, c->in_channels, data, in.position_stride, first + r, windows + r * depth);
          if (c->prologue.scale) conv_prepare(&c->prologue, c->in_channels, windows + r * depth);
        }
        a = windows;
        a_stride = depth;
      }
      if (a_stride < depth) a_stride = depth;  // for a single row the stride is unused, but BLAS checks it
      ck_blas_sgemm(CK_ROW_MAJOR, CK_NO_TRANSPOSE, CK_NO_TRANSPOSE, rows, (int)n, (int)depth, 1, a, (int)a_stride,
                    packed, (int)n, 0, product, (int)n);
      for (int channel = 0; channel < n; channel += CK_STRIP) {
        const strip_block b = {
            .channel = channel,
            .channels = n - channel < CK_STRIP ? (int)n - channel : CK_STRIP,
            .image = image,
            .position = first,
            .rows = rows,
            .positions = positions,
            .in = product + channel,
            .in_stride = n,
            .out = out.data + image * out.image_stride + first * out.position_stride + channel,
            .out_stride = out.position_stride,
            .groups = &groups[channel / CK_STRIP],
        };
        epilogue_strip(e, &b);
      }
    }
  }
}

static const char *CK(conv_kernel)(const ck_convolution *c) {
  (void)c;
  return "sgemm";
}

#define CK_CONV_ENTRIES                                                                                 \
  .conv_kernel = CK(conv_kernel), .conv_packed_size = CK(conv_packed_size), .conv_pack = CK(conv_pack), \
  .conv_scratch = CK(conv_scratch), .conv = CK(conv),

#endif
