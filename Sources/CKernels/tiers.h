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
extern const ck_kernels ck_avx2, ck_avx512, ck_amx, ck_amx_emulated;
#endif

#define CK_PASTE_(a, b) a##_##b
#define CK_PASTE(a, b) CK_PASTE_(a, b)
/// The name of a tier's own copy of a function.
#define CK(name) CK_PASTE(name, CK_TIER)

// A tier that has more than float32, or emulates another, says so before its table.
#define CK_PRECISIONS (1u << CK_FP32)
#define CK_EMULATION false

#define CK_TABLE(tier_name)                                                                                         \
  {                                                                                                                 \
    .name = tier_name, .supported = supported, .precisions = CK_PRECISIONS, .emulation = CK_EMULATION,              \
    CK_CONV_ENTRIES CK_DEPTHWISE_ENTRIES CK_POOL_ENTRIES                                                            \
    CK_POINTWISE_ENTRIES CK_BASELINES_ENTRIES CK_NORM_ENTRIES CK_ATTENTION_ENTRIES CK_PEAK_ENTRIES                                       \
  }
#endif
