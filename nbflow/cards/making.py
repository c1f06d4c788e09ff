"""Fills the cards of a running task: steps append components to `current.card`, and the cards are drawn."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from nbflow.cards.kinds import ErrorCard, MetaflowCard, as_html, card_type
from nbflow.cards.page import displayed
from nbflow.store.values.user_code import reason_of

CARDS_ARTIFACT = "_cards"
"""The artifact of a task that holds its cards: a list of (type, id, HTML)."""

Page = tuple[str, str | None, str]


def live_file(live: Path, number: int) -> Path:
    """Return the file for the cards of a running task, below the folder for the live output of its run."""
    return live / "cards" / f"{number}.json"


class Wanted(Protocol):
    """Holds the arguments of one `@card`. `refresh` is the least number of seconds between two drawings."""

    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def save_errors(self) -> bool: ...
    @property
    def refresh(self) -> float: ...


class Underway:
    """Shows a running task to types of cards: `data` has the artifacts so far, and the client knows the rest."""

    def __init__(self, pathspec: str, data: Any, client: Callable[[str, str], Any]) -> None:
        self.pathspec, self.data, self._client = pathspec, data, client

    def __getitem__(self, name: str) -> SimpleNamespace:
        if not hasattr(self.data, name):
            raise KeyError(name)
        return SimpleNamespace(id=name, data=getattr(self.data, name))

    def __contains__(self, name: str) -> bool:
        return hasattr(self.data, name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client("Task", self.pathspec), name)


class Parts:
    """Collects the components of one card: `current.card["id"]`, or `current.card` if there is only one."""

    def __init__(self, redraw: Callable[[bool, Any], None]) -> None:
        self.parts: list[Any] = []
        self.components: dict[str, Any] = {}
        self._redraw = redraw

    def append(self, component: Any, id: str | None = None) -> None:
        """Add a component or a value to the card; with an `id` it is found again as `components[id]`."""
        self.parts.append(component)
        if id is not None:
            self.components[id] = component

    def extend(self, components: Iterable[Any]) -> None:
        """Add several components or values."""
        self.parts.extend(components)

    def clear(self) -> None:
        """Remove all components of the card."""
        self.parts.clear()

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """Draw the cards of the task now, so that they can be seen while it runs."""
        self._redraw(force, data)


class CurrentCards:
    """Is `current.card`: it fills the only card, or the one without an id; `current.card["id"]` fills the others."""

    def __init__(self, wanted: Sequence[Wanted], live: Path | None = None, task: Any = None) -> None:
        self._wanted, self._live, self._task = wanted, live, task
        self._drawn, self._data = 0.0, None
        self._cards = [Parts(self._redraw) for _ in wanted]

    def _default(self) -> Parts:
        unnamed = [card for one, card in zip(self._wanted, self._cards, strict=True) if one.id is None]
        chosen = self._cards if len(self._cards) == 1 else unnamed
        if len(chosen) == 1:
            return chosen[0]
        if not self._cards:
            return _nobody("this step has no card: write @card above @step")
        listed = ", ".join(str(one.id) for one in self._wanted if one.id)
        return _nobody(f"this step has several cards: name one, as current.card[ID]{f' with {listed}' * bool(listed)}")

    def __getitem__(self, name: str) -> Parts:
        for one, card in zip(self._wanted, self._cards, strict=True):
            if one.id == name:
                return card
        return _nobody(f"this step has no card '{name}': write @card(id='{name}') above @step")

    def __setitem__(self, name: str, components: Sequence[Any]) -> None:
        """Replace all components of a card."""
        card = self[name]
        card.clear()
        card.extend(components)

    def append(self, component: Any, id: str | None = None) -> None:
        """Add a component or a value to the default card; see `Parts.append`."""
        self._default().append(component, id)

    def extend(self, components: Iterable[Any]) -> None:
        """Add several components or values to the default card."""
        self._default().extend(components)

    def clear(self) -> None:
        """Remove all components of the default card."""
        self._default().clear()

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """Draw the cards now, so that they can be seen while the task runs."""
        self._redraw(force, data)

    @property
    def components(self) -> Mapping[str, Any]:
        """Return the components that were appended with an id, by id."""
        return self._default().components

    # drawing

    def pages(self, outputs: Iterable[Mapping[str, Any]] = (), *, is_over: bool = True) -> list[Page]:
        """Return all cards. The displayed outputs stand on the first one, below its components."""
        shown = [displayed(output["data"]) for output in outputs if "data" in output]
        found: list[Page] = []
        for number, (wanted, card) in enumerate(zip(self._wanted, self._cards, strict=True)):
            below = shown if number == 0 and wanted.type == "default" else []
            page = self._page(wanted, [*as_html(card.parts), *below], is_over)
            found += [page] if page else []
        return found

    def _page(self, wanted: Wanted, parts: Sequence[str], is_over: bool) -> Page | None:
        """Draw a card. If that fails, the task goes on: the error is stored instead, unless `save_errors` is false."""
        try:
            card = _made(card_type(wanted.type), wanted, parts)
            page = card.render(self._task) if is_over else card.render_runtime(self._task, self._data)
            return wanted.type, wanted.id, page
        except Exception as error:  # noqa: BLE001 - the user's own type of card
            if is_over:
                said = reason_of(error)
                print(f"the card of type '{wanted.type}' cannot be drawn: {said}", file=sys.stderr)
            page = ErrorCard().render(self._task, traceback.format_exc())
            return ("error", wanted.id, page) if wanted.save_errors else None

    def _redraw(self, force: bool, data: Any) -> None:
        self._data = data
        pause = min((one.refresh for one in self._wanted), default=0.0)
        if self._live is None or not (force or time.monotonic() - self._drawn >= pause):
            return
        self._drawn = time.monotonic()
        self._live.parent.mkdir(parents=True, exist_ok=True)
        beside = self._live.with_suffix(".new")
        beside.write_text(json.dumps(self.pages(is_over=False)), "utf-8")
        os.replace(beside, self._live)  # rename, so that no reader sees half of it


def _made(kind: type[MetaflowCard], wanted: Wanted, parts: Sequence[str]) -> MetaflowCard:
    return kind(options=dict(wanted.options), components=list(parts) if kind.ALLOW_USER_COMPONENTS else [])


def _nobody(why: str) -> Parts:
    """Return a card that is not stored, and print why: a missing card never fails its task."""
    print(f"appended components are on no card: {why}", file=sys.stderr)
    return Parts(lambda force, data: None)
