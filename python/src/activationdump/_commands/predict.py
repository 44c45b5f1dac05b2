"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Literal, Optional

from .._call import Paths, call, listed
from .._display import ProgressOption
from .._records import PredictionRecord
from .._run import PathLike


def predict(
    images: Paths,
    *,
    model: str,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    classifier: Optional[PathLike] = None,
    pillow: Optional[Literal[12, 13]] = None,
    progress: ProgressOption = None,
) -> list[PredictionRecord]:
    """Print the five most probable classes of each image.

    Returns a list of dictionaries, one for each image.

    Args:
        images: JPEG or PNG files.
        model: The network: an identifier from 'activation-dump models'.
        weights: A checkpoint of any supported format, or seeded:N for generated weights (benchmarks and tests). By
            default the model's checkpoint in the weights folder.
        weights_key: Where in the checkpoint the weights are, when several sets fit (a network and its moving average):
            a key that 'activation-dump weights inspect' shows, such as state_dict_ema.
        weights_dir: The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else
            activation-dump/weights in $XDG_DATA_HOME or ~/.local/share.
        precision: The arithmetic: fp32; or, on processors with AMX, bf16x3 (errors of about 1e-5) or bf16 (about 1e-2,
            a preview). Default: fp32.
        tier: The kernels, as 'activation-dump dump --help' lists this processor's. Default: the fastest. Where there is
            AVX-512, amx-emulated gives the bytes of AMX without it, slowly.
        classifier: For CLIP: a matrix of embedding × 1000 classes (.npy or safetensors).
        pillow: The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and
            older ones. They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume,
            that of what is there.
        progress: As for :func:`run`.
    """
    completed = call(
        ["predict"],
        {
            "--json": True,
            "--model": model,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--classifier": classifier,
            "--pillow": pillow,
        },
        [images],
        progress,
    )
    return listed(completed, "images")
