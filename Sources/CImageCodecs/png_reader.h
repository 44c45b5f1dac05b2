// The parts of the PNG decoder: chunks (png_chunks.c, png_text.c), the pixel stream (png_pixels.c), conversion of rows
// to RGBX (png_rows.c).
//
// All parts follow Pillow (PIL/PngImagePlugin.py, ImageFile.py and ZipDecode.c): they read the files that Pillow reads,
// and refuse those that Pillow refuses. Names in comments are Pillow's.
#ifndef IC_PNG_READER_H
#define IC_PNG_READER_H
#include "cimagecodecs.h"

#include <zlib.h>

enum { PNG_GRAY = 0, PNG_RGB = 2, PNG_INDEXED = 3, PNG_GRAY_ALPHA = 4, PNG_RGBA = 6 };

/// A part of the image. It is the whole image, unless the file is an animation with a smaller first frame.
typedef struct {
  size_t left, top, width, height;
} png_region;

struct ic_png {
  const uint8_t *bytes;
  size_t count, position;

  // The contents of the chunks before the pixels.
  bool has_kind, interlaced;
  unsigned bits, type;  // bits of a sample; the colour type
  uint32_t width, height;
  bool has_palette;
  uint8_t colours[256][4];
  size_t palette_bytes;
  bool has_region;
  png_region region;
  bool has_frames, has_sequence, has_default_image, is_animated;
  uint32_t frames, sequence;
  uint64_t text;  // number of text bytes so far

  // The state of the pixel stream.
  uint64_t data_left;  // bytes left in the current chunk
  z_stream stream;
  bool inflating, ended;
  uint8_t *current, *previous;  // rows, each with its filter byte
  size_t filled;                // number of bytes in `current`
  size_t row_bytes;             // number of bytes in a row, without the filter byte
  size_t row;                   // index of the next row, for ic_png_next

  ic_status status;
  char message[128];
};

typedef struct {
  const uint8_t *name, *data;
  size_t length;
} png_chunk;

/// Stores the reason for refusing the file, and returns `status`.
ic_status png_refuse(ic_png *png, ic_status status, const char *message);

/// Stores the reason for refusing a chunk, and returns `status`. `message` follows the chunk's name.
ic_status png_refuse_chunk(ic_png *png, ic_status status, const png_chunk *chunk, const char *message);

/// Reads a whole chunk with text or a colour profile (png_text.c).
ic_status png_read_profile(ic_png *png, const png_chunk *chunk);
ic_status png_read_text(ic_png *png, const png_chunk *chunk);
ic_status png_read_deflated_text(ic_png *png, const png_chunk *chunk);
ic_status png_read_international_text(ic_png *png, const png_chunk *chunk);

/// Reads the chunks up to the first chunk of pixels. The position is then at the chunk's data.
ic_status png_read_header(ic_png *png);

/// Advances to the next chunk of pixels when the current one is used up. `data_left` is then positive.
ic_status png_next_data(ic_png *png);

/// Reads the chunks after the pixels.
ic_status png_read_trailer(ic_png *png);

/// Returns the number of bits in a pixel.
static inline size_t png_pixel_bits(const ic_png *png) {
  static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
  return png->bits * channels[png->type];
}

/// Begins to read the pixel stream.
ic_status png_start(ic_png *png);

/// Inflates the next row of `row_bytes` into `current` and undoes its filter. Sets `ended` if the stream ends with the
/// row. The caller swaps the rows.
ic_status png_inflate_row(ic_png *png);

void png_swap_rows(ic_png *png);

/// Undoes the filter of a row. The row's first byte is the filter type.
bool png_unfilter(uint8_t *row, const uint8_t *previous, size_t row_bytes, size_t pixel_bytes);

/// Returns whether a stored pixel has two bytes instead of four.
static inline bool png_is_gray16(const ic_png *png) { return png->type == PNG_GRAY && png->bits == 16; }

/// Converts the first `count` pixels of a row to pixels of four bytes, `step` bytes apart; 16-bit gray to two bytes.
void png_expand(const ic_png *png, const uint8_t *row, size_t count, uint8_t *out, size_t step);

#endif
