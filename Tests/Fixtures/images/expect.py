"""Digests of what Pillow and torchvision make of the images in a folder: the oracle of ImagesTests.

    python expect.py FOLDER OUTPUT.tsv

One line a file, tab-separated: path, width, height, then the first 32 digits of the SHA-256 of its RGB bytes and of
the float32 input (3 x crop x crop, little endian) under each preprocessing. A file that Pillow refuses has the word
"error" instead.
"""
import hashlib
import json
import os
import sys
import warnings

import numpy as np
import PIL.features
import PIL.Image
import torch

# torchvision declares operators over these two; builds without compiled operators lack them. Nothing here runs them.
_schemas = torch.library.Library("torchvision", "FRAGMENT")
for _schema in (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
):
    try:
        _schemas.define(_schema)
    except RuntimeError:
        pass

import torchvision  # noqa: E402
from torchvision import transforms  # noqa: E402
from torchvision.transforms import InterpolationMode  # noqa: E402

COLUMNS = ("rgb", "imageNet", "inception", "clip", "augreg", "caffe")


def _geometry(size, filter, crop):
    return [transforms.Resize(size, interpolation=filter), transforms.CenterCrop(crop)]


def _standardized(size, filter, crop, mean, deviation):
    return transforms.Compose(
        [*_geometry(size, filter, crop), transforms.ToTensor(), transforms.Normalize(mean, deviation)])


_caffe_geometry = transforms.Compose(_geometry(256, InterpolationMode.BILINEAR, 227))


def _caffe(image):
    """BGR minus the means of Caffe's ImageNet models, never scaled."""
    bgr = np.asarray(_caffe_geometry(image))[:, :, ::-1].astype(np.float32)
    return torch.from_numpy((bgr - np.array([103.939, 116.779, 123.68], np.float32)).transpose(2, 0, 1).copy())


VARIANTS = {
    "imageNet": _standardized(
        256, InterpolationMode.BILINEAR, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "inception": transforms.Compose(
        [*_geometry(256, InterpolationMode.BILINEAR, 229), transforms.ToTensor(),
         transforms.Lambda(lambda x: x * 255 - 117)]),
    "clip": _standardized(
        224, InterpolationMode.BICUBIC, 224,
        (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "augreg": _standardized(248, InterpolationMode.BICUBIC, 224, (0.5,) * 3, (0.5,) * 3),
    "caffe": _caffe,
}


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:32]


def load(path):
    """What torchvision's ImageFolder hands to a transform."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open(path, "rb") as file:
            return PIL.Image.open(file).convert("RGB")


def line(folder, path):
    try:
        image = load(os.path.join(folder, path))
    except Exception:
        return f"{path}\terror"
    digests = [digest(np.asarray(image))]
    digests += [digest(VARIANTS[name](image).numpy()) for name in COLUMNS[1:]]
    return "\t".join([path, str(image.width), str(image.height), *digests])


def table(folder, paths):
    heading = "\t".join(["path", "width", "height", *COLUMNS])
    return "".join(text + "\n" for text in [heading, *(line(folder, path) for path in paths)])


def versions():
    return json.dumps({
        "python": sys.version.split()[0], "pillow": PIL.__version__,
        "libjpeg_turbo": PIL.features.version("libjpeg_turbo"), "zlib": PIL.features.version("zlib"),
        "torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0],
        "numpy": np.__version__,
    }, indent=2) + "\n"


def main():
    folder, output = sys.argv[1:]
    paths = sorted(
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder) for name in names
        if name.lower().endswith((".jpeg", ".jpg", ".png")))
    with open(output, "w", encoding="utf-8") as file:
        file.write(table(folder, paths))


if __name__ == "__main__":
    main()
