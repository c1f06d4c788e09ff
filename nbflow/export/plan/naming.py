"""Gives names to things that only the script has, different from all names in the notebook."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbflow.export.marks import Target
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.syntax.specs import StepSpec

FLOWSPEC = frozenset(
    {"FlowSpec", "IncludeFile", "JSONType", "Parameter", "card", "catch", "current", "pypi", "resources", "retry",
     "step", "timeout"}
)  # fmt: skip
"""Names everything that a script may import from nbflow or Metaflow."""


class NameSupply:
    """Hands out names. Steps keep their names unless FlowSpec uses them for something else."""

    def __init__(self, graph: Graph) -> None:
        self._taken = set(mentioned(graph)) | set(graph.links)
        self.artifacts = frozenset().union(*(linked.writes for linked in graph.links.values()))
        self._attributes = self.artifacts | {parameter.name for parameter in graph.flow.parameters}
        self._methods: dict[str, str] = {}
        self._locals: dict[str, str] = {}
        self.taken_outside = graph.prelude.names | self._attributes | set(graph.links)

    @property
    def taken_inside(self) -> frozenset[str]:
        """Return the names that any body uses."""
        return frozenset(self._taken)

    def fresh(self, wanted: str) -> str:
        """Return this name, with a number after it if it is taken."""
        number, name = 1, wanted
        while name in self._taken or name in BUILTINS:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def method(self, step: StepSpec, is_free: bool = True) -> str:
        """Return the method of a step: NAME_step if an artifact has its name, since both are attributes of `self`."""
        if step.name not in self._methods:
            clashes = step.name in self._attributes or not is_free
            self._methods[step.name] = self.fresh(f"{step.name}_step") if clashes else step.name
        return self._methods[step.name]

    def local(self, wanted: str) -> str:
        """Return a name for use inside a method or a module, the same each time."""
        if wanted not in self._locals:
            self._locals[wanted] = self.fresh(wanted) if wanted in self._taken else wanted
        return self._locals[wanted]


def mentioned(graph: Graph) -> frozenset[str]:
    """Return every name that any part of a notebook uses."""
    found: set[str] = {parameter.name for parameter in graph.flow.parameters}
    for definition in graph.prelude.definitions:
        found |= definition.names | definition.wants
    for step in graph.steps.values():
        names = names_of(parse(step.source.body))
        found |= names.bound | names.free | step.names.reads | step.names.writes | step.names.maybe_reads
        found |= step.control.foreach.reads | {step.control.foreach.var} if step.control.foreach else set()
    return frozenset(found)


def class_name(stem: str) -> str:
    """Return a class name: MovieRecommenderFlow for `movie_recommender`."""
    words = [word for word in re.split(r"[\W_]+", stem) if word]
    camel = "".join(word[0].upper() + word[1:] for word in words)
    name = camel if len(words) > 1 and words[-1].lower() == "flow" else f"{camel}Flow"
    return name if name.isidentifier() and len(name) > len("Flow") else f"Notebook{name}"


def spelt(names: Iterable[str], target: Target) -> str:
    """Return the import of what a script needs."""
    return f"from {target} import {', '.join(sorted(names, key=lambda name: (name.islower(), name)))}"
