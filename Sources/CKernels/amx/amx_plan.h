// The partition of a dense convolution on tiles. It depends only on shape and precision.
//
// K is divided into steps of 32, the length of a tile's row: 32 input channels at one kernel position. Steps with the
// same channels form a block of K. The inputs of a block of K are split into bf16 once per block of positions, and stay
// in the L2 cache during the loop over all strips of output channels (32, two tiles). The weights of a strip for a
// block of K are contiguous and stay in the cache during the loop over the block of positions.
//
// The layout of split inputs is [part][32 channels][pixel][32]: 16 adjacent pixels are the 16 rows of a tile, one
// contiguous kilobyte. The map is stored in phases, one map for each remainder of row and column modulo the stride, so
// that adjacent outputs always read adjacent pixels. Lines of pixels are as wide as the range that the windows of a
// line of outputs read, so the outputs of all lines are one pixel apart, and a tile may continue past the end of a
// line. The few rows without an output are computed and dropped (a 7x7 map fills 49 of 64 rows, while one tile per line
// would fill 49 of 112).
//
// Few input channels would waste most of a step. In that case, windows are gathered: all kernel positions are stored in
// one row of K, padded to 32, and the convolution becomes a 1x1 convolution.
#ifndef CK_AMX_AMX_PLAN_H
#define CK_AMX_AMX_PLAN_H
#include "amx/amx_split.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// The largest number of input channels for which windows are gathered.
#define CK_AMX_GATHERED 8
/// The number of parts x steps in a block of K. Every product of every step is added to an accumulator once, so a block
/// of x6 adds at most 6 * 32 numbers of full size before it is added to the running sums in float32. These are fewer
/// roundings than the 384 of sgemm. The operands of a pair of tiles take 4 KiB per part and step, far less than the L2
/// cache.
#define CK_AMX_BLOCK_STEPS 96
/// The number of rows of tiles that share a pass over the weights: for 1x1 kernels, and for larger kernels, whose
/// blocks split the lines around them again.
#define CK_AMX_POINT_ROWS 256
#define CK_AMX_WINDOW_ROWS 512
/// Bytes of split inputs, and of running sums, that fit into an L2 cache of 2 MiB together with the weights of a strip.
#define CK_AMX_INPUT_BYTES (768 * 1024)
#define CK_AMX_SUMS_BYTES (512 * 1024)

typedef struct {
  int parts;
  bool gathers;
  ck_window window;  // the convolution's; for a 1x1 kernel that reads every pixel, all positions are in one column
  int positions;     // positions of an image
  int taps;          // kernel positions, 1 if windows are gathered
  int groups;        // groups of 32 along K: input channels, or gathered K
  int block_groups;  // groups in a block of K
  int blocks;        // blocks of K
  int strips;        // strips of output channels
  int phases_y, phases_x;
  int line;          // pixels in a line of a phase
  int extra_lines;   // lines of a phase minus lines of outputs
  int lines;         // the most lines of outputs in a block of positions
  int images;        // the most images in a block of positions: 1 unless a block holds whole images
  ptrdiff_t pixels;  // allocated pixels in a plane of 32 channels of one part
} amx_plan;

CK_INLINE ptrdiff_t amx_min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_INLINE ptrdiff_t amx_max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
CK_INLINE ptrdiff_t amx_ceiling(ptrdiff_t a, ptrdiff_t b) { return (a + b - 1) / b; }

/// Returns whether every output reads only its own pixel.
CK_INLINE bool amx_is_point(const ck_window *w) {
  return w->kernel_height == 1 && w->kernel_width == 1 && w->stride_y == 1 && w->stride_x == 1 && w->pad_top == 0 &&
         w->pad_left == 0 && w->out_height <= w->in_height && w->out_width == w->in_width;
}

/// Returns whether outputs of consecutive lines, and images, are contiguous.
CK_INLINE bool amx_is_seamless(const amx_plan *p) { return p->extra_lines == 0 && p->line == p->window.out_width; }

