#ifndef IC_RESAMPLE_H
#define IC_RESAMPLE_H
#include "cimagecodecs.h"

extern const ic_resampler ic_resampler_scalar;
#if defined(__x86_64__)
extern const ic_resampler ic_resampler_avx2;
extern const ic_resampler ic_resampler_avx512;
#endif

#endif
