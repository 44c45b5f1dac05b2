#include "tiers.h"

static const ck_kernels *const order[] = {
    &ck_scalar,
    &ck_blas,
#if defined(__x86_64__)
    &ck_avx2,
    &ck_avx512,
#endif
};

const ck_kernels *const *ck_tiers(size_t *count) {
  *count = sizeof order / sizeof order[0];
  return order;
}
