// Depthwise convolution, one strip of channels at a time.
//
// The map rows that a band of output rows needs are copied to a buffer that includes the padding, one vector of
// channels after another. The inner loop then needs no edge cases, and its loads are consecutive. Loads from the map
// would be a power of two apart and share a few cache sets. Each row is copied once, into a ring buffer.
#ifndef CK_FAMILIES_DEPTHWISE_H
#define CK_FAMILIES_DEPTHWISE_H
#include "families/epilogue.h"
#include "vector/vector.h"

/// A tile size smaller than CK_DEPTHWISE_TILE, used when it leaves less of the last tile unused.
#define CK_DEPTHWISE_HALF_TILE 7
/// Limits of the arrays on the stack, in vectors: the buffer of one vector of channels; the buffer size above which a
/// band would leave the cache and is not made higher; the taps; the accumulators of a band.
#define CK_DEPTHWISE_BUFFER 768
#define CK_DEPTHWISE_CACHED 320
#define CK_DEPTHWISE_TAPS 128
#define CK_DEPTHWISE_BAND 512

/// The partition of a map.
typedef struct {
  ck_window window;
  int tile;     // adjacent outputs in a tile
  int columns;  // columns of the buffer, including padding and the positions that the last tile reads beyond the map
  int slots;    // rows of the buffer
  int band;     // output rows at a time; 0: the buffer would be too large
} depthwise_cut;

static inline depthwise_cut depthwise_cut_of(const ck_window *w) {
  const int half = (w->out_width + CK_DEPTHWISE_HALF_TILE - 1) / CK_DEPTHWISE_HALF_TILE * CK_DEPTHWISE_HALF_TILE;
  const int tile = half % CK_DEPTHWISE_TILE == 0 ? CK_DEPTHWISE_TILE : CK_DEPTHWISE_HALF_TILE;
  const int width = (w->out_width + tile - 1) / tile * tile;
  const ptrdiff_t columns = (ptrdiff_t)(width - 1) * w->stride_x + w->kernel_width;
  depthwise_cut cut = {.window = *w, .tile = tile};
  if (w->kernel_height * w->kernel_width > CK_DEPTHWISE_TAPS) return cut;
  while (cut.band < w->out_height && (cut.band + 1) * width <= CK_DEPTHWISE_BAND &&
         (cut.band * w->stride_y + w->kernel_height) * columns <=
             (cut.band ? CK_DEPTHWISE_CACHED : CK_DEPTHWISE_BUFFER))
    cut.band++;
  cut.columns = (int)columns;
  cut.slots = (cut.band - 1) * w->stride_y + w->kernel_height;
  return cut;
}

/// The memory of one strip.
typedef struct {
  _Alignas(64) float buffer[CK_STRIP_VECTORS][CK_DEPTHWISE_BUFFER * CK_LANES];
  float taps[CK_STRIP_VECTORS][CK_DEPTHWISE_TAPS * CK_LANES];
  float accumulators[(CK_DEPTHWISE_BAND + CK_DEPTHWISE_TILE) * CK_STRIP];
} depthwise_memory;

CK_INLINE void depthwise_copy_columns(const float *in, ptrdiff_t stride, int columns, int channels, float *out) {
  for (int column = 0; column < columns; column++)
    for (int v = 0; v < CK_STRIP_VECTORS; v++)
      vec_store(out + v * CK_DEPTHWISE_BUFFER * CK_LANES + column * CK_LANES,
                strip_load(in + column * stride, v, channels));
}

static void depthwise_clear_columns(int columns, float *out) {
  for (int v = 0; v < CK_STRIP_VECTORS; v++)
    memset(out + v * CK_DEPTHWISE_BUFFER * CK_LANES, 0, (size_t)columns * CK_LANES * sizeof *out);
}

