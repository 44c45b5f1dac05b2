#!/usr/bin/env bash
# Tests what is written in Python, in an environment of its own below .build, against the program that was built.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.build/python
stamp=$environment/requirements.sha256
# What is installed follows from these files, and only from them.
wanted=$(cat python/requirements-test.txt python/pyproject.toml Tests/Browser/requirements.txt <(python3 --version) | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  install() { "$environment/bin/pip" install --quiet --disable-pip-version-check "$@"; }
  install -r python/requirements-test.txt -e python && install --no-deps -r Tests/Browser/requirements.txt || {
    echo "test: the Python packages of python/requirements-test.txt and Tests/Browser/requirements.txt could not be" \
      "installed; connect to a network" >&2
    exit 69
  }
  echo "$wanted" > "$stamp"
fi
ACTIVATION_DUMP=${1:-.build/release/activation-dump}
export ACTIVATION_DUMP=$(realpath "$ACTIVATION_DUMP")
"$environment/bin/python" -m pytest -q -p no:cacheprovider python/tests

# The notebook, with the package as users install it, in an environment of its own.
scripts/wheel.sh "$ACTIVATION_DUMP" .build/wheels
python3 docs/notebook.py .build/wheels/activationdump-*.whl --check

# The unit atlas in a browser, with screenshots to look at.
if command -v chromium chromium-browser google-chrome >/dev/null; then
  SCREENSHOTS=.build/screenshots "$environment/bin/python" Tests/Browser/atlas_test.py "$ACTIVATION_DUMP"
else
  echo "test: there is no Chromium; the pages of 'report' were NOT tried in a browser" >&2
fi
