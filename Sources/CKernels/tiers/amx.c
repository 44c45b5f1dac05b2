// The avx512 tier with dense convolutions and linear layers on the tiles of AMX.
#define _DEFAULT_SOURCE  // for syscall
#include "table/table.h"
#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Returns whether bits of a CPUID register are set: leaf and subleaf, register (0 for EAX to 3 for EDX).
static bool has_cpuid(unsigned leaf, unsigned subleaf, int which, unsigned bits) {
  unsigned r[4];
  return __get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]) && (r[which] & bits) == bits;
}

static unsigned long long enabled_state(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (unsigned long long)high << 32 | low;
}

// Returns whether the processor and the operating system support AMX. Compilers learnt the names of these features
// late, and their checks ignore the operating system, so CPUID is read directly: OSXSAVE; AVX-512 F, DQ, BW, VL;
// AMX-BF16 and AMX-TILE; AVX512-BF16; and the states enabled by XSETBV, from SSE to tile data.
static bool has_amx(void) {
  return has_cpuid(1, 0, 2, 1u << 27) && has_cpuid(7, 0, 1, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31) &&
         has_cpuid(7, 0, 3, 1u << 22 | 1u << 24) && has_cpuid(7, 1, 0, 1u << 5) &&
         (enabled_state() & 0x600e6) == 0x600e6;
}

/// Requests the permission to use tiles, which Linux requires. Further requests have no effect.
static bool asks_permission(void) {
#if defined(__linux__)
  enum { request_permission = 0x1023, tile_data = 18 };  // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

static bool supported(void) { return has_amx() && asks_permission(); }

const char *ck_amx_state(void) {
  if (!has_amx()) return "not on this processor";
  return asks_permission() ? "available" : "no permission";
}

#pragma clang attribute push(                                                                                 \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
#define CK_TIER amx
#define CK_VECTOR "vector/avx512.h"
#define CK_CONVOLUTION "amx/amx_conv.h"
#define CK_TILES "amx/tiles_instructions.h"
#undef CK_PRECISIONS
#define CK_PRECISIONS (1u << CK_FP32 | 1u << CK_BF16X3 | 1u << CK_BF16)
#include "families/families.h"
#pragma clang attribute pop
const ck_kernels ck_amx = CK_TABLE("amx");
#else
const char *ck_amx_state(void) { return "not on this processor"; }
#endif
