// Parsing of the PNG chunks other than pixels, by Pillow's rules, which differ from the specification. Every chunk
// before the pixels must have a correct checksum; checksums of the pixels and of later chunks are ignored. Unknown
// chunks are skipped, even critical ones. Known chunks must be valid wherever they are.
#include "png_reader.h"

#include <stdio.h>
#include <string.h>

ic_status png_refuse(ic_png *png, ic_status status, const char *message) {
  snprintf(png->message, sizeof png->message, "%s", message);
  return status;
}

ic_status png_refuse_chunk(ic_png *png, ic_status status, const png_chunk *chunk, const char *message) {
  snprintf(png->message, sizeof png->message, "chunk %.4s %s", (const char *)chunk->name, message);
  return status;
}

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

static bool is(const png_chunk *chunk, const char *name) { return memcmp(chunk->name, name, 4) == 0; }

// --- The image --------------------------------------------------------------------------------------------------
static bool is_kind(unsigned bits, unsigned type) {
  switch (type) {
    case PNG_GRAY: return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
    case PNG_INDEXED: return bits == 1 || bits == 2 || bits == 4 || bits == 8;
    case PNG_RGB:
    case PNG_GRAY_ALPHA:
    case PNG_RGBA: return bits == 8 || bits == 16;
    default: return false;
  }
}

// Reads an IHDR chunk. Several are allowed, and the last one before the pixels applies, except that an unknown kind
// changes nothing.
static ic_status read_image_header(ic_png *png, const png_chunk *chunk) {
  const uint8_t *data = chunk->data;
  png->width = big_endian(data);
  png->height = big_endian(data + 4);
  if (is_kind(data[8], data[9])) {
    png->has_kind = true;
    png->bits = data[8];
    png->type = data[9];
  }
  if (data[12] != 0) png->interlaced = true;
  return data[11] == 0 ? IC_OK : png_refuse_chunk(png, IC_CORRUPT, chunk, "names unknown filters");
}

static void read_palette(ic_png *png, const png_chunk *chunk) {
  png->has_palette = true;
  png->palette_bytes = chunk->length;
  memset(png->colours, 0, sizeof png->colours);
  const size_t entries = chunk->length / 3 < 256 ? chunk->length / 3 : 256;
  for (size_t i = 0; i < entries; i++) memcpy(png->colours[i], chunk->data + 3 * i, 3);
}

static void read_animation(ic_png *png, const png_chunk *chunk) {
  const uint32_t frames = big_endian(chunk->data);
  if (png->has_frames || frames == 0 || frames > 0x80000000u) {
    // A second acTL chunk makes the file a still image. An invalid number of frames changes nothing.
    if (png->has_frames) png->has_frames = false;
    return;
  }
  png->has_frames = true;
  png->frames = frames;
}

static ic_status read_sequence(ic_png *png, const png_chunk *chunk) {
  const uint32_t number = big_endian(chunk->data);
  if (png->has_sequence ? (uint64_t)png->sequence + 1 != number : number != 0)
    return png_refuse_chunk(png, IC_CORRUPT, chunk, "is out of sequence");
  png->has_sequence = true;
  png->sequence = number;
  return IC_OK;
}

static ic_status read_frame(ic_png *png, const png_chunk *chunk) {
  const ic_status status = read_sequence(png, chunk);
  if (status != IC_OK) return status;
  const uint8_t *data = chunk->data;
  const png_region region = {big_endian(data + 12), big_endian(data + 16), big_endian(data + 4), big_endian(data + 8)};
  if (region.left + region.width > png->width || region.top + region.height > png->height)
    return png_refuse_chunk(png, IC_CORRUPT, chunk, "reaches beyond the image");
  png->has_region = true;
  png->region = region;
  return IC_OK;
}

static size_t transparency_bytes(const ic_png *png) {
  if (!png->has_kind || png->type > PNG_RGB) return 0;
  return png->type == PNG_RGB ? 6 : 2;
}

// Reads a whole chunk other than pixels and the end.
static ic_status read_chunk(ic_png *png, const png_chunk *chunk) {
  size_t least = 0;
  if (is(chunk, "IHDR")) least = 13;
  if (is(chunk, "tRNS")) least = transparency_bytes(png);
  if (is(chunk, "gAMA")) least = 4;
  if (is(chunk, "cHRM")) least = 32;
  if (is(chunk, "sRGB")) least = 1;
  if (is(chunk, "pHYs")) least = 9;
  if (is(chunk, "acTL")) least = 8;
  if (is(chunk, "fcTL")) least = 26;
  if (chunk->length < least) return png_refuse_chunk(png, IC_CORRUPT, chunk, "is too short");

  if (is(chunk, "IHDR")) return read_image_header(png, chunk);
  if (is(chunk, "fcTL")) return read_frame(png, chunk);
  if (is(chunk, "iCCP")) return png_read_profile(png, chunk);
  if (is(chunk, "tEXt")) return png_read_text(png, chunk);
  if (is(chunk, "zTXt")) return png_read_deflated_text(png, chunk);
  if (is(chunk, "iTXt")) return png_read_international_text(png, chunk);
  if (is(chunk, "PLTE") && png->has_kind && png->type == PNG_INDEXED) read_palette(png, chunk);
  if (is(chunk, "acTL")) read_animation(png, chunk);
  return IC_OK;
}

