"""What NumPy says of units: python3 generate.py, beside the file it writes.

Columns of float32 with ties, skewed and heavy-tailed ones, over sizes below, at and above nine.
"""
import json
import pathlib

import numpy as np

STOPS = [0, 1, *range(5, 100, 5), 99, 100]
random = np.random.RandomState(7)


def column(kind, count):
    if kind == "normal":
        values = random.randn(count) * 3 - 1
    elif kind == "ties":
        values = random.randint(-2, 3, count) / 2
    elif kind == "tail":
        values = random.standard_cauchy(count)
    elif kind == "constant":
        values = np.full(count, -0.25)
    else:
        values = np.where(random.rand(count) < 0.8, 0, random.rand(count))
    return values.astype(np.float32)


cases = []
for count in (1, 2, 8, 9, 10, 37, 250):
    for kind in ("normal", "ties", "tail", "constant", "sparse"):
        values = column(kind, count)
        ascending = np.argsort(values, kind="stable")
        places = [int(np.floor(stop / 100 * (count - 1) + 0.5)) for stop in STOPS]
        histogram, _ = np.histogram(values.astype(np.float64), 40, (values.min(), values.max()))
        cases.append({
            "kind": kind, "values": [float(value) for value in values],
            "low": ascending[:9].tolist(), "high": ascending[::-1][:9].tolist(),
            "stops": [float(np.sort(values)[place]) for place in places],
            # NumPy widens an empty range; there is nothing to see in it.
            "histogram": histogram.tolist() if values.min() < values.max() else [0] * 40,
            "non_positive": int((values <= 0).sum()),
        })
pathlib.Path(__file__).with_name("units.json").write_text(
    json.dumps({"numpy": np.__version__, "cases": cases}, separators=(",", ":")) + "\n")
