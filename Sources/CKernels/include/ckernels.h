// The arithmetic of the engine. Every activation is a matrix of positions x channels (channels-last): a map has
// height * width positions, a token sequence has one per token, a vector has one. All counts are elements, never
// bytes. No kernel allocates, keeps state or fails; callers provide scratch of the size a `_scratch` function
// states. Pointers need no alignment unless a line says so. Outputs never alias inputs unless a line says so.
//
// Order of sums: each output's K-loop and each column sum run in an order that depends only on the shape and the
// tier, never on the number of images in the call or on which tile a position falls in.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdbool.h>
#include <stddef.h>

/// A batch of activations. Channels are contiguous; element (image, position, channel) is at
/// data[image * image_stride + position * position_stride + channel].
typedef struct {
  float *data;
  ptrdiff_t position_stride;
  ptrdiff_t image_stride;
} ck_view;

/// A batch of activations that is only read, laid out as a ``ck_view``.
typedef struct {
  const float *data;
  ptrdiff_t position_stride;
  ptrdiff_t image_stride;
} ck_input;

typedef enum { CK_IDENTITY = 0, CK_RELU = 1, CK_GELU = 2, CK_QUICK_GELU = 3 } ck_activation;

/// A window sliding over a map. Output sizes are given, so padding at the bottom and right follows from them
/// (and may be negative: the window then never reaches the last rows or columns).
typedef struct {
  int in_height, in_width;
  int out_height, out_width;
  int kernel_height, kernel_width;
  int stride_y, stride_x;
  int pad_top, pad_left;
} ck_window;

/// Sums over the positions of each image, one per channel, [image][sums_stride]; NULL where not wanted. They are
/// overwritten, not added to. Accumulated in double from partial sums of at most 64 positions in float.
typedef struct {
  double *raw;             // of the accumulator, before scale and shift
  double *pre_activation;  // after scale, shift and residual
  double *output;          // after the activation: what is stored
  ptrdiff_t stride;        // elements from one image's sums to the next's
} ck_sums;

/// What happens to an accumulator before it is stored:
/// out = activation(accumulator * scale[c] + shift[c] + residual[p][c]).
typedef struct {
  const float *scale;  // NULL: 1
  const float *shift;  // NULL: 0
  ck_input residual;   // data NULL: none; may be the very view that is written
  ck_activation activation;
  ck_sums sums;
} ck_epilogue;

/// What happens to an input before it is multiplied: max(0, x * scale[c] + shift[c]), or the same without the maximum.
typedef struct {
  const float *scale, *shift;  // both NULL: nothing happens
  bool relu;
} ck_prologue;

/// What dense convolutions compute their products in; sums are float32 or better in all.
typedef enum {
  CK_FP32 = 0,    // results as accurate as float32 arithmetic gives, by whatever means
  CK_BF16X3 = 1,  // operands as sums of two bf16, three products: about 1e-5
  CK_BF16 = 2,    // operands rounded to bf16: about 1e-2
} ck_precision;

/// A dense convolution; a linear layer is the 1x1 case with positions along the height and width 1.
typedef struct {
  ck_window window;
  int in_channels, out_channels;
  ck_prologue prologue;    // only of 1x1 kernels without padding; packed weights do not depend on it
  ck_precision precision;  // one the tier has
} ck_convolution;

