"""docs/python.md says what happens."""

import doctest
import re

import numpy as np
import recording


def test_the_examples_of_the_page_hold(tmp_path, monkeypatch):
    page = (recording.REPOSITORY / "docs/python.md").read_text()
    blocks = re.findall(r"```pycon\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 3
    images = recording.make_images(tmp_path / "images", 40)
    recording.dump(images, tmp_path / "recording", "--threads", 2, "--baselines")
    recording.dump(images, tmp_path / "parts/0", "--shard", "0/2", "--baselines")
    recording.dump(images, tmp_path / "parts/1", "--shard", "1/2", "--baselines")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))
    source = "\n".join(blocks)
    test = doctest.DocTestParser().get_doctest(source, {}, "docs/python.md", "docs/python.md", 0)
    assert len(test.examples) > 20
    output = []
    with np.printoptions(precision=3):
        failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
            test, out=output.append
        )
    assert failed == 0, "".join(output)
