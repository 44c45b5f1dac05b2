"""Reads dumps of activation-dump lazily: by layer, unit or image, whole or in shards, with their provenance.

>>> import activationdump
>>> dump = activationdump.open("resnet50-train")
>>> dump["layer4.2.conv3"].values
>>> dump.unit("layer4_2_conv3__1459")
"""

from ._baselines import Baselines
from ._dump import Dump, ImageRecord, open_dump
from ._dump import open_dump as open
from ._errors import DumpError, IncompleteDumpError, UnknownLayerError, UnknownUnitError
from ._layer import Layer
from ._manifest import Provenance
from ._rows import Rows
from ._table import Image, Images
from ._verify import FileCheck, Verification

__version__ = "0.1.0"

__all__ = [
    "Baselines",
    "Dump",
    "DumpError",
    "FileCheck",
    "Image",
    "ImageRecord",
    "Images",
    "IncompleteDumpError",
    "Layer",
    "Provenance",
    "Rows",
    "UnknownLayerError",
    "UnknownUnitError",
    "Verification",
    "open",
    "open_dump",
]
