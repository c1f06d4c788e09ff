"""Finds triggers, views and tables in a catalog that nbflow has not made.

Such an object runs whenever the catalog is read or written: it could exchange what is written, or never end.
"""

from __future__ import annotations

import re
import sqlite3
from functools import cache, lru_cache

from nbflow.store.catalog.catalog_tables import ADDED, NEW, TABLES
from nbflow.store.catalog.noting import NOTING

_LONGEST = 4000  # characters of a statement that are read; ours are shorter
_OBJECTS = f"SELECT type, name, substr(sql, 1, {_LONGEST}) FROM main.sqlite_master"
_LATER = frozenset(f"{column} {kind}" for _, _, column, kind in ADDED)


def find_strange_object(connection: sqlite3.Connection) -> str | None:
    """Return what nbflow has not made in a catalog, such as "the trigger t1"; None if there is nothing."""
    for kind, name, statement in connection.execute(_OBJECTS):
        if not _is_ours(kind, name, statement):
            return f"the {kind} {str(name)[:60]}"
    return None


@lru_cache(128)
def _is_ours(kind: object, name: object, statement: object) -> bool:
    if not isinstance(name, str) or not isinstance(statement, str | None):
        return False
    if name.startswith("sqlite_"):  # a name that SQLite gives to nobody else
        return kind in ("table", "index")
    return statement is not None and _parts_of(statement) == _known().get((kind, name))


@cache
def _known() -> dict[tuple[object, str], list[str]]:
    """Return the parts of each statement of ours, by the type and the name of the object that it makes."""
    made = (
        (one, re.search(r"(TABLE|INDEX|TRIGGER) (\w+)", _shortest(one))) for one in (*TABLES.split(";"), *NEW, *NOTING)
    )
    return {(found[1].lower(), found[2]): _parts_of(one) for one, found in made if found}


def _parts_of(statement: str) -> list[str]:
    """Return what is between parentheses and commas, without the columns that later formats have added at the end."""
    parts = (part.strip() for part in re.split(r"[(),]", _shortest(statement)))
    return [part for part in parts if part and part not in _LATER]


def _shortest(statement: str) -> str:
    return " ".join(statement.split()).replace(" IF NOT EXISTS", "")
