// Copies of the input in a sliding window, for the convolutions.
#ifndef CK_FAMILIES_WINDOW_H
#define CK_FAMILIES_WINDOW_H
#include "table/table.h"

/// Copies the input in the window of output position `position` of one image to `row`, tap after tap, `channels` floats
/// each, with zeros outside the map.
static inline void window_gather(const ck_window *w, int channels, const float *image, ptrdiff_t position_stride,
                                 int position, float *row) {
  const int top = position / w->out_width * w->stride_y - w->pad_top;
  const int left = position % w->out_width * w->stride_x - w->pad_left;
  for (int ky = 0; ky < w->kernel_height; ky++) {
    const int y = top + ky;
    for (int kx = 0; kx < w->kernel_width; kx++, row += channels) {
      const int x = left + kx;
      if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) {
        memset(row, 0, channels * sizeof *row);
      } else {
        memcpy(row, image + ((ptrdiff_t)y * w->in_width + x) * position_stride, channels * sizeof *row);
      }
    }
  }
}

#endif
