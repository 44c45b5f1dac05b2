#include "png_reader.h"

#include <stdlib.h>
#include <string.h>

static void close_stream(ic_png *png) {
  if (png->inflating) inflateEnd(&png->stream);
  png->inflating = false;
  free(png->current < png->previous ? png->current : png->previous);
  png->current = png->previous = NULL;
}

ic_png *ic_png_create(void) { return calloc(1, sizeof(ic_png)); }

void ic_png_destroy(ic_png *png) {
  if (png == NULL) return;
  close_stream(png);
  free(png);
}

ic_status ic_png_open(ic_png *png, const uint8_t *bytes, size_t count, ic_size *size) {
  close_stream(png);
  *png = (ic_png){.bytes = bytes, .count = count, .position = 8};
  static const uint8_t signature[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  if (count < 8 || memcmp(bytes, signature, 8) != 0)
    return png_refuse(png, IC_CORRUPT, "it does not begin as a PNG file");
  const ic_status status = png_read_header(png);
  if (status != IC_OK) return status;
  if (png->width == 0 || png->height == 0) return png_refuse(png, IC_CORRUPT, "it has no pixels");
  size->width = png->width;
  size->height = png->height;
  return IC_OK;
}

// Converts 16-bit gray to RGBX in place, from the end because a pixel grows from two bytes to four.
static void saturate(uint8_t *row, size_t width) {
  for (size_t x = width; x-- > 0;) {
    const uint8_t value = row[2 * x] != 0 ? 255 : row[2 * x + 1];
    memset(row + 4 * x, value, 4);
  }
}

// Fills pixels that the file does not contain with zeros. For palette indices, zero is the first colour.
static void clear(const ic_png *png, uint8_t *row) {
  memset(row, 0, 4 * (size_t)png->width);
  if (png->type != PNG_INDEXED) return;
  for (size_t x = 0; x < png->width; x++) memcpy(row + 4 * x, png->colours[0], 4);
}

static ic_status read_rows(ic_png *png, uint8_t *pixels, size_t count) {
  const png_region *region = &png->region;
  const size_t pixel = png_is_gray16(png) ? 2 : 4;
  for (size_t y = 0; y < count; y++, png->row++) {
    uint8_t *row = pixels + y * 4 * (size_t)png->width;
    const bool is_inside = !png->ended && png->row >= region->top && png->row - region->top < region->height;
    if (!is_inside || region->width < png->width) clear(png, row);
    if (!is_inside) continue;
    const ic_status status = png_inflate_row(png);
    if (status != IC_OK) return status;
    png_expand(png, png->current + 1, region->width, row + pixel * region->left, pixel);
    png_swap_rows(png);
  }
  return png->row < png->height ? IC_OK : png_read_trailer(png);
}

// Pillow places an interlaced frame in the corner of the image, whatever the frame's offset.
static ic_status read_passes(ic_png *png, uint8_t *pixels) {
  static const struct {
    uint8_t x, y, dx, dy;
  } passes[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  const size_t pixel = png_is_gray16(png) ? 2 : 4, row_bytes = 4 * (size_t)png->width, longest = png->row_bytes;
  for (size_t y = 0; y < png->height; y++) clear(png, pixels + y * row_bytes);
  for (size_t pass = 0; pass < 7 && !png->ended; pass++) {
    const size_t x = passes[pass].x, dx = passes[pass].dx;
    const size_t width = (png->region.width + dx - 1 - x) / dx;
    if (width == 0) continue;
    png->row_bytes = (png_pixel_bits(png) * width + 7) / 8;
    memset(png->previous, 0, longest + 1);
    for (size_t y = passes[pass].y; y < png->region.height && !png->ended; y += passes[pass].dy) {
      const ic_status status = png_inflate_row(png);
      if (status != IC_OK) return status;
      png_expand(png, png->current + 1, width, pixels + y * row_bytes + pixel * x, pixel * dx);
      png_swap_rows(png);
    }
  }
  return png_read_trailer(png);
}

static ic_status finished(ic_png *png, ic_status status) {
  close_stream(png);
  return status;
}

ic_status ic_png_read_stored(ic_png *png, uint8_t *pixels, ic_stored *stored) {
  *stored = IC_STORED_RGB;
  if (png->type == PNG_GRAY_ALPHA || png->type == PNG_RGBA) *stored = IC_STORED_RGBA;
  if (png->type == PNG_INDEXED || (png->type == PNG_GRAY && png->bits == 1)) *stored = IC_STORED_INDEXED;
  if (png_is_gray16(png)) *stored = IC_STORED_GRAY16;
  const ic_status status = png_start(png);
  if (status != IC_OK) return finished(png, status);
  return finished(png, png->interlaced ? read_passes(png, pixels) : read_rows(png, pixels, png->height));
}

ic_status ic_png_read(ic_png *png, uint8_t *pixels) {
  ic_stored stored;
  const ic_status status = ic_png_read_stored(png, pixels, &stored);
  if (status == IC_OK && stored == IC_STORED_GRAY16)
    for (size_t y = 0; y < png->height; y++) saturate(pixels + y * 4 * png->width, png->width);
  return status;
}

bool ic_png_is_interlaced(const ic_png *png) { return png->interlaced; }

ic_status ic_png_next(ic_png *png, uint8_t *pixels, size_t count) {
  ic_status status = png->inflating ? IC_OK : png_start(png);
  if (status == IC_OK) status = read_rows(png, pixels, count);
  if (status == IC_OK && png_is_gray16(png))
    for (size_t y = 0; y < count; y++) saturate(pixels + y * 4 * png->width, png->width);
  return status == IC_OK && png->row < png->height ? IC_OK : finished(png, status);
}

const char *ic_png_message(const ic_png *png) { return png->message; }

const char *ic_png_version(void) { return zlibVersion(); }
