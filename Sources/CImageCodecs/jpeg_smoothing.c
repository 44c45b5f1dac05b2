#include "jpeg_reader.h"

// The number of estimated coefficients: the first ones in zigzag order, beginning with DC.
enum { GUESSED = 10 };

// The weights of 5 x 5 DC values, of the block and its neighbours, in the estimate of a coefficient. The first nine
// kernels are 256 times the slopes and curvatures of a surface through these values; the last kernel smooths DC itself.
// From libjpeg-turbo's decompress_smooth_data.
typedef int16_t kernel[25];

static const uint8_t places[GUESSED] = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24};

// Kernels for blocks without any known AC coefficient.
static const kernel wide[GUESSED] = {
    {-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2},
    {-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1},
    {-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1},
    {0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0},
    {-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1},
    {0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0},
};

// Kernels for blocks with known AC coefficients. Only the first five AC coefficients are estimated.
static const kernel narrow[6] = {
    {0},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0},
    {0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0},
    {0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
};

// Returns the number of unknown low bits of each coefficient, -1 for all bits: after the last scan, and before it.
static const int *bits_after(j_decompress_ptr info, int component) { return info->coef_bits[component]; }
static const int *bits_before(j_decompress_ptr info, int component) {
  static const int nothing[GUESSED] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  return info->input_scan_number > 1 ? info->coef_bits[component + info->num_components] : nothing;
}

// Returns whether there are unknown coefficients, and the data to estimate them.
static bool is_useful(j_decompress_ptr info) {
  if (!info->progressive_mode || info->coef_bits == NULL) return false;
  bool is_useful = false;
  for (int component = 0; component < info->num_components; component++) {
    const JQUANT_TBL *table = info->comp_info[component].quant_table;
    if (table == NULL || bits_after(info, component)[0] < 0) return false;
    for (int i = 0; i < GUESSED; i++) {
      if (table->quantval[places[i]] == 0) return false;
      if (i > 0 && bits_after(info, component)[i] != 0) is_useful = true;
    }
  }
  return is_useful;
}

// Returns `num` divided by 256 steps, rounded, and limited to the range of the unknown bits.
static JCOEF guess(const kernel weights, const JCOEF *const rows[5], const size_t columns[5], long dc_step, long step,
                   int bits) {
  long sum = 0;
  for (int i = 0; i < 25; i++) sum += (long)weights[i] * rows[i / 5][columns[i % 5]];
  const long numerator = dc_step * sum;
  long size = ((step << 7) + (numerator < 0 ? -numerator : numerator)) / (step << 8);
  if (bits > 0 && size >= 1L << bits) size = (1L << bits) - 1;
  return (JCOEF)(numerator < 0 ? -size : size);
}

static void smooth_block(JCOEF *block, const JCOEF *const rows[5], const size_t columns[5], const UINT16 *steps,
                         const int *bits) {
  bool knows_dc_alone = true;
  for (int i = 1; i < GUESSED; i++) knows_dc_alone = knows_dc_alone && bits[i] == -1;
  for (int i = 1; i < (knows_dc_alone ? GUESSED : 6); i++) {
    JCOEF *coefficient = block + places[i];
    if (bits[i] == 0 || *coefficient != 0) continue;
    *coefficient = guess(knows_dc_alone ? wide[i] : narrow[i], rows, columns, steps[0], steps[places[i]], bits[i]);
  }
  if (knows_dc_alone) block[0] = guess(wide[0], rows, columns, steps[0], steps[0], 0);
}

// Finds the rows of blocks from two above to two below; at an edge, the nearest row is repeated. libjpeg-turbo
// determines the lower edge by the number of rows in an MCU of the last row, and this function does the same.
static void neighbours(const JCOEF *plane, size_t width, size_t row, size_t counted, size_t all, const JCOEF *rows[5]) {
  rows[2] = plane + row * width;
  rows[1] = counted > 0 ? rows[2] - width : rows[2];
  rows[0] = counted > 1 ? rows[2] - 2 * width : rows[1];
  rows[3] = counted + 1 < all ? rows[2] + width : rows[2];
  rows[4] = counted + 2 < all ? rows[2] + 2 * width : rows[3];
}

static JBLOCKROW block_row(j_decompress_ptr info, jvirt_barray_ptr blocks, size_t row, bool writable) {
  return info->mem->access_virt_barray((j_common_ptr)info, blocks, (JDIMENSION)row, 1, writable)[0];
}

// Copies a component's DC values before any is changed, including rows that complete the last MCU.
static const JCOEF *dc_plane(j_decompress_ptr info, jvirt_barray_ptr blocks, size_t width, size_t height) {
  JCOEF *plane = info->mem->alloc_large((j_common_ptr)info, JPOOL_IMAGE, width * height * sizeof(JCOEF));
  for (size_t y = 0; y < height; y++) {
    const JBLOCKROW row = block_row(info, blocks, y, false);
    for (size_t x = 0; x < width; x++) plane[y * width + x] = row[x][0];
  }
  return plane;
}

static void smooth_component(j_decompress_ptr info, int component, jvirt_barray_ptr blocks, JDIMENSION last_good_row) {
  const jpeg_component_info *part = info->comp_info + component;
  const size_t width = part->width_in_blocks, step = (size_t)part->v_samp_factor, mcus = info->total_iMCU_rows;
  const JCOEF *plane = dc_plane(info, blocks, width, step * mcus);
  for (size_t mcu = 0; mcu < mcus; mcu++) {
    size_t count = step;
    if (mcu + 1 == mcus && part->height_in_blocks % step != 0) count = part->height_in_blocks % step;
    const int *bits = mcu > last_good_row ? bits_before(info, component) : bits_after(info, component);
    for (size_t y = 0; y < count; y++) {
      const JCOEF *rows[5];
      neighbours(plane, width, mcu * step + y, mcu * count + y, mcus * count, rows);
      const JBLOCKROW row = block_row(info, blocks, mcu * step + y, true);
      for (size_t x = 0; x < width; x++) {
        const size_t last = width - 1;
        const size_t columns[5] = {x > 1 ? x - 2 : 0, x > 0 ? x - 1 : 0, x, x + 1 < last ? x + 1 : last,
                                   x + 2 < last ? x + 2 : last};
        smooth_block(row[x], rows, columns, part->quant_table->quantval, bits);
      }
    }
  }
}

void jpeg_smooth(j_decompress_ptr info, JDIMENSION last_good_row) {
  if (!is_useful(info)) return;
  jvirt_barray_ptr *blocks = jpeg_read_coefficients(info);
  for (int component = 0; component < info->num_components; component++)
    smooth_component(info, component, blocks[component], last_good_row);
}
