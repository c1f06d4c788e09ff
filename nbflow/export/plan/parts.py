"""A flow as FlowSpec can say it: tasks in a row, splits that are joined again, foreachs, switches, nested."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.syntax.specs import Guard, StepSpec


@dataclass(frozen=True, slots=True)
class MethodPart:
    """A plain method: a step of the notebook, or none, where FlowSpec wants a step between."""

    name: str
    step: StepSpec | None = None

    @property
    def is_loop(self) -> bool:
        return self.step is not None and self.step.loop is not None


@dataclass(frozen=True, slots=True)
class Join:
    """A method that takes `inputs`: a step of the notebook, or one that only hands on what is needed below."""

    name: str
    step: StepSpec | None = None


@dataclass(frozen=True, slots=True)
class Parallel:
    branches: tuple[PartRow, ...]
    join: Join


@dataclass(frozen=True, slots=True)
class ForeachPart:
    """`collects`: its join keeps what steps below ask of the tasks, since no single step can be the join."""

    opener: StepSpec
    body: PartRow
    join: Join
    collects: bool = False


@dataclass(frozen=True, slots=True)
class RunCondition:
    """When a part of a row runs at all: what the guard says, and only if the artifacts it needs were made.

    `value` and each of `needs` are attributes, of which the first that is there counts.

    `items` names a foreach that has to have any, `joined` one whose tasks must be there, `failed` the steps of which
    none may have failed for the item, `perhaps` those of them that need not have run.
    """

    guard: Guard | None = None
    answers: tuple[Guard, ...] = ()
    value: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    items: str = ""
    joined: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SwitchWay:
    condition: RunCondition
    row: PartRow


@dataclass(frozen=True, slots=True)
class Switch:
    """At most one of the ways is taken; then the row goes on."""

    ways: tuple[SwitchWay, ...]


Item = MethodPart | Parallel | ForeachPart | Switch
PartRow = tuple[Item, ...]


def steps_of(row: PartRow) -> frozenset[str]:
    """The steps of the notebook that are anywhere inside."""
    found: set[str] = set()
    for item in row:
        match item:
            case MethodPart(step=step):
                found |= {step.name} if step else set()
            case Parallel(branches=branches, join=join):
                found |= frozenset().union(*map(steps_of, branches)) | _joining(join)
            case ForeachPart(body=body, join=join):
                found |= steps_of(body) | _joining(join)
            case Switch(ways=ways):
                found |= frozenset().union(*(steps_of(way.row) for way in ways))
    return frozenset(found)


def _joining(join: Join) -> frozenset[str]:
    return frozenset({join.step.name} if join.step else ())
