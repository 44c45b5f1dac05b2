// All tiers of this build, in ascending order of preference, as CK_LISTED(name). A new tier is a file in the folder
// tiers and a line here.
CK_LISTED(scalar)
#if defined(__x86_64__)
CK_LISTED(amx_emulated)
#endif
CK_LISTED(blas)
#if defined(__x86_64__)
CK_LISTED(avx2)
CK_LISTED(avx512)
CK_LISTED(amx)
#endif
