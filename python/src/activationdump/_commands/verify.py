"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def verify(
    *,
    model: str,
    reference: PathLike,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    tolerance: Optional[float] = None,
    bisect: bool = False,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Compare a network with a reference made by PyTorch.

    Returns the errors. Raises :class:`CheckFailedError` where one is too large.

    Args:
        model: The network: an identifier from 'activation-dump models'.
        reference: The file to compare with.
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
        tolerance: The largest error that passes, over the RMS of each array.
        bisect: Name the first layer, in order of execution, that is off.
        batch_size: How many images each thread takes through the network together. Default: 8.
        threads: How many threads. Default: one for each processor this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["verify"],
        {
            "--json": True,
            "--model": model,
            "--reference": reference,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--tolerance": tolerance,
            "--bisect": bisect,
            "--batch-size": batch_size,
            "--threads": threads,
        },
        [],
        progress,
    )
    return document(completed)
