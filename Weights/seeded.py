"""Seeded weights and inputs: the same bits here and in Sources/Models/SeededWeights.swift.

Element i (row-major) of the tensor called `name` is

    hash  = FNV-1a 64 of the UTF-8 bytes of name
    key   = mix(hash XOR mix(seed))
    bits  = mix(key + (i + 1) * 0x9E3779B97F4A7C15)         all modulo 2^64
    n     = sum of the four 16-bit pieces of bits - 131070   a bell, -131070...131070
    value = float32(centre + n * step)                       in float64, two roundings, then one to float32

where mix is SplitMix64's finaliser, so that bits is output i of SplitMix64 seeded with key. n has the standard
deviation UNIT = sqrt((2^32 - 1) / 3), and step = deviation / UNIT; `distribution` says centre and deviation. Only
integer arithmetic and IEEE operations that every language rounds alike: no logarithm, no cosine.
"""

import math

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF
UNIT = math.sqrt(4294967295.0 / 3.0)

def mix(z):
    """SplitMix64's finaliser, of an integer or of an array of uint64."""
    if isinstance(z, int):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def key(seed, name):
    """The state SplitMix64 starts from for one tensor."""
    hash = 0xCBF29CE484222325
    for byte in name.encode():
        hash = ((hash ^ byte) * 0x100000001B3) & MASK
    return mix(hash ^ mix(seed & MASK))


def distribution(name, shape, is_batch_norm, damping=None):
    """Centre and standard deviation of a parameter.

    `is_batch_norm`: whether the weight belongs to a BatchNorm, that is, has a running_var beside it.
    `damping`: factors by words in names, the network's own. The modules that have one add their result to a running sum,
    or it is normalised right away: small results keep deep sums bounded, and give normalisations a variance next to
    which their epsilon shows. The last word that fits counts.
    """
    factor = 1.0
    for word, value in (damping or {}).items():
        if word in name:
            factor = value
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        return 0.05, 0.01
    if last == "running_mean":
        return 0.0, 0.3
    if last == "gamma":
        return 0.5, 0.1
    if "embed" in last or last == "cls_token":  # class_embedding, positional_embedding, pos_embed
        return 0.0, 0.1
    if last.endswith("bias"):
        return 0.0, factor * 0.2
    if len(shape) == 1:
        return (factor * 0.2, factor * 0.05) if is_batch_norm else (factor * 1.0, factor * 0.2)
    fan_in = shape[0] if last == "proj" else math.prod(shape[1:])  # CLIP's proj is input x output
    return 0.0, factor * math.sqrt(2.0 / fan_in)


def values(seed, name, shape, centre, deviation, chunk=1 << 20):
    """The tensor, float32."""
    count = math.prod(shape)
    result = np.empty(count, np.float32)
    start = np.uint64(key(seed, name))
    step = deviation / UNIT
    for first in range(0, count, chunk):
        index = np.arange(first + 1, min(first + chunk, count) + 1, dtype=np.uint64)
        bits = mix(start + index * np.uint64(GOLDEN))
        piece = np.uint64(0xFFFF)
        n = (bits & piece) + (bits >> np.uint64(16) & piece) + (bits >> np.uint64(32) & piece)
        n = (n + (bits >> np.uint64(48))).astype(np.float64) - 131070.0
        result[first : first + chunk] = (centre + n * step).astype(np.float32)
    return result.reshape(shape)


def parameters(seed, shapes, damping=None):
    """Every tensor of `shapes` (name to shape) by name, float32; `damping` is the network's, see `distribution`."""
    result = {}
    for name, shape in shapes.items():
        is_batch_norm = name.endswith(".weight") and name[: -len("weight")] + "running_var" in shapes
        result[name] = values(seed, name, shape, *distribution(name, shape, is_batch_norm, damping))
    return result


def input(seed, shape, deviation):
    """A batch of inputs, images x 3 x height x width, float32: noise around zero."""
    return values(seed, "input", shape, 0.0, deviation)
