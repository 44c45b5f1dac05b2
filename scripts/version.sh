#!/usr/bin/env bash
# Prints the version: that of Sources/Machine/Limits/ToolVersion.swift, from which all others follow.
set -euo pipefail
source=$(dirname "${BASH_SOURCE[0]}")/../Sources/Machine/Limits/ToolVersion.swift
version=$(sed -nE 's/^package let toolVersion = "([0-9]+\.[0-9]+\.[0-9]+)"$/\1/p' "$source")
[ -n "$version" ] || {
  echo "version.sh: $source does not say 'package let toolVersion = \"X.Y.Z\"'" >&2
  exit 70
}
echo "$version"
