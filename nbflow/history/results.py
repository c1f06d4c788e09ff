"""Finds the scalars that runs and tasks have stored, and says which of two values of a name is the better one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive
from nbflow.store.catalog.reprs import rank_of
from nbflow.store.catalog.rows import RunRow, TaskRow
from nbflow.store.catalog.scalars import (
    ItemRow,
    Scalar,
    read_items,
    read_results,
    read_scalars,
    read_short_repr,
    scalar_of,
)

K = TypeVar("K", bound=Hashable)


class Best(StrEnum):
    """Says which values of a column are the best, as far as its name tells."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    UNKNOWN = "unknown"


_HIGH = frozenset({
    "acc", "accuracy", "auc", "auroc", "correlation", "corr", "dice", "f1", "gain", "iou", "likelihood", "ndcg",
    "precision", "r2", "recall", "score", "silhouette",
})  # fmt: skip
_LOW = frozenset({
    "aic", "bic", "brier", "cost", "deviance", "duration", "err", "error", "inertia", "latency", "logloss", "loss",
    "mad", "mae", "mape", "memory", "mse", "msle", "perplexity", "residual", "rmse", "rmsle", "seconds", "smape",
    "time",
})  # fmt: skip


def best_of(name: str) -> Best:
    """Return which values of a name are the best: of `test_r2` the highest, of `val_loss` the lowest."""
    words = re.findall(r"[a-z]+\d*", name.rpartition(".")[2].lower())
    found = {Best.HIGHEST for word in words if word in _HIGH} | {Best.LOWEST for word in words if word in _LOW}
    if len(found) != 1:
        return Best.UNKNOWN
    (best,) = found
    if words[0] in ("neg", "negative"):
        return Best.LOWEST if best is Best.HIGHEST else Best.HIGHEST
    return best


# runs

Results = Mapping[tuple[str, str], Scalar]
"""Maps (step, name) to the value that a run has stored, in the order of the steps in the document."""


def results_of_run(archive: Archive, row: RunRow) -> Results:
    """Return the scalars that a run has stored outside of its foreaches."""
    found = {(step, name): value for step, name, value in read_results(archive.reader, row.id)}
    order = {step: place for place, step in enumerate(archive.graph(row).links)} if found else {}
    return dict(sorted(found.items(), key=lambda one: order.get(one[0][0], -1)))


PEAK_MEMORY, CPU_SECONDS = "peak_memory", "cpu_seconds"
"""Name what a run took, as if it were results: the most bytes that a process held, and the sum of processor time."""


def costs_of_run(archive: Archive, row: RunRow) -> Mapping[tuple[str, str], int | float]:
    """Return what the tasks of a run took that ran in it, as far as it was measured."""
    ran = [task for task in archive.reader.tasks(row.id) if not task.source]
    memory = max((task.memory for task in ran if task.memory is not None), default=None)
    seconds = [task.cpu_seconds for task in ran if task.cpu_seconds is not None]
    found = {PEAK_MEMORY: memory, CPU_SECONDS: sum(seconds) if seconds else None}
    return {("", name): value for name, value in found.items() if value is not None}


def find_result(results: Results, column: str) -> Scalar | None:
    """Return the value of `NAME`, from the last step that has it, or of `STEP.NAME`; None if there is none."""
    step, dot, name = column.rpartition(".")
    values = [value for (of, one), value in results.items() if one == name and (not dot or of == step)]
    return values[-1] if values else None


def name_columns(every: Iterable[Results], taken: Iterable[str] = ()) -> list[str]:
    """Return a column for each scalar of some runs: `NAME`, or `STEP.NAME` where that means several or is taken."""
    places = list(dict.fromkeys(place for results in every for place in results))
    holders = Counter([*(name for _, name in places), *taken])
    return [name if holders[name] == 1 else f"{step}.{name}" for step, name in places]


def require_columns(columns: Iterable[str], every: Sequence[Results]) -> None:
    """Raise UnknownName for a column that none of the runs has."""
    for column in columns:
        if all(find_result(results, column) is None for results in every):
            raise UnknownName("scalar artifact outside of a foreach", column, name_columns(every))


def in_order(values: Mapping[K, Scalar | None], best: Best, reverse: bool = False) -> list[K]:
    """Return the keys, the one with the best value first: numbers before texts, what has no value last."""
    known = {key: value for key, value in values.items() if value is not None and value == value}
    ranks = {key: rank for key, value in known.items() if (rank := rank_of(value)) is not None}
    texts = {key: str(value) for key, value in known.items() if key not in ranks}
    numbered = sorted(ranks, key=ranks.__getitem__, reverse=(best is not Best.LOWEST) != reverse)
    worded = sorted(texts, key=texts.__getitem__, reverse=reverse)
    return [*numbered, *worded, *(key for key in values if key not in known)]


# tasks


@dataclass(frozen=True, slots=True)
class Column:
    """Describes a column of the tasks of a step. `is_item` tells whether its values come from the foreach items."""

    name: str
    is_item: bool
    best: Best


@dataclass(frozen=True)
class TaskCells:
    """Holds the cells of the tasks of a step: one row per task and one value per column, None where it has none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar | None, ...], ...]


def cells_of_tasks(archive: Archive, row: RunRow, step: str, tasks: Sequence[TaskRow]) -> TaskCells:
    """Return a column for each key of the items and each scalar artifact of these tasks of a step."""
    items = dict(_item_columns(archive, row, step))
    made: dict[str, dict[int, Scalar]] = {}
    for task, name, value in read_scalars(archive.reader, row.id, step):
        made.setdefault(name, {})[task] = value
    inside = [[by_path.get(task.path[:depth]) for task in tasks] for by_path, depth in items.values()]
    outside = {name: [values.get(task.id) for task in tasks] for name, values in made.items()}
    for name, values in zip(items, inside, strict=True):
        if all(made is None or made == item for made, item in zip(outside.get(name, ()), values, strict=False)):
            outside.pop(name, None)  # the body has left the item as it is
    columns = [*(Column(name, True, Best.UNKNOWN) for name in items)]
    columns += [Column(name, False, best_of(name)) for name in outside]
    every = [*inside, *outside.values()]
    return TaskCells(tuple(columns), tuple(zip(*every, strict=True)) if every else ((),) * len(tasks))


_ByPath = Mapping[tuple[int, ...], Scalar]


def _item_columns(archive: Archive, row: RunRow, step: str) -> Iterator[tuple[str, tuple[_ByPath, int]]]:
    """Yield the columns of the items, outermost foreach first: values by path, and the length of these paths."""
    graph = archive.graph(row)
    taken: set[str] = set()
    for depth, foreach in enumerate(graph.links[step].scope, 1):
        control = graph.steps[foreach].control.foreach
        var = control.var if control is not None else foreach
        for name, values in _columns_of(var, list(read_items(archive.reader, row.id, foreach))).items():
            yield (name if name not in taken else f"{var}.{name}"), (values, depth)
            taken.add(name)


def _columns_of(var: str, items: Sequence[ItemRow]) -> dict[str, _ByPath]:
    """Return one column per key if all items have keys, else one column with the items themselves."""
    if items and all(item.fields for item in items):
        found: dict[str, dict[tuple[int, ...], Scalar]] = {}
        for item in items:
            for key, text in item.fields:
                found.setdefault(f"{var}{key}" if key.startswith("[") else key, {})[item.path] = read_short_repr(text)
        return dict(found)
    return {var: {item.path: _whole(item) for item in items}}


def _whole(item: ItemRow) -> Scalar:
    value = scalar_of(item.type, item.text)
    return item.text if value is None else value
