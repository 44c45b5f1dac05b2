// The epilogue (ck_epilogue) applied to accumulators before they are stored, for one strip of channels. The loop runs
// over positions while the strip's scale, shift and sums stay in registers.
#ifndef CK_FAMILIES_EPILOGUE_H
#define CK_FAMILIES_EPILOGUE_H
#include "vector/math.h"
#include "vector/sums.h"
#include "vector/vector.h"

/// The number of vectors, and of channels, in a strip.
#define CK_STRIP_VECTORS 2
#define CK_STRIP (CK_STRIP_VECTORS * CK_LANES)

/// The sums of the current, incomplete group of positions, for one strip.
typedef struct {
  float raw[CK_STRIP], pre_activation[CK_STRIP], output[CK_STRIP];
} strip_groups;

/// A block of positions of one image, in one strip of channels.
typedef struct {
  int channel, channels;  // first channel of the strip, and number of channels: at most CK_STRIP
  int image;              // index in the batch
  int position, rows;     // first position of the block, and number of positions
  int positions;          // positions of the whole image
  const float *in;        // the accumulators of (position, channel); may be equal to `out`
  ptrdiff_t in_stride;    // elements from one position to the next
  float *out;             // the destination of (position, channel)
  ptrdiff_t out_stride;   // elements from one position to the next
  strip_groups *groups;   // incomplete group, passed from one block of the image to the next
} strip_block;

CK_INLINE bool epilogue_has_sums(const ck_epilogue *e) {
  return e->sums.raw || e->sums.pre_activation || e->sums.output;
}

CK_INLINE vec activate(ck_activation activation, vec x) {
  switch (activation) {
    case CK_RELU: return vec_max(vec_zero(), x);  // this order preserves NaN
    case CK_GELU: return vec_gelu(x);
    case CK_QUICK_GELU: return vec_quick_gelu(x);
    default: return x;
  }
}

CK_INLINE vec strip_load(const float *p, int vector, int channels) {
  if (channels == CK_STRIP) return vec_load(p + vector * CK_LANES);
  const int left = channels - vector * CK_LANES;
  return left > 0 ? vec_load_first(p + vector * CK_LANES, left < CK_LANES ? left : CK_LANES) : vec_zero();
}

CK_INLINE void strip_store(float *p, int vector, int channels, vec v) {
  if (channels == CK_STRIP) return vec_store(p + vector * CK_LANES, v);
  const int left = channels - vector * CK_LANES;
  if (left > 0) vec_store_first(p + vector * CK_LANES, left < CK_LANES ? left : CK_LANES, v);
}

/// Adds a complete group of the strip to the totals of the image, and resets the group.
CK_INLINE void strip_end_group(double *totals, int channels, vec groups[CK_STRIP_VECTORS]) {
  for (int v = 0; v < CK_STRIP_VECTORS; v++) {
    const int left = channels - v * CK_LANES;
    if (totals && left > 0) sum_add_group(totals + v * CK_LANES, left < CK_LANES ? left : CK_LANES, groups[v]);
    groups[v] = vec_zero();
  }
}

/// Returns the end of the group of sums that contains `row`, or the end of the block.
CK_INLINE int strip_group_end(const strip_block *b, int row) {
  const int left = CK_SUM_GROUP - (b->position + row) % CK_SUM_GROUP;
  return left < b->rows - row ? row + left : b->rows;
}

CK_INLINE double *strip_totals(double *sums, const ck_epilogue *e, const strip_block *b) {
  return sums ? sums + b->image * e->sums.stride + b->channel : NULL;
}

CK_INLINE const float *strip_residual(const ck_epilogue *e, const strip_block *b) {
  return e->residual.data + b->image * e->residual.image_stride + b->position * e->residual.position_stride +
         b->channel;
}

/// The sums that a loop takes. Most layers take none, or only the raw ones.
typedef enum { SUMS_NONE, SUMS_RAW, SUMS_ALL } epilogue_sums;

CK_INLINE epilogue_sums epilogue_sums_of(const ck_epilogue *e) {
  if (!epilogue_has_sums(e)) return SUMS_NONE;
  return e->sums.pre_activation || e->sums.output ? SUMS_ALL : SUMS_RAW;
}

/// The scale, shift and sums of a strip, in registers.
typedef struct {
  vec scale[CK_STRIP_VECTORS], shift[CK_STRIP_VECTORS];
  vec raw[CK_STRIP_VECTORS], pre_activation[CK_STRIP_VECTORS], output[CK_STRIP_VECTORS];
} strip_state;

// The arguments after `b` are compile-time constants of each call, so each combination is compiled as a loop of its
// own.

