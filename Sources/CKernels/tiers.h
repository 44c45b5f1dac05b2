// The tables of the tiers, and the macro that fills one from the families included above it.
#ifndef CK_TIERS_H
#define CK_TIERS_H
#include "ckernels.h"

extern const ck_kernels ck_scalar, ck_blas;
#if defined(__x86_64__)
extern const ck_kernels ck_avx2, ck_avx512;
#endif

#define CK_TABLE(tier_name) {.name = tier_name, .supported = supported}
#endif
