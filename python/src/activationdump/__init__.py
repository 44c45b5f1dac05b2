"""Runs activation-dump, and reads its dumps lazily: by layer, unit or image, whole or in shards, with their provenance.

>>> import activationdump
>>> dump = activationdump.dump(model="resnet50", images="imagenet/train", output="resnet50-train")
>>> dump = activationdump.open("resnet50-train")
>>> dump["layer4.2.conv3"].values
>>> dump.unit("layer4_2_conv3__1459")
"""

from ._baselines import Baselines
from ._commands import (
    bench,
    check,
    dump,
    evaluate,
    exemplars,
    explain_bench,
    explain_dump,
    inspect,
    layers,
    merge,
    models,
    predict,
    preview_dump,
    report,
    trials_catch,
    trials_make,
    units,
    units_sample,
    verify,
    weights_convert,
    weights_fetch,
    weights_inspect,
    weights_list,
    weights_verify,
)
from ._dump import Dump, ImageRecord, open_dump
from ._dump import open_dump as open
from ._errors import (
    ActivationDumpError,
    CheckFailedError,
    DumpError,
    IncompleteDumpError,
    Interrupted,
    ProgramNotFoundError,
    UnknownLayerError,
    UnknownUnitError,
)
from ._layer import Layer
from ._manifest import Provenance
from ._messages import Progress
from ._program import program
from ._records import LayerRecord, ModelRecord, Prediction, PredictionRecord, UnitRecord
from ._rows import Rows
from ._run import Completed, run
from ._table import Image, Images
from ._verify import FileCheck, Verification

__version__ = "1.0.0"

__all__ = [
    "ActivationDumpError",
    "Baselines",
    "CheckFailedError",
    "Completed",
    "Dump",
    "DumpError",
    "FileCheck",
    "Image",
    "ImageRecord",
    "Images",
    "IncompleteDumpError",
    "Interrupted",
    "Layer",
    "LayerRecord",
    "ModelRecord",
    "Prediction",
    "PredictionRecord",
    "ProgramNotFoundError",
    "Progress",
    "Provenance",
    "Rows",
    "UnitRecord",
    "UnknownLayerError",
    "UnknownUnitError",
    "Verification",
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
    "open",
    "open_dump",
    "predict",
    "preview_dump",
    "program",
    "report",
    "run",
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