/// Processes rows [first, end) of the block, which are in one group of sums.
CK_INLINE void epilogue_group(const ck_epilogue *e, const strip_block *b, strip_state *s, int first, int end,
                              int channels, ck_activation activation, bool has_residual, epilogue_sums sums) {
  const float *in = b->in + first * b->in_stride;
  const float *residual = has_residual ? strip_residual(e, b) + first * e->residual.position_stride : NULL;
  float *out = b->out + first * b->out_stride;
  for (int row = first; row < end; row++) {
    for (int v = 0; v < CK_STRIP_VECTORS; v++) {
      const vec accumulator = strip_load(in, v, channels);
      vec x = vec_fma(accumulator, s->scale[v], s->shift[v]);
      if (has_residual) x += strip_load(residual, v, channels);
      const vec y = activate(activation, x);
      strip_store(out, v, channels, y);
      if (sums != SUMS_NONE) s->raw[v] += accumulator;
      if (sums == SUMS_ALL) {
        s->pre_activation[v] += x;
        s->output[v] += y;
      }
    }
    in += b->in_stride;
    out += b->out_stride;
    if (has_residual) residual += e->residual.position_stride;
  }
}

CK_INLINE void epilogue_rows(const ck_epilogue *e, const strip_block *b, int channels, ck_activation activation,
                             bool has_residual, epilogue_sums sums) {
  strip_state s;
  for (int v = 0; v < CK_STRIP_VECTORS; v++) {
    s.scale[v] = e->scale ? strip_load(e->scale + b->channel, v, channels) : vec_splat(1);
    s.shift[v] = e->shift ? strip_load(e->shift + b->channel, v, channels) : vec_splat(-0.0f);  // -0 changes no bits
    if (sums != SUMS_NONE) s.raw[v] = vec_load(b->groups->raw + v * CK_LANES);
    if (sums == SUMS_ALL) {
      s.pre_activation[v] = vec_load(b->groups->pre_activation + v * CK_LANES);
      s.output[v] = vec_load(b->groups->output + v * CK_LANES);
    }
  }
  if (sums == SUMS_NONE) {
    epilogue_group(e, b, &s, 0, b->rows, channels, activation, has_residual, sums);
    return;
  }
  for (int row = 0; row < b->rows;) {
    const int end = strip_group_end(b, row);
    epilogue_group(e, b, &s, row, end, channels, activation, has_residual, sums);
    row = end;
    if (!sum_group_ends(b->position + row - 1, b->positions)) break;  // the block ends before the group
    strip_end_group(strip_totals(e->sums.raw, e, b), channels, s.raw);
    if (sums == SUMS_ALL) {
      strip_end_group(strip_totals(e->sums.pre_activation, e, b), channels, s.pre_activation);
      strip_end_group(strip_totals(e->sums.output, e, b), channels, s.output);
    }
  }
  for (int v = 0; v < CK_STRIP_VECTORS; v++) {
    vec_store(b->groups->raw + v * CK_LANES, s.raw[v]);
    if (sums == SUMS_ALL) {
      vec_store(b->groups->pre_activation + v * CK_LANES, s.pre_activation[v]);
      vec_store(b->groups->output + v * CK_LANES, s.output[v]);
    }
  }
}

CK_INLINE void epilogue_activation(const ck_epilogue *e, const strip_block *b, int channels, ck_activation activation) {
  const epilogue_sums sums = epilogue_sums_of(e);
  if (e->residual.data) {
    if (sums == SUMS_NONE) epilogue_rows(e, b, channels, activation, true, SUMS_NONE);
    else if (sums == SUMS_RAW) epilogue_rows(e, b, channels, activation, true, SUMS_RAW);
    else epilogue_rows(e, b, channels, activation, true, SUMS_ALL);
  } else {
    if (sums == SUMS_NONE) epilogue_rows(e, b, channels, activation, false, SUMS_NONE);
    else if (sums == SUMS_RAW) epilogue_rows(e, b, channels, activation, false, SUMS_RAW);
    else epilogue_rows(e, b, channels, activation, false, SUMS_ALL);
  }
}

CK_INLINE void epilogue_any(const ck_epilogue *e, const strip_block *b, int channels) {
  switch (e->activation) {
    case CK_IDENTITY: return epilogue_activation(e, b, channels, CK_IDENTITY);
    case CK_RELU: return epilogue_activation(e, b, channels, CK_RELU);
    case CK_GELU: return epilogue_activation(e, b, channels, CK_GELU);
    case CK_QUICK_GELU: return epilogue_activation(e, b, channels, CK_QUICK_GELU);
  }
}

/// Applies the epilogue to a block. Blocks of one image and strip must be passed in ascending order of position.
/// `groups` must be zero before the first block, and is zero after the last.
static __attribute__((noinline, unused)) void epilogue_strip(const ck_epilogue *e, const strip_block *b) {
  if (b->channels == CK_STRIP) epilogue_any(e, b, CK_STRIP);
  else epilogue_any(e, b, b->channels);
}

/// Zeros the sums that an epilogue requests, for one image. Kernels call it before the image's first block.
static inline void epilogue_clear_sums(const ck_epilogue *e, int image, int channels) {
  double *const sums[] = {e->sums.raw, e->sums.pre_activation, e->sums.output};
  for (int i = 0; i < 3; i++)
    if (sums[i]) sum_clear(sums[i] + image * e->sums.stride, channels);
}

#endif
