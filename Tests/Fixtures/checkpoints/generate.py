"""Writes the checkpoint fixtures beside this file, and what torch.load, numpy.load and pickle make of them.

Needs torch, safetensors, numpy and dill; versions.json says which ones wrote the files here. Every file is a
few kilobytes. expected.json maps a file to its tensors: name, extents, element type and the bits of each
element as a float32, which is what the reader has to give.
"""

import argparse
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import types
import warnings
import zipfile

import dill
import numpy as np
import safetensors
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
expected = {}


def bits(tensor):
    values = tensor.detach().to(torch.float32).contiguous().numpy().reshape(-1)
    return [int(b) for b in values.view(np.uint32)]


def expect(file, tensors):
    expected[file] = [
        {
            "name": name,
            "extents": list(t.shape),
            "type": str(t.dtype).removeprefix("torch."),
            "bits": bits(t),
        }
        for name, t in tensors.items()
    ]


def from_numpy(array):
    return torch.from_numpy(np.array(array, array.dtype.newbyteorder("="), order="C"))


def dense_tensors():
    """One tensor of each element type, with the values that conversions get wrong."""
    f = [0.0, -0.0, 1.0, -1.5, 65504.0, 6e-8, 6.1e-5, float("inf"), float("-inf"), 3.14159274]
    integers = [0, 1, 127, 100]
    return collections.OrderedDict(
        [
            ("f32", torch.tensor(f).reshape(2, 5)),
            ("f16", torch.tensor(f).half()),
            ("bf16", torch.tensor(f).bfloat16().reshape(5, 2)),
            ("f64", torch.tensor([0.1, 1e300, -1e-300, 16777217.0], dtype=torch.float64)),
            ("i8", torch.tensor([-128] + integers, dtype=torch.int8)),
            ("u8", torch.tensor([255] + integers, dtype=torch.uint8)),
            ("i16", torch.tensor([-32768] + integers, dtype=torch.int16)),
            ("i32", torch.tensor([-(2**31), 16777217] + integers, dtype=torch.int32)),
            ("i64", torch.tensor([-(2**63), 2**53 + 1] + integers, dtype=torch.int64)),
            ("bool", torch.tensor([True, False, True])),
            ("scalar", torch.tensor(7.5)),
            ("empty", torch.zeros(0, 3)),
        ]
    )


def strided_tensors():
    """Views: shared storages, offsets, transpositions, steps, expansions."""
    base = torch.arange(24, dtype=torch.float32)
    tensors = dense_tensors()
    tensors.update(
        base=base,
        slice=base[5:17],
        matrix=base.reshape(4, 6)[1:, ::2],
        transposed=base.reshape(4, 6).t(),
        permuted=base.half().reshape(2, 3, 4).permute(2, 0, 1),
        expanded=base[3:4].expand(2, 3),
        channels_last=base.reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0])),
    )
    return tensors


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 2)
        self.norm = torch.nn.BatchNorm2d(3)
        self.blocks = torch.nn.ModuleList([torch.nn.Linear(3, 2), torch.nn.Linear(2, 2, bias=False)])
        self.scale = torch.nn.Parameter(torch.tensor([0.5, 2.0]))
        self.register_buffer("table", torch.arange(3))

    def forward(self, x):
        x = self.norm(self.conv(x)).mean((2, 3)) + torch.tensor([1.0, 2.0, 3.0])
        return self.blocks[1](self.blocks[0](x)) * self.scale


class Bare(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor([0.5, 2.0]))
        self.register_buffer("table", torch.arange(3))


def rezip(source, target, compression=zipfile.ZIP_STORED, edit=lambda name, data: data, wide=False):
    """Writes an archive's members anew, deflated or with zip64 records throughout."""
    limit, count = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    if wide:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
            for info in old.infolist():
                member = zipfile.ZipInfo(info.filename)
                member.compress_type = compression
                new.writestr(member, edit(info.filename, old.read(info)))
    finally:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limit, count


