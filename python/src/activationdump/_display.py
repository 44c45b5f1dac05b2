"""The ways to show how far the program has come."""

from __future__ import annotations

import importlib.util
import sys
import time
from typing import Any, Callable, Optional, Protocol, Union

from ._messages import Progress

ProgressOption = Union[None, bool, Callable[[Progress], None]]
"""Whether and where progress is shown: ``None`` where somebody may be looking, ``True`` and ``False`` always and never,
or a function that is called with every step."""


class Display(Protocol):
    """A place where progress is shown, with remarks beside it."""

    def update(self, progress: Progress) -> None:
        """Shows a step."""

    def note(self, text: str) -> None:
        """Shows a remark, which stays."""

    def close(self) -> None:
        """Ends what is shown."""


def display(option: ProgressOption) -> Display:
    """The display for an option."""
    if callable(option):
        return CallbackDisplay(option)
    if option is False:
        return CallbackDisplay(lambda _: None)
    notebook = _is_notebook()
    if not (notebook or option or _is_terminal()):
        return LineDisplay()
    if importlib.util.find_spec("tqdm"):
        return TqdmDisplay(notebook)
    return NotebookDisplay() if notebook else TerminalDisplay()


class CallbackDisplay:
    """Calls a function with every step; remarks go to standard error."""

    def __init__(self, call: Callable[[Progress], None]) -> None:
        self._call = call

    def update(self, progress: Progress) -> None:
        self._call(progress)

    def note(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        pass


class LineDisplay(CallbackDisplay):
    """A line every half minute, for logs."""

    interval = 30.0

    def __init__(self) -> None:
        super().__init__(self._step)
        self._next = time.monotonic() + self.interval

    def _step(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next += self.interval
            self.note(str(progress))


class TerminalDisplay:
    """A line of a terminal that is written again and again."""

    def update(self, progress: Progress) -> None:
        filled = 20 * progress.done // max(progress.total, 1)
        self._write(f"\r|{'#' * filled:20}| {progress}\x1b[K")

    def note(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}\n")

    def close(self) -> None:
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


class NotebookDisplay(CallbackDisplay):
    """A line below a notebook's cell that changes in its place."""

    def __init__(self) -> None:
        super().__init__(self._show)
        self._handle: Optional[Any] = None

    def _show(self, progress: Progress) -> None:
        from IPython.display import display as show

        content = {"text/plain": str(progress)}
        if self._handle is None:
            self._handle = show(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)


class TqdmDisplay:
    """tqdm's bar: a widget in a notebook that has widgets."""

    def __init__(self, notebook: bool) -> None:
        self._widget = notebook and bool(importlib.util.find_spec("ipywidgets"))
        self._bar: Optional[Any] = None

    def update(self, progress: Progress) -> None:
        if self._bar is not None and (self._bar.total, self._bar.unit.strip()) != (progress.total, progress.noun):
            self.close()
        if self._bar is None:
            self._bar = self._new(progress)
        self._bar.update(progress.done - self._bar.n)

    def _new(self, progress: Progress) -> Any:
        if self._widget:
            from tqdm.notebook import tqdm
        else:
            from tqdm import tqdm
        return tqdm(total=progress.total, initial=progress.done, unit=f" {progress.noun}")

    def note(self, text: str) -> None:
        from tqdm import tqdm

        tqdm.write(text, file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None


def _is_terminal() -> bool:
    return bool(getattr(sys.stderr, "isatty", lambda: False)())


def _is_notebook() -> bool:
    """Whether this runs in a kernel, whose frontend may show more than text."""
    shell = sys.modules.get("IPython")
    instance = shell.get_ipython() if shell else None
    return hasattr(instance, "kernel")
