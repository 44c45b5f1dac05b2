"""Builds the tasks of the study's experiment with Python's `random` and NumPy: the oracle of `trials`.

    python trials.py        # writes trials.json beside itself

Units and catch units are numbers here, in the order in which the program finds them (sorted). Each case holds all its
tasks where they are few, else the SHA-256 of their JSON without spaces.
"""
import hashlib
import json
import os
import random
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


class Batches:
    """Which batch of a unit comes next: from the lowest to the highest, and around."""

    def __init__(self, lowest, highest):
        self.lowest, self.highest, self.following = lowest, highest, {}

    def next(self, unit):
        batch = self.following.get(unit, self.lowest)
        after = (batch + 1) % (self.highest + 1)
        self.following[unit] = after if after > self.lowest else self.lowest
        return batch


class Backlog:
    """Every unit once in random order, refilled when it runs out."""

    def __init__(self, units):
        self.units, self.waiting = units, list(units)

    def refill(self):
        self.waiting = list(self.units)
        random.shuffle(self.waiting)

    def take(self, count):
        taken = self.waiting[:count]
        self.waiting = self.waiting[count:]
        if len(taken) < count:
            self.refill()
            while len(taken) < count:
                unit = random.choice(self.waiting)
                if unit not in taken:
                    taken.append(unit)
                    self.waiting.remove(unit)
        if len(self.waiting) == 0:
            self.refill()
        return taken


def catch_trials(units, count):
    if len(units) >= count:
        return [int(unit) for unit in np.random.choice(units, size=count, replace=False)]
    return units + [int(unit) for unit in np.random.choice(units, size=count - len(units), replace=True)]


def tasks(case):
    random.seed(case["seed"])
    np.random.seed(case["seed"])
    units = list(range(case["available"]))
    random.shuffle(units)
    units = units[:case["units"]]
    random.shuffle(units)
    catch = list(range(case["catch_available"]))
    random.shuffle(catch)
    catch = catch[:case["catch_trials"]]
    backlog, batches = Backlog(units), Batches(case["min_batch"], case["max_batch"])
    result = []
    for _ in range(case["hits"]):
        chosen = backlog.take(case["trials"])
        random.shuffle(chosen)
        raw = [[unit, batches.next(unit)] for unit in chosen]
        random.shuffle(raw)
        # A catch trial has no batch.
        caught = [[unit, -1] for unit in catch_trials(catch, case["catch_trials"])]
        shown = raw + caught
        random.shuffle(shown)
        result.append([raw, caught, shown])
    return result


KEYS = ("available", "units", "trials", "hits", "catch_available", "catch_trials", "min_batch", "max_batch", "seed")
CASES = [
    (100, 84, 40, 63, 5, 5, 0, 10, 1),       # the study
    (100, 84, 40, 63, 20, 5, 0, 10, 2),
    (84, 84, 40, 63, 3, 5, 0, 10, 1),        # too few catch units
    (16, 12, 5, 12, 7, 2, 0, 3, 1),
    (12, 12, 12, 3, 4, 4, 0, 0, 1),          # one batch, and every unit in every task
    (10, 9, 6, 3, 1, 3, 2, 4, 5),            # batches from 2 on
    (8, 7, 3, 7, 2, 0, 0, 10, 4294967295),   # no catch trials
    (3, 1, 1, 4, 1, 1, 0, 1, 9),
]


def main():
    document = {"versions": {"python": sys.version.split()[0], "numpy": np.__version__}, "cases": []}
    for values in CASES:
        case = dict(zip(KEYS, values))
        made = tasks(case)
        text = json.dumps(made, separators=(",", ":"))
        case["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        if len(text) < 4000:
            case["tasks"] = made
        document["cases"].append(case)
    with open(os.path.join(HERE, "trials.json"), "w", encoding="utf-8") as file:
        json.dump(document, file)
        file.write("\n")


if __name__ == "__main__":
    main()
