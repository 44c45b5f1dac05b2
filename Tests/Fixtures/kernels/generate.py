"""Writes pytorch.json: what PyTorch makes of a few small inputs, in float64, and how far its float32 is from that.

    python generate.py

Arrays are position-major, as the kernels have them. `expected` is PyTorch's float64 result on the float32 input;
`float32_error` the largest distance of its float32 result from it; `not_a_number` where that result is NaN.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(1)


def uniform(*shape, low=-3.0, high=3.0):
    """Multiples of 1/64, which are short to write."""
    return torch.round((torch.rand(*shape, generator=generator) * (high - low) + low) * 64) / 64


def case(function, *inputs):
    single = function(*inputs)
    double = function(*(x.double() for x in inputs))
    error = (single.double() - double).abs()
    return {
        "inputs": [x.flatten().tolist() for x in inputs],
        "shapes": [list(x.shape) for x in inputs],
        "expected": [float(f"{x:.10g}") for x in double.flatten().tolist()],
        "float32_error": error[~error.isnan()].max().item(),
        "not_a_number": [i for i, x in enumerate(single.flatten().tolist()) if math.isnan(x)],
    }


def channels_last(function):
    """`function` takes [1, channels, height, width]; what is stored is [height, width, channels]."""
    return lambda x: function(x.permute(2, 0, 1)[None])[0].permute(1, 2, 0)


def heads_apart(q, k, v):
    """Two heads of ten channels each."""
    split = [x.unflatten(1, (2, 10)).transpose(0, 1)[None] for x in (q, k, v)]
    return F.scaled_dot_product_attention(*split)[0].transpose(0, 1).flatten(1)


rows = torch.cat([uniform(1, 40), uniform(1, 40) + 100])
weight, bias = uniform(40), uniform(40)
# Not the infinities: there PyTorch's own GELU is NaN.
tails = torch.cat([torch.arange(-48, 49) / 8, torch.tensor([math.nan, 0.0, -0.0, 2.0**-99, -40, 40])])
spotted = uniform(7, 7, 4)
spotted[4, 4, 0] = math.nan
spotted[0, 0, 1] = math.inf
spotted[3:6, 3:6, 2] = -math.inf
spotted[6, 6, 3] = math.nan

cases = {
    "layer_norm": case(lambda x, w, b: F.layer_norm(x, (40,), w, b, 1e-5), rows, weight, bias),
    "local_response_norm": case(
        channels_last(lambda x: F.local_response_norm(x, 9, alpha=0.9, beta=0.5, k=2.0)), uniform(1, 2, 30)),
    "local_response_norm_alexnet": case(
        channels_last(lambda x: F.local_response_norm(x, 5, alpha=1e-1, beta=0.75, k=1.0)), uniform(1, 2, 30)),
    "gelu": case(F.gelu, tails),
    "quick_gelu": case(lambda x: x * torch.sigmoid(1.702 * x), tails),
    "softmax": case(lambda x: F.softmax(x, -1), uniform(2, 40, low=-10, high=10)),
    "max_pool": case(channels_last(lambda x: F.max_pool2d(x, 3, 2, 1)), spotted),
    "attention": case(heads_apart, uniform(3, 20), uniform(5, 20), uniform(5, 20)),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch.json")
with open(path, "w") as file:
    text = json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases})
    for name in ("NaN", "-Infinity", "Infinity"):  # JSON has no such numbers
        text = text.replace(" " + name, f' "{name}"').replace("[" + name, f'["{name}"')
    file.write(text + "\n")
