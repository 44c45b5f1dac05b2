"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from .bench import bench, explain_bench
from .check import check
from .dump import dump, preview_dump, explain_dump
from .evaluate import evaluate
from .exemplars import exemplars
from .inspect import inspect
from .layers import layers
from .merge import merge
from .models import models
from .predict import predict
from .report import report
from .trials_catch import trials_catch
from .trials_make import trials_make
from .units_list import units
from .units_sample import units_sample
from .verify import verify
from .weights_convert import weights_convert
from .weights_fetch import weights_fetch
from .weights_inspect import weights_inspect
from .weights_list import weights_list
from .weights_verify import weights_verify

__all__ = [
    "bench",
    "check",
    "dump",
    "evaluate",
    "exemplars",
    "explain_bench",
    "explain_dump",
    "inspect",
    "layers",
    "merge",
    "models",
    "predict",
    "preview_dump",
    "report",
    "trials_catch",
    "trials_make",
    "units",
    "units_sample",
    "verify",
    "weights_convert",
    "weights_fetch",
    "weights_inspect",
    "weights_list",
    "weights_verify",
]
