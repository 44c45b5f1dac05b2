// Dense convolution as a matrix product. Inputs are read in place, or from a copy with zeros around the map and with
// rows that do not share cache sets. Weights are packed. The epilogue follows the last block of K.
#ifndef CK_CONV_CONV_H
#define CK_CONV_CONV_H
#include "conv/conv_input.h"
#include "conv/conv_plan.h"
#include "conv/conv_tile.h"
#include "conv/conv_winograd.h"
#include "families/epilogue.h"
#include "vector/vector.h"

/// Divides a block into tiles and returns their number. A tile is within one image, and within one line of the output
/// or in two whole lines.
static int conv_cut_tiles(const conv_call *call, const conv_block *b) {
  const ck_window *w = &call->c->window;
  const int line = call->plan->point ? b->positions : w->out_width;
  const int lines = b->positions / line;
  const ptrdiff_t a_stride = w->stride_x * call->pixel, a_line = w->stride_y * call->line;
  const ptrdiff_t copied_image =
      call->plan->point ? b->positions * call->pixel : conv_reach(lines, w->stride_y, w->kernel_height) * call->line;
  int count = 0, row = 0;
  for (int i = 0; i < b->images; i++) {
    ptrdiff_t origin = i * copied_image;
    if (!call->copies) {
      origin = (b->image + i) * call->in.image_stride;
      if (call->plan->point) origin += b->position * call->pixel;
      else origin += b->position / w->out_width * a_line - w->pad_top * call->line - w->pad_left * call->pixel;
    }
    for (int y = 0; y < lines;) {
      const bool pair = 2 * line <= CK_TILE_ROWS && y + 1 < lines;
      for (int x = 0; x < line;) {
        conv_place place = {.image = b->image + i, .position = b->position + y * line + x, .row = row};
        place.rows = pair ? 2 * line : conv_tile_height(line - x);
        place.a = origin + y * a_line + (call->plan->point ? x * call->pixel : x * a_stride);
        place.a_half =
            pair ? place.a + a_line : place.a + (place.rows + 1) / 2 * (call->plan->point ? call->pixel : a_stride);
        call->places[count++] = place;
        row += place.rows;
        x += pair ? line : place.rows;
      }
      y += pair ? 2 : 1;
    }
  }
  return count;
}

/// Returns the block of a strip that the epilogue of a tile processes.
CK_INLINE strip_block conv_strip_block(const conv_call *call, const conv_place *place, int strip, const float *sums) {
  const int channel = strip * CK_STRIP, left = call->c->out_channels - channel;
  return (strip_block){
      .channel = channel,
      .channels = left < CK_STRIP ? left : CK_STRIP,
      .image = place->image,
      .position = place->position,
      .rows = place->rows,
      .positions = call->plan->positions,
      .in = sums,
      .in_stride = CK_STRIP,
      .out = call->out.data + place->image * call->out.image_stride + place->position * call->out.position_stride +
             channel,
      .out_stride = call->out.position_stride,
      .groups = &call->groups[strip],
  };
}

/// Returns the same epilogue in the form that the kernel applies itself.
CK_INLINE conv_finish conv_strip_finish(const ck_epilogue *e, const strip_block *b) {
  const int first_group = CK_SUM_GROUP - b->position % CK_SUM_GROUP;
  return (conv_finish){
      .scale = e->scale ? e->scale + b->channel : NULL,
      .shift = e->shift ? e->shift + b->channel : NULL,
      .residual = e->residual.data ? strip_residual(e, b) : NULL,
      .residual_stride = e->residual.position_stride,
      .out = b->out,
      .out_stride = b->out_stride,
      .groups = b->groups,
      .raw = strip_totals(e->sums.raw, e, b),
      .pre_activation = strip_totals(e->sums.pre_activation, e, b),
      .output = strip_totals(e->sums.output, e, b),
      .relu = e->activation == CK_RELU,
      .first_group = first_group < b->rows ? first_group : 0,
      .ends_group = sum_group_ends(b->position + b->rows - 1, b->positions),
  };
}

