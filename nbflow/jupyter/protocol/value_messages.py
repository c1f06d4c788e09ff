"""Defines the messages about whole values: the rows of a table, the bars of a column, the parts of a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nbflow.progress.status import RunStatus


class ValueFace(StrEnum):
    """Is a way to show a value."""

    TABLE = "table"
    HEAT = "heat"
    DISPLAY = "display"
    TREE = "tree"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class OddCell:
    """Is a cell that is no plain text, number or truth: a missing value, a number that JavaScript lacks, an object.

    `kind` is "missing", "number", "time", "object", or "long" for a text that is cut. In a comparison it is "changed":
    `text` is the value before, and `now` the value that is shown.
    """

    kind: str
    text: str
    now: str | int | float | bool | None = None


SheetCell = str | int | float | bool | OddCell
"""A value in a table of any size."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """Describes a column. `mark` is "added", "removed" or "retyped" in a comparison, `changed` counts its cells."""

    label: str
    dtype: str
    mark: str = ""
    changed: int = 0


@dataclass(frozen=True, slots=True)
class SheetWindow:
    """Holds a part of a table. `index` names its rows; `marks` are "added", "removed" or "" for each.

    `first` is the number of its first row among the `total` rows that pass the filter, `left` that of its first column.
    """

    total: int
    first: int
    left: int
    index: tuple[tuple[SheetCell, ...], ...]
    cells: tuple[tuple[SheetCell, ...], ...]
    places: tuple[int, ...]  # the number of each row in the whole table
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Describes a table. `index` are the columns that name the rows. The counts are those of a comparison."""

    rows: int
    index: tuple[SheetColumn, ...]
    columns: tuple[SheetColumn, ...]
    changed_rows: int
    added_rows: int
    removed_rows: int
    matched_by: str  # "index" or "position" in a comparison, else ""


@dataclass(frozen=True, slots=True)
class ValuePart:
    """Describes a part of a value. `place` is its number among the parts, `parts` counts its own."""

    place: int
    key: str
    type: str
    text: str
    parts: int


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """Describes a value, or a part of it: how it can be shown, and the parts on the way to it."""

    name: str
    type: str
    text: str
    faces: tuple[ValueFace, ...]
    way: tuple[ValuePart, ...]
    sheet: SheetFacts | None
    window: SheetWindow | None
    shape: tuple[int, ...] | None  # of an array


@dataclass(frozen=True, slots=True)
class ColumnBar:
    """Describes a bar of a histogram: the rows from `low` to `high`, or those with the text `low` if `high` is None.

    `closed` tells whether `high` belongs to it.
    """

    label: str
    count: int
    low: str
    high: str | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """Describes the rows of a column that pass the filter. `facts` are named statistics; `others` are not in a bar."""

    kind: str
    bars: tuple[ColumnBar, ...]
    rows: int
    missing: int
    distinct: int
    others: int
    facts: tuple[tuple[str, SheetCell], ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Holds an array with two dimensions: floats of 4 bytes in base64, each the mean of `step` rows and columns."""

    rows: int
    columns: int
    data: str
    step: tuple[int, int]
    shape: tuple[int, int]
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ValueParts:
    """Lists parts of a value, from the part `first` on; it has `total`."""

    first: int
    total: int
    parts: tuple[ValuePart, ...]


@dataclass(frozen=True, slots=True)
class ValueText:
    """Holds a part of a text: its characters from `first` on, of `total`."""

    first: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class ValueDisplay:
    """Holds how a value shows itself, as an output of a notebook."""

    outputs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ValueVersion:
    """Names a task of another run that has made the artifact, too. `same`: its bytes are the same."""

    run: int
    task: int
    status: RunStatus
    started: float
    same: bool
    text: str


@dataclass(frozen=True, slots=True)
class ValueVersions:
    """Lists the versions of an artifact, the newest first; the one that is asked about is among them."""

    label: str
    versions: tuple[ValueVersion, ...]
