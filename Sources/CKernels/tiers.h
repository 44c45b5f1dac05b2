// The tables of the tiers, and the macro that fills one from the families included above it.
//
// Each family (an .inc file, or a reference_*.inc file of the scalar tier) defines CK_<FAMILY>_ENTRIES, the designated
// initialisers of its functions, which are static and named CK(function).
#ifndef CK_TIERS_H
#define CK_TIERS_H
#include "ckernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

extern const ck_kernels ck_scalar, ck_blas;
#if defined(__x86_64__)
extern const ck_kernels ck_avx2, ck_avx512;
#endif

#define CK_PASTE_(a, b) a##_##b
#define CK_PASTE(a, b) CK_PASTE_(a, b)
/// The name of a tier's own copy of a function.
#define CK(name) CK_PASTE(name, CK_TIER)

#define CK_TABLE(tier_name)                                                                                         \
  {                                                                                                                 \
    .name = tier_name, .supported = supported, CK_CONV_ENTRIES CK_DEPTHWISE_ENTRIES CK_POOL_ENTRIES                 \
    CK_POINTWISE_ENTRIES CK_NORM_ENTRIES CK_ATTENTION_ENTRIES CK_PEAK_ENTRIES                                       \
  }
#endif
