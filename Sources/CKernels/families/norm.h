// Normalisations over the channels of each position.
#ifndef CK_FAMILIES_NORM_H
#define CK_FAMILIES_NORM_H
#include "families/pointwise.h"
#include "vector/math.h"
#include "vector/sums.h"
#include "vector/vector.h"

/// Returns `v` with zero in all lanes except the first `count`.
CK_INLINE vec vec_keep_first(vec v, int count) { return (vec)((ivec)v & (vec_lane_numbers() < count)); }

/// Returns the sum of the lanes, by repeated halving.
CK_INLINE float vec_sum(vec v) {
  float lane[CK_LANES];
  vec_store(lane, v);
  for (int width = CK_LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  return lane[0];
}

/// Returns the largest lane. A NaN may be ignored.
CK_INLINE float vec_largest(vec v) {
  float lane[CK_LANES];
  vec_store(lane, v);
  for (int width = CK_LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
  return lane[0];
}

// The number of independent chains in which a row is summed, for speed and for smaller rounding errors.
#define CK_CHAINS 4

CK_INLINE float chains_sum(const vec chain[CK_CHAINS]) {
  return vec_sum((chain[0] + chain[1]) + (chain[2] + chain[3]));
}

CK_INLINE float row_sum(const float *x, int channels) {
  vec sum[CK_CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
  int c = 0;
  for (; c + CK_CHAINS * CK_LANES <= channels; c += CK_CHAINS * CK_LANES)
    for (int i = 0; i < CK_CHAINS; i++) sum[i] += vec_load(x + c + i * CK_LANES);
  for (; c + CK_LANES <= channels; c += CK_LANES) sum[0] += vec_load(x + c);
  if (c < channels) sum[1] += vec_load_first(x + c, channels - c);
  return chains_sum(sum);
}

/// The mean, in two parts, and the biased variance of a row. The second pass sums the differences to a rounded mean.
/// Their mean is the error of the rounded mean, and corrects both results.
typedef struct {
  float mean, mean_correction, variance;
} row_moments;

CK_INLINE row_moments moments_of_row(const float *x, int channels) {
  const float mean = row_sum(x, channels) / (float)channels;
  const vec center = vec_splat(mean);
  vec sum[CK_CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
  vec square[CK_CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
  int c = 0;
  for (; c + CK_CHAINS * CK_LANES <= channels; c += CK_CHAINS * CK_LANES)
    for (int i = 0; i < CK_CHAINS; i++) {
      const vec d = vec_load(x + c + i * CK_LANES) - center;
      sum[i] += d;
      square[i] = vec_fma(d, d, square[i]);
    }
  for (; c < channels; c += CK_LANES) {
    const int lanes = lanes_at(c, channels);
    const vec d = vec_keep_first(vec_load_lanes(x + c, lanes) - center, lanes);
    sum[0] += d;
    square[0] = vec_fma(d, d, square[0]);
  }
  const float correction = chains_sum(sum) / (float)channels;
  const float variance = chains_sum(square) / (float)channels - correction * correction;
  return (row_moments){mean, correction, variance < 0 ? 0 : variance};
}

CK_INLINE void normalize_row(const float *x, int channels, const row_moments *m, const float *weight, const float *bias,
                             float epsilon, float *y) {
  const vec mean = vec_splat(m->mean), correction = vec_splat(m->mean_correction);
  const vec scale = vec_splat(1 / sqrtf(m->variance + epsilon));
  for (int c = 0; c < channels; c += CK_LANES) {
    const int lanes = lanes_at(c, channels);
    const vec d = ((vec_load_lanes(x + c, lanes) - mean) - correction) * scale;
    vec_store_lanes(y + c, lanes, vec_fma(d, vec_load_lanes(weight + c, lanes), vec_load_lanes(bias + c, lanes)));
  }
}

static void CK(layer_norm)(int positions, int channels, int images, ck_input in, const float *weight, const float *bias,
                           float epsilon, ck_view out, const ck_sums *sums) {
  double *const output = sums ? sums->output : NULL;
  for (int image = 0; image < images; image++) {
    double *const totals = output ? output + image * sums->stride : NULL;
    if (totals) sum_clear(totals, channels);
    for (int first = 0; first < positions; first += CK_SUM_GROUP) {
      const int rows = positions - first < CK_SUM_GROUP ? positions - first : CK_SUM_GROUP;
      const float *x = in.data + image * in.image_stride + first * in.position_stride;
      float *y = out.data + image * out.image_stride + first * out.position_stride;
      // The dependency chain from the sums of a row to its scale is long, so a block of rows is processed together to
      // hide its latency.
      row_moments moments[CK_SUM_GROUP];
      for (int row = 0; row < rows; row++) moments[row] = moments_of_row(x + row * in.position_stride, channels);
      for (int row = 0; row < rows; row++)
        normalize_row(x + row * in.position_stride, channels, &moments[row], weight, bias, epsilon,
                      y + row * out.position_stride);
      if (totals) sum_rows(rows, channels, y, out.position_stride, totals);
    }
  }
}

/// The method for d^beta: square roots for the exponents that networks use, double arithmetic for all others.
typedef enum { POWER_ANY, POWER_HALF, POWER_THREE_QUARTERS } power_kind;

static inline power_kind power_kind_of(float beta) {
  return beta == 0.5f ? POWER_HALF : beta == 0.75f ? POWER_THREE_QUARTERS : POWER_ANY;
}

CK_INLINE vec vec_power(vec d, power_kind kind, float beta) {
  vec root = __builtin_elementwise_sqrt(d);
  switch (kind) {
    case POWER_HALF: return root;
    case POWER_THREE_QUARTERS: return root * __builtin_elementwise_sqrt(root);
    case POWER_ANY: break;
  }
  for (int i = 0; i < CK_LANES; i++) root[i] = (float)pow((double)d[i], (double)beta);
  return root;
}

typedef struct {
  int channels, below, above;  // channels of the row; extent of the window below and above a channel
  float scale, k, beta;        // alpha / size, and the constants of the definition
} response_norm;

/// Returns the vector of a row that begins at channel `at`, with zeros outside the row. `start` is CK_LANES zeros
/// followed by the first CK_LANES channels.
CK_INLINE vec row_vector(const float *x, int channels, const float *start, int at) {
  if (at <= -CK_LANES || at >= channels) return vec_zero();
  if (at < 0) return vec_load(start + CK_LANES + at);
  return vec_load_lanes(x + at, lanes_at(at, channels));
}

CK_INLINE void response_norm_row(const response_norm *n, const float *x, power_kind kind, float *y) {
  float start[2 * CK_LANES];
  vec_store(start, vec_zero());
  vec_store(start + CK_LANES, vec_load_lanes(x, lanes_at(0, n->channels)));
  for (int c = 0; c < n->channels; c += CK_LANES) {
    vec sum = vec_zero();
    if (c >= n->below && c + CK_LANES + n->above <= n->channels) {
      for (int offset = -n->below; offset <= n->above; offset++) {
        const vec near = vec_load(x + c + offset);
        sum = vec_fma(near, near, sum);
      }
    } else {
      for (int offset = -n->below; offset <= n->above; offset++) {
        const vec near = row_vector(x, n->channels, start, c + offset);
        sum = vec_fma(near, near, sum);
      }
    }
    const vec d = vec_fma(sum, vec_splat(n->scale), vec_splat(n->k));
    const int lanes = lanes_at(c, n->channels);
    vec_store_lanes(y + c, lanes, vec_load_lanes(x + c, lanes) / vec_power(d, kind, n->beta));
  }
}

static void CK(local_response_norm)(int positions, int channels, int images, ck_input in, int size, float alpha,
                                    float beta, float k, ck_view out) {
  const response_norm n = {.channels = channels,
                           .below = size / 2,
                           .above = (size - 1) / 2,
                           .scale = alpha / (float)size,
                           .k = k,
                           .beta = beta};
  const power_kind kind = power_kind_of(beta);
  for (int image = 0; image < images; image++) {
    for (int p = 0; p < positions; p++) {
      const float *x = in.data + image * in.image_stride + p * in.position_stride;
      float *y = out.data + image * out.image_stride + p * out.position_stride;
      switch (kind) {
        case POWER_HALF: response_norm_row(&n, x, POWER_HALF, y); break;
        case POWER_THREE_QUARTERS: response_norm_row(&n, x, POWER_THREE_QUARTERS, y); break;
        case POWER_ANY: response_norm_row(&n, x, POWER_ANY, y); break;
      }
    }
  }
}

/// Computes y = e^(x - largest x) and returns the sum; `y` may be `x`. A NaN anywhere, or a row of -infinity, makes the
/// sum NaN.
static float exponentials_of_row(const float *x, int channels, float *y) {
  vec largest = vec_splat(-INFINITY);
  int c = 0;
  for (; c + CK_LANES <= channels; c += CK_LANES) largest = vec_max(vec_load(x + c), largest);
  float peak = vec_largest(largest);
  for (; c < channels; c++) peak = x[c] > peak ? x[c] : peak;
  vec sum = vec_zero();
  for (c = 0; c < channels; c += CK_LANES) {
    const int lanes = lanes_at(c, channels);
    const vec e = vec_exp(vec_load_lanes(x + c, lanes) - peak);
    vec_store_lanes(y + c, lanes, e);
    sum += vec_keep_first(e, lanes);
  }
  return vec_sum(sum);
}

CK_INLINE void softmax_row(const float *x, int channels, float *y) {
  const vec total = vec_splat(exponentials_of_row(x, channels, y));
  for (int c = 0; c < channels; c += CK_LANES) {
    const int lanes = lanes_at(c, channels);
    vec_store_lanes(y + c, lanes, vec_load_lanes(y + c, lanes) / total);
  }
}

static void CK(softmax)(int positions, int channels, int images, ck_input in, ck_view out) {
  for (int image = 0; image < images; image++)
    for (int p = 0; p < positions; p++)
      softmax_row(in.data + image * in.image_stride + p * in.position_stride, channels,
                  out.data + image * out.image_stride + p * out.position_stride);
}

#define CK_NORM_ENTRIES \
  .layer_norm = CK(layer_norm), .local_response_norm = CK(local_response_norm), .softmax = CK(softmax),

#endif
