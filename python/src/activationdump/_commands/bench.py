"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import call, document, text
from .._display import ProgressOption
from .._run import PathLike


def bench(
    *,
    model: str,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    taps: Optional[Literal["none", "relevant"]] = None,
    latency: bool = False,
    layers: bool = False,
    seconds: Optional[float] = None,
    runs: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Measure how many images a second a network takes, without reading any.

    Returns what it reports, as a dictionary.

    Args:
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
        batch_size: How many images each thread takes through the network together. Default: 8.
        threads: How many threads. Default: one for each processor this process may use.
        taps: What every run records: none, or relevant. Default: none.
        latency: One image at a time, every layer of it on all threads: the shortest time for one image.
        layers: Time every layer, for as many seconds more.
        seconds: Seconds of measurement. Default: 10.0.
        runs: The runs it is divided into. Default: 5.
        progress: As for :func:`run`.
    """
    completed = call(
        ["bench"],
        {
            "--json": True,
            "--model": model,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--batch-size": batch_size,
            "--threads": threads,
            "--taps": taps,
            "--latency": latency,
            "--layers": layers,
            "--seconds": seconds,
            "--runs": runs,
        },
        [],
        progress,
    )
    return document(completed)


def explain_bench(
    *,
    model: str,
    weights: Optional[PathLike] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    precision: Optional[Literal["fp32", "bf16x3", "bf16"]] = None,
    tier: Optional[str] = None,
    batch_size: Optional[int] = None,
    threads: Optional[int] = None,
    taps: Optional[Literal["none", "relevant"]] = None,
    latency: bool = False,
    layers: bool = False,
    seconds: Optional[float] = None,
    runs: Optional[int] = None,
    progress: ProgressOption = None,
) -> str:
    """Says what :func:`bench` would run, step by step.

    Its keywords are those of :func:`bench`.
    """
    completed = call(
        ["bench"],
        {
            "--explain": True,
            "--model": model,
            "--weights": weights,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
            "--precision": precision,
            "--tier": tier,
            "--batch-size": batch_size,
            "--threads": threads,
            "--taps": taps,
            "--latency": latency,
            "--layers": layers,
            "--seconds": seconds,
            "--runs": runs,
        },
        [],
        progress,
    )
    return text(completed)
