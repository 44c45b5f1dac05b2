#!/usr/bin/env bash
# Unpacks the tarball into an empty root, with no library, no shell and no /proc, and records photographs there with every
# tier of the processor. Where a program built from source is at hand, its recordings have to be the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$(scripts/version.sh)
tarball=.build/dist/activation-dump-$version-linux-$(uname -m).tar.gz
other=.build/release/activation-dump
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -xzf "$tarball" -C "$root" --strip-components=1
mkdir -p "$root/images" "$root/tmp"
cp $(find Tests/Fixtures/images/files -name "*.jpg" -o -name "*.png" | LC_ALL=C sort | head -n 30) "$root/images/"

PATH=$PATH:/usr/sbin:/sbin
enter=("$(command -v chroot)")
[ "$(id -u)" = 0 ] || enter=("$(command -v unshare)" --user --map-root-user "${enter[@]}")
inside() { env -i "${enter[@]}" "$root" /bin/activation-dump "$@"; }
fail() {
  printf 'dist: %s\n' "$*" >&2
  exit 70
}

[ "$(inside --version)" = "$version" ] || fail "the program does not start in an empty root"
# An unknown tier is answered with those there are.
tiers=$({ inside dump --model squeezenet1_1 --weights seeded:1 --tier none --images /images --output /none 2>&1 || true; } |
  sed -n "s/.*no kernels 'none', only //p" | tr -d ,)
[ -n "$tiers" ] || fail "the program does not say which tiers there are"
for tier in $tiers; do
  status=0
  message=$(inside dump --model squeezenet1_1 --weights seeded:1 --images /images --layers all --tier "$tier" \
    --on-error skip --output "/out-$tier" 2>&1) || status=$?
  if [ "$tier" = blas ]; then
    [ "$status" = 64 ] || fail "the tier blas was to be refused: $message"
    continue
  fi
  [ "$status" = 0 ] || fail "the tier $tier fails with $status: $message"
  [ -x "$other" ] || continue
  "$other" dump --model squeezenet1_1 --weights seeded:1 --images "$root/images" --layers all --tier "$tier" \
    --on-error skip --output "$root/other-$tier" > /dev/null 2>&1
  diff -r --exclude manifest.json "$root/out-$tier" "$root/other-$tier" ||
    fail "the tier $tier records other bytes than the program built from source"
done
inside report /out-scalar --output /report > /dev/null 2>&1 || fail "report fails in an empty root"
status=0
message=$(inside weights fetch resnet50 --weights-dir /weights 2>&1) || status=$?
[[ $status = 66 && $message = *"put the file at /weights/"* ]] || fail "without curl, weights fetch says: $message"
echo "dist: runs in an empty root, tiers $(echo $tiers)$([ ! -x "$other" ] || echo '; the bytes are those of the build from source')"
