// The reference implementation of both passes, in plain loops.
#include "resample.h"

#include <string.h>

static bool always(void) { return true; }

static uint8_t clamp(int32_t sum) {
  sum >>= IC_WEIGHT_BITS;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static const int32_t half = 1 << (IC_WEIGHT_BITS - 1);

static size_t packed_size(size_t outputs, size_t stride) { return outputs * stride; }

static void pack(const int32_t *weights, size_t outputs, size_t stride, int32_t *packed) {
  memcpy(packed, weights, outputs * stride * sizeof *weights);
}

static void horizontal(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *weights, size_t stride,
                       uint8_t *out) {
  for (size_t x = 0; x < outputs; x++, weights += stride, out += 4) {
    const uint8_t *pixel = row + 4 * (size_t)first[x];
    int32_t sums[4] = {half, half, half, half};
    for (size_t tap = 0; tap < stride; tap++, pixel += 4)
      for (size_t c = 0; c < 4; c++) sums[c] += pixel[c] * weights[tap];
    for (size_t c = 0; c < 4; c++) out[c] = clamp(sums[c]);
  }
}

static void vertical(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights, size_t taps,
                     uint8_t *out) {
  for (size_t x = 0; x < count; x++) {
    int32_t sum = half;
    for (size_t tap = 0; tap < taps; tap++) sum += rows[tap * row_bytes + x] * weights[tap];
    out[x] = clamp(sum);
  }
}

const ic_resampler ic_resampler_scalar = {"scalar", always, packed_size, pack, horizontal, vertical};

const ic_resampler *const *ic_resamplers(size_t *count) {
  static const ic_resampler *const order[] = {
    &ic_resampler_scalar,
#if defined(__x86_64__)
    &ic_resampler_avx2,
    &ic_resampler_avx512,
#endif
  };
  *count = sizeof order / sizeof order[0];
  return order;
}

void ic_lookup(const uint8_t *row, size_t count, const float *table, bool reversed, float *out, ptrdiff_t pixel_stride,
               ptrdiff_t channel_stride) {
  const size_t first = reversed ? 2 : 0, last = 2 - first;
  for (size_t x = 0; x < count; x++, row += 4, out += pixel_stride) {
    out[0] = table[row[first]];
    out[channel_stride] = table[256 + row[1]];
    out[2 * channel_stride] = table[512 + row[last]];
  }
}