/// Copies padded row `y` (row y - pad_top of the map) to its slot of the buffer.
static void depthwise_copy_row(const depthwise_cut *cut, const float *image, ptrdiff_t stride, int y, int channels,
                               depthwise_memory *memory) {
  const ck_window *w = &cut->window;
  float *slot = memory->buffer[0] + (ptrdiff_t)(y % cut->slots) * cut->columns * CK_LANES;
  if (y < w->pad_top || y - w->pad_top >= w->in_height) return depthwise_clear_columns(cut->columns, slot);
  const int left = w->pad_left < cut->columns ? w->pad_left : cut->columns;
  const int inside = w->in_width < cut->columns - left ? w->in_width : cut->columns - left;
  const float *row = image + (ptrdiff_t)(y - w->pad_top) * w->in_width * stride;
  depthwise_clear_columns(left, slot);
  if (channels == CK_STRIP) depthwise_copy_columns(row, stride, inside, CK_STRIP, slot + left * CK_LANES);
  else depthwise_copy_columns(row, stride, inside, channels, slot + left * CK_LANES);
  depthwise_clear_columns(cut->columns - left - inside, slot + (left + inside) * CK_LANES);
}

/// Adds one row of taps to the sums of a tile. With constant arguments all values stay in registers, and an input is
/// loaded once for all taps.
CK_INLINE void depthwise_add_row(vec *sum, int tile, const float *row, const float *taps, int width) {
  vec tap[7];
  for (int x = 0; x < width; x++) tap[x] = vec_load(taps + x * CK_LANES);
#pragma clang loop unroll(full)
  for (int column = 0; column < tile + width - 1; column++) {
    const vec input = vec_load(row + column * CK_LANES);
#pragma clang loop unroll(full)
    for (int x = 0; x < width; x++)
      if (column - x >= 0 && column - x < tile) sum[column - x] = vec_fma(input, tap[x], sum[column - x]);
  }
}

/// Adds one row of taps to the sums of a tile, for any width and stride.
CK_INLINE void depthwise_add_row_any(vec *sum, int tile, const float *row, const float *taps, int width, int stride) {
  for (int x = 0; x < width; x++) {
    const vec tap = vec_load(taps + x * CK_LANES);
    for (int o = 0; o < tile; o++)
      sum[o] = vec_fma(vec_load(row + (ptrdiff_t)(o * stride + x) * CK_LANES), tap, sum[o]);
  }
}

/// Computes the accumulators of output row `out_y`, one vector of channels each, CK_STRIP apart. Writes up to one tile
/// past the row, which the next row overwrites. `tile` is the cut's; `kernel_width` is the window's, or 0 for the
/// general loop.
CK_INLINE void depthwise_row(const depthwise_cut *cut, int out_y, const float *buffer, const float *taps, int tile,
                             int kernel_width, float *accumulators) {
  const ck_window *w = &cut->window;
  const float *rows[CK_DEPTHWISE_TAPS];
  for (int y = 0, slot = out_y * w->stride_y % cut->slots; y < w->kernel_height; y++) {
    rows[y] = buffer + (ptrdiff_t)slot * cut->columns * CK_LANES;
    if (++slot == cut->slots) slot = 0;
  }
  for (int out_x = 0; out_x < w->out_width; out_x += tile) {
    vec sum[CK_DEPTHWISE_TILE];
    for (int o = 0; o < tile; o++) sum[o] = vec_zero();
    for (int y = 0; y < w->kernel_height; y++) {
      const float *row = rows[y] + (ptrdiff_t)out_x * w->stride_x * CK_LANES;
      const float *row_taps = taps + (ptrdiff_t)y * w->kernel_width * CK_LANES;
      if (kernel_width) depthwise_add_row(sum, tile, row, row_taps, kernel_width);
      else depthwise_add_row_any(sum, tile, row, row_taps, w->kernel_width, w->stride_x);
    }
    for (int o = 0; o < tile; o++) vec_store(accumulators + (ptrdiff_t)(out_x + o) * CK_STRIP, sum[o]);
  }
}

CK_INLINE void depthwise_rows(const depthwise_cut *cut, int first, int rows, int tile, int kernel_width,
                              depthwise_memory *memory) {
  for (int v = 0; v < CK_STRIP_VECTORS; v++)
    for (int row = 0; row < rows; row++)
      depthwise_row(cut, first + row, memory->buffer[v], memory->taps[v], tile, kernel_width,
                    memory->accumulators + (ptrdiff_t)row * cut->window.out_width * CK_STRIP + v * CK_LANES);
}

CK_INLINE void depthwise_tiles(const depthwise_cut *cut, int first, int rows, int tile, depthwise_memory *memory) {
  switch (cut->window.stride_x == 1 ? cut->window.kernel_width : 0) {
    case 7: return depthwise_rows(cut, first, rows, tile, 7, memory);
    case 3: return depthwise_rows(cut, first, rows, tile, 3, memory);
    default: return depthwise_rows(cut, first, rows, tile, 0, memory);
  }
}

