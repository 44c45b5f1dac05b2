// Vectors of eight floats, with AVX2 and FMA.
#include "table/table.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_TIER avx2
#define CK_VECTOR "vector/avx2.h"
#define CK_CONVOLUTION "conv/conv.h"
#include "families/families.h"
static bool supported(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#pragma clang attribute pop
const ck_kernels ck_avx2 = CK_TABLE("avx2");
#endif
