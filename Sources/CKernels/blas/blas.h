// The function of OpenBLAS that is used. The library is loaded on first use.
//
// Loading it starts a thread per processor. Each thread reserves 128 MiB of address space and retries forever if the
// reservation fails, so a program that does not need the library must not load it.
#ifndef CK_BLAS_H
#define CK_BLAS_H

/// The type of `cblas_sgemm` with the constants of its interface: 101 is row-major, 111 not transposed.
typedef void ck_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                      int lda, const float *b, int ldb, float beta, float *c, int ldc);
enum { CK_ROW_MAJOR = 101, CK_NO_TRANSPOSE = 111 };

/// The function, NULL until `ck_blas_prepare` has found it.
extern ck_sgemm *ck_blas_sgemm;
#endif
