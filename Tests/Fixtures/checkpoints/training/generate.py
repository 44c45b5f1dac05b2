"""Writes complete checkpoints of SqueezeNet 1.1 as training code leaves them, and what stands beside the weights.

Needs torch and numpy; what other libraries save is imitated, with the containers and names of their code. Every weight is an expansion of a few numbers of one storage, so that a file of the
whole network takes some kilobytes: all parameters of one set have the same value, and the sets of a file differ.
expected.json maps a file to its sets: the key of each and the value of its first parameter.
"""

import argparse
import collections
import datetime
import enum
import functools
import io
import json
import pathlib
import pickle
import random
import sys
import types

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
FIRE = {3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128), 9: (256, 48, 192),
        10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256)}
expected = {}


def shapes():
    """The parameters of torchvision's squeezenet1_1."""
    result = collections.OrderedDict()

    def conv(name, output, input, side):
        result[name + ".weight"] = (output, input, side, side)
        result[name + ".bias"] = (output,)

    conv("features.0", 64, 3, 3)
    for index, (input, squeeze, expand) in FIRE.items():
        conv(f"features.{index}.squeeze", squeeze, input, 1)
        conv(f"features.{index}.expand1x1", expand, squeeze, 1)
        conv(f"features.{index}.expand3x3", expand, squeeze, 3)
    conv("classifier.1", 1000, 512, 1)
    return result


class Sets:
    """State dictionaries whose tensors lie in one storage."""

    def __init__(self):
        self.base = torch.arange(1, 9, dtype=torch.float32) / 8

    def state(self, number, prefix=""):
        value = self.base[number : number + 1]
        return collections.OrderedDict((prefix + k, value.expand(s)) for k, s in shapes().items())

    def value(self, number):
        return float(self.base[number])


def optimizer(sets, kind="adam"):
    count = len(shapes())
    moments = {"adam": ["exp_avg", "exp_avg_sq"], "sgd": ["momentum_buffer"]}[kind]
    state = {}
    for index, shape in enumerate(shapes().values()):
        state[index] = {name: sets.base[7:8].expand(shape) for name in moments}
        if kind == "adam":
            state[index]["step"] = torch.tensor(5.0)
    return {"state": state, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "params": list(range(count))}]}


def user_code():
    """Classes of a training script, which are not there when the file is read."""
    module = types.ModuleType("training_script")
    exec(
        "import enum, dataclasses\n"
        "class Pooling(enum.Enum):\n  MEAN = 'mean'\n  MAX = 'max'\n"
        "class Flag(enum.IntFlag):\n  A = 1\n  B = 2\n"
        "class Options:\n  def __init__(self, **k): self.__dict__.update(k)\n"
        "@dataclasses.dataclass\nclass Schedule:\n  lr: float = 0.1\n"
        "def build(width): return width\n",
        module.__dict__,
    )
    for value in list(module.__dict__.values()):
        if isinstance(value, (type, types.FunctionType)) and value.__module__ in ("builtins", __name__):
            value.__module__ = "training_script"
    sys.modules["training_script"] = module
    return module


