"""Collects the imports that a script needs beside those of the notebook."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from nbflow.export.plan.naming import NameSupply
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.purity import origins_of


class Imports:
    """Imports things by their origin, and returns the name that the script has for each."""

    def __init__(self, names: NameSupply, graph: Graph, statements: Iterable[str]) -> None:
        """Begin with the imports that the script takes over from the notebook."""
        self._names = names
        self._known = dict(_origins(statements))
        self._notebook = dict(_origins(one.source for one in graph.prelude.definitions if one.kind == "import"))
        self._own: dict[str, str] = {}

    def name(self, origin: str, module: bool = False, inside: bool = False) -> str:
        """Return the name of an origin: `date` for `datetime.date`.

        With `module` the whole module is imported. With `inside`, the name is used in methods and must differ from the
        names in bodies.
        """
        if origin not in self._known:
            home, _, last = origin.rpartition(".")
            usual = self._notebook.get(origin) or _USUAL.get(origin, last)
            free = usual if origin in self._notebook else self._free(usual, inside)
            whole = f"import {origin}" if module else f"from {home} import {last}"
            plain = origin if module else last
            self._own[origin] = whole if free == plain else f"{whole} as {free}"
            self._known[origin] = free
        return self._known[origin]

    def function(self, module: str, path: str, taken: Collection[str] = ()) -> str:
        """Return how to call a function: `np.random.seed` for `numpy` and `random.seed`.

        `taken` are names that have another meaning where it is called.
        """
        name = self._known.get(module)
        if name is None and _USUAL.get(module, module) not in self._names.taken_inside:
            name = self.name(module, module=True)
        if name is None or name in taken:
            return self.name(f"{module}.{path}", inside=True)
        return f"{name}.{path}"

    def known(self, origin: str) -> str | None:
        """Return the name under which the script has it already; None if it does not."""
        return self._known.get(origin)

    def has_of(self, module: str) -> bool:
        """Tell whether the script imports anything from this module already."""
        return any(origin.startswith(f"{module}.") for origin in self._known)

    def _free(self, usual: str, inside: bool) -> str:
        taken = self._names.taken_inside if inside else self._names.taken_outside
        return self._names.fresh(usual) if usual in taken else usual

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(self._own.values())


_USUAL = {"matplotlib.pyplot": "plt", "numpy": "np", "pandas": "pd"}


def _origins(statements: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in statements:
        for node in parse(text).body:
            yield from ((origin, name) for name, origin in origins_of(node).items())
