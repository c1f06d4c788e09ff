"""Chooses attributes for names with several values at once: `self.total`, or `self.load_total` and `self.clean_total`.

In a notebook a step may read an old value of a name after another step wrote a new one. If no order of the methods
makes both right, each writer gets its own attribute, and a reader tries them as the notebook does, nearest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.export.plan.generators import GENERATOR
from nbflow.export.plan.join_inputs_plan import read_use
from nbflow.export.plan.naming import NameSupply
from nbflow.flow.flowspec.class_rules import RESERVED_NAMES
from nbflow.flow.graph.graph import Graph


@dataclass
class Versions:
    """Maps names to attributes. `split` are the names that need several; most others keep their own name."""

    graph: Graph
    names: NameSupply
    split: frozenset[str] = frozenset()
    _plain: dict[str, str] = field(init=False)  # for names that FlowSpec reserves
    _attributes: dict[tuple[str, str], str] = field(init=False)  # (writer, name)

    def __post_init__(self) -> None:
        drawn = frozenset().union(*(linked.draws for linked in self.graph.links.values()))
        self._plain = {name: self.names.fresh(one.attribute) for name, one in GENERATOR.items() if name in drawn}
        self._plain |= {name: self.names.fresh(f"{name}_value") for name in sorted(_taken_by_flowspec(self.graph))}
        self._attributes = {
            (step, name): self.names.fresh(f"{step}_{self.plain(name)}")
            for name in sorted(self.split)
            for step, linked in self.graph.links.items()
            if name in linked.writes
        }

    @property
    def renamed(self) -> dict[tuple[str, str], str]:
        plain = (
            (step, name) for step, linked in self.graph.links.items() for name in linked.writes & self._plain.keys()
        )
        return {(step, name): self._plain[name] for step, name in plain} | self._attributes

    def plain(self, name: str) -> str:
        """Return the attribute for a name that is not split."""
        return self._plain.get(name, name)

    def written(self, writer: str, name: str) -> str:
        """Return the attribute into which a step puts a name."""
        return self._attributes.get((writer, name), self.plain(name))

    def read(self, reader: str, name: str) -> tuple[str, ...]:
        """Return the attributes from which a step reads a name: the first one that was bound counts."""
        if name not in self.split:
            return (self.plain(name),)
        chain = [writer for b in self.graph.links[reader].bindings if b.name == name for writer in b.writers]
        if self.graph.steps[reader].control.loop and name in self.graph.links[reader].writes:
            chain.insert(0, reader)
        return tuple(self.written(writer, name) for writer in chain)


def _taken_by_flowspec(graph: Graph) -> frozenset[str]:
    """Return artifacts with names that every FlowSpec has, such as `name` and `index`, and that only bodies use."""
    found = RESERVED_NAMES & frozenset().union(*(linked.writes for linked in graph.links.values()))
    for name, step in graph.steps.items() if found else ():
        own = step.names.writes | step.names.reads | step.names.maybe_reads if step.metaflow else frozenset()
        found -= own | {step.control.loop} | ({step.control.foreach.var} if step.control.foreach else set())
        if graph.links[name].joined or graph.links[name].branches:
            found -= read_use(step, graph).of(found)
    return found - {parameter.name for parameter in graph.flow.parameters}


def reading(attributes: tuple[str, ...], owner: str = "self") -> str:
    """Return an expression for the first attribute that exists; the last one always does."""
    *others, last = (f"{owner}.{attribute}" for attribute in attributes)
    expression = last
    for attribute, value in zip(reversed(attributes[:-1]), reversed(others), strict=True):
        expression = f'{value} if hasattr({owner}, "{attribute}") else {expression}'
    return expression
