#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>
#include <zlib.h>

struct ic_png {
  png_structp reader;
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  bool gray16;  // read as two bytes a pixel
  bool started;  // by ic_png_next
  int passes;
  size_t width, height;
  ic_status status;
  char message[128];
};

// --- Callbacks ----------------------------------------------------------------------------------------------------
static void on_error(png_structp reader, png_const_charp message) {
  ic_png *png = png_get_error_ptr(reader);
  if (png->status == IC_OK) {
    snprintf(png->message, sizeof png->message, "%s", message);
    png->status = strstr(message, "memory") != NULL ? IC_OUT_OF_MEMORY : IC_CORRUPT;
  }
  png_longjmp(reader, 1);
}

static void on_warning(png_structp reader, png_const_charp message) {
  (void)reader;
  (void)message;
}

static void on_read(png_structp reader, png_bytep out, size_t count) {
  ic_png *png = png_get_io_ptr(reader);
  if (count > png->count - png->position) {
    png->status = IC_TRUNCATED;
    snprintf(png->message, sizeof png->message, "the image data is incomplete");
    png_error(reader, "");
  }
  memcpy(out, png->bytes + png->position, count);
  png->position += count;
}

// --- Chunks -------------------------------------------------------------------------------------------------------
static uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_name(const uint8_t *name) {
  for (int i = 0; i < 4; i++) {
    const uint8_t c = name[i];
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_')) return false;
  }
  return true;
}

// Pillow's rules, which differ from libpng's: every chunk before the image data must have its right checksum, the
// data's own checksums count for nothing, and what follows the data only has to be complete.
static ic_status check_chunks(ic_png *png) {
  bool in_data = false;
  size_t at = 8;
  for (;;) {
    const size_t left = png->count - at;
    if (left < 8) {
      snprintf(png->message, sizeof png->message, "it has no image data");
      return in_data ? IC_OK : IC_TRUNCATED;
    }
    const uint8_t *chunk = png->bytes + at, *name = chunk + 4;
    const size_t length = big_endian(chunk);
    if (!is_name(name)) {
      snprintf(png->message, sizeof png->message, "a chunk has no valid name");
      return in_data ? IC_OK : IC_CORRUPT;
    }
    if (memcmp(name, "IEND", 4) == 0) {
      snprintf(png->message, sizeof png->message, "it has no image data");
      return in_data ? IC_OK : IC_CORRUPT;
    }
    const bool is_data = memcmp(name, "IDAT", 4) == 0;
    in_data = in_data || is_data;
    if (left - 8 < length || (!in_data && left - 8 - length < 4)) {
      snprintf(png->message, sizeof png->message, "chunk %.4s is incomplete", (const char *)name);
      return IC_TRUNCATED;
    }
    if (!in_data && crc32(crc32(0, name, 4), chunk + 8, (uInt)length) != big_endian(chunk + 8 + length)) {
      snprintf(png->message, sizeof png->message, "chunk %.4s has a wrong checksum", (const char *)name);
      return IC_CORRUPT;
    }
    if (left - 8 - length < 4) return IC_OK;
    at += 12 + length;
  }
}

// --- Interface ----------------------------------------------------------------------------------------------------
static void close_reader(ic_png *png) { png_destroy_read_struct(&png->reader, &png->info, NULL); }

ic_png *ic_png_create(void) { return calloc(1, sizeof(ic_png)); }

void ic_png_destroy(ic_png *png) {
  if (png == NULL) return;
  close_reader(png);
  free(png);
}

// Turns whatever the file holds into RGBX, except 16-bit gray, which libpng cannot saturate. Says what it was.
static ic_stored set_transformations(ic_png *png) {
  const int type = png_get_color_type(png->reader, png->info);
  const int bits = png_get_bit_depth(png->reader, png->info);
  png->gray16 = type == PNG_COLOR_TYPE_GRAY && bits == 16;
  if (!png->gray16) {
    if (bits == 16) png_set_strip_16(png->reader);
    if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png->reader);
    if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png->reader);
    if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png->reader);
    png_set_filler(png->reader, 0xFF, PNG_FILLER_AFTER);  // nothing where there is alpha
  }
  png->passes = png_set_interlace_handling(png->reader);
  png_read_update_info(png->reader, png->info);
  if (png->gray16) return IC_STORED_GRAY16;
  if (type == PNG_COLOR_TYPE_PALETTE || (type == PNG_COLOR_TYPE_GRAY && bits == 1)) return IC_STORED_INDEXED;
  return type & PNG_COLOR_MASK_ALPHA ? IC_STORED_RGBA : IC_STORED_RGB;
}

