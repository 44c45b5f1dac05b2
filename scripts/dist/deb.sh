#!/usr/bin/env bash
# Makes .build/dist/activation-dump_VERSION_ARCHITECTURE.deb of the tarball. It depends on no other package; curl, which
# fetches weights, is recommended.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dist=.build/dist
version=$(scripts/version.sh)
name=activation-dump-$version-linux-$(uname -m)
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-ActivationDump maintainers} <${DEBEMAIL:-activation-dump@packages.debian.org}>"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

root=.build/deb-root
rm -rf "$root"
mkdir -p "$root/unpacked" "$root/package/DEBIAN"
tar -xzf "$dist/$name.tar.gz" -C "$root/unpacked" --strip-components=1
package=$root/package/usr
doc=$package/share/doc/activation-dump
put() { install -D -m 644 "$root/unpacked/$1" "$2"; }
squeeze() { gzip -n -9 "$@"; }

install -D -m 755 "$root/unpacked/bin/activation-dump" "$package/bin/activation-dump"
put share/man/man1/activation-dump.1 "$package/share/man/man1/activation-dump.1"
squeeze "$package/share/man/man1/activation-dump.1"
put share/bash-completion/completions/activation-dump "$package/share/bash-completion/completions/activation-dump"
put share/zsh/site-functions/_activation-dump "$package/share/zsh/vendor-completions/_activation-dump"
put share/fish/vendor_completions.d/activation-dump.fish "$package/share/fish/vendor_completions.d/activation-dump.fish"
for script in job.sbatch submit.sh; do
  install -D -m 755 "$root/unpacked/share/activation-dump/Slurm/$script" "$package/share/activation-dump/Slurm/$script"
done
for text in "$root"/unpacked/share/doc/activation-dump/*.md; do
  [ "$(basename "$text")" = CHANGELOG.md ] || install -D -m 644 "$text" "$doc/$(basename "$text")"
done

{
  printf 'activation-dump (%s) unstable; urgency=medium\n\n' "$version"
  printf '  * Version %s; what changed is in CHANGELOG.md of the source.\n\n' "$version"
  printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} > "$doc/changelog"
squeeze "$doc/changelog"
{
  printf 'ActivationDump records every unit of trained vision networks over any number of images.\n\n'
  printf 'License: Apache-2.0. On Debian systems, its full text is in /usr/share/common-licenses/Apache-2.0.\n'
  printf 'Copyright: the authors of ActivationDump\n\n'
  printf 'The program holds the libraries below, which are linked into it statically.\n'
  for licence in "$root"/unpacked/share/doc/activation-dump/licences/*.txt; do
    printf '\n%s\n%s\n\n' "$(printf '=%.0s' {1..78})" "$(basename "$licence" .txt)"
    if grep -q 'TERMS AND CONDITIONS FOR USE, REPRODUCTION' "$licence"; then
      grep -E '^ *Copyright [0-9(]' "$licence" || true
      echo 'License: Apache-2.0, as above.'
      sed -n '/Runtime Library Exception/,$p' "$licence"
    else
      cat "$licence"
    fi
  done
} > "$doc/copyright"
chmod 644 "$doc/copyright"
mkdir -p "$package/share/lintian/overrides"
cat > "$package/share/lintian/overrides/activation-dump" <<'OVERRIDES'
# One program for every Linux of this processor, old clusters included, is what this package is for.
activation-dump: statically-linked-binary [usr/bin/activation-dump]
activation-dump: embedded-library *
OVERRIDES
chmod 644 "$package/share/lintian/overrides/activation-dump"

cat > "$root/package/DEBIAN/control" <<CONTROL
Package: activation-dump
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --apparent-size "$root/package/usr" | cut -f 1)
Recommends: ca-certificates, curl
Suggests: slurm-client
Section: science
Priority: optional
Description: record every unit of trained vision networks over many images
 Runs trained image networks (ResNet, DenseNet, ConvNeXt, vision transformers,
 CLIP, Inception and more) on the processor and writes what each of their units
 answers to each image, as NumPy arrays with a manifest of where they came from.
 .
 Recordings can be interrupted and resumed, divided over a Slurm cluster and
 merged; pages show what each unit responds to. The bytes are the same for every
 number of threads.
CONTROL
(cd "$root/package" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
find "$root/package" -type d -exec chmod 755 {} +
find "$root/package" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

file=$dist/activation-dump_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root/package" "$file" > /dev/null
echo "$file"
