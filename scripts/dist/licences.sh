#!/usr/bin/env bash
# licences.sh ARCHIVES FOLDER: copies the licences of all that is linked into the program, from the list of its archives.
#
# Archives of the system are those of Debian packages, each of which has a file `copyright`; the others are the Swift
# toolchain's. Packages of Swift have theirs in their checkouts.
set -euo pipefail

archives=$1 folder=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$folder"

fail() {
  printf 'licences: %s\n' "$*" >&2
  exit 70
}

toolchain=$(dirname "$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")")
while read -r archive; do
  path=$(realpath "$archive")
  case $path in
    "$toolchain"/*)
      install -m 644 "$toolchain/share/swift/LICENSE.txt" "$folder/swift-toolchain.txt"
      # Foundation's copy of ICU has the licence of ICU, which the toolchain does not bring; what it runs on does.
      [[ $path == *_FoundationICU.a ]] || continue
      package=$(dpkg-query --search '*/libicuuc.so.*' 2>/dev/null | head -n 1) ||
        fail "no package of ICU is installed, whose licence is needed"
      install -m 644 "/usr/share/doc/${package%%:*}/copyright" "$folder/icu.txt"
      continue
      ;;
  esac
  # A system with merged folders knows some files by their old path.
  package=$(dpkg-query --search "$path" 2>/dev/null || dpkg-query --search "${path#/usr}" 2>/dev/null) ||
    fail "no package has $archive, which is in the program"
  package=${package%%:*}
  install -m 644 "/usr/share/doc/$package/copyright" "$folder/$package.txt" ||
    fail "the package $package has no /usr/share/doc/$package/copyright"
done < "$archives"

for checkout in "$here"/.build/static/checkouts/*/; do
  name=$(basename "$checkout")
  found=("$checkout"LICENSE*)
  [ -e "${found[0]}" ] || fail "$checkout has no file LICENSE"
  install -m 644 "${found[0]}" "$folder/$name.txt"
  # What it says it has from others.
  [ ! -e "$checkout/NOTICE.txt" ] || install -m 644 "$checkout/NOTICE.txt" "$folder/$name-NOTICE.txt"
done

# Debian's files refer to licences that every Debian has, and others do not.
(grep -ohE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]' "$folder"/*.txt || true) | sort -u |
  while read -r licence; do
    [ ! -f "$licence" ] || install -D -m 644 "$licence" "$folder/common/$(basename "$licence")"
  done
