"""Makes a DataFrame of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nbflow.client.named import local_time
from nbflow.history.archive import Archive
from nbflow.history.results import find_result, name_columns, results_of_run
from nbflow.progress.status import describe_status
from nbflow.store.catalog.reprs import Member
from nbflow.store.catalog.rows import RunRow
from nbflow.store.catalog.scalars import Scalar

_FACTS = ("status", "kind", "started", "seconds", "tags", "note", "pinned")


def frame_of_runs(archive: Archive, rows: Sequence[RunRow]) -> pd.DataFrame:
    """Return one row for each run: its facts, its parameters, and the scalars that it has stored."""
    results = [results_of_run(archive, row) for row in rows]
    parameters = list(dict.fromkeys(name for row in rows for name in row.parameters))
    names = name_columns(results, taken=(*_FACTS, *parameters))
    taken = {*_FACTS, *names, *(name for one in results for _, name in one)}
    columns: dict[str, list[Any]] = {name: [_fact(row, name) for row in rows] for name in _FACTS}
    for name in parameters:
        title = f"parameters.{name}" if name in taken else name
        columns[title] = [row.parameters.get(name) for row in rows]
    for name in names:
        columns[name] = [_result(find_result(one, name)) for one in results]
    return pd.DataFrame(columns, index=pd.Index([row.number for row in rows], name="run"))


def _result(value: Scalar | None) -> object:
    return value.name if isinstance(value, Member) else value


def _fact(row: RunRow, name: str) -> Any:
    match name:
        case "status":
            return describe_status(row)
        case "kind":
            return str(row.kind)
        case "started":
            return local_time(row.started)
        case "seconds":
            return None if row.finished is None else row.finished - row.started
        case _:
            return getattr(row, name)
