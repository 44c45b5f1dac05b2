// Pointwise operations and reductions over positions, plain loops.
#ifndef CK_SCALAR_POINTWISE_H
#define CK_SCALAR_POINTWISE_H
#include "scalar/epilogue.h"
#include "scalar/sums.h"

static void CK(map)(int positions, int channels, int images, ck_input in, const ck_epilogue *e, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int c = 0; c < channels; c++) {
      channel_groups groups = {0};
      for (int p = 0; p < positions; p++) {
        const float x = in.data[image * in.image_stride + p * in.position_stride + c];
        out.data[image * out.image_stride + p * out.position_stride + c] =
            epilogue(e, image, p, positions, c, x, &groups);
      }
    }
  }
}

static void CK(column_sums)(int positions, int channels, int images, ck_input in, double *sums, ptrdiff_t stride) {
  for (int image = 0; image < images; image++)
    for (int c = 0; c < channels; c++)
      sums[image * stride + c] = sum_positions(in.data + image * in.image_stride + c, in.position_stride, positions);
}

static void CK(column_maxima)(int positions, int channels, int images, ck_input in, float *maxima, ptrdiff_t stride) {
  for (int image = 0; image < images; image++) {
    for (int c = 0; c < channels; c++) {
      float largest = -INFINITY;
      for (int p = 0; p < positions; p++) {
        const float x = in.data[image * in.image_stride + p * in.position_stride + c];
        if (x > largest || isnan(x)) largest = x;
      }
      maxima[image * stride + c] = largest;
    }
  }
}

static void CK(transpose)(int positions, int channels, const float *in, ptrdiff_t in_stride, float *out) {
  for (int p = 0; p < positions; p++)
    for (int c = 0; c < channels; c++) out[(ptrdiff_t)c * positions + p] = in[p * in_stride + c];
}

#define CK_POINTWISE_ENTRIES \
  .map = CK(map), .column_sums = CK(column_sums), .column_maxima = CK(column_maxima), .transpose = CK(transpose),

#endif
