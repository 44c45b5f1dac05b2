#!/usr/bin/env bash
# Writes SHA256SUMS of what is to be uploaded, and prints it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.build/dist"
shopt -s nullglob
files=(*.tar.gz *.deb *.whl)
sha256sum -- "${files[@]}" > SHA256SUMS
echo "to upload, from .build/dist:"
du -h --apparent-size -- "${files[@]}" SHA256SUMS
cat SHA256SUMS