def harmless(sets):
    """What configurations, callbacks and loggers keep beside weights."""
    code = user_code()
    own = code.Options(width=1.0)
    own.itself = own
    return {
        "partial": functools.partial(code.build, width=3),
        "partial_class": functools.partial(torch.optim.Adam, lr=0.1),
        "enum": code.Pooling.MAX, "flag": code.Flag.A | code.Flag.B, "options": own, "schedule": code.Schedule(),
        "namespace": argparse.Namespace(lr=0.1, arch="squeezenet1_1"),
        "when": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), "delta": datetime.timedelta(3),
        "path": pathlib.PurePosixPath("a/b"), "counter": collections.Counter("aab"), "deque": collections.deque([1, 2]),
        "default": collections.defaultdict(list, a=[1]), "set": {1, 2}, "frozen": frozenset([3]), "complex": 1 + 2j,
        "slice": slice(1, 2), "range": range(3), "bytes": b"\x00\xff", "bytearray": bytearray(b"ab"), "long": 1 << 90,
        "error": ValueError("diverged"), "ellipsis": ..., "type": int, "function": torch.nn.functional.relu,
        "numpy_scalar": np.float64(1.5), "numpy_random": np.random.default_rng(1), "numpy_state": np.random.RandomState(1),
        "numpy_text": np.array(["a", "bc"]), "numpy_object": np.array([None, {}], dtype=object),
        "numpy_date": np.array(["2024-01-01"], dtype="datetime64[D]"),
        "numpy_record": np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]), "numpy_masked": np.ma.array([1.0], mask=[True]),
        "numpy_dtype": np.dtype("float32"), "python_random": random.Random(1).getstate(),
        "size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.bfloat16,
        "layout": torch.strided, "rng": torch.get_rng_state(),
        "quantised": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8),
        "sparse": torch.sparse_coo_tensor(torch.tensor([[0, 1]]), torch.ones(2), (3,)),
        "nested": torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
        "meta": torch.ones(3, device="meta"), "complex_tensor": torch.ones(2, dtype=torch.complex64),
        "float8": torch.ones(2).to(torch.float8_e4m3fn), "scheduler": torch.optim.lr_scheduler.StepLR(
            torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], 0.1), 3).state_dict(),
        "buffer": io.BytesIO(b"abc"),
    }


def write(name, value, sets, keys, **options):
    torch.save(value, HERE / name, **options)
    expected[name] = [{"key": key, "value": sets.value(number)} for key, number in keys]


