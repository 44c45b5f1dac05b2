"""Compares activation-dump with PyTorch, ONNX Runtime and OpenVINO on the same processors in one interleaved run.

Every engine runs every network in turn, round after round, so that a change in the machine's speed meets all of them.
Weights are random (speed does not depend on them). Plain: the forward pass alone. Taps: the mean of every relevant unit is
recorded too, with hooks in PyTorch and as further graph outputs, reduced in the graph, in the others.

Results go into a JSON file, to which networks can be added run by run on one machine; render.py makes the table, the
plot and the README's section of it. `make bench` does all of it.
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
        path = folder / f"{identifier}{'-taps' if taps else ''}-{len(images)}.onnx"
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


class OpenVINOBF16(OpenVINO):
    name, precision = "OpenVINO bf16", "bf16"


class ActivationDump:
    def __init__(self, precision, identifier, images, taps, threads, binary, seconds):
        self.command = [
            binary, "bench", "--model", identifier, "--weights", "seeded:1", "--batch-size", str(len(images)),
            "--threads", str(threads), "--taps", "relevant" if taps else "none", "--precision", precision,
            "--seconds", str(seconds), "--json",
        ]

    @staticmethod
    def title(precision):
        return "ActivationDump" + ("" if precision == "fp32" else f" {precision}")

    @staticmethod
    def precisions(binary):
        """The precisions that run on this processor's own instructions."""
        probe = [binary, "bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--explain", "--precision"]
        return [p for p in ("fp32", "bf16x3", "bf16") if subprocess.run(probe + [p], capture_output=True).returncode == 0]

    def rate(self):
        result = subprocess.run(self.command, check=True, capture_output=True, text=True)
        document = json.loads(result.stdout)
        self.recording_cost = document.get("recording_cost")
        self.tier = document["tier"]
        return document["images_per_second"]["median"]


def rate_of(engine, count, seconds):
    """Images a second: the median over runs for at least `seconds`, after one run to warm up."""
    if hasattr(engine, "rate"):
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


def conditions(arguments):
    return {
        "processor": processor(), "threads": arguments.threads, "batch_size": arguments.batch,
        "versions": {
            "PyTorch": torch.__version__, "ONNX Runtime": onnxruntime.__version__,
            "OpenVINO": openvino.__version__.split("-")[0],
        },
    }


def inputs(identifier, batch):
    size = NETWORKS[identifier].size
    return torch.from_numpy(np.random.default_rng(2).standard_normal((batch, 3, size, size), np.float32))


def export_all(arguments):
    arguments.exports.mkdir(parents=True, exist_ok=True)
    for identifier in arguments.models:
        for workload in arguments.workloads:
            Exported().export(identifier, inputs(identifier, arguments.batch), workload == "taps", arguments.exports)


def measure(identifier, workload, peers, ours, arguments, folder):
    """Images a second of each engine in each round, and what recording costs us."""
    images = inputs(identifier, arguments.batch)
    taps = workload == "taps"
    engines = {
        ActivationDump.title(precision): ActivationDump(
            precision, identifier, images, taps, arguments.threads, arguments.binary, arguments.seconds)
        for precision in ours
    }
    for peer in peers:
        if taps and peer is OpenVINOBF16:
            continue  # nobody records in it
        engines[peer.name] = peer(identifier, images, taps, arguments.threads, folder)
    rates, costs = {name: [] for name in engines}, []
    for _ in range(arguments.rounds):
        for name, engine in engines.items():
            rates[name].append(rate_of(engine, arguments.batch, arguments.seconds))
        costs.append(engines["ActivationDump"].recording_cost)
    result = {"images_per_second": rates, "tier": engines["ActivationDump"].tier}
    if taps:
        result["recording_cost"] = costs
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/activation-dump"))
    parser.add_argument("--models", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each engine in each round")
    parser.add_argument("--workloads", nargs="+", default=["plain", "taps"], choices=["plain", "taps"])
    peers = [PyTorch, ONNXRuntime, OpenVINO, OpenVINOBF16]
    parser.add_argument("--engines", nargs="+", default=[peer.name for peer in peers])
    parser.add_argument("--output", help="JSON file, which networks are added to")
    parser.add_argument("--exports", type=pathlib.Path, help="folder that keeps the exported networks for other runs")
    parser.add_argument("--export-only", action="store_true", help="make them, and measure nothing")
    arguments = parser.parse_args()
    if arguments.export_only:
        return export_all(arguments)
    if not arguments.output:
        parser.error("--output is required")
    peers = [peer for peer in peers if peer.name in arguments.engines]
    output = pathlib.Path(arguments.output)
    results = {"schema": 2, **conditions(arguments), "networks": {}}
    if output.exists():
        before = json.loads(output.read_text())
        for what, value in conditions(arguments).items():
            if before.get(what) != value:
                sys.exit(f"{output} was measured with {what} {before.get(what)}, not {value}; give another --output")
        results = before
    print(f"{results['processor']}, {arguments.threads} threads, batch {arguments.batch}, {results['versions']}")
    ours = ActivationDump.precisions(arguments.binary)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.exports or pathlib.Path(temporary)
        for identifier in arguments.models:
            for workload in arguments.workloads:
                result = measure(identifier, workload, peers, ours, arguments, folder)
                results["networks"].setdefault(identifier, {})[workload] = result
                output.write_text(json.dumps(results, indent=1) + "\n")
                rates = result["images_per_second"]
                print(f"{identifier}, {workload}: " + ", ".join(
                    f"{name} {statistics.median(r):.1f} ({min(r):.1f}–{max(r):.1f})" for name, r in rates.items()),
                    flush=True)
            for file in pathlib.Path(temporary).iterdir():
                file.unlink()


if __name__ == "__main__":
    main()