static void depthwise_band(const depthwise_cut *cut, int first, int rows, depthwise_memory *memory) {
  if (cut->tile == CK_DEPTHWISE_TILE) depthwise_tiles(cut, first, rows, CK_DEPTHWISE_TILE, memory);
  else depthwise_tiles(cut, first, rows, CK_DEPTHWISE_HALF_TILE, memory);
}

/// Computes the accumulators of `rows` output positions directly from the map, for maps too wide for the buffer.
static void depthwise_direct(const ck_window *w, const float *image, ptrdiff_t stride, const float *weight,
                             ptrdiff_t weight_stride, int channels, int first, int rows, float *accumulators) {
  for (int row = 0; row < rows; row++) {
    const int top = (first + row) / w->out_width * w->stride_y - w->pad_top;
    const int left = (first + row) % w->out_width * w->stride_x - w->pad_left;
    vec sum[CK_STRIP_VECTORS];
    for (int v = 0; v < CK_STRIP_VECTORS; v++) sum[v] = vec_zero();
    for (int y = 0; y < w->kernel_height; y++)
      for (int x = 0; x < w->kernel_width; x++) {
        if (top + y < 0 || top + y >= w->in_height || left + x < 0 || left + x >= w->in_width) continue;
        const float *in = image + ((ptrdiff_t)(top + y) * w->in_width + left + x) * stride;
        const float *tap = weight + ((ptrdiff_t)y * w->kernel_width + x) * weight_stride;
        for (int v = 0; v < CK_STRIP_VECTORS; v++)
          sum[v] = vec_fma(strip_load(in, v, channels), strip_load(tap, v, channels), sum[v]);
      }
    for (int v = 0; v < CK_STRIP_VECTORS; v++) vec_store(accumulators + row * CK_STRIP + v * CK_LANES, sum[v]);
  }
}

static void CK(depthwise)(const ck_window *w, int channels, int images, ck_input in, const float *weight,
                          ptrdiff_t weight_stride, const ck_epilogue *e, ck_view out) {
  const int positions = w->out_height * w->out_width;
  const depthwise_cut cut = depthwise_cut_of(w);
  depthwise_memory memory;
  strip_groups groups = {0};
  for (int image = 0; image < images; image++) epilogue_clear_sums(e, image, channels);
  for (int channel = 0; channel < channels; channel += CK_STRIP) {
    const int count = channels - channel < CK_STRIP ? channels - channel : CK_STRIP;
    if (cut.band)
      for (int tap = 0; tap < w->kernel_height * w->kernel_width; tap++)
        for (int v = 0; v < CK_STRIP_VECTORS; v++)
          vec_store(memory.taps[v] + tap * CK_LANES, strip_load(weight + tap * weight_stride + channel, v, count));
    for (int image = 0; image < images; image++) {
      const float *const data = in.data + image * in.image_stride + channel;
      int copied = 0;  // number of padded rows copied so far
      for (int first = 0; first < positions;) {
        int rows;
        if (cut.band) {
          const int y = first / w->out_width;
          const int bands = w->out_height - y < cut.band ? w->out_height - y : cut.band;
          const int end = (y + bands - 1) * w->stride_y + w->kernel_height;
          if (copied < y * w->stride_y) copied = y * w->stride_y;
          for (; copied < end; copied++) depthwise_copy_row(&cut, data, in.position_stride, copied, count, &memory);
          depthwise_band(&cut, y, bands, &memory);
          rows = bands * w->out_width;
        } else {
          rows = positions - first < CK_DEPTHWISE_BAND ? positions - first : CK_DEPTHWISE_BAND;
          depthwise_direct(w, data, in.position_stride, weight + channel, weight_stride, count, first, rows,
                           memory.accumulators);
        }
        const strip_block b = {
            .channel = channel,
            .channels = count,
            .image = image,
            .position = first,
            .rows = rows,
            .positions = positions,
            .in = memory.accumulators,
            .in_stride = CK_STRIP,
            .out = out.data + image * out.image_stride + first * out.position_stride + channel,
            .out_stride = out.position_stride,
            .groups = &groups,
        };
        epilogue_strip(e, &b);
        first += rows;
      }
    }
  }
}

#define CK_DEPTHWISE_ENTRIES .depthwise = CK(depthwise),

#endif
