"""Attributes for names that hold several things at once: `self.total`, or `self.load_total` beside `self.clean_total`.

In a notebook a step may read what a name held before another step wrote it anew. Where no order of the methods lets
both be right, each writer gets an attribute of its own, and a reader looks at them as the notebook does, nearest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.export.plan.generators import GENERATOR
from nbflow.export.plan.naming import Names
from nbflow.flow.graph import Graph


@dataclass
class Versions:
    """`split` are the names that need it; any other is an attribute of its own name."""

    graph: Graph
    names: Names
    split: frozenset[str] = frozenset()
    _states: dict[str, str] = field(init=False)  # of random generators, whose names in the graph are none of Python
    _attributes: dict[tuple[str, str], str] = field(init=False)  # (writer, name)

    def __post_init__(self) -> None:
        drawn = frozenset().union(*(linked.draws for linked in self.graph.links.values()))
        self._states = {name: self.names.fresh(one.attribute) for name, one in GENERATOR.items() if name in drawn}
        self._attributes = {
            (step, name): self.names.fresh(f"{step}_{self.plain(name)}")
            for name in sorted(self.split)
            for step, linked in self.graph.links.items()
            if name in linked.writes
        }

    @property
    def renamed(self) -> dict[tuple[str, str], str]:
        return dict(self._attributes)

    def plain(self, name: str) -> str:
        """The attribute for a name that is not split."""
        return self._states.get(name, name)

    def written(self, writer: str, name: str) -> str:
        """The attribute that a step puts a name into."""
        return self._attributes.get((writer, name), self.plain(name))

    def read(self, reader: str, name: str) -> tuple[str, ...]:
        """The attributes that a step takes a name from: that of the first writer that has bound it."""
        if name not in self.split:
            return (self.plain(name),)
        chain = [writer for b in self.graph.links[reader].bindings if b.name == name for writer in b.writers]
        if self.graph.steps[reader].loop and name in self.graph.links[reader].writes:
            chain.insert(0, reader)
        return tuple(self.written(writer, name) for writer in chain)


def reading(attributes: tuple[str, ...], owner: str = "self") -> str:
    """The expression for the first of them that is there; the last is."""
    *others, last = (f"{owner}.{attribute}" for attribute in attributes)
    expression = last
    for attribute, value in zip(reversed(attributes[:-1]), reversed(others), strict=True):
        expression = f'{value} if hasattr({owner}, "{attribute}") else {expression}'
    return expression
