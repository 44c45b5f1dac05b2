// A float as a sum of bf16 parts. Each part is the remainder rounded to bf16 (eight significant bits), and the next
// remainder is exact. Three parts, 24 bits, equal the float (except for denormals, which count as zero).
//
// If x is infinite, or rounds to infinity, the remainder is NaN. So are all outputs that multiply by x in more than one
// part. A NaN is NaN in every part. Non-finite values are therefore never lost, but an infinity of float32 arithmetic
// may become NaN.
#ifndef CK_AMX_AMX_SPLIT_H
#define CK_AMX_AMX_SPLIT_H
#include "amx/amx_tiles.h"
#include "vector/vector.h"

/// Returns the number of parts of a float: x6 multiplies three parts (six products), x3 two (three products), x1 one.
CK_INLINE int amx_parts(ck_precision precision) {
  switch (precision) {
    case CK_BF16: return 1;
    case CK_BF16X3: return 2;
    default: return 3;
  }
}

/// Returns 16 floats from the bf16 numbers in the lower or upper half of a register.
CK_INLINE __m512 amx_widen(__m256i half) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

/// Stores the parts of 32 floats. Parts are `part` elements apart.
CK_INLINE void amx_split(__m512 low, __m512 high, const int parts, uint16_t *to, ptrdiff_t part) {
#pragma unroll
  for (int p = 0; p < parts; p++) {
    const __m512i rounded = tile_bf16(high, low);
    _mm512_storeu_si512(to + p * part, rounded);
    if (p + 1 == parts) break;
    low = _mm512_sub_ps(low, amx_widen(_mm512_castsi512_si256(rounded)));
    high = _mm512_sub_ps(high, amx_widen(_mm512_extracti64x4_epi64(rounded, 1)));
  }
}

/// Stores the parts of the first `count` floats at `from`, at most 32, and zeros up to 32.
CK_INLINE void amx_split_first(const float *from, ptrdiff_t count, const int parts, uint16_t *to, ptrdiff_t part) {
  if (count >= 32) return amx_split(_mm512_loadu_ps(from), _mm512_loadu_ps(from + 16), parts, to, part);
  const __mmask32 mask = (1u << count) - 1;
  amx_split(_mm512_maskz_loadu_ps((__mmask16)mask, from), _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + 16),
            parts, to, part);
}

#endif