/// Returns the number of pixels of one image in a block of positions.
CK_INLINE ptrdiff_t amx_image_pixels(const amx_plan *p, int lines) {
  return (ptrdiff_t)(lines + p->extra_lines) * p->line;
}

/// Returns the number of rows (of tiles) from the first output of `lines` lines to the last.
CK_INLINE ptrdiff_t amx_image_rows(const amx_plan *p, int lines) {
  return (ptrdiff_t)(lines - 1) * p->line + p->window.out_width;
}

/// Returns the number of pixels of a plane that holds some lines of some images. The last tile may read 15 pixels past
/// the end. The number is odd, so that planes, which are written in parallel, do not share cache sets.
CK_INLINE ptrdiff_t amx_plane_pixels(const amx_plan *p, int lines, int images) {
  return (p->phases_y * p->phases_x * amx_image_pixels(p, lines) * images + 15) | 1;
}

/// Returns whether a block with this number of lines and images fits into the cache.
static bool amx_block_fits(const amx_plan *p, int lines, int images) {
  const ptrdiff_t rows = images * amx_image_rows(p, lines);
  const ptrdiff_t input = amx_plane_pixels(p, lines, images) * p->block_groups * p->parts * 64;
  const ptrdiff_t sums = p->blocks > 1 ? rows * p->strips * CK_STRIP * (ptrdiff_t)sizeof(float) : 0;
  return rows <= (p->taps == 1 ? CK_AMX_POINT_ROWS : CK_AMX_WINDOW_ROWS) && input <= CK_AMX_INPUT_BYTES &&
         sums <= CK_AMX_SUMS_BYTES;
}

static amx_plan amx_plan_make(const ck_convolution *c) {
  amx_plan p = {.parts = amx_parts(c->precision), .window = c->window};
  ck_window *const w = &p.window;
  p.positions = w->out_height * w->out_width;
  if (amx_is_point(w)) {
    w->in_height = w->out_height = p.positions;
    w->in_width = w->out_width = 1;
  }
  const int taps = w->kernel_height * w->kernel_width;
  p.gathers = taps > 1 && c->in_channels <= CK_AMX_GATHERED;
  p.taps = p.gathers ? 1 : taps;
  p.groups = (int)amx_ceiling((ptrdiff_t)c->in_channels * (p.gathers ? taps : 1), 32);
  p.blocks = (int)amx_ceiling(p.groups, amx_max(1, CK_AMX_BLOCK_STEPS / p.parts / p.taps));
  p.block_groups = (int)amx_ceiling(p.groups, p.blocks);
  p.blocks = (int)amx_ceiling(p.groups, p.block_groups);
  p.strips = (int)amx_ceiling(c->out_channels, CK_STRIP);
  if (p.gathers) {
    p.phases_y = p.phases_x = 1;
    p.line = w->out_width;
  } else {
    p.phases_y = (int)amx_min(w->stride_y, w->kernel_height);
    p.phases_x = (int)amx_min(w->stride_x, w->kernel_width);
    p.line = w->out_width + (w->kernel_width - 1) / w->stride_x;
    p.extra_lines = (w->kernel_height - 1) / w->stride_y;
  }
  p.lines = p.images = 1;
  while (p.lines < w->out_height && amx_block_fits(&p, p.lines + 1, 1)) p.lines++;
  if (p.lines == w->out_height) {
    while (amx_block_fits(&p, p.lines, p.images + 1)) p.images++;
  } else if (p.line == 1 && p.lines >= CK_STRIP) {
    p.lines = p.lines / CK_STRIP * CK_STRIP;  // whole pairs of tiles
  } else {
    p.lines = (int)amx_ceiling(w->out_height, amx_ceiling(w->out_height, p.lines));  // equal blocks
  }
  p.pixels = amx_plane_pixels(&p, p.lines, p.images);
  return p;
}

