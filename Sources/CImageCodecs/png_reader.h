// The parts of the PNG decoder: what a file says (png_chunks.c, png_text.c), its pixels (png_pixels.c), rows to RGBX
// (png_rows.c).
//
// All of it goes by Pillow (PIL/PngImagePlugin.py, ImageFile.py and ZipDecode.c): what it reads is read, what it
// refuses is refused. Names in comments are Pillow's.
#ifndef IC_PNG_READER_H
#define IC_PNG_READER_H
#include "cimagecodecs.h"

#include <zlib.h>

enum { PNG_GRAY = 0, PNG_RGB = 2, PNG_INDEXED = 3, PNG_GRAY_ALPHA = 4, PNG_RGBA = 6 };

/// A part of the image: the whole, unless the file is an animation whose first frame is smaller.
typedef struct {
  size_t left, top, width, height;
} png_region;

struct ic_png {
  const uint8_t *bytes;
  size_t count, position;

  // What the chunks before the pixels say.
  bool has_kind, interlaced;
  unsigned bits, type;  // of a sample; the colour type
  uint32_t width, height;
  bool has_palette;
  uint8_t colours[256][4];
  size_t palette_bytes;
  bool has_region;
  png_region region;
  bool has_frames, has_sequence, has_default_image, is_animated;
  uint32_t frames, sequence;
  uint64_t text;  // bytes of text so far

  // The pixels.
  uint64_t data_left;  // of the chunk that is being read
  z_stream stream;
  bool inflating, ended;
  uint8_t *current, *previous;  // rows with their filter byte
  size_t filled;                // of the current row
  size_t row_bytes;             // without that byte
  size_t row;                   // the next of the image, for ic_png_next

  ic_status status;
  char message[128];
};

typedef struct {
  const uint8_t *name, *data;
  size_t length;
} png_chunk;

/// Notes why the file is refused, and returns `status`.
ic_status png_refuse(ic_png *png, ic_status status, const char *message);

/// The same, of a chunk: `message` goes on behind its name.
ic_status png_refuse_chunk(ic_png *png, ic_status status, const png_chunk *chunk, const char *message);

/// Read a whole chunk of text or a colour profile (png_text.c).
ic_status png_read_profile(ic_png *png, const png_chunk *chunk);
ic_status png_read_text(ic_png *png, const png_chunk *chunk);
ic_status png_read_deflated_text(ic_png *png, const png_chunk *chunk);
ic_status png_read_international_text(ic_png *png, const png_chunk *chunk);

/// Reads the chunks up to the first one of pixels; the position is then at its data.
ic_status png_read_header(ic_png *png);

/// Goes to the next pixels when a chunk of them is used up: `data_left` is positive afterwards.
ic_status png_next_data(ic_png *png);

/// Reads the chunks behind the pixels.
ic_status png_read_trailer(ic_png *png);

/// Bits of a pixel.
static inline size_t png_pixel_bits(const ic_png *png) {
  static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
  return png->bits * channels[png->type];
}

/// Begins with the pixels.
ic_status png_start(ic_png *png);

/// Inflates the next row of `row_bytes`, undoes its filter and leaves it in `current`; `ended` afterwards if the stream
/// ends with it. The caller swaps rows.
ic_status png_inflate_row(ic_png *png);

void png_swap_rows(ic_png *png);

/// Undoes the filter of a row: its first byte says which.
bool png_unfilter(uint8_t *row, const uint8_t *previous, size_t row_bytes, size_t pixel_bytes);

/// Whether a pixel that is kept as it is takes two bytes, and not four.
static inline bool png_is_gray16(const ic_png *png) { return png->type == PNG_GRAY && png->bits == 16; }

/// Turns the first `count` pixels of a row into pixels of four bytes, `step` bytes apart; 16-bit gray into two bytes.
void png_expand(const ic_png *png, const uint8_t *row, size_t count, uint8_t *out, size_t step);

#endif
