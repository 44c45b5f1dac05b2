"""Puts the program into the wheel, where one is named in the environment; without, the package is the reader alone.

``ACTIVATION_DUMP_BUNDLE`` is the path of the program, ``ACTIVATION_DUMP_LICENCES`` a folder with the licences of what is
linked into it. scripts/wheel.sh sets both.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProgramHook(BuildHookInterface[Any]):
    """Adds the program as one of the wheel's scripts, which every installer puts beside Python's own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        program = os.environ.get("ACTIVATION_DUMP_BUNDLE")
        if self.target_name != "wheel" or version == "editable" or not program:
            return
        wheel_tag = self._wheel_tag()
        platforms = wheel_tag.tags(wheel_tag.read_elf(Path(program)))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{'.'.join(platforms)}"
        build_data["shared_scripts"][str(Path(program).resolve())] = "activation-dump"
        licences = os.environ.get("ACTIVATION_DUMP_LICENCES")
        if licences:
            build_data["force_include"][str(Path(licences).resolve())] = "activationdump/licences"

    def _wheel_tag(self) -> Any:
        # Hatchling loads this file by its path, from which nothing beside it can be imported.
        spec = importlib.util.spec_from_file_location("wheel_tag", Path(self.root) / "wheel_tag.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up there.
        sys.modules["wheel_tag"] = module
        spec.loader.exec_module(module)
        return module
