"""Refuses rows of a catalog in which a column holds what nbflow never writes there, such as bytes instead of a text.

SQLite keeps a value of any kind in any column, so whoever may write to a store could make every reader of a row fail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from nbflow.errors import RowDamaged
from nbflow.store.catalog.catalog_tables import ADDED_TABLES, TABLES

_TYPES = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int)}
_LEFT_OUT = ("artifacts", "components")  # joins leave their columns empty where no row fits
_MOST = 10_000
_right: set[tuple[object, ...]] = set()
"""The statements whose rows were found to be right, each with the types of such a row."""


def refuse_wrong_kinds(statement: str, columns: Sequence[Any], row: tuple[Any, ...]) -> None:
    """Raise RowDamaged if a value in a row that a statement has returned is not of the kind of its column.

    `columns` is the description of the row by the cursor. A column without a kind of its own is not checked: readers of
    BLOB columns compare digests, and name a column otherwise (`AS`) that has another kind in another table.
    """
    found = (statement, *map(type, row))
    if found in _right:
        return
    for (name, *_), value in zip(columns, row, strict=True):
        allowed = _allowed().get(name)
        if allowed and type(value) not in allowed:
            raise RowDamaged(f"a column '{name}'", f"it holds {type(value).__name__}")
    if len(_right) >= _MOST:
        _right.clear()
    _right.add(found)


@cache
def _allowed() -> dict[str, set[type]]:
    """Return the types that values of each column have."""
    found: dict[str, set[type]] = {}
    for statement in (*TABLES.split(";"), *(columns for _, columns in ADDED_TABLES.values())):
        is_left_out = any(f"TABLE {table} " in statement for table in _LEFT_OUT)
        for name, kind, is_filled in re.findall(r"(\w+) (TEXT|INTEGER|REAL)( NOT NULL| PRIMARY KEY|)", statement):
            found.setdefault(name, set()).update(_TYPES[kind])
            if is_left_out or not is_filled:
                found[name].add(type(None))
    return found
