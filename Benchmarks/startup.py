"""Time from the start of the process to the first image, checkpoint in the page cache.

    python Benchmarks/startup.py resnet50 convnext_b

Writes a safetensors checkpoint of generated weights in the official layout, then times `predict` on one image.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Weights"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--program", default=ROOT / ".build/release/activation-dump", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    import numpy as np
    import torch
    from networks import NETWORKS
    from PIL import Image
    from safetensors.torch import save_file

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        image = folder / "noise.png"
        Image.fromarray(np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)).save(image)
        for identifier in options.models:
            torch.manual_seed(1)
            weights = folder / f"{identifier}.safetensors"
            state = NETWORKS[identifier].build(False).state_dict()
            save_file({name: tensor.contiguous() for name, tensor in state.items()}, weights)
            seconds = []
            for _ in range(options.runs + 1):
                start = time.monotonic()
                subprocess.run([options.program, "predict", "--model", identifier, "--weights", weights, image],
                               check=True, capture_output=True)
                seconds.append(time.monotonic() - start)
            seconds = seconds[1:]
            print(f"{identifier}: {statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f}),"
                  f" {weights.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
