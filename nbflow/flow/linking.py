"""How `link` goes through a document: each step is bound to what stands above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    join: str | None
    branches: tuple[str, ...]
    answers: tuple[Guard, ...]
    unknown: frozenset[str]
    carried: frozenset[str]


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

    def __post_init__(self) -> None:
        self.constants = frozenset(parameter.name for parameter in self.flow.parameters)

    @property
    def scopes(self) -> dict[str, Scope]:
        return {name: joining.region.scope for name, joining in self.joinings.items()}

    def add(self, step: Step) -> None:
        joining = self._join(step)
        self.writers.append(self._writer(step, joining))
        if joining.region.joined:
            self.closed.append(self.scopes[joining.join or ""])
        self.joinings[step.name] = joining
        self.steps.append(step)

    def _writer(self, step: Step, joining: Joining) -> Writer:
        """A step is skipped with the guarded steps that alone write what it must read, and a join with its foreach."""
        always = step.guard is None and all(read.always for read in joining.reads if read.required)
        outermost = joining.region.opened[len(joining.region.scope) :][:1]
        always = always and all(writer.always for writer in self.writers if writer.step.name in outermost)
        certain = step.writes - step.maybe_writes  # what it was found to change once, it need not change again
        return Writer(step, joining.writes, certain, always, tuple(answered(step, self.steps)))

    def _learned(self, step: Step) -> frozenset[str]:
        return self.learned.get(step.name, frozenset()) - self.constants - self.flow.prelude.names

    def _join(self, step: Step) -> Joining:
        hard, soft, learned = _hard_reads(step), self._soft_reads(step), self._learned(step)
        if ANY in soft:
            soft |= self._everything()
        carried = learned - hard - soft
        reads = self._reads(hard, (soft - hard) | carried)
        join = step.join or self._metaflow_join(step)
        branches = () if join else self._branches(step)
        region = self._region(step, join, [*branches, *(writer for read in reads for writer in read.writers)])
        upstream = self._upstream(step, reads, (*region.joined, *branches))
        return Joining(
            reads=reads,
            parameters=self.constants & (hard | soft),
            prelude=(soft if ANY in soft else _mentions(step)) & self.flow.prelude.names,
            upstream=upstream,
            region=region,
            rank=1 + max((self.joinings[name].rank for name in upstream), default=-1),
            writes=step.writes | learned,
            join=join,
            branches=branches,
            answers=tuple(answered(step, self.steps).values()),
            unknown=self._unknown(step, hard, reads) - ({INPUTS} if join or branches else set()),
            carried=carried,
        )

    def _soft_reads(self, step: Step) -> frozenset[str]:
        """What the step may want, and what the prelude that it uses wants when it is called."""
        mentions = _mentions(step)
        soft = step.maybe_reads | (mentions & self.constants)
        for definition in self.flow.prelude.closure(mentions & self.flow.prelude.names):
            soft |= definition.wants - definition.names
        return soft

    def _everything(self) -> frozenset[str]:
        """What a look-up may find that nobody can tell: all names, but for those with a value per item."""
        scopes = self.scopes
        artifacts = (writer.writes for writer in self.writers if not scopes[writer.step.name])
        return self.constants.union(self.flow.prelude.names, *artifacts)

    def _reads(self, hard: frozenset[str], soft: frozenset[str]) -> tuple[Read, ...]:
        names = sorted((hard | soft) - self.constants)
        reads = (find_writers(name, self.writers, required=name in hard) for name in names)
        return tuple(read for read in reads if read.writers)

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
        if "*" in {name for definition in self.flow.prelude.definitions for name in definition.names}:
            return frozenset()  # a star import may bring any name
        known = self.constants | self.flow.prelude.names | BUILTINS | SPECIAL
        artifacts = hard - {read.name for read in reads}
        return ((artifacts | step.mentions) if step.metaflow else artifacts) - known


def _mentions(step: Step) -> frozenset[str]:
    """The plain names of the body and of the foreach expression, among which those of the prelude are."""
    names = step.mentions | (step.foreach.reads if step.foreach else frozenset())
    return names if step.metaflow else names | step.reads | step.maybe_reads


def _hard_reads(step: Step) -> frozenset[str]:
    names = step.reads | (step.foreach.reads if step.foreach else frozenset())
    return names | {step.guard.name} if step.guard else names
