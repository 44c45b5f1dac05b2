// The types of a register of CK_LANES floats, and functions that need no special instructions.
#ifndef CK_VECTOR_TYPES_H
#define CK_VECTOR_TYPES_H
#include "table/table.h"

#ifndef CK_LANES
#error "a file of an instruction set defines CK_LANES before it includes this"
#endif

#define CK_INLINE static inline __attribute__((always_inline, unused))

typedef float vec __attribute__((vector_size(4 * CK_LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * CK_LANES)));
typedef float vec_unaligned __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));

CK_INLINE vec vec_splat(float x) { return x - (vec){0}; }
CK_INLINE vec vec_zero(void) { return (vec){0}; }
CK_INLINE vec vec_load(const float *p) { return *(const vec_unaligned *)p; }
CK_INLINE void vec_store(float *p, vec v) { *(vec_unaligned *)p = v; }

#endif
