"""Draws the study's unit samples with the real NumPy: the oracle of `units sample`.

    python units.py ACTIVATION-DUMP     # the program: its `layers MODEL --json` says what can be drawn; writes units.json

The layers are picked by the study's rules, written again here, out of everything the program lists in its order.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def ends(*suffixes):
    return lambda name: name.endswith(suffixes)


def resnet(name):
    return name.startswith("layer") and ends("conv1", "conv2", "conv3", "bn1", "bn2", "bn3", "shortcut")(name)


def densenet(name):
    return (name.startswith("features_denseblock") and ends("conv1", "conv2", "norm1", "norm2")(name)
            or name.startswith("features_transition") and ends("conv", "norm")(name))


def convnext(name):
    block = r"stages_\d+_blocks_\d+"
    return bool(re.fullmatch(block, name)
                or re.match(block, name) and ends("conv_dw", "norm", "mlp_fc1", "mlp_fc2")(name))


RULES = {
    "googlenet": lambda name: name.startswith("mixed") and "pre_relu_conv" in name,
    "resnet50": resnet, "resnet50-l2": resnet, "resnet50-linf": resnet, "clip-resnet50": resnet, "wide_resnet50": resnet,
    "densenet_201": densenet,
    "convnext_b": lambda name: convnext(name) and not name.endswith("mlp_norm"),
    "convnext_b+mlp_norm": convnext,
    "in1k-vit_b32": lambda name: (
        name.startswith("blocks_") and ends("norm1", "ls1", "norm2", "mlp_fc1", "mlp_fc2", "ls2")(name)),
    "clip-vit_b32": lambda name: (
        name.startswith("transformer_resblocks")
        and ends("ln_1", "ls_1", "ln_2", "mlp_c_fc", "mlp_c_proj", "ls_2")(name)),
}


def registration_order(layers):
    """Parents before children, siblings as they first come: the order of named_modules()."""
    tree = {}
    for layer in layers:
        node = tree
        for part in layer["name"].split("."):
            node = node.setdefault(part, {})
        node[None] = layer

    def walk(node):
        if None in node:
            yield node[None]
        for part, child in node.items():
            if part is not None:
                yield from walk(child)

    return list(walk(tree))


def widths(program, model):
    output = subprocess.run([program, "layers", model.split("+")[0], "--json"], check=True, capture_output=True).stdout
    chosen = {}
    for layer in registration_order(json.loads(output)["layers"]):
        name = layer["study_name"].removeprefix("visual_")
        if RULES[model](name):
            chosen[name] = layer["units"]
    return chosen


def draw(sizes, count, seed, prefix="", blacklist=()):
    np.random.seed(seed)
    layers, units = list(sizes), []
    while len(units) < count:
        layer = np.random.choice(layers, size=1)[0]
        unit = f"{prefix}{layer}__{np.random.randint(0, sizes[layer])}"
        if unit not in units and unit not in blacklist:
            units.append(unit)
    return units


def main():
    program = sys.argv[1]
    document = {"versions": {"python": sys.version.split()[0], "numpy": np.__version__}, "lists": {}}
    for model in RULES:
        sizes = widths(program, model)
        prefix = "visual_" if model.startswith("clip") else ""
        units = draw(sizes, 100, 42, prefix)
        others = draw(sizes, 60, 7, prefix, blacklist=set(units))
        many = draw(sizes, 3000, 2023, prefix)
        document["lists"][model] = {
            "layers": len(sizes), "channels": sum(sizes.values()), "units": units, "seed_7_without_these": others,
            "seed_2023_sha256": hashlib.sha256("".join(unit + "\n" for unit in many).encode()).hexdigest(),
        }
    with open(os.path.join(HERE, "units.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
