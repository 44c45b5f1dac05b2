// Pooling. For each output position, vectors of channels are reduced over the part of the window inside the map.
#ifndef CK_FAMILIES_POOL_H
#define CK_FAMILIES_POOL_H
#include "families/pointwise.h"
#include "vector/vector.h"

/// The part of a window inside the map, for one output position.
typedef struct {
  int top, bottom, left, right;
} window_part;

static inline window_part window_inside(const ck_window *w, int position) {
  const int y = position / w->out_width * w->stride_y - w->pad_top;
  const int x = position % w->out_width * w->stride_x - w->pad_left;
  return (window_part){
      .top = y < 0 ? 0 : y,
      .bottom = y + w->kernel_height < w->in_height ? y + w->kernel_height : w->in_height,
      .left = x < 0 ? 0 : x,
      .right = x + w->kernel_width < w->in_width ? x + w->kernel_width : w->in_width,
  };
}

CK_INLINE void max_pool_columns(const ck_window *w, window_part part, const float *in, ptrdiff_t stride, float *out,
                                int vectors, int lanes) {
  vec largest[CK_COLUMNS];
  for (int v = 0; v < vectors; v++) largest[v] = vec_splat(-INFINITY);
  for (int y = part.top; y < part.bottom; y++)
    for (int x = part.left; x < part.right; x++) {
      const float *p = in + ((ptrdiff_t)y * w->in_width + x) * stride;
      for (int v = 0; v < vectors; v++)
        largest[v] = vec_max_or_nan(largest[v], vec_load_lanes(p + v * CK_LANES, lanes));
    }
  for (int v = 0; v < vectors; v++) vec_store_lanes(out + v * CK_LANES, lanes, largest[v]);
}

// Sums are taken row by row of the window, so that the error grows with the window's sides and not with its area.
CK_INLINE void average_pool_columns(const ck_window *w, window_part part, const float *in, ptrdiff_t stride, float *out,
                                    int vectors, int lanes) {
  vec sum[CK_COLUMNS], row[CK_COLUMNS];
  for (int v = 0; v < vectors; v++) sum[v] = vec_zero();
  for (int y = part.top; y < part.bottom; y++) {
    for (int v = 0; v < vectors; v++) row[v] = vec_zero();
    for (int x = part.left; x < part.right; x++) {
      const float *p = in + ((ptrdiff_t)y * w->in_width + x) * stride;
      for (int v = 0; v < vectors; v++) row[v] += vec_load_lanes(p + v * CK_LANES, lanes);
    }
    for (int v = 0; v < vectors; v++) sum[v] += row[v];
  }
  const vec count = vec_splat((float)(w->kernel_height * w->kernel_width));
  for (int v = 0; v < vectors; v++) vec_store_lanes(out + v * CK_LANES, lanes, sum[v] / count);
}

static void CK(max_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int position = 0; position < w->out_height * w->out_width; position++) {
      const window_part part = window_inside(w, position);
      const float *from = in.data + image * in.image_stride;
      float *to = out.data + image * out.image_stride + position * out.position_stride;
      int c = 0;
      for (; c + CK_COLUMNS * CK_LANES <= channels; c += CK_COLUMNS * CK_LANES)
        max_pool_columns(w, part, from + c, in.position_stride, to + c, CK_COLUMNS, CK_LANES);
      for (; c < channels; c += CK_LANES)
        max_pool_columns(w, part, from + c, in.position_stride, to + c, 1, lanes_at(c, channels));
    }
  }
}

static void CK(average_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out) {
  for (int image = 0; image < images; image++) {
    for (int position = 0; position < w->out_height * w->out_width; position++) {
      const window_part part = window_inside(w, position);
      const float *from = in.data + image * in.image_stride;
      float *to = out.data + image * out.image_stride + position * out.position_stride;
      int c = 0;
      for (; c + CK_COLUMNS * CK_LANES <= channels; c += CK_COLUMNS * CK_LANES)
        average_pool_columns(w, part, from + c, in.position_stride, to + c, CK_COLUMNS, CK_LANES);
      for (; c < channels; c += CK_LANES)
        average_pool_columns(w, part, from + c, in.position_stride, to + c, 1, lanes_at(c, channels));
    }
  }
}

#define CK_POOL_ENTRIES .max_pool = CK(max_pool), .average_pool = CK(average_pool),

#endif
