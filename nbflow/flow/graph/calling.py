"""Finds the names that functions held by artifacts read: a step that calls such a function needs these names too.

A step that reads an object needs its class as well, if a step changes attributes of the class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.writers import NameRead
from nbflow.flow.names.holding import Holding
from nbflow.flow.syntax.definition import Prelude
from nbflow.flow.syntax.specs import FlowSource, StepSpec


def changing_classes(flow: FlowSource, learned: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the classes of the prelude that steps or functions may change; `learned` is as in `link`."""
    definitions = [one for one in flow.prelude.definitions if one.kind == "class"]
    classes = frozenset().union(*(one.names for one in definitions))
    if not classes:
        return classes
    sources = (*(one.source for one in flow.prelude.definitions), *(step.source.body for step in flow.steps))
    if any(map(_ASSIGNED_BY_OBJECT.search, sources)):
        return classes
    changed = (one.state for one in flow.prelude.definitions)
    return classes.intersection(
        frozenset().union(*(step.names.writes for step in flow.steps), *learned.values(), *changed)
    )


_ASSIGNED_BY_OBJECT = re.compile(
    r"\b(type\(\w+\)|__class__|cls)\.[\w.]+(\[.*\])?\s*([-+*/|&]|//|\*\*)?=(?!=)|setattr\("
)
"""Finds assignments to attributes of a class that the code does not name."""


@dataclass(slots=True)
class Calling:
    """Maps, for the steps linked so far, each step and artifact to the names that its functions read."""

    flow: FlowSource
    changing: frozenset[str] = frozenset()  # classes of the prelude that steps may change
    found: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    own: dict[int, set[str]] = field(default_factory=dict)  # those that cells define, by the number of the cell

    def __post_init__(self) -> None:
        for definition in self.flow.prelude.definitions if self.changing else ():
            self.own.setdefault(definition.place.cell, set()).update(self.changing & definition.names)

    def note(self, step: StepSpec, reads: Iterable[NameRead], uses: frozenset[str]) -> None:
        """Note the names that functions and objects in a step's artifacts may read, from the artifacts that the step
        has read and the names of the prelude that it uses.
        """
        given = {read.name: asked for read in reads if (asked := self._of(read))}
        prelude = self.flow.prelude.seen_from(step.place)
        made = {name: names for name, names in given.items() if name in step.names.writes}
        for holding in step.names.holds:
            names = made.get(holding.name, frozenset()).union(*self._sources(holding, given, prelude))
            if names:
                made[holding.name] = names
        foreach = step.control.foreach
        if foreach and not foreach.reads.isdisjoint(given):
            made[foreach.var] = frozenset().union(*(given[name] for name in foreach.reads & given.keys()))
        classes = self._classes(step, given.values(), prelude, uses) if self.changing else frozenset[str]()
        for name in step.names.writes if classes else ():
            made[name] = made.get(name, frozenset()) | classes
        if given or made:
            self.found[step.name] = given | made

    def _classes(
        self, step: StepSpec, given: Iterable[frozenset[str]], prelude: Prelude, uses: frozenset[str]
    ) -> frozenset[str]:
        """Return the classes that may change of which a step may have objects: those of its own body, too."""
        used = (definition.names for definition in prelude.closure(uses))
        return self.changing & frozenset().union(*given, *used, self.own.get(step.place.cell, ()))

    def _of(self, read: NameRead) -> frozenset[str]:
        return frozenset().union(*(self.found.get(one, {}).get(read.name, ()) for one in read.writers))

    def _sources(
        self, holding: Holding, given: Mapping[str, frozenset[str]], prelude: Prelude
    ) -> Iterable[frozenset[str]]:
        yield holding.free
        yield from (definition.wants for definition in prelude.closure(holding.free & prelude.names))
        for name in holding.mentions | holding.calls:
            if name in given:
                yield given[name]
            elif prelude.is_code(name) if name in holding.mentions else prelude.may_make_functions(name):
                yield from (definition.wants for definition in prelude.closure([name]))

    def classes(self, reads: Iterable[NameRead], joined: Iterable[str] = ()) -> frozenset[str]:
        """Return the classes that may change of which a step reads objects."""
        return self.asked(reads, joined) & self.changing if self.changing else self.changing

    def asked(self, reads: Iterable[NameRead], joined: Iterable[str] = ()) -> frozenset[str]:
        """Return the names that the functions read which a step may call. A join may call the functions of all tasks it
        sees.
        """
        if not self.found:
            return frozenset()
        every = (names for step in joined for names in self.found.get(step, {}).values())
        return frozenset().union(*map(self._of, reads), *every)