// --- Their order ------------------------------------------------------------------------------------------------
static size_t left(const ic_png *png) { return png->position < png->count ? png->count - png->position : 0; }

// Reads the eight bytes before a chunk's data. `chunk` gets the stated length, and no data yet.
static ic_status read_name(ic_png *png, png_chunk *chunk) {
  if (left(png) < 8) return png_refuse(png, IC_TRUNCATED, "the image data is incomplete");
  const uint8_t *bytes = png->bytes + png->position;
  *chunk = (png_chunk){.name = bytes + 4, .data = bytes + 8, .length = big_endian(bytes)};
  if (!is_name(chunk->name)) return png_refuse(png, IC_CORRUPT, "a chunk has no valid name");
  png->position += 8;
  return IC_OK;
}

// Skips the data, which must be complete.
static ic_status skip_data(ic_png *png, const png_chunk *chunk, size_t length) {
  if (left(png) < length) return png_refuse_chunk(png, IC_TRUNCATED, chunk, "is incomplete");
  png->position += length;
  return IC_OK;
}

// Reads the sequence number at the beginning of frame data. It must not be the file's first.
static ic_status read_frame_data(ic_png *png, const png_chunk *chunk) {
  if (chunk->length < 4) return png_refuse_chunk(png, IC_CORRUPT, chunk, "is too short");
  if (!png->has_sequence) return png_refuse_chunk(png, IC_CORRUPT, chunk, "is out of sequence");
  const ic_status status = skip_data(png, chunk, 4);
  return status == IC_OK ? read_sequence(png, chunk) : status;
}

static ic_status check_sum(ic_png *png, const png_chunk *chunk) {
  if (left(png) < 4) return png_refuse_chunk(png, IC_TRUNCATED, chunk, "is incomplete");
  const uint32_t sum = big_endian(png->bytes + png->position);
  png->position += 4;
  const uLong right = crc32_z(crc32_z(0, chunk->name, 4), chunk->data, chunk->length);
  return sum == right ? IC_OK : png_refuse_chunk(png, IC_CORRUPT, chunk, "has a wrong checksum");
}

ic_status png_read_header(ic_png *png) {
  for (;;) {
    png_chunk chunk;
    ic_status status = read_name(png, &chunk);
    if (status == IC_TRUNCATED) return png_refuse(png, status, "it has no image data");
    if (status != IC_OK) return status;
    if (is(&chunk, "IEND")) return png_refuse(png, IC_CORRUPT, "it has no image data");
    const bool is_frame = is(&chunk, "fdAT");
    // Image data before any header is skipped like an unknown chunk.
    if (is_frame || (is(&chunk, "IDAT") && png->has_kind)) {
      if (is_frame && (status = read_frame_data(png, &chunk)) != IC_OK) return status;
      if (!png->has_kind) return png_refuse(png, IC_CORRUPT, "it has no header");
      png->data_left = chunk.length - (is_frame ? 4 : 0);
      png->has_default_image = !png->has_region && png->has_frames;
      png->is_animated = png->has_frames && (png->frames > 1 || png->has_default_image);
      return IC_OK;
    }
    if ((status = skip_data(png, &chunk, chunk.length)) != IC_OK) return status;
    if ((status = read_chunk(png, &chunk)) != IC_OK) return status;
    if ((status = check_sum(png, &chunk)) != IC_OK) return status;
  }
}

ic_status png_next_data(ic_png *png) {
  while (png->data_left == 0) {
    png->position += 4;  // skip the checksum
    png_chunk chunk;
    ic_status status = read_name(png, &chunk);
    if (status != IC_OK) return status;
    const bool is_frame = is(&chunk, "fdAT");
    if (!is_frame && !is(&chunk, "IDAT") && !is(&chunk, "DDAT"))
      return png_refuse(png, IC_TRUNCATED, "the image data is incomplete");
    if (is_frame && (status = read_frame_data(png, &chunk)) != IC_OK) return status;
    png->data_left = chunk.length - (is_frame ? 4 : 0);
  }
  return IC_OK;
}

ic_status png_read_trailer(ic_png *png) {
  png->position += png->data_left;
  for (;;) {
    png->position += 4;
    png_chunk chunk;
    // Invalid data ends the file.
    if (read_name(png, &chunk) != IC_OK || is(&chunk, "IEND")) return IC_OK;
    if (is(&chunk, "fcTL") && png->is_animated) return IC_OK;
    ic_status status;
    if (is(&chunk, "fdAT")) {
      if ((status = read_frame_data(png, &chunk)) != IC_OK) return status;
      if ((status = skip_data(png, &chunk, chunk.length - 4)) != IC_OK) return status;
      continue;
    }
    if ((status = skip_data(png, &chunk, chunk.length)) != IC_OK) return status;
    if ((status = read_chunk(png, &chunk)) != IC_OK) return status;
  }
}