/// One compiled flavour of all kernels.
typedef struct {
  const char *name;  // "scalar", "amx-emulated", "blas", "avx2", "avx512", "amx"
  bool (*supported)(void);
  unsigned precisions;  // a bit, 1 << ck_precision, for each it has
  bool emulation;       // computes what another tier does, slowly, where that one's instructions are missing
  /// Readies what the tier stands on, before its first kernel runs; harmless again. False where that is missing, NULL
  /// where there is nothing to ready.
  bool (*prepare)(void);
  size_t bytes_per_thread;  // of addresses that what the tier stands on sets aside for each thread that calls it
  int sum_group;            // positions whose values are summed in float before a sum goes on in double

  // --- Convolution and linear layers -------------------------------------------------------------------------
  /// How the tier computes a convolution, in a word: it follows from the shape alone.
  const char *(*conv_kernel)(const ck_convolution *c);
  /// Elements of the packed weight.
  size_t (*conv_packed_size)(const ck_convolution *c);
  /// Repacks a weight [out][in][kernel_height][kernel_width]. `packed` is 64-byte aligned.
  void (*conv_pack)(const ck_convolution *c, const float *weight, float *packed);
  /// Output channels may be computed by several calls: each of the parts begins at a multiple of this many channels and
  /// has at least as many, and gives the bytes of the whole. 0: the tier has no parts.
  int conv_part_channels;
  /// Elements of the packed weight before the channel a part begins with.
  size_t (*conv_part)(const ck_convolution *c, int channel);
  /// Elements of scratch one call needs, whatever the number of images.
  size_t (*conv_scratch)(const ck_convolution *c);
  /// `packed` and `scratch` are 64-byte aligned.
  void (*conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e, ck_view out,
               float *scratch);

  /// Depthwise convolution: `weight` is [kernel_height * kernel_width][channels], the rows `weight_stride` apart. Some
  /// of the channels alone give the bytes they have among all.
  void (*depthwise)(const ck_window *w, int channels, int images, ck_input in, const float *weight,
                    ptrdiff_t weight_stride, const ck_epilogue *e, ck_view out);

  // --- Pooling ------------------------------------------------------------------------------------------------
  /// Positions outside the map count as -infinity. A NaN in a window gives NaN, as in PyTorch.
  void (*max_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out);
  /// Mean over the window; every window lies inside the map.
  void (*average_pool)(const ck_window *w, int channels, int images, ck_input in, ck_view out);

  // --- Pointwise ----------------------------------------------------------------------------------------------
  /// out = epilogue(in): batch normalisation, activation, addition and copying are all this. `out` may be `in`.
  void (*map)(int positions, int channels, int images, ck_input in, const ck_epilogue *e, ck_view out);
  /// Sums over positions into sums[image * stride + c], in the order the other kernels use for their sums.
  void (*column_sums)(int positions, int channels, int images, ck_input in, double *sums, ptrdiff_t stride);
  /// Largest value over positions into maxima[image * stride + c]; NaN if any is NaN.
  void (*column_maxima)(int positions, int channels, int images, ck_input in, float *maxima, ptrdiff_t stride);
  /// What the baselines of a unit add up, of a map of `height` rows of `width` positions: how many positions hold 0 or
  /// less (NaN does not) into non_positive[image * stride + c], and into contrast[image * stride + c] the sum over
  /// positions of |x - y| for the four neighbours y of each, 0 outside the map. Without `contrast` (NULL), height and
  /// width only have to multiply to the positions. Sums are in double from partial sums of at most 32 positions of a
  /// row.
  void (*baselines)(int height, int width, int channels, int images, ck_input in, int *non_positive, double *contrast,
                    ptrdiff_t stride);
  /// out[c][p] = in[p][c] for one image; `in` has rows of `in_stride`, `out` rows of `positions`.
  void (*transpose)(int positions, int channels, const float *in, ptrdiff_t in_stride, float *out);

  // --- Normalisation ------------------------------------------------------------------------------------------
  /// Over the channels of each position: (x - mean) / sqrt(variance + epsilon) * weight + bias, biased variance.
  /// `sums` (output only) may be NULL. `out` may be `in`.
  void (*layer_norm)(int positions, int channels, int images, ck_input in, const float *weight, const float *bias,
                     float epsilon, ck_view out, const ck_sums *sums);
  /// x / (k + alpha * mean of x^2 over `size` channels around c, zero outside)^beta: PyTorch's definition.
  void (*local_response_norm)(int positions, int channels, int images, ck_input in, int size, float alpha, float beta,
                              float k, ck_view out);
  /// Over the channels of each position. `out` may be `in`.
  void (*softmax)(int positions, int channels, int images, ck_input in, ck_view out);

  // --- Attention ----------------------------------------------------------------------------------------------
  /// Elements of scratch one call of `attention` needs, whatever the number of images; 64-byte aligned.
  size_t (*attention_scratch)(int queries, int keys, int heads, int head_size);
  /// softmax(q k^T / sqrt(head_size)) v for each head; head h is channels [h * head_size, (h + 1) * head_size).
  /// `query` has `queries` positions, `key` and `value` have `keys`, `out` has `queries`.
  void (*attention)(int queries, int keys, int heads, int head_size, int images, ck_input query, ck_input key,
                    ck_input value, ck_view out, float *scratch);

  // --- Measurement --------------------------------------------------------------------------------------------
  /// Runs `iterations` of a register-only multiply-add loop and returns the floating-point operations done.
  double (*peak_fma)(size_t iterations);
  /// The same for the matrix multiplier; NULL where there is none.
  double (*peak_matrix)(size_t iterations);
} ck_kernels;

/// All flavours compiled into this binary, in ascending order of preference: scalar (the oracle), amx-emulated, blas,
/// avx2, avx512, amx.
const ck_kernels *const *ck_tiers(size_t *count);

/// Whether the amx tier can run: "available", "no permission" (the operating system refuses tiles to this process), or
/// "not on this processor".
const char *ck_amx_state(void);

/// Loads OpenBLAS and makes it use the kernel for this processor (its own detection misses recent ones) with one thread
/// per call. Once, before the first use of the `blas` tier; safe to call again. Returns the name of its core type, or
/// NULL where there is no OpenBLAS: the tier cannot run then.
const char *ck_blas_prepare(void);

/// Whether the `blas` tier is in this program: not where it is linked statically, with CK_WITHOUT_BLAS defined.
bool ck_blas_is_built(void);

/// c[i] = a[i] + s * b[i]; returns the bytes moved. For measuring memory bandwidth.
double ck_triad(float *c, const float *a, const float *b, float s, size_t count);

#endif
