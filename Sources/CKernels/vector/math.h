// Elementary functions, and activations built from them. Polynomials are minimax fits. Each function states its error,
// measured for every float of its domain against double arithmetic (MathTests).
#ifndef CK_VECTOR_MATH_H
#define CK_VECTOR_MATH_H
#include "vector/vector.h"

/// Returns the rounding error of product = a * b, i.e. a * b - product, exactly (barring underflow).
CK_INLINE vec vec_product_error(vec a, vec b, vec product) {
#if CK_FMA
  return vec_fma(a, b, -product);
#else
  // Dekker's algorithm: halves of twelve bits have exact products.
  const vec a_high = (vec)((ivec)a & ~0xfff), a_low = a - a_high;
  const vec b_high = (vec)((ivec)b & ~0xfff), b_low = b - b_high;
  return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/// Returns e^(-(x + low) / 2) for x in -180 ... 214 and |low| < 2^-16; NaN for NaN. Error below 1.3 ulp. The argument
/// is halved and negated because the functions below need the exponential of -t^2 / 2 and similar terms, for which this
/// saves operations.
CK_INLINE vec vec_exp_minus_half(vec x, vec low) {
  // x = r - 2 n ln 2. Adding 1.5 * 2^23 rounds to an integer.
  const vec round = vec_splat(0x1.8p23f);
  const vec sum = vec_fma(x, vec_splat(-0x1.715476p-1f), round);
  const vec n = sum - round;
  vec r = vec_fma(n, vec_splat(0x1.62e4p0f), x);  // 15 bits: the product with n is exact
  r = vec_fma(n, vec_splat(0x1.7f7d1cp-19f), r) + low;
  // Terms are evaluated in pairs instead of one after another, which halves the latency.
  const vec square = r * r;
  const vec p01 = vec_fma(r, vec_splat(-0.5f), vec_splat(1));
  const vec p23 = vec_fma(r, vec_splat(0.166665204f / -8), vec_splat(0.4999999343f / 4));
  const vec p45 = vec_fma(r, vec_splat(0.00836874532f / -32), vec_splat(0.04166839083f / 16));
  const vec p456 = vec_fma(square, vec_splat(0.00138145379f / 64), p45);
  return vec_scale_by_power(vec_fma(square, vec_fma(square, p456, p23), p01), n);
}

/// Returns e^x for any x: 0 for very small x, infinity for very large x, NaN for NaN. Error below 1.3 ulp, including
/// denormal results.
CK_INLINE vec vec_exp(vec x) {
  const vec clamped = vec_min(vec_splat(90), vec_max(vec_splat(-105), x));
  return vec_exp_minus_half(-2 * clamped, vec_zero());
}

/// Returns x Phi(x) = max(x, 0) - |x| Phi(-|x|), where Phi is the normal distribution function. The tail Phi(-t) is not
/// computed as 1 - erf, which cancels, but as e^(-t^2/2) R(t) with R(t) = e^(t^2/2) erfc(t / sqrt 2) / 2. R is a smooth
/// function, fitted by a quotient on 0 ... 14.6 with relative error 6e-9. Error below 8 ulp (11 for nearly denormal
/// results); 0.5 x (1 + erf) has no correct digits at -5. Infinities give the function's limits.
CK_INLINE vec vec_gelu(vec x) {
  const vec t = vec_min(vec_splat(14.6f), (vec)((ivec)x & 0x7fffffff));  // for larger t, Phi(-t) is 0 in float
  const vec square = t * t;
  const vec e = vec_exp_minus_half(square, vec_product_error(t, t, square));
  vec p = vec_splat(0.004123923282f);
  p = vec_fma(p, t, vec_splat(0.04068440503f));
  p = vec_fma(p, t, vec_splat(0.1833867665f));
  p = vec_fma(p, t, vec_splat(0.4384993183f));
  p = vec_fma(p, t, vec_splat(0.5f));
  vec q = vec_splat(0.01033702466f);
  q = vec_fma(q, t, vec_splat(0.1019870578f));
  q = vec_fma(q, t, vec_splat(0.4698709721f));
  q = vec_fma(q, t, vec_splat(1.203132472f));
  q = vec_fma(q, t, vec_splat(1.674883623f));
  q = vec_fma(q, t, vec_splat(1));
  return vec_fma(-t, e * (p / q), vec_max(vec_zero(), x));
}

/// Returns x / (1 + e^(-1.702 x)). Error below 3.5 ulp (31 where e^x is denormal). NaN for -infinity, as in PyTorch.
CK_INLINE vec vec_quick_gelu(vec x) {
  const vec t = vec_min(vec_splat(62), (vec)((ivec)x & 0x7fffffff));
  const vec slope = vec_splat(0x1.b3b646p1f);  // 2 * 1.702 to the nearest float; the remainder is added below
  const vec product = t * slope;
  const vec low = vec_fma(t, vec_splat(-0x1.78d4fep-25f), vec_product_error(t, slope, product));
  const vec e = vec_exp_minus_half(product, low);
  return x * vec_select(x < vec_zero(), e, vec_splat(1)) / (1 + e);
}

#endif