def checkpoints():
    s = Sets()
    one = torch.tensor(71.5)
    # PyTorch's examples/imagenet/main.py.
    write("imagenet.pth", {"epoch": 3, "arch": "squeezenet1_1", "state_dict": s.state(0, "module."), "best_acc1": one,
                           "optimizer": optimizer(s, "sgd"), "scheduler": {"gamma": 0.1, "last_epoch": 3}},
          s, [("state_dict", 0)])
    # Its tutorial "Saving and loading a general checkpoint".
    write("tutorial.tar", {"epoch": 5, "model_state_dict": s.state(1), "optimizer_state_dict": optimizer(s),
                           "loss": torch.tensor(0.4)}, s, [("model_state_dict", 1)])
    # torch.optim.swa_utils.AveragedModel.state_dict()
    averaged = s.state(2, "module.")
    averaged["n_averaged"] = torch.tensor(7)
    averaged.move_to_end("n_averaged", last=False)
    write("averaged.pth", averaged, s, [("module", 2)])
    # timm.utils.CheckpointSaver; a moving average beside the network.
    write("timm.pth.tar", {"epoch": 1, "arch": "squeezenet1_1", "state_dict": s.state(0), "optimizer": optimizer(s),
                           "version": 2, "args": argparse.Namespace(lr=0.1), "amp_scaler": {"scale": 65536.0},
                           "state_dict_ema": s.state(1), "metric": 70.1}, s, [("state_dict", 0), ("state_dict_ema", 1)])
    # The moving average comes first in the file.
    write("ema-first.pth", {"ema": s.state(3), "state_dict": s.state(4), "n_averaged": torch.tensor(3)},
          s, [("state_dict", 4), ("ema", 3)])
    # Lightning: criterion and metrics have tensors in the same dictionary.
    lightning = s.state(1, "model.")
    lightning["criterion.weight"] = torch.ones(1000)
    lightning["train_acc.total"] = torch.tensor(3)
    write("lightning.ckpt", {"epoch": 1, "global_step": 9, "pytorch-lightning_version": "2.2.0", "state_dict": lightning,
                             "loops": {"fit_loop": {"state_dict": {}}}, "callbacks": {"ModelCheckpoint": {
                                 "best_model_score": one, "best_k_models": {"a": one}}},
                             "optimizer_states": [optimizer(s)], "lr_schedulers": [{"last_epoch": 1}],
                             "hparams_name": "kwargs", "hyper_parameters": {
                                 "optimizer": functools.partial(torch.optim.AdamW, lr=1e-3)}}, s, [("state_dict.model", 1)])
    # DINO: student and teacher.
    write("dino.pth", {"student": s.state(2, "module.backbone."), "teacher": s.state(3, "backbone."),
                       "optimizer": optimizer(s), "epoch": 3, "dino_loss": {"center": torch.zeros(1, 9)}},
          s, [("student.module.backbone", 2), ("teacher.backbone", 3)])
    # MoCo: two encoders, a queue.
    moco = s.state(4, "module.encoder_q.")
    moco.update(s.state(5, "module.encoder_k."))
    moco["module.queue"], moco["module.queue_ptr"] = torch.zeros(2, 3), torch.tensor([1])
    write("moco.pth.tar", {"epoch": 3, "arch": "x", "state_dict": moco, "optimizer": optimizer(s, "sgd")},
          s, [("state_dict.module.encoder_q", 4), ("state_dict.module.encoder_k", 5)])
    # torch.compile within DDP, FSDP's and activation checkpointing's wrappers around layers.
    write("compiled.pth", {"model": s.state(0, "module._orig_mod.")}, s, [("model", 0)])
    inner = collections.OrderedDict(
        (k.replace("features.3.", "features.3._checkpoint_wrapped_module.").replace("classifier.", "classifier._fsdp_wrapped_module."), v)
        for k, v in s.state(1, "_fsdp_wrapped_module.").items())
    write("fsdp.pth", inner, s, [("", 1)])
    # DeepSpeed's mp_rank_00_model_states.pt
    write("deepspeed.pt", {"module": s.state(2), "buffer_names": [], "optimizer": None, "param_shapes": [
        collections.OrderedDict((k, torch.Size(v)) for k, v in shapes().items())], "ds_version": "0.9"},
          s, [("", 2)])
    # Two names of one network: nothing to tell.
    same = s.state(5)
    twin = torch.tensor([s.value(5)])
    write("same.pth", {"model": same, "alias": same, "clone": {k: twin.expand(v.shape) for k, v in same.items()}},
          s, [("model", 5)])
    # Everything at the root, with an optimiser in a dictionary beside the weights.
    flat = s.state(0)
    write("flat.pth", dict(flat, optimizer=optimizer(s), epoch=3, steps=torch.tensor(9)), s, [("", 0)])
    write("legacy.pth", {"net": s.state(3, "module."), "acc": 0.5, "best": one, "optimizer": optimizer(s, "sgd")},
          s, [("net", 3)], _use_new_zipfile_serialization=False)
    (HERE / "pickled.pkl").write_bytes(pickle.dumps({"params": small(s.state(4)), "config": {
        "optimizer": functools.partial(torch.optim.SGD, lr=0.1)}}))
    expected["pickled.pkl"] = [{"key": "params", "value": s.value(4)}]
    # One weight of the network itself cannot be read.
    broken = s.state(0)
    broken["features.3.squeeze.weight"] = torch.quantize_per_tensor(torch.ones(16, 64, 1, 1), 0.1, 0, torch.qint8)
    torch.save({"state_dict": broken}, HERE / "quantised.pth")
    write("beside.pth", {"state_dict": s.state(2), "extras": harmless(s)}, s, [("state_dict", 2)], pickle_protocol=2)
    (HERE / "beside.pkl").write_bytes(pickle.dumps({"state_dict": small(s.state(1)), "extras": {
        k: v for k, v in harmless(s).items() if k != "nested"}}, 4))
    expected["beside.pkl"] = [{"key": "state_dict", "value": s.value(1)}]


def small(state):
    """Expansions are pickled by their storage, which is then a small one for each tensor."""
    return collections.OrderedDict((k, v.flatten()[:1].clone().expand(v.shape)) for k, v in state.items())


def arrays():
    """npz: names cannot nest, and text lies beside the numbers."""
    plain = {k: np.full(s, 0.25, "f4") for k, s in shapes().items()}
    ema = {"ema." + k: np.full(s, 0.5, "f4") for k, s in shapes().items()}
    np.savez_compressed(HERE / "prefixed.npz", **ema, **{"params." + k: v for k, v in plain.items()},
                        classes=np.array(["tench", "goldfish"]), date=np.array(["2024-01-01"], "datetime64[D]"),
                        objects=np.array([None], dtype=object), **{"opt.step": np.int64(3)})
    expected["prefixed.npz"] = [{"key": "params", "value": 0.25}, {"key": "ema", "value": 0.5}]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.manual_seed(1)
    checkpoints()
    arrays()
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
