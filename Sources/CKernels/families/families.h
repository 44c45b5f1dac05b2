// Everything one tier needs. A tier's file names itself (CK_TIER, the suffix of its names), its registers (CK_VECTOR)
// and its dense convolution (CK_CONVOLUTION), pushes the target attribute, then includes this.
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