def safetensors_files():
    tensors = dense_tensors()
    safetensors.torch.save_file(tensors, HERE / "dense.safetensors", metadata={"format": "pt", "läuft": 'a "b"\n'})
    loaded = safetensors.torch.load_file(HERE / "dense.safetensors")
    with safetensors.safe_open(HERE / "dense.safetensors", "pt") as file:
        order = file.offset_keys()
    expect("dense.safetensors", {name: loaded[name] for name in order})


def torch_files():
    def save(name, value, select=lambda loaded: loaded, **options):
        torch.save(value, HERE / name, **options)
        expect(name, select(torch.load(HERE / name, weights_only=False)))

    strided = strided_tensors()
    wide = collections.OrderedDict(strided, u16=torch.tensor([65535, 1], dtype=torch.uint16))
    save("strided-zip.pth", wide)
    save("protocol4-zip.pth", wide, pickle_protocol=4)
    save("strided-legacy.pth", strided, _use_new_zipfile_serialization=False)
    save(
        "training.pth",
        {
            "epoch": 3,
            "state_dict": Net().state_dict(),
            "optimizer": torch.optim.Adam(Net().parameters()).state_dict(),
            "device": torch.device("cpu"),
            "type": torch.float16,
            "best": np.float64(0.5),
        },
        lambda loaded: loaded["state_dict"],
    )
    save("nested.pth", {"net": {"a": torch.ones(2)}, "more": [torch.zeros(1), {"b": torch.ones(1)}]}, lambda l: {
        "net.a": l["net"]["a"], "more.0": l["more"][0], "more.1.b": l["more"][1]["b"]})
    members = lambda module: {**dict(module.named_parameters()), **dict(module.named_buffers())}
    save("module-zip.pth", Net(), members)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The legacy format adds every module's source; this one has only its own.
        save("module-legacy.pth", Bare(), members, _use_new_zipfile_serialization=False)

    rezip(HERE / "strided-zip.pth", HERE / "deflated-zip.pth", zipfile.ZIP_DEFLATED)
    expect("deflated-zip.pth", torch.load(HERE / "strided-zip.pth", weights_only=False))
    rezip(HERE / "strided-zip.pth", HERE / "zip64.pth", wide=True)
    expect("zip64.pth", torch.load(HERE / "zip64.pth", weights_only=False))

    big = {"a": torch.tensor([1.5, -2.0, 3.25]), "b": torch.tensor([258, -3]), "c": torch.tensor([1.0, 2.0]).half()}
    buffer = io.BytesIO()
    torch.save(big, buffer)
    sizes = {"0": 4, "1": 8, "2": 2}

    def swapped(name, data):
        if name.endswith("/byteorder"):
            return b"big"
        key = name.rsplit("data/", 1)
        if len(key) < 2 or key[1] not in sizes:
            return data
        return np.frombuffer(data, f"<u{sizes[key[1]]}").byteswap().tobytes()

    rezip(buffer, HERE / "big-endian-zip.pth", edit=swapped)
    loaded = torch.load(HERE / "big-endian-zip.pth")
    assert all(torch.equal(loaded[k], big[k]) for k in big)
    expect("big-endian-zip.pth", loaded)


def script_file():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = torch.jit.trace(Net().eval(), torch.randn(1, 2, 4, 4)).half()
        module.save(HERE / "script.pt")
        loaded = torch.jit.load(HERE / "script.pt")
        state = loaded.state_dict()
    expect("script.pt", state)


