#!/usr/bin/env bash
# Packs the program with what belongs to it into .build/dist/activation-dump-VERSION-linux-PROCESSOR.tar.gz, the same
# bytes every time. It is unpacked where programs are: ~/.local, /usr/local or /opt/activation-dump.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dist=.build/dist
program=$dist/activation-dump
version=$(scripts/version.sh)
[ "$("$program" --version)" = "$version" ] || {
  echo "dist: $program says it is $("$program" --version), and the source $version" >&2
  exit 70
}
name=activation-dump-$version-linux-$(uname -m)
# The time of what is in the archive: that of the commit.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

root=.build/dist-root
rm -rf "$root"
share=$root/$name/share
doc=$share/doc/activation-dump
scripts/dist/documents.sh "$program" "$root/documents"
put() { install -D -m "$1" "$2" "$3"; }
put 755 "$program" "$root/$name/bin/activation-dump"
put 644 "$root/documents/activation-dump.1" "$share/man/man1/activation-dump.1"
put 644 "$root/documents/completion.bash" "$share/bash-completion/completions/activation-dump"
put 644 "$root/documents/completion.zsh" "$share/zsh/site-functions/_activation-dump"
put 644 "$root/documents/completion.fish" "$share/fish/vendor_completions.d/activation-dump.fish"
for script in job.sbatch submit.sh; do put 755 "Slurm/$script" "$share/activation-dump/Slurm/$script"; done
for text in README.md CHANGELOG.md LICENSE; do put 644 "$text" "$doc/$text"; done
for text in docs/*.md; do put 644 "$text" "$doc/$text"; done
scripts/dist/licences.sh .build/static/archives.txt "$doc/licences"

tar --directory "$root" --create --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
  --numeric-owner --mode=u=rwX,go=rX "$name" | gzip -n -9 > "$dist/$name.tar.gz"
echo "$dist/$name.tar.gz"
