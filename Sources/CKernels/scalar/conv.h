// Dense convolution, accumulated in double and rounded once. Packed weight: [kernel_height][kernel_width][in][out].
#ifndef CK_SCALAR_CONV_H
#define CK_SCALAR_CONV_H
#include "scalar/epilogue.h"

static size_t CK(conv_packed_size)(const ck_convolution *c) {
  return (size_t)c->window.kernel_height * c->window.kernel_width * c->in_channels * c->out_channels;
}

static void CK(conv_pack)(const ck_convolution *c, const float *weight, float *packed) {
  const int taps = c->window.kernel_height * c->window.kernel_width;
  for (int tap = 0; tap < taps; tap++)
    for (int i = 0; i < c->in_channels; i++)
      for (int o = 0; o < c->out_channels; o++) *packed++ = weight[((size_t)o * c->in_channels + i) * taps + tap];
}

// Scratch memory: one double and one set of group sums per output channel.
static size_t CK(conv_scratch)(const ck_convolution *c) {
  return (size_t)c->out_channels * ((sizeof(double) + sizeof(channel_groups)) / sizeof(float));
}

static double conv_prepared(const ck_prologue *p, int channel, float x) {
  if (!p->scale) return x;
  x *= p->scale[channel];
  x += p->shift[channel];
  return p->relu && x < 0 ? 0 : x;  // NaN remains NaN
}

static void CK(conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e,
                     ck_view out, float *scratch) {
  const ck_window w = c->window;
  double *const accumulators = (double *)scratch;
  channel_groups *const groups = (channel_groups *)(accumulators + c->out_channels);
  for (int image = 0; image < images; image++) {
    memset(groups, 0, c->out_channels * sizeof *groups);
    for (int position = 0; position < w.out_height * w.out_width; position++) {
      memset(accumulators, 0, c->out_channels * sizeof *accumulators);
      for (int tap = 0; tap < w.kernel_height * w.kernel_width; tap++) {
        const int y = position / w.out_width * w.stride_y - w.pad_top + tap / w.kernel_width;
        const int x = position % w.out_width * w.stride_x - w.pad_left + tap % w.kernel_width;
        if (y < 0 || y >= w.in_height || x < 0 || x >= w.in_width) continue;
        const float *a = in.data + image * in.image_stride + ((ptrdiff_t)y * w.in_width + x) * in.position_stride;
        for (int i = 0; i < c->in_channels; i++) {
          const float *b = packed + ((size_t)tap * c->in_channels + i) * c->out_channels;
          const double prepared = conv_prepared(&c->prologue, i, a[i]);
          for (int o = 0; o < c->out_channels; o++) accumulators[o] += prepared * (double)b[o];
        }
      }
      for (int o = 0; o < c->out_channels; o++)
        out.data[image * out.image_stride + position * out.position_stride + o] =
            epilogue(e, image, position, w.out_height * w.out_width, o, (float)accumulators[o], &groups[o]);
    }
  }
}

static const char *CK(conv_kernel)(const ck_convolution *c) {
  (void)c;
  return "loops";
}

#define CK_CONV_ENTRIES                                                                                 \
  .conv_kernel = CK(conv_kernel), .conv_packed_size = CK(conv_packed_size), .conv_pack = CK(conv_pack), \
  .conv_scratch = CK(conv_scratch), .conv = CK(conv),

#endif