/// Returns the number of groups of 32 along K in a block.
CK_INLINE int amx_groups(const amx_plan *p, int block) {
  return (int)amx_min(p->block_groups, p->groups - block * p->block_groups);
}

/// Returns the number of tiles of 16 output channels in a strip: 2, or 1 if the last strip needs no more.
CK_INLINE int amx_columns(const ck_convolution *c, int strip) {
  return c->out_channels - strip * CK_STRIP > CK_LANES ? 2 : 1;
}

/// Returns the number of elements of packed weight in one step of a strip.
CK_INLINE ptrdiff_t amx_step_size(const amx_plan *p, int columns) { return (ptrdiff_t)p->parts * columns * 512; }

/// Returns the number of elements of packed weight before a strip (all earlier strips are whole) and a block of K.
CK_INLINE ptrdiff_t amx_weight_offset(const amx_plan *p, int strip, int columns, int block) {
  const ptrdiff_t steps = (ptrdiff_t)p->groups * p->taps;
  return strip * steps * amx_step_size(p, 2) + (ptrdiff_t)block * p->block_groups * p->taps * amx_step_size(p, columns);
}

static size_t CK(conv_packed_size)(const ck_convolution *c) {
  const amx_plan p = amx_plan_make(c);
  const int columns = amx_columns(c, p.strips - 1);
  const ptrdiff_t steps = (ptrdiff_t)p.groups * p.taps;
  return (amx_weight_offset(&p, p.strips - 1, columns, 0) + steps * amx_step_size(&p, columns)) * sizeof(uint16_t) /
         sizeof(float);
}

/// Returns the index of an element of K in an output channel's weight [in][kernel_height][kernel_width], -1 in the
/// padding of K. For gathered windows, the order of K is kernel positions, then channels.
CK_INLINE ptrdiff_t amx_weight_place(const ck_convolution *c, const amx_plan *p, int tap, ptrdiff_t k) {
  if (!p->gathers) return k < c->in_channels ? k * p->taps + tap : -1;
  const int taps = c->window.kernel_height * c->window.kernel_width;
  return k < (ptrdiff_t)taps * c->in_channels ? k % c->in_channels * taps + k / c->in_channels : -1;
}

// Packed weight: [strip][block of K][kernel position][32 of K][part][16 channels][pair of K][channel][2].
static void CK(conv_pack)(const ck_convolution *c, const float *weight, float *packed) {
  const amx_plan p = amx_plan_make(c);
  const ptrdiff_t depth = (ptrdiff_t)c->window.kernel_height * c->window.kernel_width * c->in_channels;
  uint16_t *to = (uint16_t *)packed;
  for (int strip = 0; strip < p.strips; strip++) {
    const int columns = amx_columns(c, strip);
    for (int block = 0; block < p.blocks; block++)
      for (int tap = 0; tap < p.taps; tap++)
        for (int group = 0; group < amx_groups(&p, block); group++, to += amx_step_size(&p, columns)) {
          ptrdiff_t places[32];
          for (int k = 0; k < 32; k++)
            places[k] = amx_weight_place(c, &p, tap, ((ptrdiff_t)block * p.block_groups + group) * 32 + k);
          for (int j = 0; j < columns * CK_LANES; j++) {
            const int o = strip * CK_STRIP + j;
            float values[32];
            uint16_t split[3][32];
            for (int k = 0; k < 32; k++)
              values[k] = o < c->out_channels && places[k] >= 0 ? weight[o * depth + places[k]] : 0;
            amx_split(_mm512_loadu_ps(values), _mm512_loadu_ps(values + 16), p.parts, split[0], 32);
            for (int part = 0; part < p.parts; part++) {
              uint16_t *const tile = to + (part * columns + j / CK_LANES) * 512 + j % CK_LANES * 2;
              for (int pair = 0; pair < 16; pair++) memcpy(tile + pair * 32, &split[part][2 * pair], 4);
            }
          }
        }
  }
}

#endif
