"""The whole job, from image files to arrays, next to how it is done with PyTorch today.

    python Benchmarks/dump.py --images FOLDER --count 2000 --output end-to-end.json

records all relevant units of ResNet-50 over the folder's images, repeated through a list until there are `count`: with
activation-dump, and with PyTorch as users do it: torchvision's preprocessing in a DataLoader with a worker a processor,
hooks on the relevant layers that keep spatial means, and one array a layer saved at the end. Speed does not depend on the
weights, which are generated. Memory is the peak of all processes of a run together.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Weights"))


def make_list(images, count, path):
    """Each path is recorded once, so images are repeated through links to their folder, beside the list.

    The links' names come first in the order of paths: every stretch of the list has all images alike.
    """
    files = sorted(file for file in images.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    lines = []
    for index in range(count):
        repeat, place = divmod(index, len(files))
        link = path.parent / f"{repeat:05}"
        if place == 0:
            link.symlink_to(images, target_is_directory=True)
        lines.append(str(link / files[place].relative_to(images)))
    path.write_text("\n".join(lines) + "\n")
    return lines


class PeakMemory:
    """The most memory a process and its children held together, sampled; pages they share are counted once."""

    def __init__(self, pid):
        self.pid, self.peak, self.stopped = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.stopped.wait(0.1):
            total = 0
            pids = [self.pid]
            for pid in pids:
                try:
                    for task in os.listdir(f"/proc/{pid}/task"):
                        pids += map(int, pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
                    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                        if line.startswith("Pss:"):
                            total += 1024 * int(line.split()[1])
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    pass
            self.peak = max(self.peak, total)

    def stop(self):
        self.stopped.set()
        self.thread.join()
        return self.peak


def watched(command):
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, text=True)
        memory = PeakMemory(process.pid)
        status = process.wait()
        peak = memory.stop()
        seconds = time.monotonic() - start
        output.seek(0)
        errors.seek(0)
        if status:
            ended = f"signal {-status}" if status < 0 else f"status {status}"
            sys.exit(f"{' '.join(map(str, command))}: {ended}\n{errors.read()}")
        return output.read(), seconds, peak


def activation_dump(options, listing, folder):
    command = [options.program, "dump", "--model", options.model, "--weights", "seeded:1", "--images", listing, "--output",
               folder / "dump", "--overwrite", "--threads", options.threads, "--precision", options.precision, "--json"]
    output, seconds, peak = watched([str(word) for word in command])
    document = json.loads(output)
    stages = document["stages"]
    return {"images_per_second": document["images_per_second"], "seconds_with_start": seconds,
            "core_seconds": stages, "peak_bytes": peak}


def forward_only(options):
    command = [options.program, "bench", "--model", options.model, "--weights", "seeded:1", "--threads", options.threads,
               "--precision", options.precision, "--seconds", 5, "--json"]
    output = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return json.loads(output)["images_per_second"]["median"]


def pytorch(options, listing, folder):
    command = [sys.executable, __file__, "--peer", "--images", listing, "--threads", options.threads, "--model",
               options.model, "--output", folder / "peer"]
    output, seconds, peak = watched([str(word) for word in command])
    return json.loads(output) | {"seconds_with_start": seconds, "peak_bytes": peak}


def run_peer(options):
    """What a user's script does, in a process of its own."""
    import numpy as np
    import torch
    from networks import NETWORKS, import_torchvision, spatial_mean
    from PIL import Image

    import_torchvision()
    from torchvision import transforms

    torch.set_num_threads(options.threads)
    network = NETWORKS[options.model]
    model = network.build(False).eval().to(memory_format=torch.channels_last)
    means = {}
    modules = dict(model.named_modules())
    names = network.relevant(model)
    for name in names:
        modules[name].register_forward_hook(
            lambda module, arguments, output, name=name: means.setdefault(name, []).append(
                spatial_mean(name, output, network).numpy()))
    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    transform = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(), normalize])

    class Images(torch.utils.data.Dataset):
        paths = pathlib.Path(options.images).read_text().splitlines()

        def __len__(self):
            return len(self.paths)

        def __getitem__(self, index):
            with Image.open(self.paths[index]) as image:
                return transform(image.convert("RGB"))

    loader = torch.utils.data.DataLoader(Images(), batch_size=32, num_workers=options.threads)
    start = time.monotonic()
    with torch.inference_mode():
        for images in loader:
            model(images.contiguous(memory_format=torch.channels_last))
    folder = pathlib.Path(options.output)
    folder.mkdir(parents=True)
    for name in names:
        np.save(folder / f"{name}.npy", np.concatenate(means[name]))
    seconds = time.monotonic() - start
    print(json.dumps({"images_per_second": len(Images.paths) / seconds}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / ".build/release/activation-dump", type=pathlib.Path)
    parser.add_argument("--images", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--model", default="resnet50")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, help="JSON file")
    parser.add_argument("--no-pytorch", action="store_true")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return run_peer(options)
    results = {"images": options.count, "threads": options.threads, "forward_only": [], "ActivationDump": [], "PyTorch": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        listing = folder / "list.txt"
        make_list(options.images.resolve(), options.count, listing)
        for round in range(options.rounds):
            results["forward_only"].append(forward_only(options))
            results["ActivationDump"].append(activation_dump(options, listing, folder))
            if not options.no_pytorch:
                results["PyTorch"].append(pytorch(options, listing, folder / str(round)))
    ours = results["ActivationDump"]
    rate = statistics.median(run["images_per_second"] for run in ours)
    print(f"forward only: {statistics.median(results['forward_only']):.1f} images/s")
    print(f"ActivationDump, files to arrays: {rate:.1f} images/s, {max(r['peak_bytes'] for r in ours) / 2**20:.0f} MiB;"
          f" core seconds " + ", ".join(f"{k} {v:.1f}" for k, v in ours[-1]["core_seconds"].items()))
    for run in results["PyTorch"]:
        print(f"PyTorch, files to arrays: {run['images_per_second']:.1f} images/s, {run['peak_bytes'] / 2**20:.0f} MiB")
    if options.output:
        options.output.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