def robustness_file():
    """As MadryLab's robustness writes them: dill, classes beside the weights, the model twice."""
    net = Net()
    state = collections.OrderedDict()
    state["module.normalizer.new_mean"] = torch.tensor([0.485, 0.456, 0.406])
    for prefix in ["module.model.", "module.attacker.model."]:
        for key, value in net.state_dict().items():
            state[prefix + key] = value

    # A class and a function defined in a script, which dill writes out in full.
    script = types.ModuleType("__main__")
    code = (
        "class Parameters:\n  def __init__(self, **entries): self.__dict__.update(entries)\n"
        "  def describe(self): return str(self.__dict__)\n"
        "def schedule(epoch): return 0.1 * 0.5 ** (epoch // 50)\n"
    )
    saved = sys.modules["__main__"]
    sys.modules["__main__"] = script
    try:
        exec(code, script.__dict__)
        options = script.Parameters(eps="3", constraint="2", flags=[True, None], path=pathlib.PurePosixPath("a/b"))
        contents = {
            "model": state, "optimizer": torch.optim.SGD(net.parameters(), 0.1).state_dict(), "epoch": 105,
            "args": options, "schedule": script.schedule, "amp": None, "seen": {1, 2}, "history": np.zeros(3),
        }
        torch.save(contents, HERE / "robustness.ckpt", pickle_module=dill)
        torch.save(contents, HERE / "robustness-legacy.ckpt", pickle_module=dill, _use_new_zipfile_serialization=False)
    finally:
        sys.modules["__main__"] = saved
    for name in ["robustness.ckpt", "robustness-legacy.ckpt"]:
        expect(name, torch.load(HERE / name, pickle_module=dill, weights_only=False)["model"])


def numpy_files():
    arrays = {
        "plain": np.arange(6, dtype="<f4").reshape(2, 3) / 7,
        "fortran": np.asfortranarray(np.arange(6, dtype="<f8").reshape(2, 3) / 3),
        "big": np.arange(5, dtype=">f4") / 3,
        "half": np.array([1.5, -2.25], dtype="<f2"),
        "deep/er": np.array([[1, -2]], dtype=">i2"),
        "flags": np.array([True, False]),
        "scalar": np.float32(2.5).reshape(()),
        "empty": np.zeros((0, 4), dtype="f4"),
    }
    for name, save in [("stored.npz", np.savez), ("deflated.npz", np.savez_compressed)]:
        save(HERE / name, **arrays)
        loaded = np.load(HERE / name)
        expect(name, {key: from_numpy(loaded[key]) for key in loaded.files})

    for protocol in [0, 1, 2, 3, 4, 5]:
        name = f"arrays-protocol{protocol}.pkl"
        (HERE / name).write_bytes(pickle.dumps(dict(arrays, note="text", count=3), protocol))
        loaded = pickle.loads((HERE / name).read_bytes())
        expect(name, {key: from_numpy(value) for key, value in loaded.items() if isinstance(value, np.ndarray)})

    rng = np.random.default_rng(1)
    layers = {
        "conv1": [rng.standard_normal((3, 2, 4, 5), "f4"), rng.standard_normal(5, "f4")],
        "fire2/squeeze1x1": [rng.standard_normal((1, 1, 5, 2), "f4"), rng.standard_normal(2, "f4")],
        "dense": [rng.standard_normal((4, 3), "f4"), rng.standard_normal(3, "f4")],
    }
    (HERE / "keras.pkl").write_bytes(pickle.dumps(layers, 3))
    tensors = {}
    for name, (kernel, bias) in layers.items():
        order = (3, 2, 0, 1) if kernel.ndim == 4 else (1, 0)
        tensors[name + ".weight"] = from_numpy(kernel.transpose(order))
        tensors[name + ".bias"] = from_numpy(bias)
    expect("keras.pkl", tensors)


def versions():
    return {
        "python": sys.version.split()[0], "torch": torch.__version__, "numpy": np.__version__,
        "safetensors": safetensors.__version__, "dill": dill.__version__,
    }


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.manual_seed(1)
    safetensors_files()
    torch_files()
    script_file()
    robustness_file()
    numpy_files()
    (HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")).replace('],"', '],\n"') + "\n")
    (HERE / "versions.json").write_text(json.dumps(versions(), indent=2) + "\n")
