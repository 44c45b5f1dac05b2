// The arithmetic of the inference engine. Every activation is a matrix of positions x channels (channels-last): a map
// has height * width positions, a token sequence has one position per token, a vector has one position. All counts are
// elements, never bytes. No kernel allocates, keeps state or fails. Callers provide scratch memory of the size that a
// `_scratch` function returns. Pointers need no alignment unless stated otherwise. Outputs never alias inputs unless
// stated otherwise.
//
// Order of sums: the order of each output's K-loop and of each column sum depends only on the shape and the tier, never
// on the number of images in the call or on the tile of a position.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdbool.h>
#include <stddef.h>

/// A batch of activations, to be written. Channels are contiguous; element (image, position, channel) is at data[image
/// * image_stride + position * position_stride + channel].
typedef struct {
  float *data;
  ptrdiff_t position_stride;
  ptrdiff_t image_stride;
} ck_view;

/// A batch of activations that is only read, with the layout of a ``ck_view``.
typedef struct {
  const float *data;
  ptrdiff_t position_stride;
  ptrdiff_t image_stride;
} ck_input;

typedef enum { CK_IDENTITY = 0, CK_RELU = 1, CK_GELU = 2, CK_QUICK_GELU = 3 } ck_activation;

/// A window that slides over a map. Output sizes are given and determine the padding at the bottom and right, which may
/// be negative: the window then never reaches the last rows or columns.
typedef struct {
  int in_height, in_width;
  int out_height, out_width;
  int kernel_height, kernel_width;
  int stride_y, stride_x;
  int pad_top, pad_left;
} ck_window;

/// Sums over the positions of each image, one per channel, [image][stride]; NULL if not requested. Previous contents
/// are overwritten. The sums are accumulated in double from partial sums of at most 64 positions in float.
typedef struct {
  double *raw;             // sum of the accumulator, before scale and shift
  double *pre_activation;  // sum after scale, shift and residual
  double *output;          // sum after the activation: of the stored values
  ptrdiff_t stride;        // elements from one image's sums to the next's
} ck_sums;

/// The operations applied to an accumulator before it is stored: out = activation(accumulator * scale[c] + shift[c] +
/// residual[p][c]).
typedef struct {
  const float *scale;  // NULL: 1
  const float *shift;  // NULL: 0
  ck_input residual;   // data NULL: none; may be the view that is written
  ck_activation activation;
  ck_sums sums;
} ck_epilogue;

/// The operations applied to an input before the multiplication: max(0, x * scale[c] + shift[c]), or the same without
/// the maximum.
typedef struct {
  const float *scale, *shift;  // both NULL: no operation
  bool relu;
} ck_prologue;

/// The precision of a dense convolution's products. Sums are float32 or better in all cases.
typedef enum {
  CK_FP32 = 0,    // results with the accuracy of float32 arithmetic
  CK_BF16X3 = 1,  // operands as sums of two bf16, three products: error about 1e-5
  CK_BF16 = 2,    // operands rounded to bf16: error about 1e-2
} ck_precision;

/// A dense convolution; a linear layer is the 1x1 case with positions along the height and width 1.
typedef struct {
  ck_window window;
  int in_channels, out_channels;
  ck_prologue prologue;    // only for 1x1 kernels without padding; packed weights do not depend on it
  ck_precision precision;  // a precision that the tier supports
} ck_convolution;

