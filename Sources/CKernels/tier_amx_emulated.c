// The amx tier with its tile instructions computed by AVX-512: the same bytes, slowly.
#include "tiers.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)
#define CK_TIER amx_emulated
#define CK_LANES 16
#define CK_FMA 1
#define CK_CONV_AMX
#undef CK_PRECISIONS
#define CK_PRECISIONS (1u << CK_FP32 | 1u << CK_BF16X3 | 1u << CK_BF16)
#undef CK_EMULATION
#define CK_EMULATION true
#define CK_AMX_EMULATED
#include "families.h"
static bool supported(void) { return ck_avx512.supported(); }
#pragma clang attribute pop
const ck_kernels ck_amx_emulated = CK_TABLE("amx-emulated");
#endif
