// Decoding of JPEG and PNG files to 8-bit pixels, and resampling of these pixels, as in Pillow.
//
// Pixels are RGBX: red, green, blue and an unused byte. The libraries report errors by longjmp, which never crosses a
// function of this header.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The number of bytes that must be readable after the last pixel of an image, because the resamplers load several
/// pixels at a time.
#define IC_SLACK 64

typedef enum {
  IC_OK = 0,
  IC_TRUNCATED,    // the file ends before the image is complete
  IC_CORRUPT,      // the data violates the format where Pillow raises an error; ic_..._message has the reason
  IC_UNSUPPORTED,  // a legal file of a kind that Pillow does not read either
  IC_OUT_OF_MEMORY,
} ic_status;

typedef struct {
  size_t width, height;
} ic_size;

/// The meaning of a file's pixels before the conversion to RGB, as far as it matters for resampling. Pixels have four
/// bytes, except for IC_STORED_GRAY16.
typedef enum {
  IC_STORED_RGB,      // red, green, blue, unused byte: resampled directly; gray has three equal colours
  IC_STORED_RGBA,     // red, green, blue, alpha: resampled after multiplication by alpha
  IC_STORED_CMYK,     // cyan, magenta, yellow, black
  IC_STORED_INDEXED,  // RGB that Pillow stores as palette indices or single bits, and does not interpolate
  IC_STORED_GRAY16,   // big-endian 16-bit gray: two bytes per pixel, in rows of 4 * width bytes
} ic_stored;

// --- JPEG -----------------------------------------------------------------------------------------------------
/// A JPEG decoder. It can decode any number of images, one thread at a time.
typedef struct ic_jpeg ic_jpeg;

/// Creates a decoder; NULL when memory is insufficient.
ic_jpeg *ic_jpeg_create(void);
void ic_jpeg_destroy(ic_jpeg *jpeg);

/// Reads the header. `bytes` must stay valid until the image has been decoded or another image is opened.
ic_status ic_jpeg_open(ic_jpeg *jpeg, const uint8_t *bytes, size_t count, ic_size *size);

/// Decodes the opened image into `height` rows of 4 * `width` bytes, without gaps. Decoding uses the accurate integer
/// DCT, smooth chroma upsampling, and block smoothing when scans are missing. Images of four components are treated as
/// inverted CMYK and converted as in Pillow.
ic_status ic_jpeg_read(ic_jpeg *jpeg, uint8_t *pixels);

/// Decodes the opened image like ic_jpeg_read, but four components are returned as CMYK, not inverted.
ic_status ic_jpeg_read_stored(ic_jpeg *jpeg, uint8_t *pixels, ic_stored *stored);

/// Decodes the next `count` rows of the opened image, with the same pixels as ic_jpeg_read. `count` is at most the
/// number of remaining rows.
ic_status ic_jpeg_next(ic_jpeg *jpeg, uint8_t *pixels, size_t count);

/// Returns whether the opened image has several scans. Its coefficients, two bytes each, are then kept until the last
/// scan. Decoding ends in IC_OUT_OF_MEMORY when they would take more than `limit` bytes.
bool ic_jpeg_has_scans(ic_jpeg *jpeg, long limit);

/// Returns the error message of the last failed call; valid until the next call.
const char *ic_jpeg_message(const ic_jpeg *jpeg);

/// Returns the version of libjpeg-turbo at compile time, for instance "2.1.5".
const char *ic_jpeg_version(void);

/// Returns a number of bytes that is sufficient for the output of ic_jpeg_encode for any image of this size.
size_t ic_jpeg_encoded_limit(size_t width, size_t height);

/// Encodes `height` rows of 4 * `width` bytes as a baseline file: accurate integer DCT, 4:2:0 chroma, optimal Huffman
/// codes, `quality` 1 to 100. The same pixels give the same bytes with the same version of the library. Sets `*count`
/// to the length of the file. Returns IC_UNSUPPORTED if `capacity` is too small or a side is longer than 65,500.
ic_status ic_jpeg_encode(const uint8_t *pixels, size_t width, size_t height, int quality, uint8_t *bytes,
                         size_t capacity, size_t *count);

// --- PNG ------------------------------------------------------------------------------------------------------
/// A PNG decoder. It can decode any number of images, one thread at a time.
typedef struct ic_png ic_png;

