// Text and colour profiles in a PNG file. They are not kept, but Pillow parses them and refuses some files because of
// them.
#include "png_reader.h"

#include <stdlib.h>
#include <string.h>

// The limits of text: MAX_TEXT_CHUNK and MAX_TEXT_MEMORY.
enum { MOST_TEXT = 1 << 20, MOST_TEXT_OF_ALL = 64 << 20 };

// Returns the number of characters in UTF-8 text, -1 if Python's strict decoder would refuse it.
static long characters(const uint8_t *text, size_t length) {
  long count = 0;
  for (size_t i = 0; i < length; count++) {
    const uint8_t c = text[i];
    const size_t more = c < 0x80                ? 0
                        : c >= 0xC2 && c < 0xE0 ? 1
                        : c >= 0xE0 && c < 0xF0 ? 2
                        : c >= 0xF0 && c < 0xF5 ? 3
                                                : 9;
    if (more >= length - i) return -1;
    for (size_t k = 1; k <= more; k++)
      if ((text[i + k] & 0xC0) != 0x80) return -1;
    const uint8_t next = more > 0 ? text[i + 1] : 0;
    if ((c == 0xE0 && next < 0xA0) || (c == 0xED && next > 0x9F) || (c == 0xF0 && next < 0x90) ||
        (c == 0xF4 && next > 0x8F))
      return -1;
    i += more + 1;
  }
  return count;
}

typedef enum { INFLATED, BROKEN, TOO_LONG, NO_MEMORY } inflation;

// Inflates like _safe_zlib_decompress: truncated data is accepted as far as it goes. The caller frees `*out`.
static inflation inflate_text(const uint8_t *data, size_t length, uint8_t **out, size_t *count) {
  z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)length};
  *count = 0;
  *out = malloc(MOST_TEXT);
  if (*out == NULL || inflateInit(&stream) != Z_OK) return NO_MEMORY;
  stream.next_out = *out;
  stream.avail_out = MOST_TEXT;
  const int result = inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  if (result == Z_MEM_ERROR) return NO_MEMORY;
  if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) return BROKEN;
  if (result != Z_STREAM_END && stream.avail_out == 0 && stream.avail_in > 0) return TOO_LONG;
  *count = MOST_TEXT - stream.avail_out;
  return INFLATED;
}

static ic_status add_text(ic_png *png, const png_chunk *chunk, size_t count) {
  png->text += count;
  return png->text > MOST_TEXT_OF_ALL ? png_refuse_chunk(png, IC_CORRUPT, chunk, "is one text too many") : IC_OK;
}

// Reads deflated text and counts it if it is valid text.
static ic_status deflated(ic_png *png, const png_chunk *chunk, const uint8_t *data, size_t length, bool counts,
                          bool is_utf8) {
  uint8_t *text;
  size_t count;
  const inflation result = inflate_text(data, length, &text, &count);
  ic_status status = IC_OK;
  if (result == TOO_LONG) status = png_refuse_chunk(png, IC_CORRUPT, chunk, "inflates to more than a megabyte");
  if (result == NO_MEMORY) status = png_refuse(png, IC_OUT_OF_MEMORY, "memory is short");
  if (status == IC_OK && counts && !(is_utf8 && result == BROKEN)) {
    const long read = is_utf8 ? characters(text, count) : (long)count;
    if (read >= 0) status = add_text(png, chunk, (size_t)read);
  }
  free(text);
  return status;
}

ic_status png_read_profile(ic_png *png, const png_chunk *chunk) {
  const uint8_t *zero = memchr(chunk->data, 0, chunk->length);
  // Without a zero byte, Python's find returns -1.
  const size_t method = zero == NULL ? 0 : (size_t)(zero - chunk->data) + 1;
  if (method >= chunk->length) return png_refuse_chunk(png, IC_CORRUPT, chunk, "is too short");
  if (chunk->data[method] != 0) return png_refuse_chunk(png, IC_CORRUPT, chunk, "has an unknown compression");
  return deflated(png, chunk, chunk->data + method + 1, chunk->length - method - 1, false, false);
}

ic_status png_read_text(ic_png *png, const png_chunk *chunk) {
  const uint8_t *zero = memchr(chunk->data, 0, chunk->length);
  if (zero == NULL || zero == chunk->data) return IC_OK;
  return add_text(png, chunk, chunk->length - (size_t)(zero - chunk->data) - 1);
}

ic_status png_read_deflated_text(ic_png *png, const png_chunk *chunk) {
  const uint8_t *zero = memchr(chunk->data, 0, chunk->length), *end = chunk->data + chunk->length;
  if (zero == NULL || zero + 1 == end) return IC_OK;
  if (zero[1] != 0) return png_refuse_chunk(png, IC_CORRUPT, chunk, "has an unknown compression");
  return deflated(png, chunk, zero + 2, (size_t)(end - zero) - 2, zero != chunk->data, false);
}

ic_status png_read_international_text(ic_png *png, const png_chunk *chunk) {
  const uint8_t *zero = memchr(chunk->data, 0, chunk->length), *end = chunk->data + chunk->length;
  if (zero == NULL || end - zero < 3) return IC_OK;
  const bool is_deflated = zero[1] != 0;
  const uint8_t method = zero[2], *language = zero + 3;
  const uint8_t *keyword = memchr(language, 0, (size_t)(end - language));
  const uint8_t *text = keyword == NULL ? NULL : memchr(keyword + 1, 0, (size_t)(end - keyword) - 1);
  if (text == NULL || (is_deflated && method != 0)) return IC_OK;
  const bool counts = characters(language, (size_t)(keyword - language)) >= 0 &&
                      characters(keyword + 1, (size_t)(text - keyword) - 1) >= 0;
  text++;
  const size_t length = (size_t)(end - text);
  if (is_deflated) return deflated(png, chunk, text, length, counts, true);
  const long count = characters(text, length);
  return counts && count >= 0 ? add_text(png, chunk, (size_t)count) : IC_OK;
}
