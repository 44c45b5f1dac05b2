#!/usr/bin/env python3
"""Runs a network in PyTorch and writes what the engine is compared with: logits and the mean of every relevant layer.

    reference.py --model resnet50 --weights seeded:1 --output resnet50.safetensors        # a test fixture
    reference.py --model resnet50 --weights random --save-as zip --checkpoint r50.pth --output r50.safetensors
    reference.py --model resnet50 --pretrained --images photos/ --output r50.safetensors  # proves one's own set-up
    activation-dump verify --model resnet50 --weights r50.pth --reference r50.safetensors

The results are computed in float64 and rounded once. A float32 run beside it says how far PyTorch itself is off; the
worst errors of taps and logits, max |x - float64| over the RMS of the array, go into the metadata.
"""

import argparse
import pathlib
import platform
from importlib import metadata

import numpy as np
import safetensors.numpy
import torch
from PIL import Image

import checkpoints
import seeded
from networks import NETWORKS, parameter_shapes, record

PACKAGES = ("torch", "torchvision", "timm", "open_clip_torch", "torch-lucent", "numpy", "pillow")
SUFFIXES = {".jpg", ".jpeg", ".png"}


def error(value, reference):
    """The largest difference over the RMS of the reference; 0 where both are all zeros."""
    difference = np.abs(value - reference).max()
    if difference == 0:
        return 0.0
    rms = np.sqrt(np.mean(reference**2))
    return difference / rms if rms > 0 else np.inf


def image_paths(folder, limit):
    """Up to `limit` images of a folder in bytewise order, spread evenly over it."""
    paths = sorted((p for p in pathlib.Path(folder).rglob("*") if p.suffix.lower() in SUFFIXES), key=bytes)
    if limit is None or limit >= len(paths):
        return paths
    return [paths[i * len(paths) // limit] for i in range(limit)]


def build(arguments):
    """The network with its weights, float32, and what to call them."""
    network = NETWORKS[arguments.model]
    torch.manual_seed(arguments.torch_seed)
    model = network.build(arguments.pretrained).eval()
    if arguments.pretrained:
        return model, "official"
    if arguments.weights == "random":
        return model, f"random:{arguments.torch_seed}"
    if arguments.weights.startswith("seeded:"):
        state = seeded.parameters(
            int(arguments.weights[len("seeded:") :]), parameter_shapes(model), network.damping
        )
        state = {name: torch.from_numpy(array) for name, array in state.items()}
    else:
        state = checkpoints.load(arguments.weights)
    missing = parameter_shapes(model).keys() - state.keys()
    if missing:
        raise SystemExit(f"{arguments.weights} lacks {', '.join(sorted(missing))}")
    model.load_state_dict(state, strict=False)
    return model, pathlib.Path(arguments.weights).name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, choices=NETWORKS)
    parser.add_argument("--weights", default="seeded:1", help="seeded:N, random, or a checkpoint file")
    parser.add_argument("--pretrained", action="store_true", help="the official weights (downloads them)")
    parser.add_argument("--save-as", choices=checkpoints.FORMATS, help="also write the weights")
    parser.add_argument("--checkpoint", help="where --save-as writes")
    parser.add_argument("--images", metavar="DIR", help="real images; otherwise seeded ones")
    parser.add_argument("--input-seed", type=int, default=2, help="of seeded images")
    parser.add_argument("--batch", type=int, default=2, metavar="N", help="how many images")
    parser.add_argument("--output", required=True, help="the safetensors file to write")
    parser.add_argument("--torch-seed", type=int, default=0, help="of --weights random")
    parser.add_argument("--threads", type=int, help="of PyTorch")
    arguments = parser.parse_args()
    if bool(arguments.save_as) != bool(arguments.checkpoint):
        parser.error("--save-as and --checkpoint go together")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    network = NETWORKS[arguments.model]
    model, weights = build(arguments)
    tensors, notes = {}, {"model": arguments.model, "weights": weights}
    if arguments.images:
        paths = image_paths(arguments.images, arguments.batch)
        images = torch.stack([network.preprocess(Image.open(path).convert("RGB")) for path in paths])
        tensors["input"] = images.numpy()
        notes["images"] = "\n".join(str(path.relative_to(arguments.images)) for path in paths)
    else:
        shape = (arguments.batch, 3, network.size, network.size)
        images = torch.from_numpy(seeded.input(arguments.input_seed, shape, network.input_deviation))
        notes["input"] = f"seeded:{arguments.input_seed}"
        notes["input_deviation"] = repr(network.input_deviation)
    notes["input_shape"] = ",".join(str(extent) for extent in images.shape)
    if arguments.save_as:
        checkpoints.save(model, arguments.save_as, arguments.checkpoint, images[:1])

    logits32, taps32 = record(arguments.model, model, images)
    logits, taps = record(arguments.model, model.double(), images)
    errors = {name: error(taps32[name], taps[name]) for name in taps}
    worst = max(errors, key=errors.get)
    notes["layers"] = "\n".join(network.relevant(model))  # safetensors sorts its tensors; this is the study's order
    notes["fp32_error_taps"] = f"{errors[worst]:.3e}"
    notes["fp32_error_taps_worst"] = worst
    notes["fp32_error_logits"] = f"{error(logits32, logits):.3e}"
    notes["arithmetic"] = "float64"
    notes["python"] = platform.python_version()
    notes |= {package: metadata.version(package) for package in PACKAGES}

    tensors["logits"] = logits.astype(np.float32)
    tensors |= {f"tap/{name}": array.astype(np.float32) for name, array in taps.items()}
    safetensors.numpy.save_file(tensors, arguments.output, metadata=notes)

    print(f"{'array':60} {'RMS':>10} {'fp32 error':>10}")
    for name, array in (taps | {"logits": logits}).items():
        rms = np.sqrt(np.mean(array**2))
        print(f"{name:60} {rms:10.3g} {errors.get(name, error(logits32, logits)):10.1e}")
    top = np.sort(logits, axis=1)[:, -2:]
    gap = ((top[:, 1] - top[:, 0]) / np.sqrt(np.mean(logits**2))).min()
    print(f"largest two outputs apart by at least {gap:.1e} of their RMS")
    agree = (logits32.argmax(1) == logits.argmax(1)).all()
    print(f"arg-max of float32 and float64 {'agrees' if agree else 'DIFFERS'}")
    print(f"worst tap {worst}: {errors[worst]:.1e}; logits: {error(logits32, logits):.1e}")


if __name__ == "__main__":
    main()
