#!/usr/bin/env bash
# Builds the program that stands alone: linked statically, for every Linux of this processor.
# Leaves .build/dist/activation-dump, and in .build/static/archives.txt the archives of libraries that are in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scratch=.build/static
mkdir -p "$scratch" .build/dist
# Paths of this machine do not belong into the program; they would make another one of every folder.
flags=(-c release --product activation-dump --scratch-path "$scratch"
  -Xswiftc -static-executable -Xcc -DCK_WITHOUT_BLAS
  -Xswiftc -file-prefix-map -Xswiftc "$PWD=." -Xcc "-ffile-prefix-map=$PWD=."
  # libpng needs zlib, which stands before it.
  -Xlinker -lz
  # A number for each build, which tells no two apart that are the same.
  -Xlinker --build-id=none
  -Xlinker "-Map=$PWD/$scratch/link.map")
${SWIFT:-swift} build "${flags[@]}"

program=.build/dist/activation-dump
strip --strip-all -o "$program" "$scratch/release/activation-dump"
# What the compiler keeps to see whether a module has changed differs from build to build; nothing reads it in a program.
size=$(readelf --sections --wide "$program" | sed -nE 's/^.* \.swift_modhash +PROGBITS +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) .*/\1/p')
if [ -n "$size" ]; then
  head -c $((16#$size)) /dev/zero > "$scratch/zeros"
  objcopy --update-section .swift_modhash="$scratch/zeros" "$program"
fi
if readelf --program-headers --dynamic "$program" | grep -E 'INTERP|NEEDED'; then
  echo "dist: $program needs libraries, though it was to be linked statically" >&2
  exit 70
fi
grep -oE '/[^ ()]*\.a\b' "$scratch/link.map" | sort -u > "$scratch/archives.txt"
[ -s "$scratch/archives.txt" ] || {
  echo "dist: the linker did not say what it linked ($scratch/link.map)" >&2
  exit 70
}
