"""How `link` goes through a document: each step is bound to what stands above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.flow.asking import asked_below, hard_reads, mentions, soft_reads
from nbflow.flow.branches import INPUTS, branch_reads
from nbflow.flow.prelude import BUILTINS
from nbflow.flow.scopes import Scope, deepest, joined_by, opened_by
from nbflow.flow.step import Flow, Guard, Step
from nbflow.flow.strings import ANY
from nbflow.flow.transitions import predecessors
from nbflow.flow.writers import Read, Writer, answered, find_writers

SPECIAL = frozenset({"display", "get_ipython", "current", "self", "__name__", "__file__", "__doc__", "__builtins__"})


@dataclass(frozen=True, slots=True)
class Region:
    """Where a step stands among the foreach steps, and for a join what it closes and sees."""

    scope: Scope = ()
    opened: Scope = ()
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joining:
    """What a step is joined to, before the graph puts it into its own words."""

    reads: tuple[Read, ...]
    parameters: frozenset[str]
    prelude: frozenset[str]
    upstream: tuple[str, ...]
    region: Region
    rank: int
    writes: frozenset[str]
    maybe_writes: frozenset[str]
    passing: frozenset[str]
    ends: frozenset[str]
    ended: tuple[tuple[str, str], ...]
    join: str | None
    branches: tuple[str, ...]
    answers: tuple[Guard, ...]
    unknown: frozenset[str]


@dataclass(slots=True)
class Above:
    """What has been linked so far, in document order."""

    flow: Flow
    learned: Mapping[str, frozenset[str]]
    steps: list[Step] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    joinings: dict[str, Joining] = field(default_factory=dict)
    closed: list[Scope] = field(default_factory=list)
    constants: frozenset[str] = field(init=False)
    asked: Mapping[str, frozenset[str]] = field(init=False)
    touched: set[str] = field(default_factory=set)  # names that some step above binds or deletes

    def __post_init__(self) -> None:
        self.constants = frozenset(parameter.name for parameter in self.flow.parameters)
        self.asked = asked_below(self.flow.steps, self.flow)

    @property
    def scopes(self) -> dict[str, Scope]:
        return {name: joining.region.scope for name, joining in self.joinings.items()}

    def add(self, step: Step) -> None:
        joining = self._join(step)
        self.writers.append(self._writer(step, joining))
        if joining.region.joined:
            self.closed.append(self.scopes[joining.join or ""])
        self.joinings[step.name] = joining
        self.touched |= joining.writes | joining.ends
        self.steps.append(step)

    def _writer(self, step: Step, joining: Joining) -> Writer:
        """A step is skipped with the guarded steps that alone write what it must read, and a join with its foreach."""
        always = step.guard is None and all(read.always for read in joining.reads if read.required)
        outermost = joining.region.opened[len(joining.region.scope) :][:1]
        always = always and all(writer.always for writer in self.writers if writer.step.name in outermost)
        certain = joining.writes - joining.maybe_writes
        return Writer(step, joining.writes, certain, always, tuple(answered(step, self.steps)), joining.ends)

    def _learned(self, step: Step) -> frozenset[str]:
        return self.learned.get(step.name, frozenset()) - self.constants - self.flow.prelude.names

    def _passing(self, step: Step) -> frozenset[str]:
        """What the step binds or may delete in passing, and somebody below or above has to do with it."""
        names = step.passing | step.maybe_ends | (step.ends & self.constants)
        if step.metaflow or not names:
            return frozenset()
        ours = {name for name, origin in step.imports if self.flow.prelude.origins.get(name) == origin}
        asked = self.asked.get(step.name, frozenset()) - (ours - self.touched)
        names -= SPECIAL
        known = (name for name in names if not name.startswith("_") or name in self.flow.prelude.names)
        return frozenset(name for name in known if name in asked or name in self.touched or name == step.loop)

    def _join(self, step: Step) -> Joining:
        passing, learned = self._passing(step), self._learned(step)
        writes = step.writes | learned | (passing - self.constants)
        maybe = step.maybe_writes - learned | writes & (step.maybe_passing | step.maybe_ends)
        # what a step may delete it hands on as long as it is there, so that it is gone below when it is not
        hard, soft = hard_reads(step), soft_reads(step, self.flow) | writes & step.maybe_ends
        if ANY in soft:
            soft |= self._everything()
        found = self._reads(hard, soft - hard)
        reads = tuple(read for read in found if read.writers)
        join = step.join or self._metaflow_join(step)
        branches = () if join else self._branches(step)
        region = self._region(step, join, [*branches, *(writer for read in reads for writer in read.writers)])
        upstream = self._upstream(step, reads, (*region.joined, *branches))
        return Joining(
            reads=reads,
            parameters=self.constants & (hard | soft),
            prelude=(soft if ANY in soft else mentions(step)) & self.flow.prelude.names,
            upstream=upstream,
            region=region,
            rank=1 + max((self.joinings[name].rank for name in upstream), default=-1),
            writes=writes,
            maybe_writes=maybe,
            passing=passing,
            ends=step.ends | writes & step.maybe_ends,
            ended=tuple((read.name, read.ended) for read in found if read.ended),
            join=join,
            branches=branches,
            answers=tuple(answered(step, self.steps).values()),
            unknown=self._unknown(step, hard, found) - ({INPUTS} if join or branches else set()),
        )

    def _everything(self) -> frozenset[str]:
        """What a look-up may find that nobody can tell: all names, but for those with a value per item."""
        scopes = self.scopes
        artifacts = (writer.writes for writer in self.writers if not scopes[writer.step.name])
        return self.constants.union(self.flow.prelude.names, *artifacts)

    def _reads(self, hard: frozenset[str], soft: frozenset[str]) -> tuple[Read, ...]:
        names = sorted((hard | soft) - self.constants)
        return tuple(find_writers(name, self.writers, required=name in hard) for name in names)

    def _upstream(self, step: Step, reads: Sequence[Read], others: Sequence[str]) -> tuple[str, ...]:
        found = {*step.after, *others, *(writer for read in reads for writer in read.writers)}
        return tuple(name for name in self.joinings if name in found)

    def _metaflow_join(self, step: Step) -> str | None:
        """`inputs` in a step that `self.next` leads to from inside a foreach is Metaflow's way to join."""
        if not step.metaflow or INPUTS not in step.mentions:
            return None
        return next((name for name in predecessors(step, self.steps) if self.scopes[name]), None)

    def _branches(self, step: Step) -> tuple[str, ...]:
        if INPUTS not in step.mentions:
            return ()
        led = predecessors(step, self.steps) if step.metaflow else ()
        return tuple(name for name in self.joinings if name in {*branch_reads(step), *led})

    def _region(self, step: Step, join: str | None, sources: Sequence[str]) -> Region:
        scopes = self.scopes
        closing = scopes.get(join or "", ())
        if closing:
            opened = opened_by(closing, scopes, self.closed)
            return Region(closing[:-1], opened, joined_by(closing, opened, scopes))
        led = predecessors(step, self.steps) if step.metaflow else ()
        scope = deepest(scopes[name] for name in (*sources, *led))
        return Region((*scope, step.name) if step.foreach else scope)

    def _unknown(self, step: Step, hard: frozenset[str], reads: Sequence[Read]) -> frozenset[str]:
        """Names that nothing above provides. In a Metaflow-mode cell a plain name is never an artifact."""
        ended = frozenset(read.name for read in reads if read.ended and read.name in hard) - BUILTINS - SPECIAL
        if "*" in {name for definition in self.flow.prelude.definitions for name in definition.names}:
            return ended  # a star import may bring any name
        known = self.constants | self.flow.prelude.names | BUILTINS | SPECIAL
        artifacts = hard - {read.name for read in reads if read.writers}
        return ((artifacts | step.mentions) if step.metaflow else artifacts) - known | ended