/// Creates a decoder; NULL when memory is insufficient.
ic_png *ic_png_create(void);
void ic_png_destroy(ic_png *png);

/// Reads the header: the chunks before the image data. `bytes` must stay valid until the image has been decoded or
/// another image is opened.
ic_status ic_png_open(ic_png *png, const uint8_t *bytes, size_t count, ic_size *size);

/// Decodes the opened image into `height` rows of 4 * `width` bytes, without gaps. Alpha and transparent colours are
/// dropped, 16-bit colour is reduced to its high byte, 16-bit gray without alpha saturates at 255.
ic_status ic_png_read(ic_png *png, uint8_t *pixels);

/// Decodes the opened image like ic_png_read, but keeps alpha and 16-bit gray.
ic_status ic_png_read_stored(ic_png *png, uint8_t *pixels, ic_stored *stored);

/// Decodes the next `count` rows of the opened image, with the same pixels as ic_png_read. The image must not be
/// interlaced.
ic_status ic_png_next(ic_png *png, uint8_t *pixels, size_t count);

/// Returns whether the opened image is interlaced. Each row then needs several passes over the whole image.
bool ic_png_is_interlaced(const ic_png *png);

/// Returns the error message of the last failed call; valid until the next call.
const char *ic_png_message(const ic_png *png);

/// Returns the version of zlib that this process loaded.
const char *ic_png_version(void);

/// Encodes `height` rows of `width` pixels of four bytes, the fourth unused, as an 8-bit RGB file. Equal pixels give
/// equal bytes with the same versions of libpng and zlib. Sets `*bytes`, which the caller frees with ic_free; NULL
/// after an error.
ic_status ic_png_encode(const uint8_t *pixels, size_t width, size_t height, uint8_t **bytes, size_t *count);

/// Frees memory allocated by this library.
void ic_free(void *bytes);

// --- Memory ---------------------------------------------------------------------------------------------------
/// Makes the C library return every freed block of a megabyte or more to the system, for the whole process. By default,
/// glibc keeps such blocks after the first one has been freed. Decoders request a different size for every image (for a
/// progressive JPEG's coefficients), so the process would grow for thousands of images. Has no effect with other C
/// libraries.
void ic_return_large_blocks(void);

// --- Resampling -----------------------------------------------------------------------------------------------
/// The number of fractional bits of the fixed-point weights.
#define IC_WEIGHT_BITS 22

/// An implementation of the two passes for one instruction set. Every sum is an exact integer, so all implementations
/// give the same bytes: clamp((2^21 + sum of pixel * weight) >> 22, 0, 255) for each colour.
typedef struct {
  const char *name;  // "scalar", "avx2", "avx512"
  bool (*supported)(void);

  /// Returns the number of elements that `pack` writes.
  size_t (*packed_size)(size_t outputs, size_t stride);
  /// Rearranges the weights [outputs][stride] of a horizontal pass; `stride` is a multiple of 4.
  void (*pack)(const int32_t *weights, size_t outputs, size_t stride, int32_t *packed);

  /// Computes one row: output x is the weighted sum of the pixels first[x] ... first[x] + stride - 1 of `row`. All of
  /// these pixels are read, including those with weight 0. `first` has a multiple of 4 elements, of which the surplus
  /// ones are also valid. IC_SLACK bytes after `out` must be writable.
  void (*horizontal)(const uint8_t *row, size_t outputs, const int32_t *first, const int32_t *packed, size_t stride,
                     uint8_t *out);

  /// Computes one row: output byte x is the weighted sum of `taps` bytes, `row_bytes` apart, beginning with rows[x].
  /// IC_SLACK bytes after `count` must be readable in the last row and writable in `out`.
  void (*vertical)(const uint8_t *rows, size_t row_bytes, size_t count, const int32_t *weights, size_t taps,
                   uint8_t *out);
} ic_resampler;

/// Returns all implementations in this library, in ascending order of preference. The first one is the reference.
const ic_resampler *const *ic_resamplers(size_t *count);

/// Converts `count` pixels of a row: out[x * pixel_stride + c * channel_stride] = table[c][value of colour c]. Colours
/// are red, green, blue or, if `reversed`, blue, green, red. `table` is [3][256].
void ic_lookup(const uint8_t *row, size_t count, const float *table, bool reversed, float *out, ptrdiff_t pixel_stride,
               ptrdiff_t channel_stride);

#endif
