#!/usr/bin/env python3
"""Checks that options of the command line are named by the command line only: libraries name settings (Setting.swift)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
# Options of other programs: tar, curl.
OTHERS = {"--sparse", "--dereference", "--hard-dereference", "--disable", "--config"}


def faults(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("//"):
            continue
        for flag in sorted(set(FLAG.findall(line)) - OTHERS):
            yield f"{path.relative_to(ROOT)}:{number} names {flag}, which only the command line has; name a setting"


def main():
    files = sorted(path for path in (ROOT / "Sources").rglob("*.swift") if path.parts[len(ROOT.parts) + 1] != "ActivationDump")
    found = [fault for path in files for fault in faults(path)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
