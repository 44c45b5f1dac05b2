// Vectors of sixteen floats, with AVX-512 F, BW, VL and DQ.
#include "table/table.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)
#define CK_TIER avx512
#define CK_VECTOR "vector/avx512.h"
#define CK_CONVOLUTION "conv/conv.h"
#include "families/families.h"
static bool supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
}
#pragma clang attribute pop
const ck_kernels ck_avx512 = CK_TABLE("avx512");
#endif
