"""Finds the names that functions held by artifacts read: a step that calls such a function needs these names too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.writers import NameRead
from nbflow.flow.names.holding import Holding
from nbflow.flow.syntax.definition import Prelude
from nbflow.flow.syntax.specs import FlowSource, StepSpec


@dataclass(slots=True)
class Calling:
    """Maps, for the steps linked so far, each step and artifact to the names that its functions read."""

    flow: FlowSource
    found: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def note(self, step: StepSpec, reads: Iterable[NameRead]) -> None:
        """Note the names that functions in a step's artifacts may read, from the artifacts that the step has read."""
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
        if given or made:
            self.found[step.name] = given | made

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

    def asked(self, reads: Iterable[NameRead], joined: Iterable[str] = ()) -> frozenset[str]:
        """Return the names that the functions read which a step may call. A join may call the functions of all tasks it
        sees.
        """
        if not self.found:
            return frozenset()
        every = (names for step in joined for names in self.found.get(step, {}).values())
        return frozenset().union(*map(self._of, reads), *every)
