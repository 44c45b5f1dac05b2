// Plain loops, obvious and slow: the oracle every other tier is tested against.
#include "tiers.h"
#define CK_TIER scalar
#include "reference_sums.inc"
#include "reference_epilogue.inc"
#include "reference_conv.inc"
#include "reference_pointwise.inc"
#include "reference_baselines.inc"
#include "reference_depthwise.inc"
#include "reference_pool.inc"
#include "reference_norm.inc"
#include "reference_attention.inc"
#include "reference_peak.inc"
static bool supported(void) { return true; }
const ck_kernels ck_scalar = CK_TABLE("scalar");
