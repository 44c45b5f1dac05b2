"""Writes what PyTorch says about each network: one text file per network, beside this script.

    python generate.py [IDENTIFIER...]

The first lines hold the input's shape and the multiply-adds that PyTorch counts for one image. Then follows one line
per module, in the order of named_modules(): its name, type, the shape of its output for one image (`-` when it was not
called or returns no tensor), then its own parameters and buffers as name=shape. A star marks the layers that the
study's rules take in. Shapes are joined by x; maps that PyTorch holds channels last are given channels first.
"""

import pathlib
import re
import sys

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "Weights"))
import networks  # noqa: E402

CHANNELS_LAST = r"stages.*\.(norm|mlp(\.\w+)?)"
# Networks that differ in weights or preprocessing only.
SAME = {"resnet50-l2": "resnet50", "resnet50-linf": "resnet50"}


def joined(shape):
    return "x".join(str(extent) for extent in shape) or "scalar"


def description(identifier):
    network = networks.NETWORKS[identifier]
    torch.manual_seed(0)
    model = network.build(False).eval()
    outputs = {}

    def hook(name):
        def record(module, arguments, output):
            if isinstance(output, tuple):  # MultiheadAttention
                output = output[0]
            shape = list(output.shape[1:])
            if identifier == "convnext_b" and re.fullmatch(CHANNELS_LAST, name):
                shape = [shape[2], shape[0], shape[1]]
            outputs.setdefault(name, joined(shape))  # some modules are called more than once

        return record

    for name, module in model.named_modules():
        module.register_forward_hook(hook(name))
    # Attention as plain products, so that the counter sees them.
    torch.backends.mha.set_fastpath_enabled(False)
    counter = FlopCounterMode(display=False)
    image = torch.zeros(1, 3, network.size, network.size)
    with torch.no_grad(), nn.attention.sdpa_kernel(nn.attention.SDPBackend.MATH), counter:
        model(image)
    relevant = set(network.relevant(model))
    read = networks.parameter_shapes(model)  # of CLIP no text tower
    lines = [f"input {joined(image.shape[1:])}", f"multiply-adds {counter.get_total_flops() // 2}"]
    for name, module in model.named_modules():
        if isinstance(model, networks.ImageTower) and name and not name.startswith("visual"):
            continue
        own = list(module.named_parameters(recurse=False)) + list(module.named_buffers(recurse=False))
        own = [f"{key}={joined(tensor.shape)}" for key, tensor in own if f"{name}.{key}".lstrip(".") in read]
        words = [("*" if name in relevant else "") + (name or "."), type(module).__name__, outputs.get(name, "-"), *own]
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for identifier in sys.argv[1:] or networks.NETWORKS:
        if identifier not in SAME:
            (HERE / f"{identifier}.txt").write_text(description(identifier))
