"""The functions that there are for each command, and what each returns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Helper:
    """A function that calls a command."""

    name: str
    returns: str = "dict[str, Any]"
    result: str = "document(completed)"
    about: str = "Returns what it reports, as a dictionary."
    flags: tuple[str, ...] = ("json",)
    """Flags that the function always gives."""
    first: tuple[str, ...] = ()
    """Options that need no keyword."""
    twin: str = ""
    """The function that has the same keywords, and describes them."""
    replaced: set[str] = field(default_factory=set)
    """Options for what is printed, of which the function takes care."""


_ROWS = "Returns a list of dictionaries"
HELPERS: dict[str, tuple[Helper, ...]] = {
    "models": (
        Helper("models", "list[ModelRecord]", 'listed(completed, "models")', f"{_ROWS}, one for each network."),
    ),
    "layers": (Helper("layers", "list[LayerRecord]", 'listed(completed, "layers")', f"{_ROWS}, one for each layer."),),
    "weights list": (Helper("weights_list"),),
    "weights fetch": (Helper("weights_fetch"),),
    "weights inspect": (Helper("weights_inspect"),),
    "weights convert": (Helper("weights_convert"),),
    "weights verify": (Helper("weights_verify"),),
    "dump": (
        Helper(
            "dump",
            returns="Dump",
            result="opened(completed)",
            about="Returns the dump, opened. What Ctrl-C stops goes on with ``resume=True``.",
            replaced={"dry-run", "explain"},
        ),
        Helper(
            "preview_dump",
            about="Says what :func:`dump` would take (disk, memory, time), and writes nothing.",
            flags=("dry-run", "json"),
            twin="dump",
            replaced={"explain"},
        ),
        Helper(
            "explain_dump",
            returns="str",
            result="text(completed)",
            about="Says what :func:`dump` would run on each batch, step by step.",
            flags=("explain",),
            twin="dump",
            replaced={"dry-run"},
        ),
    ),
    "merge": (Helper("merge", "Dump", "opened(completed)", "Returns the whole dump, opened."),),
    "inspect": (Helper("inspect"),),
    "check": (
        Helper("check", about="Returns what was read. Raises :class:`CheckFailedError` where a file is not as written."),
    ),
    "units list": (
        Helper(
            "units",
            returns="list[UnitRecord]",
            result="unit_rows(completed)",
            about=f"{_ROWS}, one for each unit: with ``dump``, of what was recorded of it; else of its name.",
            first=("dump",),
            replaced={"format", "output"},
        ),
    ),
    "units sample": (
        Helper(
            "units_sample",
            returns="list[str]",
            result='listed(completed, "units")',
            about="Returns the names of the units.",
            replaced={"format", "output"},
        ),
    ),
    "report": (Helper("report", "Path", "index(completed)", "Returns the path of the page to begin with."),),
    "verify": (Helper("verify", about="Returns the errors. Raises :class:`CheckFailedError` where one is too large."),),
    "evaluate": (Helper("evaluate"),),
    "predict": (
        Helper("predict", "list[PredictionRecord]", 'listed(completed, "images")', f"{_ROWS}, one for each image."),
    ),
    "bench": (
        Helper("bench", replaced={"explain"}),
        Helper(
            "explain_bench",
            returns="str",
            result="text(completed)",
            about="Says what :func:`bench` would run, step by step.",
            flags=("explain",),
            twin="bench",
        ),
    ),
    "exemplars": (Helper("exemplars"),),
    "trials make": (Helper("trials_make"),),
    "trials catch": (Helper("trials_catch"),),
}
