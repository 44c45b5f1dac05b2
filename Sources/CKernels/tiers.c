#include "tiers.h"

static const ck_kernels *const order[] = {
    &ck_scalar,
#if defined(__x86_64__)
    &ck_amx_emulated,
#endif
    &ck_blas,
#if defined(__x86_64__)
    &ck_avx2,
    &ck_avx512,
    &ck_amx,
#endif
};

const ck_kernels *const *ck_tiers(size_t *count) {
  *count = sizeof order / sizeof order[0];
  return order;
}
