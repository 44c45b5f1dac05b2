#!/usr/bin/env bash
# Builds the Python package: a wheel with the program in it, and the source without. The same bytes on every build.
#
# Usage: scripts/wheel.sh PROGRAM FOLDER [LICENCES]
#   PROGRAM   the activation-dump to bring; one that needs no libraries gets the tags of every Linux (python/wheel_tag.py)
#   FOLDER    where the wheel and the source archive go
#   LICENCES  a folder with the licences of what is linked into the program
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; }
program=$(realpath -e "$1")
mkdir -p "$2"
folder=$(realpath "$2")
licences=${3:+$(realpath -e "$3")}
cd "$(dirname "$0")/.."

# The backend is the release that pyproject.toml names.
wanted="build==1.2.2 $(sed -n 's/^requires = \["\(.*\)"\]$/\1/p' python/pyproject.toml)"
tools=.build/wheel
if [ "$(cat "$tools/installed" 2>/dev/null || true)" != "$wanted" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  # shellcheck disable=SC2086
  "$tools/bin/pip" install --quiet --disable-pip-version-check $wanted || {
    echo "wheel: the Python packages $wanted could not be installed; connect to a network" >&2
    exit 69
  }
  echo "$wanted" > "$tools/installed"
fi

# A wheel says what it has been built for in its name, so that an older one would stay beside it.
rm -f "$folder"/activationdump-*.whl "$folder"/activationdump-*.tar.gz
umask 022
# Through the source archive, so that it is known to have all that building takes.
env -u SOURCE_DATE_EPOCH ACTIVATION_DUMP_BUNDLE="$program" ACTIVATION_DUMP_LICENCES="${licences:-}" \
  "$tools/bin/pyproject-build" --no-isolation --outdir "$folder" python > .build/wheel.log 2>&1 || {
  cat .build/wheel.log >&2
  exit 1
}
cd "$folder"
sha256sum activationdump-*.whl activationdump-*.tar.gz
