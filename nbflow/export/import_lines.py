"""Imports that a script needs for itself, beside those of the notebook."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from nbflow.export.plan.naming import NameSupply
from nbflow.flow.graph.link import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.purity import origins_of


class Imports:
    """Asks for things by where they come from, and says by which name a script has them."""

    def __init__(self, names: NameSupply, graph: Graph, statements: Iterable[str]) -> None:
        """`statements` are the imports that the script takes over from the notebook."""
        self._names = names
        self._known = dict(_origins(statements))
        self._notebook = dict(_origins(one.source for one in graph.prelude.definitions if one.kind == "import"))
        self._own: dict[str, str] = {}

    def name(self, origin: str, module: bool = False, inside: bool = False) -> str:
        """`datetime.date` as `date`; a `module` as a whole. `inside` of methods, names of bodies are in the way."""
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
        """`numpy`, `random.seed` as `np.random.seed`; `taken` are names that mean something else where it is called."""
        name = self._known.get(module)
        if name is None and _USUAL.get(module, module) not in self._names.taken_inside:
            name = self.name(module, module=True)
        if name is None or name in taken:
            return self.name(f"{module}.{path}", inside=True)
        return f"{name}.{path}"

    def known(self, origin: str) -> str | None:
        """The name by which the script has it already."""
        return self._known.get(origin)

    def has_of(self, module: str) -> bool:
        """Whether the script has anything of this module already."""
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
