#!/usr/bin/env bash
# Makes Tests/Fixtures/references again. PYTHON chooses the interpreter, THREADS how many threads PyTorch takes.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-.venv/bin/python}
folder=Tests/Fixtures/references
mkdir -p "$folder"

reference() {
  "$PYTHON" Weights/reference.py --model "$1" --weights seeded:1 --output "$folder/$1.safetensors" \
    ${THREADS:+--threads "$THREADS"} "${@:2}"
}

# Two images where the network is small: a mistake in the batch axis shows.
all=$("$PYTHON" -c 'import json; print(*(m["model"] for m in json.load(open("Weights/MANIFEST.json"))["models"]))')
for model in ${*:-$all}; do
  case $model in
    squeezenet* | googlenet*) reference "$model" --batch 2 ;;
    resnet50-l2) reference "$model" --batch 1 --input-seed 3 ;; # resnet50's architecture: other inputs, more evidence
    resnet50-linf) reference "$model" --batch 1 --input-seed 4 ;;
    clip-vit_b32-openai) reference "$model" --batch 1 --input-seed 3 ;; # clip-vit_b32 but for the activation
    *) reference "$model" --batch 1 ;;
  esac
done
