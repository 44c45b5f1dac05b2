"""Chooses exemplars with NumPy: the oracle of the exemplars' tests.

    python exemplars.py     # writes exemplars/<case>/ and exemplars.json beside itself

Each case has the activations of a few units over a few hundred images (an .npy file of float32), some images of which
were not read, and what the study's procedure chooses from them, written again from its description: for every unit and
batch, the rows and ranks of min_0 ... min_9 and max_0 ... max_9. Ties go by row.
"""
import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def activations(rows, kinds, seed):
    generator = np.random.default_rng(seed)
    columns = []
    for kind in kinds:
        normal = generator.standard_normal(rows)
        columns.append({
            "normal": normal,
            "ties": np.round(normal * 2) / 2,          # few values, both zeros among them
            "constant": np.full(rows, 0.25),
            "tail": np.exp(3 * normal),
            "negative": -np.exp(normal) - 1e-30,
        }[kind].astype(np.float32))
    return np.stack(columns, 1)


def windows(count, batches, start_min, stop_max):
    """Positions from the least to the most extreme, then the queries likewise, for both ends."""
    references = 9 * batches
    assert references <= start_min and count - references > stop_max
    assert start_min + batches < stop_max - batches
    low = np.concatenate([np.arange(references)[::-1], np.arange(start_min, start_min + batches)[::-1]])
    high = np.concatenate([np.arange(count - references, count), np.arange(stop_max - batches, stop_max)])
    return low, high


def batches_of(positions, batches):
    bins = positions.reshape(10, batches).copy()
    for content in bins:
        np.random.shuffle(content)
    return bins.T


def case(name, rows, kinds, skipped, batches, start_min, stop_max, seed, condition=None, scaled=False):
    values = activations(rows, kinds, seed=sum(name.encode()))
    values[skipped] = np.nan
    read = np.setdiff1d(np.arange(rows), skipped)
    low, high = windows(len(read), batches, start_min, stop_max)
    np.random.seed(seed)
    units = []
    for column in range(len(kinds)):
        order = read[np.argsort(values[read, column], kind="stable")]
        unit = {}
        for side, positions in (("min", low), ("max", high)):
            ranks = batches_of(positions, batches)
            unit[side] = {"ranks": ranks.tolist(), "rows": order[ranks].tolist()}
        units.append(unit)
    np.save(os.path.join(HERE, "exemplars", name + ".npy"), values)
    return {"name": name, "rows": rows, "skipped": list(map(int, skipped)), "batches": batches, "start_min": start_min,
            "stop_max": stop_max, "seed": seed, "condition": condition, "scaled": scaled, "units": units}


def main():
    os.makedirs(os.path.join(HERE, "exemplars"), exist_ok=True)
    kinds = ["normal", "ties", "constant", "tail", "negative"]
    cases = [
        # N read images; easy is 9B and N - 9B - 1.
        case("easy", 410, kinds, [], 20, 180, 229, 42, "easy"),
        case("easy-skipped", 130, kinds, [0, 17, 18, 129], 5, 45, 80, 42, "easy"),
        # The 85th percentile of 300 is rank 45, of 297 rank 44.
        case("hard85", 300, ["ties", "normal"], [], 4, 45, 255, 42, "hard85"),
        case("hard85-skipped", 300, ["normal", "ties"], [5, 6, 299], 4, 44, 253, 7, "hard85"),
        # 250 images are fewer than one batch of the study's in proportion, so it is one; the 95th percentile is rank 12.
        case("hard95-scaled", 250, ["tail", "ties"], [], 1, 12, 238, 42, "hard95", True),
        case("ranks", 200, ["normal", "negative"], [3], 3, 60, 150, 42),
    ]
    with open(os.path.join(HERE, "exemplars.json"), "w", encoding="utf-8") as file:
        json.dump({"versions": {"python": sys.version.split()[0], "numpy": np.__version__}, "cases": cases}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
