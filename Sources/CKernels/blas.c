// Makes OpenBLAS run the kernels of this processor. Debian's 0.3.21 takes recent Intel models for a Prescott and runs
// SSE3 code, three to five times slower. The environment variable that corrects it is read when the library loads; in
// a running process it is set, and the library's own (exported, undocumented) set-up is run again.
#define _GNU_SOURCE
#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

// Absent from builds for a single processor, where there is nothing to choose.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static const char *const variable = "OPENBLAS_CORETYPE";

/// The core type with this processor's instructions; NULL if the detected one has them or there is none.
static const char *better_core(const char *detected) {
#if defined(__x86_64__)
  static const char *const modern[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"};
  for (size_t i = 0; i < sizeof modern / sizeof modern[0]; i++)
    if (strcasecmp(detected, modern[i]) == 0) return NULL;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#else
  (void)detected;
#endif
  return NULL;
}

static void prepare(void) {
  const char *const core = better_core(openblas_get_corename());
  if (core && !getenv(variable) && gotoblas_dynamic_init && gotoblas_dynamic_quit) {
    setenv(variable, core, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(variable);
  }
  openblas_set_num_threads(1);
}

const char *ck_blas_prepare(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  return openblas_get_corename();
}
