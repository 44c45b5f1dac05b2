#!/usr/bin/env bash
# Installs what Debian has of what is needed to build and demonstrate, where missing; `setup.sh test`: and to test;
# `setup.sh bench`: and to compare with peers.
set -euo pipefail

# What the package links and loads; what the Swift toolchain itself runs on; python3 and pip for the demonstration.
packages=(libopenblas0 libpng-dev libjpeg-dev zlib1g-dev libssl-dev pkg-config
  g++ libc6-dev binutils git ca-certificates curl libcurl4 libxml2 libncurses6 libsqlite3-0
  python3 python3-pip)
# What only tests need: an environment for those written in Python, a browser for the unit atlas, a Slurm that the tests
# start themselves, and what checks the format of C.
test_packages=(clang-format python3-venv chromium slurmctld slurmd slurm-client munge)
case "${1:-}" in
  test) packages+=("${test_packages[@]}") ;;
  lint) packages+=(clang-format) ;;
  bench) packages+=(python3-venv libopenblas-dev) ;;
  dist) packages+=(python3-venv) ;;
esac
[ -e /etc/debian_version ] || {
  echo "setup: this is not Debian or Ubuntu; install the equivalents of: ${packages[*]}" >&2
  exit 0
}
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "setup: please install as root: apt-get install ${missing[*]}" >&2
    exit 69
  }
  sudo=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq || echo "setup: the package lists could not be refreshed; trying with what is there" >&2
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
  echo "setup: these packages are missing and could not be installed: ${missing[*]}" >&2
  echo "setup: connect to a network (or install them by hand) and run this again" >&2
  exit 69
}
