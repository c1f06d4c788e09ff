"""Steps, linked. `link` is the only place where edges are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from nbflow.flow.step import Flow, Guard, Prelude, Step


@dataclass(frozen=True, slots=True)
class Binding:
    """One read of one step: the artifact comes from the first of `writers` (nearest above first) that bound it."""

    name: str
    writers: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """What one step is joined to.

    `scope` names the foreach steps it runs inside, outermost first, itself included when it is one; a task of the
    step has one index per entry. `upstream` are all steps that must be over before it starts. A join reads the tasks
    of the steps `joined`, flattened over `opened`, the scope of the views (`scope` is a proper prefix of it).
    """

    bindings: tuple[Binding, ...] = ()
    parameters: frozenset[str] = frozenset()  # parameters it reads, also through the prelude
    prelude: frozenset[str] = frozenset()  # prelude names it mentions itself
    upstream: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    rank: int = 0  # longest path from a source
    joined: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    answers: tuple[Guard, ...] = ()  # for `--else`: the guards it is the complement of
    unknown: frozenset[str] = frozenset()  # names it must have and that nothing above provides


@dataclass(frozen=True)
class Graph:
    """A linked flow. Steps stand in document order, which is always a valid order."""

    flow: Flow
    links: Mapping[str, Link]

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        return {step.name: step for step in self.flow.steps}

    @property
    def prelude(self) -> Prelude:
        return self.flow.prelude

    @cached_property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """The steps that wait for each step, in document order."""
        found: dict[str, list[str]] = {name: [] for name in self.links}
        for name, linked in self.links.items():
            for above in linked.upstream:
                found[above].append(name)
        return {name: tuple(below) for name, below in found.items()}

    def ancestors(self, name: str) -> frozenset[str]:
        """Every step that must be over before `name` can start."""
        return _reach((name,), {step: linked.upstream for step, linked in self.links.items()}) - {name}

    def descendants(self, name: str) -> frozenset[str]:
        """Every step that waits for `name`, directly or not."""
        return _reach((name,), self.downstream) - {name}


def _reach(start: Iterable[str], neighbours: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen: set[str] = set()
    agenda = list(start)
    while agenda:
        name = agenda.pop()
        if name not in seen:
            seen.add(name)
            agenda.extend(neighbours[name])
    return frozenset(seen)


def link(flow: Flow, learned: Mapping[str, frozenset[str]] | None = None) -> Graph:
    """Bind every read to the nearest writer above. `learned` holds writes that earlier runs found: step -> names."""
    raise NotImplementedError
