"""Finds the cards of tasks: stored ones, and those that a running task has drawn so far."""

from __future__ import annotations

import hashlib
import json
import tempfile
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from nbflow.cards.making import CARDS_ARTIFACT, live_file
from nbflow.client import Task
from nbflow.store.catalog.writer import LIVE_FOLDER
from nbflow.store.drivers import is_own
from nbflow.store.regular_file import read_regular

_SANDBOX = "allow-scripts allow-popups allow-downloads"
"""What a card may do in a notebook: charts run, but nothing reaches the page around it."""


@dataclass(frozen=True)
class Card:
    """Holds one card of a task: a page of HTML, which a notebook shows when the card is displayed."""

    task: Task
    type: str
    id: str | None
    html: str

    @property
    def hash(self) -> str:
        """Return a digest of the content of the card."""
        return hashlib.sha1(self.html.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()

    def get(self) -> str:
        """Return the page as HTML."""
        return self.html

    def view(self) -> Path:
        """Write the card to a file, open it in the browser, and return the file."""
        with tempfile.NamedTemporaryFile(
            "w", suffix=".html", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(self.html)
        webbrowser.open(f"file://{file.name}")
        return Path(file.name)

    def _repr_html_(self) -> str:
        frame = self.html.replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe sandbox="{_SANDBOX}" srcdoc="{frame}" style="width:100%;height:30em;border:0"></iframe>'


class Cards(Sequence[Card]):
    """Holds the cards of one task."""

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
    """Return the cards of a task; if it runs, as they have been drawn last.

    Args:
        task: A task of the client, or its pathspec `FLOW/RUN/STEP/TASK`.
        id: Only the card with this id.
        type: Only cards of this type.
        follow_resumed: Accepted as in Metaflow; the cards of reused tasks are always found.

    Returns:
        The cards, in the order of the decorators.

    Raises:
        MetaflowNotFound: if there is no such task; and other errors of `Task(pathspec)`.

    Example:
        >>> get_cards("Films/1/fit/2")[0].type
        'default'
    """
    found = task if isinstance(task, Task) else Task(task)
    return Cards([card for card in cards_of(found) if id in (None, card.id) and type in (None, card.type)])


def cards_of(task: Task) -> Iterator[Card]:
    """Yield the cards of a task."""
    for kind, name, html in _stored(task) or _live(task):
        yield Card(task, kind, name, html)


def _stored(task: Task) -> Sequence[Any]:
    artifact = task._reader.artifact(task._row.id, CARDS_ARTIFACT)
    if artifact is None:
        return ()
    run = task.step.run
    loaded: Any = run.flow._store.load({CARDS_ARTIFACT: artifact}, run._home, made_by=[task._row.id])
    return list(loaded[CARDS_ARTIFACT])


def _live(task: Task) -> Sequence[Any]:
    """Return what is drawn so far. It is not signed, so only a process of this user may have written it."""
    run = task.step.run
    if not is_own(run._row.driver):
        return ()
    try:
        file = live_file(run.flow._store.root / LIVE_FOLDER / str(run._row.id), int(task.id))
        found: Sequence[Any] = json.loads(read_regular(file))
    except (OSError, ValueError):
        return ()
    return found
