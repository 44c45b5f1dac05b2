"""Writes a tiny vision transformer as Google's AugReg checkpoints store it, and as timm reads that.

    python generate.py

augreg.npz is JAX's layout of random weights; timm.safetensors is what timm's own loader makes of it.
"""

import pathlib
import sys

import numpy as np
import safetensors.torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "Weights"))
import networks  # noqa: E402, F401: imports torchvision, which timm needs, also without compiled operators
from timm.models.vision_transformer import VisionTransformer  # noqa: E402

PATCH, WIDTH, HEADS, HIDDEN, DEPTH, CLASSES = 2, 6, 2, 24, 2, 3
random = np.random.default_rng(1)


def array(*shape):
    return random.standard_normal(shape).astype(np.float32)


def main():
    arrays = {
        "cls": array(1, 1, WIDTH),
        "embedding/bias": array(WIDTH),
        "embedding/kernel": array(PATCH, PATCH, 3, WIDTH),
        "head/bias": array(CLASSES),
        "head/kernel": array(WIDTH, CLASSES),
        "Transformer/encoder_norm/bias": array(WIDTH),
        "Transformer/encoder_norm/scale": array(WIDTH),
        "Transformer/posembed_input/pos_embedding": array(1, 5, WIDTH),
    }
    for block in range(DEPTH):
        prefix = f"Transformer/encoderblock_{block}/"
        for norm in ("LayerNorm_0", "LayerNorm_2"):
            arrays |= {f"{prefix}{norm}/bias": array(WIDTH), f"{prefix}{norm}/scale": array(WIDTH)}
        for dense, (inputs, outputs) in {"Dense_0": (WIDTH, HIDDEN), "Dense_1": (HIDDEN, WIDTH)}.items():
            arrays[f"{prefix}MlpBlock_3/{dense}/bias"] = array(outputs)
            arrays[f"{prefix}MlpBlock_3/{dense}/kernel"] = array(inputs, outputs)
        attention = f"{prefix}MultiHeadDotProductAttention_1/"
        for part in ("query", "key", "value"):
            arrays[f"{attention}{part}/bias"] = array(HEADS, WIDTH // HEADS)
            arrays[f"{attention}{part}/kernel"] = array(WIDTH, HEADS, WIDTH // HEADS)
        arrays[f"{attention}out/bias"] = array(WIDTH)
        arrays[f"{attention}out/kernel"] = array(HEADS, WIDTH // HEADS, WIDTH)
    np.savez(HERE / "augreg.npz", **arrays)

    model = VisionTransformer(
        img_size=2 * PATCH, patch_size=PATCH, num_classes=CLASSES, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS
    )
    model.load_pretrained(str(HERE / "augreg.npz"))
    safetensors.torch.save_file(model.state_dict(), HERE / "timm.safetensors")


main()
