// Pooling, plain loops; means in double, rounded once.
#ifndef CK_SCALAR_POOL_H
#define CK_SCALAR_POOL_H
#include "table/table.h"

static void CK(max_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int position = 0; position < w->out_height * w->out_width; position++) {
      for (int c = 0; c < channels; c++) {
        float largest = -INFINITY;
        for (int tap = 0; tap < w->kernel_height * w->kernel_width; tap++) {
          const int y = position / w->out_width * w->stride_y - w->pad_top + tap / w->kernel_width;
          const int x = position % w->out_width * w->stride_x - w->pad_left + tap % w->kernel_width;
          if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) continue;
          const ptrdiff_t at = ((ptrdiff_t)y * w->in_width + x) * in.position_stride;
          const float value = in.data[image * in.image_stride + at + c];
          if (value > largest || isnan(value)) largest = value;
        }
        out.data[image * out.image_stride + position * out.position_stride + c] = largest;
      }
    }
  }
}

static void CK(average_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out) {
  const int taps = w->kernel_height * w->kernel_width;
  for (int image = 0; image < images; image++) {
    for (int position = 0; position < w->out_height * w->out_width; position++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int tap = 0; tap < taps; tap++) {
          const int y = position / w->out_width * w->stride_y - w->pad_top + tap / w->kernel_width;
          const int x = position % w->out_width * w->stride_x - w->pad_left + tap % w->kernel_width;
          const ptrdiff_t at = ((ptrdiff_t)y * w->in_width + x) * in.position_stride;
          sum += (double)in.data[image * in.image_stride + at + c];
        }
        out.data[image * out.image_stride + position * out.position_stride + c] = (float)(sum / taps);
      }
    }
  }
}

#define CK_POOL_ENTRIES .max_pool = CK(max_pool), .average_pool = CK(average_pool),

#endif
