// Loading of OpenBLAS with the kernels for this processor. Debian's version 0.3.21 mistakes recent Intel models for a
// Prescott and runs SSE3 code, three to five times slower. An environment variable corrects this, but OpenBLAS reads it
// when loaded, and the detected core must be known first. The library's (exported, undocumented) initialisation is
// therefore run a second time.
#define _GNU_SOURCE
#include "blas/blas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

ck_sgemm *ck_blas_sgemm;
static const char *(*core_name)(void);

// A statically linked program cannot load a library: the library would bring a second C library.
#if defined(CK_WITHOUT_BLAS)
bool ck_blas_is_built(void) { return false; }

static void prepare(void) {}
#else
bool ck_blas_is_built(void) { return true; }

static const char *const variable = "OPENBLAS_CORETYPE";

/// Returns the core type that uses this processor's instructions; NULL if the detected core already does, or if there
/// is none.
static const char *better_core(const char *detected) {
#if defined(__x86_64__)
  static const char *const modern[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"};
  for (size_t i = 0; i < sizeof modern / sizeof modern[0]; i++)
    if (strcasecmp(detected, modern[i]) == 0) return NULL;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#else
  (void)detected;
#endif
  return NULL;
}

/// Sets an environment variable and returns its previous value, which `restore` takes.
static char *replace(const char *name, const char *value) {
  const char *const old = getenv(name);
  char *const copy = old ? strdup(old) : NULL;
  setenv(name, value, 1);
  return copy;
}

static void restore(const char *name, char *old) {
  if (old) setenv(name, old, 1);
  else unsetenv(name);
  free(old);
}

static void *load(void) {
#if defined(__APPLE__)
  static const char *const names[] = {"libopenblas.dylib", "libopenblas.0.dylib"};
#else
  static const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
#endif
  // Each thread of the program calls the library, so the library must not start threads.
  char *const threads = replace("OPENBLAS_NUM_THREADS", "1");
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && !library; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  restore("OPENBLAS_NUM_THREADS", threads);
  return library;
}

static void prepare(void) {
  void *const library = load();
  if (!library) return;
  ck_sgemm *const sgemm = (ck_sgemm *)dlsym(library, "cblas_sgemm");
  const char *(*const name)(void) = (const char *(*)(void))dlsym(library, "openblas_get_corename");
  void (*const set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (!sgemm || !name || !set_threads) return;
  // The symbol is missing in builds for a single processor, which have nothing to choose.
  void (*const init)(void) = (void (*)(void))dlsym(library, "gotoblas_dynamic_init");
  void (*const quit)(void) = (void (*)(void))dlsym(library, "gotoblas_dynamic_quit");
  const char *const core = better_core(name());
  if (core && !getenv(variable) && init && quit) {
    setenv(variable, core, 1);
    quit();
    init();
    unsetenv(variable);
  }
  set_threads(1);
  core_name = name;
  ck_blas_sgemm = sgemm;
}
#endif

const char *ck_blas_prepare(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  return core_name ? core_name() : NULL;
}
