// The macro that fills a tier's table from the families included before it.
//
// Each family (a header of families, or of scalar) defines CK_<FAMILY>_ENTRIES, the designated initialisers of its
// functions, which are static and named CK(function).
#ifndef CK_TABLE_TABLE_H
#define CK_TABLE_TABLE_H
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "ckernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define CK_PASTE_(a, b) a##_##b
#define CK_PASTE(a, b) CK_PASTE_(a, b)
/// The name of a tier's own copy of a function.
#define CK(name) CK_PASTE(name, CK_TIER)

// The defaults of the macros that a tier may define before its table.
#define CK_PRECISIONS (1u << CK_FP32)
#define CK_EMULATION false
#define CK_PREPARE NULL
#define CK_BYTES_PER_THREAD 0

#define CK_TABLE(tier_name)                                                                                        \
  {                                                                                                                \
    .name = tier_name, .supported = supported, .precisions = CK_PRECISIONS, .emulation = CK_EMULATION,             \
    .prepare = CK_PREPARE, .bytes_per_thread = CK_BYTES_PER_THREAD, .sum_group = CK_SUM_GROUP,                     \
    CK_CONV_ENTRIES CK_DEPTHWISE_ENTRIES CK_POOL_ENTRIES CK_POINTWISE_ENTRIES CK_BASELINES_ENTRIES CK_NORM_ENTRIES \
        CK_ATTENTION_ENTRIES CK_PEAK_ENTRIES                                                                       \
  }

#endif
