// All kernel families of one tier. A tier's source file defines its name (CK_TIER, the suffix of its functions), its
// vector header (CK_VECTOR) and its dense convolution (CK_CONVOLUTION), pushes the target attribute, then includes this
// header.
#ifndef CK_FAMILIES_FAMILIES_H
#define CK_FAMILIES_FAMILIES_H
#include "families/attention.h"
#include "families/baselines.h"
#include "families/depthwise.h"
#include "families/norm.h"
#include "families/peak.h"
#include "families/pointwise.h"
#include "families/pool.h"
#include CK_CONVOLUTION

#endif
