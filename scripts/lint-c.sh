#!/usr/bin/env bash
# Checks the C code: its format (.clang-format), and that each header of the kernels includes what it uses.
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files -z '*.c' '*.h' | xargs -0 clang-format --dry-run --Werror

# A header by itself has to compile: for the portable registers, those of an instruction set for theirs.
kernels=Sources/CKernels
compile() {
  clang -std=c17 -fsyntax-only -Wall -Werror -Wno-unused-function -Wno-unused-const-variable -Wno-pragma-once-outside-header \
    -I "$kernels" -I "$kernels/include" -x c "$@"
}
for header in "$kernels"/{blas,conv,families,scalar,table,vector}/*.h; do
  case $header in
    */table/list.h | */families/families.h | */vector/types.h) ;; # these need what a tier says before
    */vector/avx*.h) [ "$(uname -m)" != x86_64 ] || compile -march=x86-64-v4 "$header" ;;
    *) compile "$header" ;;
  esac
done
if [ "$(uname -m)" = x86_64 ]; then
  for header in "$kernels"/amx/*.h; do
    compile -march=x86-64-v4 -mavx512bf16 -mamx-tile -mamx-bf16 -DCK_VECTOR='"vector/avx512.h"' "$header"
  done
fi
