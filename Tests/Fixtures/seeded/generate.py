"""Writes tensors.json: what Weights/seeded.py makes of parameters that cover every rule, for Swift to match."""

import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "Weights"))
import seeded  # noqa: E402

SHAPES = {
    "conv1.weight": (64, 3, 7, 7),
    "conv1.bias": (64,),
    "layer1.0.bn3.weight": (256,),  # a BatchNorm, damped
    "layer1.0.bn3.bias": (256,),
    "layer1.0.bn3.running_mean": (256,),
    "layer1.0.bn3.running_var": (256,),
    "features.norm5.weight": (128,),  # a BatchNorm by its sibling
    "features.norm5.running_var": (128,),
    "norm.weight": (96,),  # a LayerNorm
    "stages.0.blocks.1.gamma": (128,),
    "stages.0.blocks.1.conv_dw.weight": (128, 1, 7, 7),
    "stages.0.blocks.1.conv_dw.bias": (128,),
    "blocks.3.attn.qkv.weight": (96, 32),
    "blocks.3.attn.proj.weight": (32, 32),
    "blocks.3.mlp.fc2.bias": (32,),
    "patch_embed.proj.weight": (16, 3, 32, 32),
    "cls_token": (1, 1, 32),
    "pos_embed": (1, 5, 32),
    "visual.class_embedding": (32,),
    "visual.positional_embedding": (5, 32),
    "visual.proj": (32, 24),
    "visual.ln_pre.weight": (32,),
    "visual.transformer.resblocks.0.attn.in_proj_weight": (96, 32),
    "visual.transformer.resblocks.0.attn.in_proj_bias": (96,),
    "visual.attnpool.q_proj.weight": (32, 32),
    "softmax2_pre_activation_matmul.weight": (1008, 1024),  # large enough to be made in several blocks
}

# Words of several networks.
DAMPING = {
    "bn3.weight": 0.3,
    "attn.proj": 0.1,
    "mlp.fc2": 0.1,
    "conv_dw": 0.05,
    "ln_pre": 0.1,
    "patch_embed.proj": 0.1,
    "q_proj": 0.5,
    "softmax2_pre_activation_matmul": 0.003,
}


def summary(name, array):
    bits = array.reshape(-1).view(np.uint32).astype(np.uint64)
    odd = 2 * np.arange(bits.size, dtype=np.uint64) + 1
    return {
        "name": name,
        "shape": array.shape,
        "first": [f"{word:08x}" for word in bits[:4]],
        "digest": f"{int((bits * odd).sum(dtype=np.uint64)):016x}",
    }


def main():
    cases = []
    for seed in (1, 2**64 - 1):
        tensors = seeded.parameters(seed, SHAPES, DAMPING)
        cases.append({"seed": str(seed), "tensors": [summary(*item) for item in tensors.items()]})
    inputs = [
        {"seed": "2", "deviation": 1.0} | summary("input", seeded.input(2, (2, 3, 5, 7), 1.0)),
        {"seed": "7", "deviation": 60.0} | summary("input", seeded.input(7, (1, 3, 229, 229), 60.0)),
    ]
    text = json.dumps({"weights": cases, "inputs": inputs}, indent=1)
    (HERE / "tensors.json").write_text(text + "\n")


main()
