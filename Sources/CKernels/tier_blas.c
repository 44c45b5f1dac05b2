// The portable tier: vectors of four floats for whatever target the compiler has, matrix products by OpenBLAS.
#include "tiers.h"
#define CK_TIER blas
#define CK_LANES 4
#if defined(__aarch64__) || defined(__FMA__)
#define CK_FMA 1
#else
#define CK_FMA 0
#endif
#define CK_CONV_BLAS
#include "families.h"
static bool supported(void) { return true; }
const ck_kernels ck_blas = CK_TABLE("blas");