/// One block of K for all tiles of a block of positions.
typedef struct {
  int strip, block;
  const float *weight;       // packed, of both the strip and the block of K
  const float *next_weight;  // weights of the next pass
  ptrdiff_t next_lines;      // cache lines of the next weights that each tile prefetches
} conv_pass;

/// Computes one tile over one block of K, and applies the epilogue after the last block. `next` is the tile whose
/// inputs are prefetched meanwhile, or NULL.
CK_INLINE void conv_run_tile(const conv_call *call, const conv_pass *pass, const float *input, const conv_place *place,
                             const conv_place *next) {
  const conv_plan *p = call->plan;
  float *running = call->running;
  if (p->k_blocks > 1)
    running += (place->row + (p->chunk < p->k_blocks ? (ptrdiff_t)pass->strip * p->rows : 0)) * CK_STRIP;
  conv_tile tile = {
      .a = input + place->a,
      .a_half = input + place->a_half,
      .a_stride = p->point ? call->pixel : call->c->window.stride_x * call->pixel,
      .b = pass->weight,
      .pieces = call->pieces + call->block_pieces[pass->block],
      .piece_count = call->block_pieces[pass->block + 1] - call->block_pieces[pass->block],
      .sums = running,
      .first = pass->block == 0,
      .next_b = pass->next_weight + (place - call->places) * pass->next_lines * CK_CACHE_LINE,
  };
  if (next) {
    tile.next_a = input + next->a + pass->block * p->k_block;
    tile.next_a_half = input + next->a_half + pass->block * p->k_block;
  }
  void (*const kernel)(const conv_tile *) =
      conv_tiles[place->rows - 1][call->c->out_channels - pass->strip * CK_STRIP > CK_LANES];
  if (pass->block + 1 < p->k_blocks) return kernel(&tile);
  const strip_block b = conv_strip_block(call, place, pass->strip, running);
  if (conv_finish_fits(call->e, b.channels)) {
    const conv_finish finish = conv_strip_finish(call->e, &b);
    tile.finish = &finish;
    return kernel(&tile);
  }
  kernel(&tile);
  epilogue_strip(call->e, &b);
}

CK_INLINE const float *conv_weight(const conv_call *call, int strip, int block) {
  return call->packed + (size_t)strip * CK_STRIP * call->plan->k +
         (size_t)block * call->plan->k_block * conv_strip_width(call->c, strip);
}

/// Computes one block of positions. The outermost loop is over chunks of K, so that their inputs stay in the cache for
/// all strips; then over strips, so that running sums stay in the cache for all blocks of K; then over blocks of K, so
/// that weights stay in the cache for all tiles.
static void conv_run_block(const conv_call *call, const conv_block *b) {
  const conv_plan *p = call->plan;
  const int tiles = conv_cut_tiles(call, b);
  const float *const input = call->copies ? call->copy : call->in.data;
  if (call->copies && !p->point) conv_copy_lines(call, b);
  for (int first = 0; first < p->k_blocks; first += p->chunk) {
    const int end = (int)conv_min(p->k_blocks, first + p->chunk);
    if (call->copies && p->point) conv_copy_points(call, b, first * p->k_block, conv_min(p->k, end * p->k_block));
    for (int strip = 0; strip < p->strips; strip++) {
      // Inputs that are read in place come from memory the first time.
      const bool fetches = p->point && !call->copies && strip == 0;
      for (int block = first; block < end; block++) {
        conv_pass pass = {.strip = strip, .block = block, .weight = conv_weight(call, strip, block)};
        if (block + 1 < end) pass.next_weight = conv_weight(call, strip, block + 1);
        else if (strip + 1 < p->strips) pass.next_weight = conv_weight(call, strip + 1, first);
        else pass.next_weight = conv_weight(call, 0, end < p->k_blocks ? end : 0);
        pass.next_lines = (p->k_block * CK_STRIP / CK_CACHE_LINE + tiles - 1) / tiles;
        for (int i = 0; i < tiles; i++)
          conv_run_tile(call, &pass, input, &call->places[i], fetches && i + 1 < tiles ? &call->places[i + 1] : NULL);
      }
    }
  }
}

