"""Imports that a script needs for itself, beside those of the notebook."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.export.naming import Names
from nbflow.flow.code import parse
from nbflow.flow.purity import origins_of


class Imports:
    """Asks for things by where they come from, and says by which name a script has them."""

    def __init__(self, names: Names, statements: Iterable[str]) -> None:
        self._names = names
        nodes = (node for text in statements for node in parse(text).body)
        self._known = {origin: name for node in nodes for name, origin in origins_of(node).items()}
        self._own: dict[str, str] = {}

    def name(self, origin: str, usual: str = "", module: bool = False) -> str:
        """`datetime.date` as `date`; a `module` as a whole, under its usual name."""
        if origin not in self._known:
            home, _, last = origin.rpartition(".")
            usual = usual or last
            free = self._names.local(usual)
            whole = f"import {origin}" if module else f"from {home} import {last}"
            plain = origin if module else last
            self._own[origin] = whole if free == plain else f"{whole} as {free}"
            self._known[origin] = free
        return self._known[origin]

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(sorted(self._own.values(), key=lambda text: (text.startswith("from "), text)))
