// Normalisations over the channels of a position, in double, rounded once.
#ifndef CK_SCALAR_NORM_H
#define CK_SCALAR_NORM_H
#include "scalar/sums.h"

static void CK(layer_norm)(int positions, int channels, int images, ck_input in, const float *weight, const float *bias,
                           float epsilon, ck_view out, const ck_sums *sums) {
  for (int image = 0; image < images; image++) {
    for (int p = 0; p < positions; p++) {
      const float *x = in.data + image * in.image_stride + p * in.position_stride;
      float *y = out.data + image * out.image_stride + p * out.position_stride;
      double mean = 0, variance = 0;
      for (int c = 0; c < channels; c++) mean += (double)x[c];
      mean /= channels;
      for (int c = 0; c < channels; c++) variance += ((double)x[c] - mean) * ((double)x[c] - mean);
      variance /= channels;
      const double scale = 1 / sqrt(variance + (double)epsilon);
      for (int c = 0; c < channels; c++)
        y[c] = (float)(((double)x[c] - mean) * scale * (double)weight[c] + (double)bias[c]);
    }
    if (sums && sums->output)
      for (int c = 0; c < channels; c++)
        sums->output[image * sums->stride + c] =
            sum_positions(out.data + image * out.image_stride + c, out.position_stride, positions);
  }
}

static void CK(local_response_norm)(int positions, int channels, int images, ck_input in, int size, float alpha,
                                    float beta, float k, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int p = 0; p < positions; p++) {
      const float *x = in.data + image * in.image_stride + p * in.position_stride;
      float *y = out.data + image * out.image_stride + p * out.position_stride;
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int near = c - size / 2; near <= c + (size - 1) / 2; near++)
          if (near >= 0 && near < channels) sum += (double)x[near] * (double)x[near];
        y[c] = (float)((double)x[c] / pow((double)k + (double)alpha * (sum / size), (double)beta));
      }
    }
  }
}

static void CK(softmax)(int positions, int channels, int images, ck_input in, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int p = 0; p < positions; p++) {
      const float *x = in.data + image * in.image_stride + p * in.position_stride;
      float *y = out.data + image * out.image_stride + p * out.position_stride;
      double largest = -INFINITY, sum = 0;
      for (int c = 0; c < channels; c++) largest = fmax(largest, (double)x[c]);
      for (int c = 0; c < channels; c++) sum += exp((double)x[c] - largest);
      for (int c = 0; c < channels; c++) y[c] = (float)(exp((double)x[c] - largest) / sum);
    }
  }
}

#define CK_NORM_ENTRIES \
  .layer_norm = CK(layer_norm), .local_response_norm = CK(local_response_norm), .softmax = CK(softmax),

#endif
