"""Defines the messages that are shown as tables: the tasks of a step, the results of runs, and runs compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nbflow.history.results import Best
from nbflow.jupyter.protocol.messages import RunLine, TaskLine


class RankKind(StrEnum):
    """Says what the rank of a text means: a number, a time that is measured in seconds, an instant, or a name."""

    NUMBER = "number"
    SECONDS = "seconds"
    INSTANT = "instant"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class RankedText:
    """Holds a value as a person reads it, and the number that sorts it: of an instant, the seconds since 1970."""

    text: str
    number: float
    kind: RankKind


TableCell = str | int | float | bool | RankedText | None
"""A value in a table. A number that JavaScript does not have (nan, inf, more than 2**53) is its text."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """Describes a column. `from_item` tells whether its values come from the items of a foreach, not from results."""

    name: str
    from_item: bool
    best: Best


@dataclass(frozen=True, slots=True)
class TaskGrid:
    """Lists the tasks of a step in the order of their items, with one row of `cells` for each task.

    They belong to the requested run, else to the newest run that has any. A split of the step that failed comes first.
    """

    run: RunLine | None
    columns: tuple[TableColumn, ...]
    tasks: tuple[TaskLine, ...]
    cells: tuple[tuple[TableCell, ...], ...]


@dataclass(frozen=True, slots=True)
class RunResults:
    """Holds the scalars that runs have stored outside of their foreaches, one row of `cells` for each run."""

    columns: tuple[TableColumn, ...]
    runs: tuple[int, ...]  # their numbers
    cells: tuple[tuple[TableCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Describes a difference between runs: what each has, "-" if it lacks the name. `note` may say it all."""

    name: str
    values: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Displays:
    """Holds what a step has displayed in each run, as notebook outputs: figures and other rich displays."""

    name: str
    outputs: tuple[tuple[Mapping[str, Any], ...], ...]


@dataclass(frozen=True, slots=True)
class FrameHeads:
    """Holds the first rows of a table in each run, as HTML; "" if the run does not have it."""

    name: str
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Lists the differences between runs, the oldest first.

    `code` are unified diffs between each run and the next, one for each definition or step.
    """

    runs: tuple[RunLine, ...]
    parameters: tuple[Change, ...]
    artifacts: tuple[Change, ...]
    displays: tuple[Displays, ...]
    frames: tuple[FrameHeads, ...]
    code: tuple[str, ...]
    environment: tuple[Change, ...]
