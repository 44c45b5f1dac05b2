// Plain loops, simple and slow: the reference against which every other tier is tested.
#define CK_TIER scalar
#include "scalar/attention.h"
#include "scalar/baselines.h"
#include "scalar/conv.h"
#include "scalar/depthwise.h"
#include "scalar/norm.h"
#include "scalar/peak.h"
#include "scalar/pointwise.h"
#include "scalar/pool.h"

static bool supported(void) { return true; }
const ck_kernels ck_scalar = CK_TABLE("scalar");
