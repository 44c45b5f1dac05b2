// Emulation of tiles with AVX-512: the same bytes as the instructions (defined in amx_tiles.h), slowly.
#ifndef CK_AMX_TILES_EMULATED_H
#define CK_AMX_TILES_EMULATED_H
#include "vector/vector.h"

/// The tiles. Operands are stored as floats, with even and odd elements separate.
typedef struct {
  float accumulators[4][16][16];
  float left[2][2][16][16];   // [parity][position][pair]
  float right[2][2][16][16];  // [parity][pair][channel]
} __attribute__((aligned(64))) tile_set;

CK_INLINE void tile_expand(float into[2][16][16], const uint16_t *from) {
  for (int row = 0; row < 16; row++) {
    const __m512i pairs = _mm512_loadu_si512(from + 32 * row);
    _mm512_store_si512(into[0][row], _mm512_slli_epi32(pairs, 16));
    _mm512_store_si512(into[1][row], _mm512_and_si512(pairs, _mm512_set1_epi32((int)0xffff0000)));
  }
}

/// Multiplies eight rows, so that the sixteen sums stay in registers.
CK_INLINE void tile_multiply_rows(float (*sums)[16], float left[2][16][16], float right[2][16][16], const int first) {
  __m512 even[8], odd[8];
#pragma unroll
  for (int r = 0; r < 8; r++) even[r] = odd[r] = _mm512_setzero_ps();
  for (int k = 0; k < 16; k++) {
    const __m512 even_row = _mm512_load_ps(right[0][k]), odd_row = _mm512_load_ps(right[1][k]);
#pragma unroll
    for (int r = 0; r < 8; r++) {
      even[r] = _mm512_fmadd_ps(_mm512_set1_ps(left[0][first + r][k]), even_row, even[r]);
      odd[r] = _mm512_fmadd_ps(_mm512_set1_ps(left[1][first + r][k]), odd_row, odd[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < 8; r++) {
    float *const sum = sums[first + r];
    _mm512_store_ps(sum, _mm512_add_ps(_mm512_load_ps(sum), _mm512_add_ps(even[r], odd[r])));
  }
}

static void tile_multiply_emulated(float (*sums)[16], float left[2][16][16], float right[2][16][16]) {
  tile_multiply_rows(sums, left, right, 0);
  tile_multiply_rows(sums, left, right, 8);
}

CK_INLINE void tile_store_emulated(float (*tile)[16], float *to, ptrdiff_t stride) {
  for (int row = 0; row < 16; row++) _mm512_storeu_ps(to + row * stride, _mm512_load_ps(tile[row]));
}

#define tile_zero(tiles, t) memset((tiles)->accumulators[t], 0, sizeof(tiles)->accumulators[t])
#define tile_load_left(tiles, t, p) tile_expand((tiles)->left[(t)-4], p)
#define tile_load_right(tiles, t, p) tile_expand((tiles)->right[(t)-6], p)
#define tile_multiply(tiles, c, a, b) \
  tile_multiply_emulated((tiles)->accumulators[c], (tiles)->left[(a)-4], (tiles)->right[(b)-6])
#define tile_store(tiles, t, p, stride) tile_store_emulated((tiles)->accumulators[t], p, stride)

static void tiles_begin(void) {}
static void tiles_end(void) {}

/// Sets rounding to nearest, and denormal operands and results to zero.
CK_INLINE unsigned tile_mode_begin(void) {
  const unsigned mode = _mm_getcsr();
  _mm_setcsr((mode & ~_MM_ROUND_MASK) | _MM_FLUSH_ZERO_ON | 0x40 /* denormals are zero */);
  return mode;
}
CK_INLINE void tile_mode_end(unsigned mode) { _mm_setcsr(mode); }

CK_INLINE void tile_fetch(const uint16_t *p, const int lines) { (void)p, (void)lines; }

CK_INLINE __m512i tile_bf16_one(__m512 x) {
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __mmask16 none = _mm512_fpclass_ps_mask(x, 0x81);  // NaN, quiet or signalling
  rounded = _mm512_mask_or_epi32(rounded, none, bits, _mm512_set1_epi32(0x400000));
  const __mmask16 denormal = _mm512_fpclass_ps_mask(x, 0x20);
  rounded = _mm512_mask_and_epi32(rounded, denormal, bits, _mm512_set1_epi32((int)0x80000000));
  return _mm512_srli_epi32(rounded, 16);
}

CK_INLINE __m512i tile_bf16(__m512 high, __m512 low) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(tile_bf16_one(low))),
                            _mm512_cvtepi32_epi16(tile_bf16_one(high)), 1);
}

#define CK_TILE_PEAK NULL

#endif
