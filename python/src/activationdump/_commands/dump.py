"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import CommaSeparated, Names, call, document, opened, text
from .._display import ProgressOption
from .._dump import Dump
from .._run import PathLike


def dump(
    *,
    model: str,
    images: PathLike,
    output: PathLike,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    labels: Optional[PathLike] = None,
    image_key: Optional[str] = None,
    layers: Optional[Names] = None,
    units: Optional[PathLike] = None,
    reduce: Optional[Literal["mean", "max", "token0", "none"]] = None,
    keep: Optional[str] = None,
    dtype: Optional[Literal["float32", "float16"]] = None,
    unit_major: bool = False,
    baselines: bool = False,
    pillow: Optional[Literal[12, 13]] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    limit: Optional[int] = None,
    shard: Optional[str] = None,
    resume: bool = False,
    overwrite: bool = False,
    on_error: Optional[Literal["fail", "skip"]] = None,
    progress: ProgressOption = None,
) -> Dump:
    """Record the units of a network over images.

    Returns the dump, opened. What Ctrl-C stops goes on with ``resume=True``.

    Args:
        model: The network: an identifier from 'activation-dump models'.
        images: A folder of class folders, a folder of images, a tar file or several ('train-{000..146}.tar', a folder
            of them), or a list: a text file of paths relative to its own folder ('path', 'path TAB label' or 'path
            label' a line), a pipe or '-', standard input, with paths relative to the working directory.
        output: The folder to make.
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
        layers: What to record: 'relevant' (the study's layers, the default), 'all', or names and patterns such as
            'layer4.*.conv3', separated by commas, in PyTorch's spelling or the study's.
        units: Record only the units of this file: one layer__channel a line, or the study's JSON.
        reduce: What to keep of a layer: mean or max over positions, token0 (the class token), or none: everything.
            Default: mean.
        keep: What to keep of the activations: 'all' (a matrix for each layer, the default), or 'extremes:K': of each
            unit the K lowest and K highest images (201 unless given), exact mean, variance and range, and a sample.
            These files do not grow with the number of images.
        dtype: The numbers of layers: float32, or float16, which takes half the room. Default: float32.
        unit_major: Write units × images, so that one unit is together, and not images × units.
        baselines: Also measure the study's baselines of every unit, pixel-wise and channel-wise sparsity and local
            contrast: baselines/LAYER.npz. They tell dead units, too. Costs speed, since every layer has to be in memory
            once.
        pillow: The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and
            older ones. They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume,
            that of what is there.
        batch_size: How many images each thread takes through the network together. Default: 8.
        threads: How many threads. Default: one for each processor this process may use.
        limit: Take only the first LIMIT images.
        shard: Only part I of N of the images, from 0: give each part an output of its own and put them together with
            'merge'. In a Slurm job array over 0 to N-1, or with ACTIVATION_DUMP_SHARDS=N in any array, the default is
            the task's part, in a folder of its own below the output; 'none' records all images in every task, for
            arrays over something else.
        resume: Go on with the dump that is in the place of the output; start it if there is none. The default in a job
            that Slurm has requeued.
        overwrite: Replace a dump that is in the place of the output.
        on_error: What to do about an image that cannot be read: fail, or skip (a row of NaN). Default: fail.
        progress: As for :func:`run`.
    """
    completed = call(
        ["dump"],
        {
            "--json": True,
            "--model": model,
            "--images": images,
            "--output": output,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--labels": labels,
            "--image-key": image_key,
            "--layers": CommaSeparated(layers),
            "--units": units,
            "--reduce": reduce,
            "--keep": keep,
            "--dtype": dtype,
            "--unit-major": unit_major,
            "--baselines": baselines,
            "--pillow": pillow,
            "--batch-size": batch_size,
            "--threads": threads,
            "--limit": limit,
            "--shard": shard,
            "--resume": resume,
            "--overwrite": overwrite,
            "--on-error": on_error,
        },
        [],
        progress,
    )
    return opened(completed)


def preview_dump(
    *,
    model: str,
    images: PathLike,
    output: PathLike,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    labels: Optional[PathLike] = None,
    image_key: Optional[str] = None,
    layers: Optional[Names] = None,
    units: Optional[PathLike] = None,
    reduce: Optional[Literal["mean", "max", "token0", "none"]] = None,
    keep: Optional[str] = None,
    dtype: Optional[Literal["float32", "float16"]] = None,
    unit_major: bool = False,
    baselines: bool = False,
    pillow: Optional[Literal[12, 13]] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    limit: Optional[int] = None,
    shard: Optional[str] = None,
    resume: bool = False,
    overwrite: bool = False,
    on_error: Optional[Literal["fail", "skip"]] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Says what :func:`dump` would take (disk, memory, time), and writes nothing.

    Its keywords are those of :func:`dump`.
    """
    completed = call(
        ["dump"],
        {
            "--dry-run": True,
            "--json": True,
            "--model": model,
            "--images": images,
            "--output": output,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--labels": labels,
            "--image-key": image_key,
            "--layers": CommaSeparated(layers),
            "--units": units,
            "--reduce": reduce,
            "--keep": keep,
            "--dtype": dtype,
            "--unit-major": unit_major,
            "--baselines": baselines,
            "--pillow": pillow,
            "--batch-size": batch_size,
            "--threads": threads,
            "--limit": limit,
            "--shard": shard,
            "--resume": resume,
            "--overwrite": overwrite,
            "--on-error": on_error,
        },
        [],
        progress,
    )
    return document(completed)


def explain_dump(
    *,
    model: str,
    images: PathLike,
    output: PathLike,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    labels: Optional[PathLike] = None,
    image_key: Optional[str] = None,
    layers: Optional[Names] = None,
    units: Optional[PathLike] = None,
    reduce: Optional[Literal["mean", "max", "token0", "none"]] = None,
    keep: Optional[str] = None,
    dtype: Optional[Literal["float32", "float16"]] = None,
    unit_major: bool = False,
    baselines: bool = False,
    pillow: Optional[Literal[12, 13]] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    limit: Optional[int] = None,
    shard: Optional[str] = None,
    resume: bool = False,
    overwrite: bool = False,
    on_error: Optional[Literal["fail", "skip"]] = None,
    progress: ProgressOption = None,
) -> str:
    """Says what :func:`dump` would run on each batch, step by step.

    Its keywords are those of :func:`dump`.
    """
    completed = call(
        ["dump"],
        {
            "--explain": True,
            "--model": model,
            "--images": images,
            "--output": output,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--labels": labels,
            "--image-key": image_key,
            "--layers": CommaSeparated(layers),
            "--units": units,
            "--reduce": reduce,
            "--keep": keep,
            "--dtype": dtype,
            "--unit-major": unit_major,
            "--baselines": baselines,
            "--pillow": pillow,
            "--batch-size": batch_size,
            "--threads": threads,
            "--limit": limit,
            "--shard": shard,
            "--resume": resume,
            "--overwrite": overwrite,
            "--on-error": on_error,
        },
        [],
        progress,
    )
    return text(completed)
