"""Checks a set of exemplars against its dump with NumPy alone: every image has the rank and activation it is said to have,
references and queries are the ranks of the windows, each once, and every picture is there.

    python scripts/check_exemplars.py DUMP STIMULI/MODEL_EXTRA [IMAGES]

With IMAGES, the folder of the images, every picture is also compared with what Pillow shows of its image; the exemplars say which
major version of Pillow that has to be.
"""
import json
import os
import sys

import numpy as np


def table(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return [row[1] for row in rows], np.array([row[3] == "ok" for row in rows])


def picture(path):
    """Resize 256, centre crop 224, RGB afterwards, with Pillow."""
    from PIL import Image
    with Image.open(path) as image:
        width, height = image.size
        shorter = min(width, height)
        size = tuple(256 if side == shorter else int(256 * side / shorter) for side in (width, height))
        resized = image.resize(size, Image.Resampling.BILINEAR)
        left, top = (int(round((side - 224) / 2.0)) for side in size)
        cropped = resized.crop((left, top, left + 224, top + 224))
        return np.asarray(cropped.convert("RGB"))


def main():
    dump, folder = sys.argv[1:3]
    root = sys.argv[3] if len(sys.argv) > 3 else None
    with open(os.path.join(folder, "exemplars.json"), encoding="utf-8") as file:
        document = json.load(file)
    with open(os.path.join(dump, "manifest.json"), encoding="utf-8") as file:
        layers = {layer["name"]: layer for layer in json.load(file)["layers"]}
    if root:
        import PIL
        pillow = document.get("pillow", 12)
        if int(PIL.__version__.split(".")[0]) != pillow:
            raise SystemExit(f"the pictures are those of Pillow {pillow}; this is {PIL.__version__}")
    paths, read = table(os.path.join(dump, "images.tsv"))
    rows = np.flatnonzero(read)
    windows, count, batches = document["windows"], len(rows), document["windows"]["batches"]
    assert windows["images"] == count
    expected = {
        "min": set(range(9 * batches)) | set(range(windows["start_min"], windows["start_min"] + batches)),
        "max": set(range(count - 9 * batches, count))
        | set(range(windows["stop_max"] - batches, windows["stop_max"])),
    }
    chosen, compared, pictures = 0, 0, {}
    for unit in document["units"]:
        layer = layers[unit["layer"]]
        column = layer["units"].index(unit["channel"]) if layer.get("units") else unit["channel"]
        values = np.load(os.path.join(dump, layer["file"]), mmap_mode="r")[:, column]
        order = rows[np.argsort(values[rows], kind="stable")]
        home = os.path.join(folder, unit["layer"].replace(".", "_"), f"channel_{unit['channel']}", "natural_images")
        for side in ("min", "max"):
            ranks = [exemplar["rank"] for batch in unit[side] for exemplar in batch]
            assert len(ranks) == len(set(ranks)) and set(ranks) == expected[side], (unit["unit"], side)
            for number, batch in enumerate(unit[side]):
                for index, exemplar in enumerate(batch):
                    what = (unit["unit"], side, number, index)
                    assert order[exemplar["rank"]] == exemplar["row"], what
                    assert np.float32(exemplar["activation"]) == values[exemplar["row"]], what
                    assert paths[exemplar["row"]] == exemplar["image"], what
                    chosen += 1
                    file = os.path.join(home, f"batch_{number}", f"{side}_{index}.png")
                    assert os.path.getsize(file) > 0, file
                    if root:
                        from PIL import Image
                        if exemplar["image"] not in pictures:
                            pictures[exemplar["image"]] = picture(os.path.join(root, exemplar["image"]))
                        assert (np.asarray(Image.open(file)) == pictures[exemplar["image"]]).all(), what
                        compared += 1
    print(f"{len(document['units'])} units, {chosen} choices: every rank, activation and path is right"
          + (f"; {compared} pictures equal Pillow's" if root else ""))


if __name__ == "__main__":
    main()
