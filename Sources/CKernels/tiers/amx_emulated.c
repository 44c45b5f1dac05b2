// The amx tier with its tile instructions emulated by AVX-512: the same bytes, slowly.
#include "table/table.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)
#define CK_TIER amx_emulated
#define CK_VECTOR "vector/avx512.h"
#define CK_CONVOLUTION "amx/amx_conv.h"
#define CK_TILES "amx/tiles_emulated.h"
#undef CK_PRECISIONS
#define CK_PRECISIONS (1u << CK_FP32 | 1u << CK_BF16X3 | 1u << CK_BF16)
#undef CK_EMULATION
#define CK_EMULATION true
#include "families/families.h"
extern const ck_kernels ck_avx512;
static bool supported(void) { return ck_avx512.supported(); }
#pragma clang attribute pop
const ck_kernels ck_amx_emulated = CK_TABLE("amx-emulated");
#endif
