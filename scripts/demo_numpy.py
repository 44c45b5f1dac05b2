import pathlib
import sys

import numpy as np

recording = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "demo/recording")
rows = [line.split("\t") for line in (recording / "images.tsv").read_text().splitlines()[1:]]
layer = "features.12.expand3x3"
units = np.load(recording / "activations" / f"{layer}.npy", mmap_mode="r")  # images × units
print(f"{layer}: {units.shape[0]} images × {units.shape[1]} units, {units.dtype}")
scores = (units - units.mean(axis=0)) / (units.std(axis=0) + 1e-9)
for row, (path, unit) in enumerate(zip((r[1] for r in rows), scores.argmax(axis=1))):
    print(f"{path}: unit {layer}__{unit} stands out, {units[row, unit]:+.1f} (mean {units[:, unit].mean():+.1f})")
