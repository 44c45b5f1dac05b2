// JPEG and PNG files to 8-bit pixels, and the resampling of those pixels, as Pillow does both.
//
// Pixels are RGBX: red, green, blue and a byte without meaning. Errors of the libraries, which leave by longjmp,
// never cross a function of this header.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes that must be readable behind the last pixel of an image: the resamplers load a few pixels at a time.
#define IC_SLACK 64

typedef enum {
  IC_OK = 0,
  IC_TRUNCATED,    // the file ends before the image does
  IC_CORRUPT,      // the data breaks the format where Pillow minds it; ic_..._message says how
  IC_UNSUPPORTED,  // a legal file of a kind Pillow does not read either
  IC_OUT_OF_MEMORY,
} ic_status;

typedef struct {
  size_t width, height;
} ic_size;

/// What the pixels of a file are before they become RGB, as far as resampling can tell the difference. All but
/// IC_STORED_GRAY16 have four bytes a pixel.
typedef enum {
  IC_STORED_RGB,      // red, green, blue, nothing: resampled as they are; gray is three equal colours
  IC_STORED_RGBA,     // red, green, blue, alpha: resampled multiplied by alpha
  IC_STORED_CMYK,     // inks
  IC_STORED_INDEXED,  // RGB that Pillow keeps as indices or single bits, and does not interpolate
  IC_STORED_GRAY16,   // big-endian 16-bit gray: two bytes a pixel, in rows of 4 * width bytes
} ic_stored;

// --- JPEG -----------------------------------------------------------------------------------------------------
/// A JPEG decoder, reusable for any number of images, by one thread at a time.
typedef struct ic_jpeg ic_jpeg;

/// NULL when memory is short.
ic_jpeg *ic_jpeg_create(void);
void ic_jpeg_destroy(ic_jpeg *jpeg);

/// Reads the header. `bytes` must stay valid until the image is read or another opened.
ic_status ic_jpeg_open(ic_jpeg *jpeg, const uint8_t *bytes, size_t count, ic_size *size);

/// Decodes the opened image (accurate integer DCT, smoothed chroma, blocks smoothed where scans are missing) into
/// `height` rows of 4 * `width` bytes, without gaps. Four components are taken as inverted CMYK and converted as Pillow
/// does.
ic_status ic_jpeg_read(ic_jpeg *jpeg, uint8_t *pixels);

/// The same, but four components stay inks, upright.
ic_status ic_jpeg_read_stored(ic_jpeg *jpeg, uint8_t *pixels, ic_stored *stored);

/// Decodes the next `count` rows of the opened image instead, at most as many as are left, as ic_jpeg_read would.
ic_status ic_jpeg_next(ic_jpeg *jpeg, uint8_t *pixels, size_t count);

/// Whether the opened image is in several scans: then its coefficients, two bytes each, are kept until the last of
/// them. Decoding ends in IC_OUT_OF_MEMORY where they would take more than `limit` bytes.
bool ic_jpeg_has_scans(ic_jpeg *jpeg, long limit);

/// What the last call that failed met; valid until the next call.
const char *ic_jpeg_message(const ic_jpeg *jpeg);

/// The version of the libjpeg-turbo that this was compiled against, "2.1.5" for instance.
const char *ic_jpeg_version(void);

/// Bytes that suffice for any image of this size as ic_jpeg_encode writes it.
size_t ic_jpeg_encoded_limit(size_t width, size_t height);

/// Encodes `height` rows of 4 * `width` bytes as a baseline file: accurate integer DCT, halved chroma, optimal codes,
/// `quality` 1 to 100. The same pixels give the same bytes with one version of the library. `*count` becomes the length
/// of the file. IC_UNSUPPORTED if `capacity` is too small or a side is longer than 65,500.
ic_status ic_jpeg_encode(const uint8_t *pixels, size_t width, size_t height, int quality, uint8_t *bytes,
                         size_t capacity, size_t *count);

// --- PNG ------------------------------------------------------------------------------------------------------
/// A PNG decoder, reusable like ic_jpeg.
typedef struct ic_png ic_png;

