// One register of CK_LANES floats in clang's vector extensions: +, -, *, / and comparisons work per lane, and a
// comparison gives an `ivec` of 0 and -1. The header of the instruction set, CK_VECTOR, which the tier defines, has
// everything that needs special instructions: the width, partial loads and stores, and the sizes that fit the
// registers. Contraction is off: a multiply-add happens only where `vec_fma` is written.
#ifndef CK_VECTOR_VECTOR_H
#define CK_VECTOR_VECTOR_H
#include "table/table.h"

// An editor that parses a single file uses the portable tier.
#ifndef CK_VECTOR
#define CK_VECTOR "vector/portable.h"
#endif
#ifndef CK_TIER
#define CK_TIER unnamed
#endif

#pragma STDC FP_CONTRACT OFF
#include CK_VECTOR

/// Returns a * b + c: with one rounding if the tier has the instruction, otherwise with two.
CK_INLINE vec vec_fma(vec a, vec b, vec c) {
#if CK_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// Returns mask ? a : b per lane; `mask` is the result of a comparison.
CK_INLINE vec vec_select(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
/// Returns |x|, NaN if x is NaN.
CK_INLINE vec vec_magnitude(vec x) { return (vec)((ivec)x & 0x7FFFFFFF); }
/// Returns a > b ? a : b: the second operand if either is NaN, like the x86 instruction.
CK_INLINE vec vec_max(vec a, vec b) { return vec_select(a > b, a, b); }
/// Returns a < b ? a : b: the second operand if either is NaN, like the x86 instruction.
CK_INLINE vec vec_min(vec a, vec b) { return vec_select(a < b, a, b); }

#endif
