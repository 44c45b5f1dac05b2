// The stream of a PNG file's pixels, read row by row like Pillow's ImagingZipDecode. The stream is read only as far as
// the rows need, so its checksum may be wrong or missing. If the stream ends after a row, the remaining rows are black.
#include "png_reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// The size of the blocks in which Pillow passes data to the decoder (ImageFile.MAXBLOCK). It determines whether zlib
// sees the end of the stream together with the last byte of a row.
enum { BLOCK = 1 << 16 };

ic_status png_start(ic_png *png) {
  const size_t bits = png_pixel_bits(png);
  const png_region *region = &png->region;
  if (!png->has_region) png->region = (png_region){0, 0, png->width, png->height};
  if (region->width == 0 || region->height == 0 || region->left + region->width > png->width ||
      region->top + region->height > png->height)
    return png_refuse(png, IC_CORRUPT, "its first frame is not within the image");
  if (region->width > INT_MAX / bits - 7) return png_refuse(png, IC_OUT_OF_MEMORY, "its rows are too long");
  if (png->has_palette && (png->type != PNG_INDEXED || png->palette_bytes / 3 > 256))
    return png_refuse(png, IC_CORRUPT, "its palette does not fit the image");

  png->row_bytes = (bits * region->width + 7) / 8;
  // One allocation for both rows, with slack for reads past the end.
  png->current = calloc(2, png->row_bytes + 1 + IC_SLACK);
  png->stream = (z_stream){0};
  if (png->current == NULL || inflateInit(&png->stream) != Z_OK)
    return png_refuse(png, IC_OUT_OF_MEMORY, "memory is short");
  png->previous = png->current + png->row_bytes + 1 + IC_SLACK;
  png->inflating = true;
  return IC_OK;
}

// Provides more of the stream, at most the rest of one chunk, like Pillow's load_read.
static ic_status refill(ic_png *png) {
  const ic_status status = png_next_data(png);
  if (status != IC_OK) return status;
  const size_t left = png->position < png->count ? png->count - png->position : 0;
  const size_t wanted = png->data_left < BLOCK ? (size_t)png->data_left : BLOCK;
  const size_t got = left < wanted ? left : wanted;
  if (got == 0) return png_refuse(png, IC_TRUNCATED, "the image data is incomplete");
  png->stream.next_in = (Bytef *)(png->bytes + png->position);
  png->stream.avail_in = (uInt)got;
  png->position += got;
  png->data_left -= wanted;
  return IC_OK;
}

ic_status png_inflate_row(ic_png *png) {
  z_stream *stream = &png->stream;
  const size_t whole = png->row_bytes + 1;
  for (png->filled = 0;;) {
    if (stream->avail_in == 0) {
      const ic_status status = refill(png);
      if (status != IC_OK) return status;
    }
    stream->next_out = png->current + png->filled;
    stream->avail_out = (uInt)(whole - png->filled);
    const int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) return png_refuse(png, IC_OUT_OF_MEMORY, "memory is short");
    if (result < 0) return png_refuse(png, IC_CORRUPT, stream->msg != NULL ? stream->msg : "its stream is broken");
    png->filled = whole - stream->avail_out;
    if (stream->avail_out == 0) {
      png->ended = result == Z_STREAM_END;
      break;
    }
    stream->avail_in = 0;  // after the end of a stream, Pillow discards its input and reads more
  }
  return png_unfilter(png->current, png->previous, png->row_bytes, (png_pixel_bits(png) + 7) / 8)
             ? IC_OK
             : png_refuse(png, IC_CORRUPT, "a row names an unknown filter");
}

void png_swap_rows(ic_png *png) {
  uint8_t *row = png->current;
  png->current = png->previous;
  png->previous = row;
}