/// NULL when memory is short.
ic_png *ic_png_create(void);
void ic_png_destroy(ic_png *png);

/// Reads the header: the chunks before the image data. `bytes` must stay valid until the image is read or another
/// opened.
ic_status ic_png_open(ic_png *png, const uint8_t *bytes, size_t count, ic_size *size);

/// Decodes the opened image into `height` rows of 4 * `width` bytes, without gaps: alpha and transparent colours are
/// dropped, 16-bit colour keeps its high byte, 16-bit gray without alpha saturates at 255.
ic_status ic_png_read(ic_png *png, uint8_t *pixels);

/// The same, but alpha and 16-bit gray stay.
ic_status ic_png_read_stored(ic_png *png, uint8_t *pixels, ic_stored *stored);

/// Decodes the next `count` rows of the opened image instead, as ic_png_read would; not of an interlaced one.
ic_status ic_png_next(ic_png *png, uint8_t *pixels, size_t count);

/// Whether the opened image is interlaced: each of its rows then comes in several passes over the whole.
bool ic_png_is_interlaced(const ic_png *png);

/// What the last call that failed met; valid until the next call.
const char *ic_png_message(const ic_png *png);

/// The version of zlib that this process loaded.
const char *ic_png_version(void);

/// Encodes `height` rows of `width` pixels of four bytes, the fourth without meaning, as an 8-bit RGB file. With one
/// libpng and one zlib, equal pixels give equal bytes. `*bytes` is to be freed with ic_free; NULL after an error.
ic_status ic_png_encode(const uint8_t *pixels, size_t width, size_t height, uint8_t **bytes, size_t *count);

/// Frees what this library allocated.
void ic_free(void *bytes);

// --- Memory ---------------------------------------------------------------------------------------------------
/// Has the C library return every block of a megabyte and more to the system when it is freed. By itself it keeps such
/// blocks for later once it has seen one freed, and as decoders ask for another size with every image (a progressive
/// JPEG's coefficients), a process grows for thousands of images. For the whole process; nothing but glibc needs it.
void ic_return_large_blocks(void);

// --- Resampling -----------------------------------------------------------------------------------------------
/// Weights are fixed-point numbers with this many fractional bits.
#define IC_WEIGHT_BITS 22

/// One compiled flavour of the two passes. Every sum is an exact integer, so all flavours give the same bytes:
/// clamp((2^21 + sum of pixel * weight) >> 22, 0, 255) for each colour.
typedef struct {
  const char *name;  // "scalar", "avx2", "avx512"
  bool (*supported)(void);

  /// Elements that `pack` writes.
  size_t (*packed_size)(size_t outputs, size_t stride);
  /// Rearranges the weights [outputs][stride] of a horizontal pass; `stride` is a multiple of 4.
  void (*pack)(const int32_t *weights, size_t outputs, size_t stride, int32_t *packed);

  /// One row: output x is the weighted sum of the pixels first[x] ... first[x] + stride - 1 of `row`. All of these are
  /// read, whatever their weights. `first` has a multiple of 4 elements, the surplus ones valid as well, and
  /// IC_SLACK bytes behind `out` are writable.
  void (*horizontal)(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *packed, size_t stride,
                     uint8_t *out);

  /// One row: output byte x is the weighted sum of `taps` bytes that lie `row_bytes` apart, from rows[x] on.
  /// IC_SLACK bytes behind `count` are readable in the last row and writable in `out`.
  void (*vertical)(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights, size_t taps,
                   uint8_t *out);
} ic_resampler;

/// All flavours compiled into this library, in ascending order of preference; the first is the oracle.
const ic_resampler *const *ic_resamplers(size_t *count);

/// Translates `count` pixels of a row: out[x * pixel_stride + c * channel_stride] = table[c][value of colour c], where
/// colours are red, green, blue or, `reversed`, blue, green, red. `table` is [3][256].
void ic_lookup(const uint8_t *row, size_t count, const float *table, bool reversed, float *out, ptrdiff_t pixel_stride,
               ptrdiff_t channel_stride);

#endif
