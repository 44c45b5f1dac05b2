// Plain loops, obvious and slow: the oracle every other tier is tested against.
#include "tiers.h"
static bool supported(void) { return true; }
const ck_kernels ck_scalar = CK_TABLE("scalar");
