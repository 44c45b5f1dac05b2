// Depthwise convolution, accumulated in double and rounded once.
#ifndef CK_SCALAR_DEPTHWISE_H
#define CK_SCALAR_DEPTHWISE_H
#include "scalar/epilogue.h"

static void CK(depthwise)(const ck_window *w, int channels, int images, ck_input in, const float *weight,
                          ptrdiff_t weight_stride, const ck_epilogue *e, ck_view out) {
  const int positions = w->out_height * w->out_width;
  for (int image = 0; image < images; image++) {
    for (int c = 0; c < channels; c++) {
      channel_groups groups = {0};
      for (int position = 0; position < positions; position++) {
        double sum = 0;
        for (int tap = 0; tap < w->kernel_height * w->kernel_width; tap++) {
          const int y = position / w->out_width * w->stride_y - w->pad_top + tap / w->kernel_width;
          const int x = position % w->out_width * w->stride_x - w->pad_left + tap % w->kernel_width;
          if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) continue;
          const ptrdiff_t at = ((ptrdiff_t)y * w->in_width + x) * in.position_stride;
          sum += (double)in.data[image * in.image_stride + at + c] * (double)weight[tap * weight_stride + c];
        }
        out.data[image * out.image_stride + position * out.position_stride + c] =
            epilogue(e, image, position, positions, c, (float)sum, &groups);
      }
    }
  }
}

#define CK_DEPTHWISE_ENTRIES .depthwise = CK(depthwise),

#endif
