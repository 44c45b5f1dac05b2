
#ifndef CK_SCALAR_BASELINES_H
#define CK_SCALAR_BASELINES_H
#include "table/table.h"

static void CK(baselines)(int height, int width, int channels, int images, ck_input in, int *non_positive,
                          double *contrast, ptrdiff_t stride) {
  for (int image = 0; image < images; image++) {
    for (int c = 0; c < channels; c++) {
      const float *const map = in.data + image * in.image_stride + c;
      int count = 0;
      double sum = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          const float *const cell = map + (y * width + x) * in.position_stride;
          if (*cell <= 0) count++;
          // The neighbours above, below, left and right; 0 outside the map.
          const double value = *cell;
          const double above = y > 0 ? cell[-width * in.position_stride] : 0;
          const double below = y < height - 1 ? cell[width * in.position_stride] : 0;
          const double left = x > 0 ? cell[-in.position_stride] : 0;
          const double right = x < width - 1 ? cell[in.position_stride] : 0;
          sum += fabs(value - above) + fabs(value - below) + fabs(value - left) + fabs(value - right);
        }
      }
      non_positive[image * stride + c] = count;
      if (contrast) contrast[image * stride + c] = sum;
    }
  }
}

#define CK_BASELINES_ENTRIES .baselines = CK(baselines),

#endif
