#!/usr/bin/env python3
"""Checks that everything that has a version has that of the program."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Where a version stands that is not taken from the program's when something is built; a line that is not there is none.
PLACES = {
    "python/pyproject.toml": r'^version = "(.*)"$',
    "python/src/activationdump/__init__.py": r'^__version__ = "(.*)"$',
}


def main():
    version = subprocess.run([ROOT / "scripts/version.sh"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    faults = []
    for name, pattern in PLACES.items():
        for other in re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"), re.M):
            if other != version:
                faults.append(f"{name} says {other}, the program {version} (Sources/Machine/Limits/ToolVersion.swift)")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
