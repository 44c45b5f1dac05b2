"""Digests of what NumPy's legacy generator and Python's `random` give: the oracle of the generators' tests.

    python generators.py        # writes generators.json beside itself

Every case says how it is seeded and holds the first numbers and the SHA-256 of all of them, as little-endian 64-bit
integers: 12,000 draws below bounds that cycle, 12,000 shuffles of lists whose lengths cycle, and choices.
"""
import hashlib
import json
import os
import random
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
BOUNDS = [1, 2, 3, 4, 5, 7, 8, 9, 10, 20, 21, 64, 84, 100, 112, 255, 256, 257, 398, 1000, 2048, 65535, 65536, 65537,
          1281167, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1]
LENGTHS = [0, 1, 2, 3, 4, 5, 8, 9, 20, 20, 20, 33, 84]
SEEDS = [0, 1, 2, 42, 12345, 2**31, 2**32 - 1]


def summary(numbers):
    data = np.asarray(numbers, "<i8")
    return {"count": len(data), "first": [int(x) for x in data[:6]], "sha256": hashlib.sha256(data.tobytes()).hexdigest()}


def shuffles(shuffle):
    numbers = []
    for i in range(12000):
        elements = list(range(LENGTHS[i % len(LENGTHS)]))
        shuffle(elements)
        numbers += elements
    return numbers


def numpy_case(seed):
    np.random.seed(seed)
    case = {"draws": summary([np.random.randint(0, BOUNDS[i % len(BOUNDS)]) for i in range(12000)])}
    case["widest"] = summary([np.random.randint(0, 2**32) for _ in range(1000)])
    case["shuffles"] = summary(shuffles(np.random.shuffle))
    case["permutations"] = summary(np.concatenate([np.random.permutation(n) for n in LENGTHS]))
    # Over a list, as a caller would; the positions are what is written down.
    case["choices"] = summary(np.concatenate(
        [np.random.choice(list(range(n)), size=k, replace=replace)
         for n, k, replace in [(5, 5, False), (7, 5, False), (3, 2, True), (1, 4, True), (84, 40, False)] * 50]))
    return case


def python_case(seed):
    random.seed(seed)
    case = {"bits": summary([random.getrandbits(1 + i % 32) for i in range(12000)])}
    case["draws"] = summary([random.choice(range(BOUNDS[i % len(BOUNDS)])) for i in range(12000)])
    case["shuffles"] = summary(shuffles(random.shuffle))
    return case


def main():
    document = {
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__},
        "bounds": BOUNDS, "lengths": LENGTHS,
        "numpy": [{"seeds": [seed], "array": False, **numpy_case(seed)} for seed in SEEDS]
        + [{"seeds": seeds, "array": True, **numpy_case(seeds)} for seeds in ([7], [1, 2, 3], list(range(700)))],
        "python": [{"seed": str(seed), **python_case(seed)} for seed in SEEDS + [2**32, 2**53 + 1, 2**64 - 1]],
    }
    with open(os.path.join(HERE, "generators.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
