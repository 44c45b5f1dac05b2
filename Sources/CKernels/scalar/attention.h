// Attention, one query of one head at a time, in double, rounded once.
#ifndef CK_SCALAR_ATTENTION_H
#define CK_SCALAR_ATTENTION_H
#include "table/table.h"

// Scratch memory: one double per key.
static size_t CK(attention_scratch)(int queries, int keys, int heads, int head_size) {
  (void)queries, (void)heads, (void)head_size;
  return (size_t)keys * (sizeof(double) / sizeof(float));
}

static void CK(attention)(int queries, int keys, int heads, int head_size, int images, ck_input query, ck_input key,
                          ck_input value, ck_view out, float *scratch) {
  double *const weights = (double *)scratch;
  for (int image = 0; image < images; image++) {
    for (int head = 0; head < heads; head++) {
      const ptrdiff_t first = (ptrdiff_t)head * head_size;
      for (int q = 0; q < queries; q++) {
        const float *a = query.data + image * query.image_stride + q * query.position_stride + first;
        double largest = -INFINITY, sum = 0;
        for (int j = 0; j < keys; j++) {
          const float *b = key.data + image * key.image_stride + j * key.position_stride + first;
          weights[j] = 0;
          for (int d = 0; d < head_size; d++) weights[j] += (double)a[d] * (double)b[d];
          weights[j] /= sqrt(head_size);
          largest = fmax(largest, weights[j]);
        }
        for (int j = 0; j < keys; j++) sum += weights[j] = exp(weights[j] - largest);
        float *result = out.data + image * out.image_stride + q * out.position_stride + first;
        for (int d = 0; d < head_size; d++) {
          double total = 0;
          for (int j = 0; j < keys; j++)
            total +=
                weights[j] * (double)value.data[image * value.image_stride + j * value.position_stride + first + d];
          result[d] = (float)(total / sum);
        }
      }
    }
  }
}

#define CK_ATTENTION_ENTRIES .attention_scratch = CK(attention_scratch), .attention = CK(attention),

#endif
