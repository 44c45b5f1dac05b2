"""Compares activation-dump with PyTorch, ONNX Runtime and OpenVINO on the same processors in one interleaved run.

Every engine runs every network in turn, round after round, so that a change in the machine's speed meets all of them;
the table shows medians over rounds. Weights are random (speed does not depend on them). Plain: the forward pass alone.
Taps: the mean of every relevant unit is recorded too, with hooks in PyTorch and as further graph outputs, reduced in the
graph, in the others.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Weights"))
import numpy as np
import onnxruntime
import openvino
import torch

from networks import NETWORKS, import_torchvision, spatial_mean  # noqa: F401  (importing makes torchvision importable)

ROOT = pathlib.Path(__file__).resolve().parent.parent


class WithTaps(torch.nn.Module):
    """A network that returns the mean of every relevant unit beside its output."""

    def __init__(self, identifier, model):
        super().__init__()
        self.model, self.network, self.means = model, NETWORKS[identifier], []
        modules = dict(model.named_modules())
        for name in self.network.relevant(model):
            modules[name].register_forward_hook(self.hook(name))

    def hook(self, name):
        return lambda module, arguments, output: self.means.append(spatial_mean(name, output, self.network))

    def forward(self, images):
        self.means.clear()
        output = self.model(images)
        return (output, *self.means)


def build(identifier, taps):
    torch.manual_seed(1)
    model = NETWORKS[identifier].build(False).eval()
    return WithTaps(identifier, model).eval() if taps else model


class PyTorch:
    name = "PyTorch"

    def __init__(self, identifier, images, taps, threads, folder):
        torch.set_num_threads(threads)
        self.model = build(identifier, taps).to(memory_format=torch.channels_last)
        self.images = images.contiguous(memory_format=torch.channels_last)

    def run(self):
        with torch.inference_mode():
            self.model(self.images)


class Exported:
    def export(self, identifier, images, taps, folder):
        path = folder / f"{identifier}{'-taps' if taps else ''}.onnx"
        if not path.exists():
            torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no ONNX form
            with torch.inference_mode():
                torch.onnx.export(build(identifier, taps), (images,), str(path), dynamo=False, verbose=False)
            torch.backends.mha.set_fastpath_enabled(True)
        self.images = images.numpy()
        return str(path)


class ONNXRuntime(Exported):
    name = "ONNX Runtime"

    def __init__(self, identifier, images, taps, threads, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        path = self.export(identifier, images, taps, folder)
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def run(self):
        self.session.run(None, {self.input: self.images})


class OpenVINO(Exported):
    name, precision = "OpenVINO", "f32"

    def __init__(self, identifier, images, taps, threads, folder):
        core = openvino.Core()
        settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": self.precision}
        path = self.export(identifier, images, taps, folder)
        self.model = core.compile_model(core.read_model(path), "CPU", settings | {"PERFORMANCE_HINT": "LATENCY"})

    def run(self):
        self.model(self.images)


class ActivationDump:
    name = "ActivationDump"

    def __init__(self, identifier, images, taps, threads, folder, binary="", seconds=2.0):
        self.command = [
            binary, "bench", "--model", identifier, "--weights", "seeded:1", "--batch-size", str(len(images)),
            "--threads", str(threads), "--taps", "relevant" if taps else "none", "--seconds", str(seconds), "--json",
        ]

    def rate(self):
        result = subprocess.run(self.command, check=True, capture_output=True, text=True)
        return json.loads(result.stdout)["images_per_second"]["median"]


def rate_of(engine, count, seconds):
    """Images a second: the median over runs for at least `seconds`, after one run to warm up."""
    if isinstance(engine, ActivationDump):
        return engine.rate()
    engine.run()
    durations, start = [], time.monotonic()
    while time.monotonic() - start < seconds or len(durations) < 3:
        before = time.monotonic()
        engine.run()
        durations.append(time.monotonic() - before)
    return count / statistics.median(durations)


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/activation-dump"))
    parser.add_argument("--models", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each engine in each round")
    parser.add_argument("--workloads", nargs="+", default=["plain", "taps"], choices=["plain", "taps"])
    parser.add_argument("--engines", nargs="+", default=["PyTorch", "ONNX Runtime", "OpenVINO"])
    parser.add_argument("--output", help="JSON file")
    arguments = parser.parse_args()
    peers = [c for c in (PyTorch, ONNXRuntime, OpenVINO) if c.name in arguments.engines]
    results = {
        "schema": 1, "processor": processor(), "threads": arguments.threads, "batch_size": arguments.batch,
        "rounds": arguments.rounds,
        "versions": {
            "torch": torch.__version__, "onnxruntime": onnxruntime.__version__, "openvino": openvino.__version__
        },
        "images_per_second": {},
    }
    print(f"{results['processor']}, {arguments.threads} threads, batch {arguments.batch}, {results['versions']}")
    names = [ActivationDump.name] + [c.name for c in peers]
    print("| network | workload | " + " | ".join(names) + " | over the fastest peer |")
    print("|---|---|" + "---|" * (len(names) + 1))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for identifier in arguments.models:
            size = NETWORKS[identifier].size
            images = torch.from_numpy(np.random.default_rng(2).standard_normal((arguments.batch, 3, size, size), np.float32))
            for workload in arguments.workloads:
                setup = (identifier, images, workload == "taps", arguments.threads, folder)
                engines = [ActivationDump(*setup, binary=arguments.binary, seconds=arguments.seconds)]
                engines += [peer(*setup) for peer in peers]
                rounds = [
                    [rate_of(engine, arguments.batch, arguments.seconds) for engine in engines]
                    for _ in range(arguments.rounds)
                ]
                rates = list(zip(*rounds))
                results["images_per_second"].setdefault(identifier, {})[workload] = dict(zip(names, rates))
                medians = [statistics.median(r) for r in rates]
                # The ratio within a round, so that both were measured on the machine as it was then.
                ratio = statistics.median(r[0] / max(r[1:]) for r in rounds) if peers else float("nan")
                cells = [f"{m:.1f} ({min(r):.1f}–{max(r):.1f})" for m, r in zip(medians, rates)]
                print(f"| {identifier} | {workload} | " + " | ".join(cells) + f" | {ratio:.2f} |", flush=True)
                del engines
            for file in folder.iterdir():
                file.unlink()
    if arguments.output:
        pathlib.Path(arguments.output).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
