"""Rows of what the program lists: dictionaries, as ``pandas.DataFrame`` takes them."""

from __future__ import annotations

from typing import TypedDict


class _EveryModel(TypedDict):
    identifier: str
    name: str
    input_shape: list[int]
    """Channels × height × width."""
    outputs: int
    parameters: int
    multiply_adds: int
    """Of one image."""
    units: int
    """Of the study's layers."""
    relevant_layers: int
    """How many layers are the study's."""
    checkpoint: str
    """The file of its published weights."""
    url: str
    license: str
    means: str
    """What the identifier means where others call something else so."""
    weights_present: bool
    """Whether the checkpoint is in the weights folder."""


class ModelRecord(_EveryModel, total=False):
    """A network that the program has. ``published_top1`` is missing where nobody published it."""

    published_top1: float


class LayerRecord(TypedDict):
    """A layer that can be recorded."""

    name: str
    """PyTorch's name."""
    study_name: str
    kind: str
    shape: list[int]
    """Of one image: channels × height × width, or tokens × channels."""
    units: int
    relevant: bool
    """Whether it is one of the study's."""


class UnitRecord(TypedDict, total=False):
    """A unit; of units of a dump, what was recorded of it. ``dead`` is missing where the dump cannot tell."""

    unit: str
    """``layer__channel``, as the study writes it."""
    layer: str
    channel: int
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float
    sparsity: float
    """The share of activations that are zero or less."""
    constant: bool
    never_positive: bool
    dead: bool


class Prediction(TypedDict):
    """A class that a network finds in an image."""

    index: int
    label: str
    synset: str
    probability: float


class PredictionRecord(TypedDict):
    """An image and its five most probable classes, the most probable first."""

    image: str
    predictions: list[Prediction]