ic_status ic_png_open(ic_png *png, const uint8_t *bytes, size_t count, ic_size *size) {
  close_reader(png);
  *png = (ic_png){.bytes = bytes, .count = count};
  if (count < 8 || png_sig_cmp(bytes, 0, 8) != 0) {
    snprintf(png->message, sizeof png->message, "it does not begin as a PNG file");
    return IC_CORRUPT;
  }
  const ic_status chunks = check_chunks(png);
  if (chunks != IC_OK) return chunks;

  png->reader = png_create_read_struct(PNG_LIBPNG_VER_STRING, png, on_error, on_warning);
  if (png->reader != NULL) png->info = png_create_info_struct(png->reader);
  if (png->info == NULL) {
    close_reader(png);
    snprintf(png->message, sizeof png->message, "memory is short");
    return IC_OUT_OF_MEMORY;
  }
  if (setjmp(png_jmpbuf(png->reader))) {
    close_reader(png);
    return png->status;
  }
  png_set_read_fn(png->reader, png, on_read);
  png_set_crc_action(png->reader, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_keep_unknown_chunks(png->reader, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_benign_errors(png->reader, 1);
  png_set_user_limits(png->reader, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller bounds the size
  png_set_option(png->reader, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
  png_read_info(png->reader, png->info);
  size->width = png->width = png_get_image_width(png->reader, png->info);
  size->height = png->height = png_get_image_height(png->reader, png->info);
  return IC_OK;
}

// Big-endian 16-bit gray to RGBX in place, from the end because a pixel grows from two bytes to four.
static void saturate(uint8_t *row, size_t width) {
  for (size_t x = width; x-- > 0;) {
    const uint8_t value = row[2 * x] != 0 ? 255 : row[2 * x + 1];
    memset(row + 4 * x, value, 4);
  }
}

ic_status ic_png_read_stored(ic_png *png, uint8_t *pixels, ic_stored *stored) {
  if (setjmp(png_jmpbuf(png->reader))) {
    close_reader(png);
    return png->status;
  }
  *stored = set_transformations(png);
  const size_t row_bytes = 4 * png->width;
  if (png_get_rowbytes(png->reader, png->info) != (png->gray16 ? row_bytes / 2 : row_bytes))
    png_error(png->reader, "its rows have an unexpected length");
  for (int pass = 0; pass < png->passes; pass++)
    for (size_t y = 0; y < png->height; y++) png_read_row(png->reader, pixels + y * row_bytes, NULL);
  close_reader(png);
  return IC_OK;
}

ic_status ic_png_read(ic_png *png, uint8_t *pixels) {
  ic_stored stored;
  const ic_status status = ic_png_read_stored(png, pixels, &stored);
  if (status == IC_OK && stored == IC_STORED_GRAY16)
    for (size_t y = 0; y < png->height; y++) saturate(pixels + y * 4 * png->width, png->width);
  return status;
}

bool ic_png_is_interlaced(const ic_png *png) {
  return png_get_interlace_type(png->reader, png->info) != PNG_INTERLACE_NONE;
}

ic_status ic_png_next(ic_png *png, uint8_t *pixels, size_t count) {
  if (setjmp(png_jmpbuf(png->reader))) {
    close_reader(png);
    return png->status;
  }
  const size_t row_bytes = 4 * png->width;
  if (!png->started) {
    set_transformations(png);
    png->started = true;
    if (png_get_rowbytes(png->reader, png->info) != (png->gray16 ? row_bytes / 2 : row_bytes))
      png_error(png->reader, "its rows have an unexpected length");
  }
  for (size_t y = 0; y < count; y++) {
    png_read_row(png->reader, pixels + y * row_bytes, NULL);
    if (png->gray16) saturate(pixels + y * row_bytes, png->width);
  }
  return IC_OK;
}

const char *ic_png_message(const ic_png *png) { return png->message; }

const char *ic_png_version(void) { return png_get_libpng_ver(NULL); }