/// The table of all kernels of one tier.
typedef struct {
  const char *name;  // "scalar", "amx-emulated", "blas", "avx2", "avx512", "amx"
  bool (*supported)(void);
  unsigned precisions;  // a bit, 1 << ck_precision, for each supported one
  bool emulation;       // emulates another tier without its instructions, slowly
  /// Loads the library or requests the permission that the tier needs. Must be called before the tier's first kernel;
  /// further calls have no effect. Returns false if it is not available. NULL if the tier needs neither.
  bool (*prepare)(void);
  size_t bytes_per_thread;  // address space that the tier's library reserves per calling thread
  int sum_group;            // positions whose values are summed in float before the sum is added in double

  // --- Convolution and linear layers -------------------------------------------------------------------------
  /// Returns the name of the tier's algorithm for a convolution, which depends only on the shape.
  const char *(*conv_kernel)(const ck_convolution *c);
  /// Returns the number of elements of the packed weight.
  size_t (*conv_packed_size)(const ck_convolution *c);
  /// Packs a weight [out][in][kernel_height][kernel_width]. `packed` is 64-byte aligned.
  void (*conv_pack)(const ck_convolution *c, const float *weight, float *packed);
  /// The unit in which several calls may divide the output channels. Each part begins at a multiple of this number of
  /// channels and has at least this number; the bytes are those of a single call. 0: the tier does not support parts.
  int conv_part_channels;
  /// Returns the number of elements of packed weight before the first channel of a part.
  size_t (*conv_part)(const ck_convolution *c, int channel);
  /// Returns the number of elements of scratch memory that a call needs, for any number of images.
  size_t (*conv_scratch)(const ck_convolution *c);
  /// Computes a convolution. `packed` and `scratch` are 64-byte aligned.
  void (*conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e, ck_view out,
               float *scratch);

  /// Computes a depthwise convolution. `weight` is [kernel_height * kernel_width][channels], with rows `weight_stride`
  /// apart. A subset of the channels gives the same bytes as all channels together.
  void (*depthwise)(const ck_window *w, int channels, int images, ck_input in, const float *weight,
                    ptrdiff_t weight_stride, const ck_epilogue *e, ck_view out);

  // --- Pooling ------------------------------------------------------------------------------------------------
  /// Computes the maximum over the window. Positions outside the map count as -infinity. A NaN in a window gives NaN,
  /// as in PyTorch.
  void (*max_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out);
  /// Computes the mean over the window. Every window is inside the map.
  void (*average_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out);

  // --- Pointwise ----------------------------------------------------------------------------------------------
  /// Computes out = epilogue(in), for batch normalisation, activation, addition and copying. `out` may be `in`.
  void (*map)(int positions, int channels, int images, ck_input in, const ck_epilogue *e, ck_view out);
  /// Computes sums over positions, sums[image * stride + c], in the order in which the other kernels take their sums.
  void (*column_sums)(int positions, int channels, int images, ck_input in, double *sums, ptrdiff_t stride);
  /// Computes the largest value over positions, maxima[image * stride + c]; NaN if any value is NaN.
  void (*column_maxima)(int positions, int channels, int images, ck_input in, float *maxima, ptrdiff_t stride);
  /// Computes the sums for the baselines of a unit, from a map of `height` rows of `width` positions.
  /// non_positive[image * stride + c] is the number of positions with 0 or less (NaN does not count). contrast[image *
  /// stride + c] is the sum over positions of |x - y| for the four neighbours y of each position, 0 outside the map.
  /// Without `contrast` (NULL), only the product of height and width matters. Sums are in double from partial sums of
  /// at most 32 positions of a row.
  void (*baselines)(int height, int width, int channels, int images, ck_input in, int *non_positive, double *contrast,
                    ptrdiff_t stride);
  /// Computes out[c][p] = in[p][c] for one image; `in` has rows of `in_stride`, `out` rows of `positions`.
  void (*transpose)(int positions, int channels, const float *in, ptrdiff_t in_stride, float *out);

  // --- Normalisation ------------------------------------------------------------------------------------------
  /// Normalises the channels of each position: (x - mean) / sqrt(variance + epsilon) * weight + bias, biased variance.
  /// `sums` (output only) may be NULL. `out` may be `in`.
  void (*layer_norm)(int positions, int channels, int images, ck_input in, const float *weight, const float *bias,
                     float epsilon, ck_view out, const ck_sums *sums);
  /// Computes x / (k + alpha * mean of x^2 over `size` channels around c, zero outside)^beta: PyTorch's definition.
  void (*local_response_norm)(int positions, int channels, int images, ck_input in, int size, float alpha, float beta,
                              float k, ck_view out);
  /// Computes the softmax over the channels of each position. `out` may be `in`.
  void (*softmax)(int positions, int channels, int images, ck_input in, ck_view out);

  // --- Attention ----------------------------------------------------------------------------------------------
  /// Returns the number of elements of scratch memory that a call of `attention` needs, for any number of images; the
  /// memory is 64-byte aligned.
  size_t (*attention_scratch)(int queries, int keys, int heads, int head_size);
  /// Computes softmax(q k^T / sqrt(head_size)) v for each head; head h is channels [h * head_size, (h + 1) *
  /// head_size). `query` has `queries` positions, `key` and `value` have `keys`, `out` has `queries`.
  void (*attention)(int queries, int keys, int heads, int head_size, int images, ck_input query, ck_input key,
                    ck_input value, ck_view out, float *scratch);

  // --- Measurement --------------------------------------------------------------------------------------------
  /// Runs `iterations` of a multiply-add loop on registers and returns the number of floating-point operations.
  double (*peak_fma)(size_t iterations);
  /// Runs the same measurement of the matrix multiplier; NULL for a tier without one.
  double (*peak_matrix)(size_t iterations);
} ck_kernels;

/// Returns the tables of all tiers in this binary, in ascending order of preference: scalar (the reference),
/// amx-emulated, blas, avx2, avx512, amx.
const ck_kernels *const *ck_tiers(size_t *count);

/// Returns the availability of the amx tier: "available", "no permission" (the operating system refuses tiles to this
/// process), or "not on this processor".
const char *ck_amx_state(void);

/// Loads OpenBLAS and makes it use the kernels for this processor (its own detection misses recent ones) with one
/// thread per call. Must be called before the first use of the `blas` tier; further calls have no effect. Returns the
/// name of the core type, or NULL if OpenBLAS is not installed. The tier cannot run then.
const char *ck_blas_prepare(void);

/// Returns whether the `blas` tier is in this program. It is not where CK_WITHOUT_BLAS is defined, for a program that
/// is linked statically.
bool ck_blas_is_built(void);

/// Computes c[i] = a[i] + s * b[i] and returns the number of bytes moved, to measure memory bandwidth.
double ck_triad(float *c, const float *a, const float *b, float s, size_t count);

#endif
