"""Writes Sources/Datasets/ImageNet/ImageNet+Classes.swift and Sources/Models/LucidClasses.swift: the classes of ImageNet as Swift tables.

    python classes.py LABELS

Synsets come from timm, names from torchvision. LABELS holds, for each class, a WordNet identifier and the output of
Lucid's InceptionV1 that scores it, in either order (lucent's `modelzoo/misc/old_imagenet_labels.txt`:
`n02119789 1 kit fox`; the same numbers as ILSVRC2012_ID of the challenge's development kit).
"""

import importlib.metadata
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[3]
WIDTH = 106


def package_text(package, name):
    """The text of a file of an installed package, without importing it."""
    return pathlib.Path(importlib.metadata.distribution(package).locate_file(name)).read_text()


def torchvision_categories():
    text = package_text("torchvision", "torchvision/models/_meta.py")
    scope = {}
    exec(compile(text, "_meta.py", "exec"), scope)
    return scope["_IMAGENET_CATEGORIES"]


def lucid_indices(path, synsets):
    indices = {}
    for line in pathlib.Path(path).read_text().splitlines():
        synset = re.search(r"n\d{8}", line).group()
        indices[synset] = int(re.search(r"(?<![n\d])\d{1,4}(?!\d)", line).group())
    assert sorted(indices) == synsets and sorted(indices.values()) == list(range(1, 1001))
    return [indices[synset] for synset in synsets]


def wrapped(words, separator):
    """Lines of words joined by the separator, none broken inside a word."""
    glued = separator.join(word.replace(" ", "\0").replace("-", "\1") for word in words)
    lines = textwrap.wrap(glued.replace(separator, separator + " "), WIDTH, break_long_words=False)
    text = "\n".join("    " + line.replace(separator + " ", separator) for line in lines)
    return text.replace("\0", " ").replace("\1", "-")


def main():
    synsets = package_text("timm", "timm/data/_info/imagenet_synsets.txt").split()
    names = torchvision_categories()
    assert len(synsets) == len(names) == 1000 and synsets == sorted(synsets)
    assert not any(";" in name or "\n" in name or '"' in name for name in names)
    note = "// Written by Tests/Fixtures/models/classes.py."
    (ROOT / "Sources/Datasets/ImageNet/ImageNet+Classes.swift").write_text(f'''{note}

extension ImageNet {{
  /// WordNet identifiers without their `n`, separated by spaces.
  static let synsetTable = """
{wrapped([synset[1:] for synset in synsets], " ")}
    """

  /// Names, each ended by a semicolon.
  static let nameTable = """
{wrapped(names, ";")};
    """
}}
''')
    indices = lucid_indices(sys.argv[1], synsets)
    (ROOT / "Sources/Models/LucidClasses.swift").write_text(f'''{note}

extension ImageNet {{
  /// The output of Lucid's InceptionV1 that scores each class of PyTorch's order, separated by spaces.
  static let lucidTable = """
{wrapped([str(index) for index in indices], " ")}
    """
}}
''')


main()
