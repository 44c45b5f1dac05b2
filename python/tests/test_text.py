"""Fields of tables."""

import os

import pytest
from activationdump._text import unescape


@pytest.mark.parametrize(
    "field, text",
    [
        (b"plain", b"plain"),
        (rb"a\tb\nc\rd\\e", b"a\tb\nc\rd\\e"),
        (rb"\\t\\x41", rb"\t\x41"),
        (rb"\xff\x00x\x41", b"\xff\0xA"),
        (b"caf\xc3\xa9", "café".encode()),
        (b"end\\", b"end\\"),
        (rb"\xg1", b"xg1"),
    ],
)
def test_unescape(field, text):
    assert os.fsencode(unescape(field)) == text
