#!/usr/bin/env python3
"""Checks that no file imports a target that Package.swift does not list for its own."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMPORT = re.compile(r"^(?:@testable )?(?:(?:public|package|internal|private) )?import (\w+)$", re.M)


def main():
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    targets = {target["name"]: target for target in json.loads(dump)["targets"]}
    faults = []
    for name, target in targets.items():
        listed = {dependency["byName"][0] for dependency in target["dependencies"] if "byName" in dependency}
        folder = ROOT / (target.get("path") or f"{'Tests' if target['type'] == 'test' else 'Sources'}/{name}")
        for path in sorted(folder.rglob("*.swift")):
            imported = set(IMPORT.findall(path.read_text(encoding="utf-8"))) & targets.keys()
            faults += [f"{path.relative_to(ROOT)} imports {other}, which Package.swift does not list for {name}"
                       for other in sorted(imported - listed - {name})]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