static void conv_run(const ck_convolution *c, const conv_plan *p, int images, ck_input in, const float *packed,
                     const ck_epilogue *e, ck_view out, float *scratch) {
  const ck_window *w = &c->window;
  conv_call call = {.c = c, .plan = p, .in = in, .out = out, .packed = packed, .e = e};
  conv_lay_out(&call, scratch);
  if (p->point) {
    call.copies = c->prologue.scale || p->leaves_map || w->stride_x != 1 || w->stride_y != 1 ||
                  w->out_width != w->in_width || w->pad_top != 0 || w->pad_left != 0 ||
                  conv_conflicts(in.position_stride);
    call.pixel = call.copies ? p->copy_stride : in.position_stride;
    call.line = 0;
  } else {
    call.copies = p->leaves_map || conv_conflicts(w->stride_x * in.position_stride);
    call.pixel = call.copies ? p->copy_stride : in.position_stride;
    call.line = (call.copies ? p->copy_width : w->in_width) * call.pixel;
  }
  conv_cut_pieces(&call);
  memset(call.groups, 0, p->strips * sizeof *call.groups);
  for (int image = 0; image < images; image++) epilogue_clear_sums(e, image, c->out_channels);
  const int together = p->positions <= p->rows ? p->rows / p->positions : 1;
  for (int image = 0; image < images; image += together)
    for (int position = 0; position < p->positions; position += p->rows) {
      const conv_block b = {
          .image = image,
          .images = (int)conv_min(together, images - image),
          .position = position,
          .positions = (int)conv_min(p->rows, p->positions - position),
      };
      conv_run_block(&call, &b);
    }
}

static size_t CK(conv_packed_size)(const ck_convolution *c) {
  return conv_uses_winograd(c) ? winograd_packed_size(c) : conv_packed_size(c);
}

static void CK(conv_pack)(const ck_convolution *c, const float *weight, float *packed) {
  if (conv_uses_winograd(c)) winograd_pack(c, weight, packed);
  else conv_pack(c, weight, packed);
}

static size_t CK(conv_scratch)(const ck_convolution *c) {
  return conv_uses_winograd(c) ? winograd_scratch_size(c) : conv_scratch_size(c);
}

static void CK(conv)(const ck_convolution *c, int images, ck_input in, const float *packed, const ck_epilogue *e,
                     ck_view out, float *scratch) {
  if (conv_uses_winograd(c)) return winograd_run(c, images, in, packed, e, out, scratch);
  conv_plan p = conv_plan_make(c);
  if (images == 1 || p.positions > 1 || !p.point || p.leaves_map || epilogue_has_sums(e))
    return conv_run(c, &p, images, in, packed, e, out, scratch);
  // With one position per image, as in a classifier, the images become positions, so that they share the reads of the
  // weights.
  ck_convolution joined = *c;
  joined.window = (ck_window){images, 1, images, 1, 1, 1, 1, 1, 0, 0};
  ck_epilogue each = *e;
  each.residual.position_stride = e->residual.image_stride;
  p.positions = images;
  conv_run(&joined, &p, 1, (ck_input){in.data, in.image_stride, 0}, packed, &each,
           (ck_view){out.data, out.image_stride, 0}, scratch);
}

/// The number of channels in a part: whole strips, and no fewer than Winograd convolution needs.
#define CK_PART_CHANNELS 32
_Static_assert(CK_PART_CHANNELS % CK_STRIP == 0, "parts are whole strips");

static size_t CK(conv_part)(const ck_convolution *c, int channel) {
  const size_t taps = (size_t)c->window.kernel_height * c->window.kernel_width;
  return (size_t)channel * c->in_channels * (conv_uses_winograd(c) ? CK_WINOGRAD_ELEMENTS : taps);
}

static const char *CK(conv_kernel)(const ck_convolution *c) { return conv_uses_winograd(c) ? "winograd" : "tiles"; }

#define CK_CONV_ENTRIES                                                                                 \
  .conv_kernel = CK(conv_kernel), .conv_packed_size = CK(conv_packed_size), .conv_pack = CK(conv_pack), \
  .conv_part_channels = CK_PART_CHANNELS, .conv_part = CK(conv_part), .conv_scratch = CK(conv_scratch), \
  .conv = CK(conv),

#endif
