"""The cards of tasks that are stored, or that a running task has drawn so far."""

from __future__ import annotations

import hashlib
import json
import tempfile
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from nbflow.cards.making import CARDS, live_file
from nbflow.client import Task
from nbflow.store.store import LIVE


@dataclass(frozen=True)
class Card:
    """One card of a task: its page of HTML, shown where a notebook displays it."""

    task: Task
    type: str
    id: str | None
    html: str

    @property
    def hash(self) -> str:
        """Names what the card shows."""
        return hashlib.sha1(self.html.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()

    def get(self) -> str:
        return self.html

    def view(self) -> Path:
        """Open it in the browser, from a file that stays."""
        with tempfile.NamedTemporaryFile(
            "w", suffix=".html", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(self.html)
        webbrowser.open(f"file://{file.name}")
        return Path(file.name)

    def _repr_html_(self) -> str:
        frame = self.html.replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe srcdoc="{frame}" style="width:100%;height:30em;border:0"></iframe>'


class Cards(Sequence[Card]):
    """The cards of one task."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._cards = tuple(cards)

    def __len__(self) -> int:
        return len(self._cards)

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Card]: ...
    def __getitem__(self, index: int | slice) -> Card | Sequence[Card]:
        return self._cards[index]

    def _repr_html_(self) -> str:
        return "".join(card._repr_html_() for card in self._cards)


def get_cards(task: Task | str, id: str | None = None, type: str | None = None, follow_resumed: bool = True) -> Cards:
    """The cards of a task, or of that with a pathspec, newest state first for one that runs.

    Raises what `Task(pathspec)` raises.
    """
    found = task if isinstance(task, Task) else Task(task)
    return Cards([card for card in cards_of(found) if id in (None, card.id) and type in (None, card.type)])


def cards_of(task: Task) -> Iterator[Card]:
    for kind, name, html in _stored(task) or _live(task):
        yield Card(task, kind, name, html)


def _stored(task: Task) -> Sequence[Any]:
    artifact = task._reader.artifact(task._row.id, CARDS)
    if artifact is None:
        return ()
    run = task.step.run
    found: Any = run.flow._store.load({CARDS: artifact}, run._home)[CARDS]
    return list(found)


def _live(task: Task) -> Sequence[Any]:
    run = task.step.run
    try:
        file = live_file(run.flow._store.root / LIVE / str(run._row.id), int(task.id))
        found: Sequence[Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    return found
