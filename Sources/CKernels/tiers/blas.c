// Vectors of four floats for any target of the compiler, and matrix products by OpenBLAS.
#define CK_TIER blas
#define CK_VECTOR "vector/portable.h"
#define CK_CONVOLUTION "blas/conv_blas.h"
#include "families/families.h"

static bool supported(void) { return true; }
static bool prepare(void) { return ck_blas_prepare() != NULL; }
#undef CK_PREPARE
#define CK_PREPARE prepare
#undef CK_BYTES_PER_THREAD
#define CK_BYTES_PER_THREAD ((size_t)128 << 20)  // OpenBLAS reserves a buffer for every calling thread
const ck_kernels ck_blas = CK_TABLE("blas");
