"""Digests of the pictures that people see of the images in a folder: the oracle of DisplayTransform.

    python display.py FOLDER OUTPUT.tsv

One line a file, tab-separated: path, the mode in which Pillow opens it, then the first 32 digits of the SHA-256 of the
224 x 224 RGB bytes after Resize(256), CenterCrop(224) and, where the mode is another, convert("RGB"). A file that Pillow
refuses has the word "error" instead.
"""
import os
import sys
import warnings

import numpy as np
import PIL.Image

import expect
from torchvision import transforms

DISPLAY = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])


def line(folder, path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PIL.Image.open(os.path.join(folder, path)) as image:
                picture = DISPLAY(image)
                mode = image.mode
        if picture.mode != "RGB":
            picture = picture.convert("RGB")
    except Exception:
        return f"{path}\terror"
    return "\t".join([path, mode, expect.digest(np.asarray(picture))])


def main():
    folder, output = sys.argv[1:]
    paths = sorted(
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder) for name in names
        if name.lower().endswith((".jpeg", ".jpg", ".png")))
    with open(output, "w", encoding="utf-8") as file:
        file.write("path\tmode\tdisplay\n" + "".join(line(folder, path) + "\n" for path in paths))


if __name__ == "__main__":
    main()
