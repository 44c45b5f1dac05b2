// One register of floats, CK_LANES wide, in clang's vector extensions: +, -, *, / and comparisons work per lane, a
// comparison gives an `ivec` of 0 and -1. What needs instructions of its own is in the file of the instruction set,
// CK_VECTOR, which the tier names: its width, its partial loads and stores, and what fits its registers.
// Contraction is off: a multiply-add happens exactly where `vec_fma` is written.
#ifndef CK_VECTOR_VECTOR_H
#define CK_VECTOR_VECTOR_H
#include "table/table.h"

// An editor that reads a file by itself sees the portable tier.
#ifndef CK_VECTOR
#define CK_VECTOR "vector/portable.h"
#endif
#ifndef CK_TIER
#define CK_TIER unnamed
#endif

#pragma STDC FP_CONTRACT OFF
#include CK_VECTOR

/// a * b + c: one rounding where the tier has the instruction, two elsewhere.
CK_INLINE vec vec_fma(vec a, vec b, vec c) {
#if CK_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// mask ? a : b per lane; `mask` is what a comparison gave.
CK_INLINE vec vec_select(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
/// |x|, NaN where x is.
CK_INLINE vec vec_magnitude(vec x) { return (vec)((ivec)x & 0x7FFFFFFF); }
/// a > b ? a : b: the second operand where either is NaN, as the x86 instruction.
CK_INLINE vec vec_max(vec a, vec b) { return vec_select(a > b, a, b); }
/// a < b ? a : b: the second operand where either is NaN, as the x86 instruction.
CK_INLINE vec vec_min(vec a, vec b) { return vec_select(a < b, a, b); }

#endif
