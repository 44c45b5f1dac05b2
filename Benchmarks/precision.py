"""Measures what each arithmetic does to the numbers, and to the science made of them.

    python Benchmarks/precision.py errors REFERENCES --output errors.json

verifies every reference in a folder (MODEL.safetensors, written by Weights/reference.py with seeded weights) on every
choice of kernels and precision, and prints the worst error of a relevant tap and of the output, next to PyTorch's own
float32. Choices already in the output file are not repeated.

    python Benchmarks/precision.py science --model squeezenet1_1-caffe --weights FILE --images FOLDER

records the same images in every precision and compares each unit with fp32: Spearman's rank correlation over the images,
and how many of the 9 most and 9 least activating images are the same.

bf16x3 and bf16 run on the amx kernels where the processor has AMX, else on amx-emulated, which gives the same bytes.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from safetensors import safe_open

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHOICES = [("avx512", "fp32"), ("avx2", "fp32"), ("blas", "fp32"), ("amx", "fp32"), ("amx", "bf16x3"), ("amx", "bf16")]


def run(arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, **options)


def tier_for(program, tier):
    """The tier, or its emulation where the processor does not have it."""
    probe = run([program, "bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--tier", tier, "--explain"])
    return tier if probe.returncode == 0 else f"{tier}-emulated"


def pytorch_errors(path):
    """PyTorch's float32 against its float64, as the reference records it: worst tap, output."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    return float(metadata["fp32_error_taps"]), float(metadata["fp32_error_logits"])


def verify(program, path, tier, precision):
    outcome = run([program, "verify", "--model", path.stem, "--weights", "seeded:1", "--reference", path,
                   "--tier", tier, "--precision", precision, "--json"])
    if outcome.returncode not in (0, 1):
        raise SystemExit(f"{path.stem}, {tier}, {precision}: {outcome.stderr}")
    arrays = json.loads(outcome.stdout)["arrays"]
    taps = {array["name"]: array for array in arrays}
    output = taps.pop("logits")
    worst = max(taps.values(), key=lambda array: array["error"])
    return {"tap": worst["error"], "where": worst["name"], "output": output["error"],
            "argmax": output["argmax_agreements"], "passes": outcome.returncode == 0}


def errors(options):
    amx = tier_for(options.program, "amx")
    found = json.loads(options.output.read_text()) if options.output.exists() else {}
    for path in sorted(options.references.glob("*.safetensors")):
        rows = found.setdefault(path.stem, {})
        rows["PyTorch"] = dict(zip(("tap", "output"), pytorch_errors(path)))
        for tier, precision in CHOICES:
            if f"{tier} {precision}" in rows:
                continue
            rows[f"{tier} {precision}"] = verify(options.program, path, amx if tier == "amx" else tier, precision)
            options.output.write_text(json.dumps(found, indent=1))
    columns = ["PyTorch"] + [f"{tier} {precision}" for tier, precision in CHOICES]
    for what in ("tap", "output"):
        print(f"\n| {what} | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|")
        for model, rows in found.items():
            print(f"| {model} | " + " | ".join(f"{rows[column][what]:.1e}" for column in columns) + " |")
    failing = [f"{model}, {column}" for model, rows in found.items() for column, row in rows.items()
               if not row.get("passes", True)]
    print("\nbeyond what is promised: " + (", ".join(failing) or "nothing"))


def ranks(values):
    """Ranks of each column, ties sharing their mean."""
    order = np.argsort(values, axis=0, kind="stable")
    result = np.empty(values.shape)
    for unit in range(values.shape[1]):
        column = values[order[:, unit], unit]
        starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
        ends = np.r_[starts[1:], len(column)]
        means = np.repeat((starts + ends - 1) / 2, ends - starts)
        result[order[:, unit], unit] = means
    return result


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    a, b = a - a.mean(0), b - b.mean(0)
    scale = np.sqrt((a * a).sum(0) * (b * b).sum(0))
    return np.divide((a * b).sum(0), scale, out=np.ones(a.shape[1]), where=scale > 0)


def overlap(a, b, count=9):
    """The share of each column's first `count` rows by value that both have; ties by row, as in the study."""
    first = [np.argsort(values, axis=0, kind="stable")[:count] for values in (a, b)]
    return np.array([len(set(x) & set(y)) / count for x, y in zip(first[0].T, first[1].T)])


def science(options):
    amx = tier_for(options.program, "amx")
    with tempfile.TemporaryDirectory() as folder:
        dumps = {}
        for precision in ("fp32", "bf16x3", "bf16"):
            dumps[precision] = pathlib.Path(folder) / precision
            outcome = run([options.program, "dump", "--model", options.model, "--weights", options.weights, "--images",
                           options.images, "--output", dumps[precision], "--precision", precision]
                          + ([] if precision == "fp32" else ["--tier", amx]))
            if outcome.returncode:
                raise SystemExit(outcome.stderr)
        layers = sorted(path.name for path in (dumps["fp32"] / "activations").iterdir())
        arrays = {precision: np.concatenate([np.load(dump / "activations" / layer) for layer in layers], axis=1)
                  for precision, dump in dumps.items()}
        logits = {precision: np.load(dump / "logits.npy") for precision, dump in dumps.items()}
    exact = arrays["fp32"]
    print(f"{options.model}: {exact.shape[1]} units of {len(layers)} layers, {exact.shape[0]} images")
    print("| precision | | median | 5th percentile | worst |\n|---|---|---|---|---|")
    for precision in ("bf16x3", "bf16"):
        other = arrays[precision]
        figures = {
            "rank correlation": spearman(exact, other),
            "of the 9 most activating images": overlap(-exact, -other),
            "of the 9 least activating images": overlap(exact, other),
        }
        for name, values in figures.items():
            digits = 7 if name.startswith("rank") else 3
            print(f"| {precision} | {name} | {np.median(values):.{digits}f} | {np.percentile(values, 5):.{digits}f} |"
                  f" {values.min():.{digits}f} |")
        changed = np.mean([(a < 1).mean() for a in list(figures.values())[1:]])
        print(f"{precision}: {100 * changed:.2f} % of the lists of 9 differ in an image or more; the best class is the"
              f" same for {(logits['fp32'].argmax(1) == logits[precision].argmax(1)).sum()} of {len(exact)} images")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / ".build/release/activation-dump", type=pathlib.Path)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("errors", help="errors of every network against float64")
    command.add_argument("references", type=pathlib.Path)
    command.add_argument("--output", type=pathlib.Path, default=pathlib.Path("errors.json"))
    command.set_defaults(function=errors)
    command = commands.add_parser("science", help="what a precision changes for units over real images")
    command.add_argument("--model", default="squeezenet1_1-caffe")
    command.add_argument("--weights", required=True)
    command.add_argument("--images", required=True)
    command.set_defaults(function=science)
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
