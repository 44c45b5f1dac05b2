// The list of the tiers for callers.
#include "ckernels.h"

#define CK_LISTED(name) extern const ck_kernels ck_##name;
#include "table/list.h"
#undef CK_LISTED

static const ck_kernels *const tiers[] = {
#define CK_LISTED(name) &ck_##name,
#include "table/list.h"
#undef CK_LISTED
};

const ck_kernels *const *ck_tiers(size_t *count) {
  *count = sizeof tiers / sizeof tiers[0];
  return tiers;
}
