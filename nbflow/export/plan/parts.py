"""Defines the parts of a plan: rows of tasks, splits that are joined again, foreaches and switches, nested."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.syntax.specs import Guard, StepSpec


@dataclass(frozen=True, slots=True)
class MethodPart:
    """A plain method: a step of the notebook, or an empty step that FlowSpec needs."""

    name: str
    step: StepSpec | None = None

    @property
    def is_loop(self) -> bool:
        return self.step is not None and self.step.control.loop is not None


@dataclass(frozen=True, slots=True)
class Join:
    """A method that takes `inputs`: a step of the notebook, or one that only passes on what later steps need."""

    name: str
    step: StepSpec | None = None


@dataclass(frozen=True, slots=True)
class Parallel:
    branches: tuple[PartRow, ...]
    join: Join


@dataclass(frozen=True, slots=True)
class ForeachPart:
    """Runs a row for each item. With `collects`, its join keeps what later steps ask, as no single step can join it."""

    opener: StepSpec
    body: PartRow
    join: Join
    collects: bool = False


@dataclass(frozen=True, slots=True)
class RunCondition:
    """Says when a part of a row runs: when the guard holds and the artifacts it needs were made.

    `value` and each of `needs` are attributes, of which the first that exists counts. `items` names a foreach that must
    have items, `joined` one whose tasks must exist. `failed` are steps of which none may have failed for the item;
    `perhaps` are those of them that may not have run.
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
    """Takes at most one of its ways; then the row continues."""

    ways: tuple[SwitchWay, ...]


Item = MethodPart | Parallel | ForeachPart | Switch
PartRow = tuple[Item, ...]


def steps_of(row: PartRow) -> frozenset[str]:
    """Return all steps of the notebook inside a row."""
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


def has_branches(row: PartRow) -> bool:
    """Tell whether something in a row runs beside something else."""
    return any(
        isinstance(item, Parallel)
        or (isinstance(item, ForeachPart) and has_branches(item.body))
        or (isinstance(item, Switch) and any(has_branches(way.row) for way in item.ways))
        for item in row
    )


def _joining(join: Join) -> frozenset[str]:
    return frozenset({join.step.name} if join.step else ())
