"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def evaluate(
    *,
    model: str,
    images: PathLike,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    labels: Optional[PathLike] = None,
    image_key: Optional[str] = None,
    classifier: Optional[PathLike] = None,
    predictions: Optional[PathLike] = None,
    limit: Optional[int] = None,
    on_error: Optional[Literal["fail", "skip"]] = None,
    pillow: Optional[Literal[12, 13]] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Measure top-1 and top-5 accuracy on labelled images.

    Returns what it reports, as a dictionary.

    Args:
        model: The network: an identifier from 'activation-dump models'.
        images: A folder of folders named by synset or class index, tar files, or a list: a text file, a pipe or '-'
            with 'path TAB label' or 'path label' a line.
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
        labels: Labels of images without class folders: ImageNet's devkit (its folder), Kaggle's LOC_val_solution.csv,
            lines of a name and a label (a tab, a comma or spaces between), or a label a line in the order of the
            images. Labels are class indices or synsets.
        image_key: In WebDataset archives, the members that are images: extensions behind the sample's name, separated
            by semicolons, the first that a sample has ('input.jpg;jpg;png'). Default: the only image of a sample.
        classifier: For CLIP: a matrix of embedding × 1000 classes (.npy or safetensors), the normalised mean embeddings
            of each class's prompts.
        predictions: Also write the five best classes of every image to this file (tab-separated).
        limit: Take only the first LIMIT images.
        on_error: What to do about an image that cannot be read: fail, or skip. Default: fail.
        pillow: The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and
            older ones. They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume,
            that of what is there.
        batch_size: How many images each thread takes through the network together. Default: 8.
        threads: How many threads. Default: one for each processor this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["evaluate"],
        {
            "--json": True,
            "--model": model,
            "--images": images,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--labels": labels,
            "--image-key": image_key,
            "--classifier": classifier,
            "--predictions": predictions,
            "--limit": limit,
            "--on-error": on_error,
            "--pillow": pillow,
            "--batch-size": batch_size,
            "--threads": threads,
        },
        [],
        progress,
    )
    return document(completed)
