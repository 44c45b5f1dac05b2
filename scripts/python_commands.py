#!/usr/bin/env python3
"""Writes python/src/activationdump/_commands from what the program says of its own command line.

Usage: scripts/python_commands.py PROGRAM [FOLDER]

Every option that the program shows in its help becomes a keyword of the same name; its type is found by asking the
program what it takes. python/tests/test_commands.py fails when the files are not what this script writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from command_functions.program import Program
from command_functions.writing import written

FOLDER = Path(__file__).parents[1] / "python/src/activationdump/_commands"


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.py"):
        old.unlink()
    for name, text in written(Program(sys.argv[1])).items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
