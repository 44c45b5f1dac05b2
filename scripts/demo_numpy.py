import pathlib
import sys

import numpy as np

recording = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "demo/recording")
rows = [line.split("\t") for line in (recording / "images.tsv").read_text().splitlines()[1:]]
layer = "features.12.expand3x3"
units = np.load(recording / "activations" / f"{layer}.npy", mmap_mode="r")  # images × units
print(f"{layer}: {units.shape[0]} images × {units.shape[1]} units, {units.dtype}")
for unit in (0, 1, 2):
    best = int(units[:, unit].argmax())
    print(f"unit {unit} responds most to {rows[best][1]} ({units[best, unit]:+.3f})")
