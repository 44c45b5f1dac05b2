#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>

// Fixed parameters, so that equal pixels give equal bytes. libpng's defaults may change in a later version.
enum { LEVEL = 6, MEMORY_LEVEL = 8, WINDOW_BITS = 15 };

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} buffer;

// --- Callbacks ----------------------------------------------------------------------------------------------------
static void on_error(png_structp writer, png_const_charp message) {
  (void)message;
  png_longjmp(writer, 1);
}

static void on_warning(png_structp writer, png_const_charp message) {
  (void)writer;
  (void)message;
}

static void on_write(png_structp writer, png_bytep bytes, size_t count) {
  buffer *out = png_get_io_ptr(writer);
  if (count > out->capacity - out->count) {
    const size_t capacity = 2 * out->capacity + count;
    uint8_t *grown = realloc(out->bytes, capacity);
    if (grown == NULL) png_error(writer, "");
    out->bytes = grown;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->count, bytes, count);
  out->count += count;
}

static void on_flush(png_structp writer) { (void)writer; }

// --- Interface ----------------------------------------------------------------------------------------------------
// The only possible error is insufficient memory.
ic_status ic_png_encode(const uint8_t *pixels, size_t width, size_t height, uint8_t **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  buffer *out = calloc(1, sizeof *out);
  if (out == NULL) return IC_OUT_OF_MEMORY;
  png_structp writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
  png_infop info = writer == NULL ? NULL : png_create_info_struct(writer);
  if (info == NULL || setjmp(png_jmpbuf(writer))) {
    png_destroy_write_struct(&writer, &info);
    free(out->bytes);
    free(out);
    return IC_OUT_OF_MEMORY;
  }
  png_set_write_fn(writer, out, on_write, on_flush);
  png_set_compression_level(writer, LEVEL);
  png_set_compression_mem_level(writer, MEMORY_LEVEL);
  png_set_compression_window_bits(writer, WINDOW_BITS);
  png_set_filter(writer, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
  png_set_IHDR(writer, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_write_info(writer, info);
  png_set_filler(writer, 0, PNG_FILLER_AFTER);
  for (size_t y = 0; y < height; y++) png_write_row(writer, pixels + 4 * width * y);
  png_write_end(writer, NULL);
  png_destroy_write_struct(&writer, &info);
  *bytes = out->bytes;
  *count = out->count;
  free(out);
  return IC_OK;
}

void ic_free(void *bytes) { free(bytes); }
