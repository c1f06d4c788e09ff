"""`current.card` of a notebook: what is appended is displayed, and changes in its place when the card is refreshed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from nbflow.run.output import frontend
from nbflow.run.output.display import bundle_of
from nbflow.run.output.outputs import Output
from nbflow.store.regular_file import read_regular

CARD_ID = "nbflow_card"
"""The key in the metadata of an output that says on which card it is, if that has an id."""

_LEAST = 0.2  # seconds between two drawings, unless they are forced
_LARGEST = 64 << 20  # bytes of the file of a card
_SHARE = 10  # or so many times as long as the last one took: a loop that refreshes must not wait for its card


@dataclass
class _Shown:
    part: object
    display_id: str
    output: Output
    stays: bool  # whether it is displayed only, and was not appended to a card that can be cleared


class StepCard:
    """Holds one card of a task: `current.card`, or `current.card["id"]`."""

    def __init__(self, page: _Page, id: str | None = None) -> None:
        self.components: dict[str, Any] = {}
        self._page, self._id = page, id

    def __getitem__(self, id: str) -> StepCard:
        return self._page.card(id)

    def append(self, component: Any, id: str | None = None) -> None:
        """Display it; with an `id` it is found again as `components[id]`."""
        if id is not None:
            self.components[id] = component
        self._page.add(component, self._id)

    def extend(self, components: Iterable[Any]) -> None:
        for component in components:
            self.append(component)

    def clear(self) -> None:
        """Take away what was appended to this card."""
        self.components.clear()
        self._page.clear(self._id)

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """Draw again what has changed since."""
        self._page.refresh(force)


class _Page:
    """Holds the cards of one task. While the task runs, a file in `folder` has what is on them, for those who watch it.

    The file belongs to this process, and not to one that it has started.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder, self._pid = folder, os.getpid()
        self._cards: dict[str | None, StepCard] = {}
        self._shown: list[_Shown] = []
        self._drawn, self._took = 0.0, 0.0
        self.is_ending = False  # whether it ends with the cell of a kernel

    def card(self, id: str | None) -> StepCard:
        return self._cards.setdefault(id, StepCard(self, id))

    def add(self, part: object, card: str | None, stays: bool = False) -> None:
        metadata = {CARD_ID: card} if card is not None else {}
        output = {"output_type": "display_data", "data": bundle_of(part), "metadata": metadata}
        self._shown.append(_Shown(part, os.urandom(16).hex(), output, stays))
        _publish(self._shown[-1])
        if place := self._own_file:
            with suppress(OSError), place.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(_line(output))

    def clear(self, card: str | None) -> None:
        gone = [one for one in self._shown if one.output["metadata"].get(CARD_ID) == card and not one.stays]
        self._shown = [one for one in self._shown if one not in gone]
        for one in gone:
            one.output = {**one.output, "data": {}}
            _publish(one, update=True)

    def refresh(self, force: bool = False) -> None:
        is_due = time.monotonic() - self._drawn >= max(_LEAST, _SHARE * self._took)
        if self._shown and (force or is_due):
            self._draw()

    def _draw(self) -> None:
        began = time.monotonic()
        for one in self._shown:
            data = bundle_of(one.part)
            if data != one.output["data"]:
                one.output = {**one.output, "data": data}
                _publish(one, update=True)
        self._write()
        self._drawn = time.monotonic()
        self._took = self._drawn - began

    def _write(self) -> None:
        place = self._own_file
        if place is None:
            return
        new = place.with_suffix(".card-new")
        with suppress(OSError):  # where there is no file, nobody sees the card before its task is over
            new.write_text("".join(_line(one.output) for one in self._shown), "utf-8", "backslashreplace")
            os.replace(new, place)  # so that nobody reads half of it

    @property
    def _own_file(self) -> Path | None:
        return self.folder / f"{self._pid}.card" if self.folder and os.getpid() == self._pid else None

    def close(self) -> None:
        """Draw what has changed last."""
        if not self._shown:
            return
        self.refresh(force=True)
        if place := self._own_file:
            with suppress(OSError):
                place.unlink(missing_ok=True)


_page = _Page()


def current_card() -> StepCard:
    """The card of the task that runs in this process; where none runs, what is appended is displayed all the same."""
    return _page.card(None)


def show_part(part: object) -> None:
    """Display a component, which is drawn again in its place as it changes.

    Raises NotImplementedError, which lets IPython display it as other values, where the user updates the display.
    """
    if _is_updated_by_user(sys._getframe(1)):
        raise NotImplementedError
    _page.add(part, None, stays=True)


def _is_updated_by_user(frame: FrameType | None) -> bool:
    """Return whether a call of IPython's `display` below has a `display_id`, of which it tells the value nothing."""
    while frame is not None:
        if frame.f_code.co_name == "display" and frame.f_globals.get("__name__") == "IPython.core.display_functions":
            return frame.f_locals.get("display_id") is not None
        frame = frame.f_back
    return False


def refresh_cards() -> None:
    """For components that show how far something is: they are drawn as they go on."""
    _page.refresh()


@contextmanager
def cards_of_task(folder: Path) -> Iterator[None]:
    """Have new cards for what runs inside; `folder` is where others follow a running task."""
    global _page
    _page = _Page(folder)
    try:
        yield
    finally:
        page, _page = _page, _Page()
        page.close()


def card_outputs(file: Path) -> list[Output]:
    """Return what is on the cards of a running task, or was when it died, without what is just being written."""
    try:
        lines = read_regular(file, _LARGEST).decode("utf-8", "replace").split("\n")
        return [one for one in map(json.loads, lines[:-1]) if isinstance(one, dict) and "output_type" in one]
    except (OSError, ValueError, RecursionError):
        return []


def _line(output: Output) -> str:
    return f"{json.dumps(output)}\n"


def _publish(shown: _Shown, update: bool = False) -> None:
    data, metadata = shown.output["data"], shown.output["metadata"]
    if frontend.is_on_stage() and update:
        frontend.stage().update(shown.display_id, data, metadata)
    elif frontend.is_on_stage():
        frontend.stage().show("display_data", data, metadata, shown.display_id)
    elif (shell := _shell()) is not None:
        _end_with_cell(shell)
        shell.display_pub.publish(data, metadata, transient={"display_id": shown.display_id}, update=update)


def _shell() -> Any:
    """The shell of a kernel, which is none of nbflow's."""
    ipython: Any = sys.modules.get(frontend.SHELL_MODULE)
    return ipython.get_ipython() if ipython is not None else None


def _end_with_cell(shell: Any) -> None:
    """Give each cell a card of its own: no step is known here."""

    def end() -> None:
        global _page
        shell.events.unregister("post_execute", end)
        page, _page = _page, _Page()
        page.close()

    if _page.folder is None and not _page.is_ending:
        _page.is_ending = True
        shell.events.register("post_execute", end)
