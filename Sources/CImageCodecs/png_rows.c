// Conversion of a PNG file's rows from filtered bytes to pixels.
#include "png_reader.h"

#include <stdlib.h>
#include <string.h>

// --- Filters (PNG specification, section 9) -----------------------------------------------------------------------
static inline uint8_t paeth(int a, int b, int c) {
  const int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
  return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

// One function per pixel size, so that the compiler keeps the pixel to the left in registers.
#define FILTERS(N)                                                                                                \
  static void sub_##N(uint8_t *row, const uint8_t *above, size_t count) {                                         \
    (void)above;                                                                                                  \
    uint8_t left[N] = {0};                                                                                        \
    for (size_t i = 0; i + N <= count; i += N)                                                                    \
      for (size_t c = 0; c < N; c++) row[i + c] = left[c] = (uint8_t)(row[i + c] + left[c]);                      \
  }                                                                                                               \
  static void average_##N(uint8_t *row, const uint8_t *above, size_t count) {                                     \
    uint8_t left[N] = {0};                                                                                        \
    for (size_t i = 0; i + N <= count; i += N)                                                                    \
      for (size_t c = 0; c < N; c++) row[i + c] = left[c] = (uint8_t)(row[i + c] + (left[c] + above[i + c]) / 2); \
  }                                                                                                               \
  static void paeth_##N(uint8_t *row, const uint8_t *above, size_t count) {                                       \
    uint8_t left[N] = {0}, corner[N] = {0};                                                                       \
    for (size_t i = 0; i + N <= count; i += N)                                                                    \
      for (size_t c = 0; c < N; c++) {                                                                            \
        row[i + c] = left[c] = (uint8_t)(row[i + c] + paeth(left[c], above[i + c], corner[c]));                   \
        corner[c] = above[i + c];                                                                                 \
      }                                                                                                           \
  }
FILTERS(1)
FILTERS(2)
FILTERS(3)
FILTERS(4)
FILTERS(6)
FILTERS(8)
#undef FILTERS

typedef void (*filter)(uint8_t *row, const uint8_t *above, size_t count);

bool png_unfilter(uint8_t *row, const uint8_t *previous, size_t row_bytes, size_t pixel_bytes) {
  static const filter filters[9][3] = {
      [1] = {sub_1, average_1, paeth_1}, [2] = {sub_2, average_2, paeth_2}, [3] = {sub_3, average_3, paeth_3},
      [4] = {sub_4, average_4, paeth_4}, [6] = {sub_6, average_6, paeth_6}, [8] = {sub_8, average_8, paeth_8},
  };
  uint8_t *bytes = row + 1;
  const uint8_t *above = previous + 1;
  switch (row[0]) {
    case 0: break;
    case 1: filters[pixel_bytes][0](bytes, above, row_bytes); break;
    case 2:
      for (size_t i = 0; i < row_bytes; i++) bytes[i] = (uint8_t)(bytes[i] + above[i]);
      break;
    case 3: filters[pixel_bytes][1](bytes, above, row_bytes); break;
    case 4: filters[pixel_bytes][2](bytes, above, row_bytes); break;
    default: return false;
  }
  return true;
}

// --- Pixels -----------------------------------------------------------------------------------------------------
static void put(uint8_t *out, uint8_t r, uint8_t g, uint8_t b, uint8_t a) {
  out[0] = r;
  out[1] = g;
  out[2] = b;
  out[3] = a;
}

// Expands gray and palette indices of up to eight bits.
static void expand_samples(const ic_png *png, const uint8_t *row, size_t count, uint8_t *out, size_t step) {
  const unsigned bits = png->bits, mask = (1u << bits) - 1, scale = 255 / mask;
  for (size_t x = 0; x < count; x++, out += step) {
    const size_t bit = x * bits;
    const unsigned value = row[bit / 8] >> (8 - bits - bit % 8) & mask;
    if (png->type == PNG_INDEXED) {
      const uint8_t *colour = png->colours[value];
      put(out, colour[0], colour[1], colour[2], 255);
    } else {
      const uint8_t gray = (uint8_t)(value * scale);
      put(out, gray, gray, gray, 255);
    }
  }
}

void png_expand(const ic_png *png, const uint8_t *row, size_t count, uint8_t *out, size_t step) {
  const size_t wide = png->bits == 16 ? 2 : 1;  // the high byte is the first of two
  switch (png->type) {
    case PNG_RGB:
      for (size_t x = 0; x < count; x++, out += step, row += 3 * wide) put(out, row[0], row[wide], row[2 * wide], 255);
      break;
    case PNG_RGBA:
      for (size_t x = 0; x < count; x++, out += step, row += 4 * wide)
        put(out, row[0], row[wide], row[2 * wide], row[3 * wide]);
      break;
    case PNG_GRAY_ALPHA:
      for (size_t x = 0; x < count; x++, out += step, row += 2 * wide) put(out, row[0], row[0], row[0], row[wide]);
      break;
    default:
      if (!png_is_gray16(png)) return expand_samples(png, row, count, out, step);
      for (size_t x = 0; x < count; x++, out += step, row += 2) memcpy(out, row, 2);
  }
}
