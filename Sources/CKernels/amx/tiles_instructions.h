// Tiles with the instructions of AMX (defined in amx_tiles.h).
#ifndef CK_AMX_TILES_INSTRUCTIONS_H
#define CK_AMX_TILES_INSTRUCTIONS_H
#include "vector/vector.h"

/// The tile state that a kernel declares; empty for the instructions.
typedef struct {
  char none;
} tile_set;

#define tile_zero(tiles, t) _tile_zero(t)
#define tile_load_left(tiles, t, p) _tile_loadd(t, p, 64)
#define tile_load_right(tiles, t, p) _tile_loadd(t, p, 64)
#define tile_multiply(tiles, c, a, b) _tile_dpbf16ps(c, a, b)
#define tile_store(tiles, t, p, stride) _tile_stored(t, p, (stride) * sizeof(float))

// Configures the tiles. Each call that uses tiles configures them and releases them at its end. Configuration costs a
// few dozen cycles and works on any thread, and the operating system need not save the tiles of other threads.
static void tiles_begin(void) {
  static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } configuration __attribute__((aligned(64))) = {
      .palette = 1,
      .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
      .rows = {16, 16, 16, 16, 16, 16, 16, 16},
  };
  _tile_loadconfig(&configuration);
}

static void tiles_end(void) { _tile_release(); }

/// Begins arithmetic on tiles.
CK_INLINE unsigned tile_mode_begin(void) { return 0; }
CK_INLINE void tile_mode_end(unsigned mode) { (void)mode; }

CK_INLINE void tile_fetch(const uint16_t *p, const int lines) {
#pragma unroll
  for (int i = 0; i < lines; i++) _mm_prefetch((const char *)(p + 32 * i), _MM_HINT_T0);
}

CK_INLINE __m512i tile_bf16(__m512 high, __m512 low) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }

/// Measures the rate of the tile multiplier. Four accumulators hide its latency.
static double CK(tile_peak)(size_t iterations) {
  tile_set *const tiles = NULL;
  (void)tiles;
  tiles_begin();
  tile_zero(tiles, 0);
  tile_zero(tiles, 1);
  tile_zero(tiles, 2);
  tile_zero(tiles, 3);
  tile_zero(tiles, 4);
  tile_zero(tiles, 5);
  tile_zero(tiles, 6);
  tile_zero(tiles, 7);
  for (size_t i = 0; i < iterations; i++) {
    tile_multiply(tiles, 0, 4, 6);
    tile_multiply(tiles, 1, 4, 7);
    tile_multiply(tiles, 2, 5, 6);
    tile_multiply(tiles, 3, 5, 7);
  }
  tiles_end();
  return 4 * 2.0 * 16 * 16 * 32 * (double)iterations;
}
#define CK_TILE_PEAK CK(tile_peak)

#endif
