"""Represents a linked flow: its steps, and what each of them needs of the others."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from nbflow.flow.files.file_use import FileUse
from nbflow.flow.graph.ancestry import Ancestry
from nbflow.flow.source.cell import Place
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.flow.syntax.specs import Allowance, FlowSource, Guard, StepSpec


@dataclass(frozen=True, slots=True)
class Binding:
    """Represents one read of a step: the value comes from the first of `writers` (nearest above first) that bound the
    name.
    """

    name: str
    writers: tuple[str, ...]
    required: bool = True
    sure: bool = field(default=True, compare=False)  # whether one of them has bound it, whatever was skipped
    always: bool = field(default=True, compare=False)  # whether one of them runs in every run


@dataclass(frozen=True, slots=True)
class Link:
    """Says how one step is connected to the others.

    `scope` names the foreach steps it runs inside, outermost first, including itself if it is one; a task of the step
    has one index per entry. `upstream` are all steps that must be over before it starts. A join reads the tasks of the
    steps in `joined`, flattened over `opened`, the scope of the views (`scope` is a proper prefix of it).
    """

    bindings: tuple[Binding, ...] = ()
    parameters: frozenset[str] = frozenset()  # parameters that it reads, also through the prelude
    prelude: frozenset[str] = frozenset()  # prelude names that it mentions itself
    upstream: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    rank: int = 0  # length of the longest path from a step without upstream
    joined: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    answers: tuple[Guard, ...] = ()  # for `--else`: the guards of which none may be true
    unknown: frozenset[str] = frozenset()  # names that it must have and that nothing above provides
    writes: frozenset[str] = frozenset()  # its artifacts, including those that earlier runs found it to change
    maybe_writes: frozenset[str] = frozenset()  # those in `writes` that a task may leave unbound
    passing: frozenset[str] = frozenset()  # names that it binds or may delete in passing and that other steps use
    ends: frozenset[str] = frozenset()  # names that no longer exist below a task that has not bound them
    # names that it may read and that were deleted: (name, step that deleted it)
    ended: tuple[tuple[str, str], ...] = ()
    branches: tuple[str, ...] = ()  # outside a join: the steps in its `inputs.STEP.name` reads
    # names it waits for only because a run found that it changes objects they share
    carried: frozenset[str] = frozenset()
    seeded: frozenset[str] = frozenset()  # random generators that something above seeds, so that their state is known
    draws: frozenset[str] = frozenset()  # those in `seeded` that it draws from
    files: tuple[FileUse, ...] = ()  # the files that its code names, and what it does to them
    modules: tuple[FileUse, ...] = ()  # the modules that it and its prelude import by a name in a string
    led: tuple[str, ...] = ()  # for a FlowSpec step: the steps whose `self.next` leads to it, in the order of `inputs`


class Passage(StrEnum):
    """Says how artifacts pass from step to step."""

    BY_NAME = "by name"  # a cell reads names, each from the nearest step above that binds it
    BY_EDGE = "by edge"  # a method of a FlowSpec sees everything that its predecessor sees


@dataclass(frozen=True)
class Graph:
    """Represents a linked flow. Its steps are in document order, in which they can always run."""

    flow: FlowSource
    links: Mapping[str, Link]
    passage: Passage = Passage.BY_NAME
    waiting: Ancestry | None = field(default=None, repr=False, compare=False)  # which steps wait for which, if known
    learned: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)  # as given to `link`

    @cached_property
    def steps(self) -> Mapping[str, StepSpec]:
        """Return the steps by name, in document order."""
        return {step.name: step for step in self.flow.steps}

    @property
    def prelude(self) -> Prelude:
        """Return the prelude of the whole flow."""
        return self.flow.prelude

    @cached_property
    def _preludes(self) -> dict[str, Prelude]:
        return {}

    def prelude_of(self, step: str) -> Prelude:
        """Return the prelude as this step sees it."""
        if step not in self._preludes:
            self._preludes[step] = self._prelude_from(self.steps[step].place)
        return self._preludes[step]

    def prelude_below(self, step: str) -> Prelude:
        """Return the prelude as the cells right below a step see it, including the definitions in its body."""
        return self._prelude_from(Place(self.flow.document, self.steps[step].place.cell + 1, 0))

    def _prelude_from(self, place: Place) -> Prelude:
        """Return the prelude above a place; a script is imported as a whole before its first step."""
        return self.prelude if self.passage is Passage.BY_EDGE else self.prelude.seen_from(place)

    @cached_property
    def code_of(self) -> Mapping[str, tuple[Definition, ...]]:
        """Return the imports, functions and classes in the body of each step that the steps below share."""
        by_cell: dict[int, list[Definition]] = {}
        for definition in self.prelude.definitions if self.passage is Passage.BY_NAME else ():
            by_cell.setdefault(definition.place.cell, []).append(definition)
        return {name: tuple(by_cell.get(step.place.cell, ())) for name, step in self.steps.items()}

    def defined_in(self, step: str) -> frozenset[str]:
        """Return the names that a step defines or imports in its body."""
        return frozenset[str]().union(*(one.names for one in self.code_of[step]))

    @cached_property
    def _closures(self) -> dict[str, tuple[Definition, ...]]:
        return {}

    def closure(self, step: str) -> tuple[Definition, ...]:
        """Return the part of the prelude that a step needs."""
        if step not in self._closures:
            self._closures[step] = self.prelude_of(step).closure(self.links[step].prelude)
        return self._closures[step]

    @cached_property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """Map each step to the steps that wait for it, in document order."""
        found: dict[str, list[str]] = {name: [] for name in self.links}
        for name, linked in self.links.items():
            for above in linked.upstream:
                found[above].append(name)
        return {name: tuple(below) for name, below in found.items()}

    @cached_property
    def _writers(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for step, linked in self.links.items():
            for name in linked.writes:
                found.setdefault(name, []).append(step)
        return {name: tuple(reversed(steps)) for name, steps in found.items()}

    @cached_property
    def ancestry(self) -> Ancestry:
        """Return which steps wait for which others."""
        if self.waiting is not None:
            return self.waiting
        found = Ancestry()
        for name, linked in self.links.items():
            found.add(name, linked.upstream)
        return found

    @property
    def places(self) -> Mapping[str, int]:
        """Return the place of each step in the document, counted from 0."""
        return self.ancestry.places

    @property
    def written_by_several(self) -> frozenset[str]:
        """Return the names that several steps may write."""
        seen, found = set[str](), set[str]()
        for linked in self.links.values():
            found |= linked.writes & seen
            seen |= linked.writes
        return frozenset(found)

    @cached_property
    def _sets_of_writers(self) -> dict[str, int]:
        return {}

    def _set_of_writers(self, name: str) -> int:
        """Return the steps that may write a name, as a set of `ancestry`."""
        if name not in self._sets_of_writers:
            self._sets_of_writers[name] = self.ancestry.set_of(self._writers.get(name, ()))
        return self._sets_of_writers[name]

    def rivals(self, reader: str, nearest: str, name: str) -> int:
        """Return, as a set of `ancestry`, the steps above `reader` that may write a name beside its nearest writer.

        These are the writers above `nearest` for which it does not wait.
        """
        writers = self.ancestry.before(nearest, self._set_of_writers(name))
        return writers & self.ancestry.above(reader) & ~self.ancestry.above(nearest) if writers else 0

    def writers_above(self, step: str, name: str) -> Iterator[str]:
        """Return the steps above a step that may write a name, nearest first."""
        place = self.places[step]
        return (writer for writer in self._writers.get(name, ()) if self.places[writer] < place)

    def is_written_above(self, step: str, name: str) -> bool:
        """Tell whether a step above a step may write a name."""
        above = itertools.takewhile(step.__ne__, self.links)
        return any(name in self.links[one].writes for one in above)

    def writer_below(self, step: str, name: str) -> str | None:
        """Return the nearest step below a step that may write a name."""
        return self.ancestry.first_below(step, self._set_of_writers(name))

    def allowance(self, name: str) -> Allowance | None:
        """Return how many tasks of a step inside a foreach may fail, as its header or that of the foreach says."""
        scope = self.links[name].scope
        named = (self.steps[one].options.allow_failures for one in (name, *scope[-1:]))
        return next(filter(None, named), None) if scope else None

    def ancestors(self, name: str) -> frozenset[str]:
        """Return every step that must be over before `name` can start."""
        return reach((name,), lambda step: self.links[step].upstream) - {name}

    def descendants(self, name: str) -> frozenset[str]:
        """Return every step that waits for `name`, directly or not."""
        return reach((name,), self.downstream.__getitem__) - {name}


def reach(start: Iterable[str], neighbours: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return the steps that a walk from `start` reaches, including `start`."""
    seen: set[str] = set()
    agenda = list(start)
    while agenda:
        name = agenda.pop()
        if name not in seen:
            seen.add(name)
            agenda.extend(neighbours(name))
    return frozenset(seen)
