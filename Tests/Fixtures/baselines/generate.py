#!/usr/bin/env python3
"""Writes baselines.safetensors: sparsity and local contrast of real maps, from PyTorch in float64 with seeded weights.

    python Tests/Fixtures/baselines/generate.py      # with Weights/requirements.txt installed

For each network, two seeded inputs; for each layer `MODEL/LAYER/`, images x units:
  below, above  int32: positions below minus and up to plus a tolerance; a right count of positions <= 0 lies between.
                The tolerance is what float32 may be off by: 1e-5 of the layer's RMS.
  contrast      float64: the sum over positions of |a - b| for the four neighbours b of a, the map padded by zeros
"""

import pathlib
import sys
from importlib import metadata

import numpy as np
import safetensors.numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Weights"))
import seeded  # noqa: E402
from networks import NETWORKS, parameter_shapes  # noqa: E402
import re  # noqa: E402

TOLERANCE = 1e-5
LAYERS = {
    "squeezenet1_1": ["features.3.squeeze", "features.3.expand3x3", "features.9.expand1x1", "features.12.expand3x3"],
    "resnet50": ["layer1.0.conv1", "layer1.0.bn1", "layer1.0.shortcut", "layer4.2.bn2", "layer4.2.conv2"],
    "densenet_201": ["features.denseblock1.denselayer2.norm1", "features.denseblock4.denselayer1.norm2"],
    "googlenet": ["mixed3a_1x1_pre_relu_conv", "mixed4c_5x5_bottleneck_pre_relu_conv", "mixed5b_pool_reduce_pre_relu_conv"],
    "convnext_b": ["stages.0.blocks.0.conv_dw", "stages.0.blocks.0.norm", "stages.3.blocks.2"],
    "in1k-vit_b32": ["blocks.0.norm1", "blocks.3.ls1", "blocks.11.ls2"],
    "clip-vit_b32": ["visual.transformer.resblocks.1.ln_2"],
}  # fmt: skip


def maps(name, activation, network):
    """Images x units x height x width of a map, images x units x tokens of a sequence."""
    if activation.ndim == 4:
        return activation.permute(0, 3, 1, 2) if re.fullmatch(network.channels_last, name) else activation
    assert activation.ndim == 3
    return activation.permute(0, 2, 1)


def baselines(activation):
    """Counts between which the right one lies, and contrast, or None."""
    tolerance = TOLERANCE * activation.square().mean().sqrt()
    flat = activation.flatten(2)
    below, above = (flat <= -tolerance).sum(2), (flat <= tolerance).sum(2)
    if activation.ndim == 3:
        return below, above, None
    padded = torch.nn.functional.pad(activation, (1, 1, 1, 1))
    height, width = activation.shape[2:]
    contrast = torch.zeros_like(activation)
    for dy, dx in [(0, 1), (2, 1), (1, 0), (1, 2)]:
        contrast += (activation - padded[:, :, dy : dy + height, dx : dx + width]).abs()
    return below, above, contrast.sum((2, 3))


def main():
    torch.set_num_threads(2)
    tensors = {}
    for identifier, layers in LAYERS.items():
        network = NETWORKS[identifier]
        torch.manual_seed(0)
        model = network.build(False).eval()
        state = seeded.parameters(1, parameter_shapes(model), network.damping)
        model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()}, strict=False)
        model = model.double()
        shape = (2, 3, network.size, network.size)
        images = torch.from_numpy(seeded.input(2, shape, network.input_deviation)).double()
        found = {}

        def hook(name):
            def keep(module, arguments, output):
                # At once: the next module may work in place.
                found[name] = baselines(maps(name, output.detach(), network))

            return keep

        modules = dict(model.named_modules())
        for name in layers:
            modules[name].register_forward_hook(hook(name))
        with torch.inference_mode():
            model(images)
        for name in layers:
            below, above, contrast = found[name]
            tensors[f"{identifier}/{name}/below"] = below.numpy().astype(np.int32)
            tensors[f"{identifier}/{name}/above"] = above.numpy().astype(np.int32)
            if contrast is not None:
                tensors[f"{identifier}/{name}/contrast"] = contrast.numpy()
            unsure = (below != above).sum().item()
            print(f"{identifier} {name}: {unsure} of {below.numel()} counts within the tolerance of zero")
    notes = {package: metadata.version(package) for package in ("torch", "timm", "open_clip_torch", "numpy")}
    notes |= {f"input_deviation/{name}": repr(NETWORKS[name].input_deviation) for name in LAYERS}
    safetensors.numpy.save_file(tensors, pathlib.Path(__file__).parent / "baselines.safetensors", metadata=notes)


if __name__ == "__main__":
    main()
