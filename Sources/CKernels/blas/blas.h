// OpenBLAS, as far as it is used: one function of a library that is loaded when it is first needed.
//
// Merely loading it starts a thread for every processor, each of which sets 128 MiB of addresses aside and, where it
// may not have them, tries again for ever. A program that does not need it must not be made to wait for that.
#ifndef CK_BLAS_H
#define CK_BLAS_H

/// `cblas_sgemm` with the constants of its interface: 101 is row-major, 111 not transposed.
typedef void ck_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                      int lda, const float *b, int ldb, float beta, float *c, int ldc);
enum { CK_ROW_MAJOR = 101, CK_NO_TRANSPOSE = 111 };

/// NULL until `ck_blas_prepare` has found it.
extern ck_sgemm *ck_blas_sgemm;
#endif
