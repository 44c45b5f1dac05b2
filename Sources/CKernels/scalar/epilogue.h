// The epilogue, one number at a time.
#ifndef CK_SCALAR_EPILOGUE_H
#define CK_SCALAR_EPILOGUE_H
#include "scalar/sums.h"

static inline float activate(ck_activation activation, float x) {
  switch (activation) {
    case CK_RELU: return x < 0 ? 0 : x;
    // The limit makes the argument finite, so that -infinity gives the function's limit.
    case CK_GELU: return (float)(fmax(x, -1e30) * 0.5 * erfc(x * -0.70710678118654752440));
    case CK_QUICK_GELU: return (float)(x / (1 + exp(-1.702 * x)));
    default: return x;
  }
}

/// The sums of the current, incomplete group of an image's positions, for one channel.
typedef struct {
  float raw, pre_activation, output;
} channel_groups;

static inline void end_group(double *sums, ptrdiff_t at, float *group) {
  if (sums) sums[at] += (double)*group;
  *group = 0;
}

/// Returns the value to store for one accumulator. Positions of a channel must be passed in ascending order; `groups`
/// starts as zero.
static inline float epilogue(const ck_epilogue *e, int image, int position, int positions, int channel,
                             float accumulator, channel_groups *groups) {
  const ptrdiff_t at = image * e->sums.stride + channel;
  if (position == 0) {
    if (e->sums.raw) e->sums.raw[at] = 0;
    if (e->sums.pre_activation) e->sums.pre_activation[at] = 0;
    if (e->sums.output) e->sums.output[at] = 0;
  }
  float x = accumulator;
  if (e->scale) x *= e->scale[channel];
  if (e->shift) x += e->shift[channel];
  const ck_input r = e->residual;
  if (r.data) x += r.data[image * r.image_stride + position * r.position_stride + channel];
  const float y = activate(e->activation, x);
  groups->raw += accumulator;
  groups->pre_activation += x;
  groups->output += y;
  if ((position + 1) % CK_SUM_GROUP == 0 || position + 1 == positions) {
    end_group(e->sums.raw, at, &groups->raw);
    end_group(e->sums.pre_activation, at, &groups->pre_activation);
    end_group(e->sums.output, at, &groups->output);
  }
  return y;
}

#endif
