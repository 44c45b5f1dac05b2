// Everything one tier needs, from the vector width its includer chose. A tier file defines CK_LANES (floats in a
// register), CK_TIER (suffix of its names) and CK_FMA (whether multiply-add is one instruction), pushes the target
// attribute, then includes this.
#include "vector.inc"
#include "sums.inc"
#include "math.inc"
#include "epilogue.inc"
#include "pointwise.inc"
#include "baselines.inc"
#include "depthwise.inc"
#include "pool.inc"
#include "norm.inc"
#include "attention.inc"
#include "peak.inc"
#if defined(CK_CONV_BLAS)
#include "conv_blas.inc"
#elif defined(CK_CONV_AMX)
#include "amx_conv.inc"
#else
#include "conv.inc"
#endif
