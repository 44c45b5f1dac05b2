"""Extremes next to the matrix they stand for, by NumPy alone.

    python Benchmarks/extremes.py check MATRIX-DUMP EXTREMES-DUMP…
    python Benchmarks/extremes.py watch --images FOLDER --count 100000 --output watch.json -- OPTIONS-OF-DUMP…

`check` sorts every column of a dump made with --keep all and compares each array of the others, which were made with --keep extremes
from the same images: ends and ties, counts, the sample, and the exact sums by Python's integers for some units of every layer.
`watch` runs a dump over a folder's images, repeated through a list until there are `count`, or over those of a list, and samples
memory and progress.
"""
import argparse
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dump import ROOT, make_list  # noqa: E402


def splitmix(rows):
    z = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def same(name, found, expected):
    if found.shape != expected.shape or not np.array_equal(found, expected, equal_nan=found.dtype.kind == "f"):
        sys.exit(f"{name} differs")


def check_layer(name, values, kept, limit, exact_units):
    """Images × units against the arrays kept of it. NaN, as in skipped rows, sorts behind everything and is left out."""
    images, units = values.shape
    order = np.argsort(values + np.float32(0), axis=0, kind="stable")
    count = (~np.isnan(values)).sum(0)
    same(f"{name}: count", kept["count"], count)
    place = np.arange(min(limit, images))
    for end, ranks in (("low", place[:, None] + 0 * count), ("high", count - 1 - place[:, None])):
        known = (ranks >= 0) & (place[:, None] < count)
        rows = np.take_along_axis(order, np.where(known, ranks, 0), 0)
        ends = np.full((2, limit, units), np.nan)
        ends[0][: len(place)] = np.where(known, rows, -1)
        ends[0][len(place) :] = -1
        ends[1][: len(place)] = np.where(known, np.take_along_axis(values, rows, 0), np.nan)
        same(f"{name}: {end}_rows", kept[f"{end}_rows"], ends[0].T.astype(np.int64))
        same(f"{name}: {end}_values", kept[f"{end}_values"], ends[1].T.astype(np.float32))
    same(f"{name}: minimum", kept["minimum"], np.nanmin(values, 0).astype(np.float64))
    same(f"{name}: maximum", kept["maximum"], np.nanmax(values, 0).astype(np.float64))
    same(f"{name}: non_positive", kept["non_positive"], (values <= 0).sum(0))
    rows = np.sort(np.argsort(splitmix(np.arange(images)), kind="stable")[: len(kept["sample_rows"])])
    same(f"{name}: sample_rows", kept["sample_rows"], rows)
    same(f"{name}: sample_values", kept["sample_values"], values[rows].T)
    wide = values.astype(np.float64)
    mean = np.nanmean(wide, 0)
    if np.abs(kept["mean"] - mean).max() > 1e-12 * np.abs(wide).max():
        sys.exit(f"{name}: mean differs")
    if np.abs(kept["variance"] - np.nanvar(wide, 0)).max() > 1e-11 * np.nanmax(wide * wide):
        sys.exit(f"{name}: variance differs")
    for unit in exact_units:
        column = values[:, unit]
        column = column[~np.isnan(column)]
        whole = [int(math.ldexp(float(value), 149)) for value in column]
        total, squares, n = sum(whole), sum(value * value for value in whole), len(whole)
        found = int.from_bytes(kept["sum"][unit].tobytes(), "little", signed=True)
        found_squares = int.from_bytes(kept["sum_of_squares"][unit].tobytes(), "little")
        if (found, found_squares) != (total, squares):
            sys.exit(f"{name}__{unit}: sums differ")
        if kept["mean"][unit] != total / (n << 149) or kept["variance"][unit] != (n * squares - total**2) / (n * n << 298):
            sys.exit(f"{name}__{unit}: mean or variance is not the nearest double")


def check(options):
    generator = np.random.default_rng(0)
    manifest = json.loads((options.matrix / "manifest.json").read_text())
    units = exact = tied = 0
    for array in manifest["layers"]:
        values = np.load(options.matrix / array["file"])
        some = generator.choice(values.shape[1], min(4, values.shape[1]), replace=False)
        for dump in options.extremes:
            described = json.loads((dump / "manifest.json").read_text())
            kept = np.load(dump / "extremes" / f"{array['name']}.npz")
            check_layer(array["name"], values, kept, described["extremes"]["limit"], some)
        units += values.shape[1]
        exact += len(some)
        tied += int((np.diff(np.sort(values, axis=0), axis=0) == 0).any(0).sum())
    for dump in options.extremes[1:]:
        for array in manifest["layers"]:
            files = [folder / "extremes" / f"{array['name']}.npz" for folder in (options.extremes[0], dump)]
            if files[0].read_bytes() != files[1].read_bytes():
                sys.exit(f"{files[0]} and {files[1]} differ")
    print(f"{units} units of {len(manifest['layers'])} layers over {manifest['images']['count']} images are as sorting says, "
          f"{tied} of them with ties; sums of {exact} of them by integers; {len(options.extremes)} dumps, the same bytes")


def watch(options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        listing, output = options.images, folder / "dump"
        if listing.is_dir():
            listing = folder / "list.txt"
            make_list(options.images.resolve(), options.count, listing)
        command = [options.program, "dump", "--images", listing, "--limit", options.count, "--output", output, "--json", *options.rest]
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        errors = []
        drain = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        drain.start()
        samples = []
        while process.poll() is None:
            time.sleep(options.interval)
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                ticks = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
                journal = (output / "journal.tsv").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            resident = re.search(r"VmRSS:\s+(\d+)", status)
            done = sum(int(b) - int(a) for a, b in re.findall(r"\tchunk\t(\d+)\t(\d+)\t", journal))
            if resident:
                samples.append({
                    "seconds": time.monotonic() - start, "core_seconds": sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
                    "images": done, "resident_bytes": 1024 * int(resident[1])})
        document = json.loads(process.stdout.read() or "null")
        drain.join()
        if process.returncode:
            sys.exit(errors[0])
        size = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
        kept = sum(file.stat().st_size for file in output.glob("extremes/*"))
        # The processor's time, which other processes on the machine do not change as they do the clock.
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        document |= {"bytes": size, "extremes_bytes": kept, "core_seconds": usage.ru_utime + usage.ru_stime, "samples": samples}
        print(json.dumps({key: value for key, value in document.items() if key != "samples"}))
        options.output.write_text(json.dumps(document, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check")
    checking.add_argument("matrix", type=pathlib.Path)
    checking.add_argument("extremes", type=pathlib.Path, nargs="+")
    checking.set_defaults(run=check)
    watching = commands.add_parser("watch")
    watching.add_argument("--images", type=pathlib.Path, required=True)
    watching.add_argument("--count", type=int, required=True)
    watching.add_argument("--interval", type=float, default=2)
    watching.add_argument("--program", default=ROOT / ".build/release/activation-dump")
    watching.add_argument("--output", type=pathlib.Path, required=True)
    watching.add_argument("rest", nargs="*")
    watching.set_defaults(run=watch)
    options = parser.parse_args()
    options.run(options)


main()
