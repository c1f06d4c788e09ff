"""Reads the numbers and short texts that tasks have stored, from their summaries: no value is unpickled."""

from __future__ import annotations

import ast
import json
import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbflow.store.catalog.columns import path_of, read_summary, reads_row
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.reprs import ReprValue, read_repr
from nbflow.store.catalog.rows import TaskStatus

Scalar = bool | int | float | ReprValue
"""A value that fits into a cell of a table."""

_TOLD = (
    "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "decimal.Decimal",
    "fractions.Fraction", "pandas.Period", "pandas.Timedelta", "pandas.Timestamp", "uuid.UUID",
)  # fmt: skip
_TYPE = "substr(artifacts.summary, 3, instr(artifacts.summary, '\",') - 3)"
_KINDS = ", ".join(f"'{kind}'" for kind in ("int", "float", "bool", "str", *_TOLD))
_IS_SCALAR = f"""({_TYPE} IN ({_KINDS})
    OR artifacts.summary GLOB '[[]"numpy.*' AND artifacts.summary NOT GLOB '[[]"numpy.ndarray"*'
    OR artifacts.summary GLOB '[[]"pathlib.*Path"*' OR artifacts.summary GLOB '[[]"*","<*.*: *>"*')"""  # a member
_NEWEST = "SELECT id, step, path, turn, split, status, max(number) FROM tasks WHERE run = ?"
_PLACE = "GROUP BY step, path, turn, split"
_DONE = f"newest.status IN ('{TaskStatus.SUCCEEDED}', '{TaskStatus.REUSED}')"

_NUMPY = re.compile(r"np\.(\w+)\((.*)\)|np\.(True|False)_")
_NARROW = {"float16": "e", "float32": "f"}  # the same decimal means another number in a narrower type
_SHORTENED = 80  # a repr of so many characters may have been cut in its middle
_NUMBERS = ('["float","', '["int","')  # in JSON, where no sign of a number is escaped
_HUGE = 190  # as for a number, which is cut later


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Describes an item of a foreach: the path of its task, its type and text, and its fields if it has any."""

    path: tuple[int, ...]
    type: str
    text: str
    fields: tuple[tuple[str, str], ...]


def read_scalars(reader: CatalogReader, run: int, step: str) -> Iterator[tuple[int, str, Scalar]]:
    """Yield (row of the task, name, value) of every scalar artifact of a step's newest tasks in a run."""
    query = f"""SELECT newest.id, names.text, artifacts.summary
        FROM ({_NEWEST} AND step = (SELECT id FROM names WHERE text = ?) {_PLACE}) AS newest
        JOIN artifacts ON artifacts.task = newest.id JOIN names ON names.id = artifacts.name
        WHERE newest.split = 0 AND {_DONE} AND {_IS_SCALAR} ORDER BY newest.id, artifacts.position"""
    for task, name, summary in reader.query(query, run, step).fetchall():
        value = _read(summary)
        if value is not None and " " not in name:
            yield task, name, value


def read_results(reader: CatalogReader, run: int) -> Iterator[tuple[str, str, Scalar]]:
    """Yield (step, name, value) of every scalar artifact of the tasks of a run that ended well outside of a foreach.

    Of a loop it is what the last turn has left.
    """
    query = f"""SELECT steps.text, names.text, artifacts.summary
        FROM ({_NEWEST} AND path = x'' {_PLACE}) AS newest
        JOIN artifacts ON artifacts.task = newest.id JOIN names ON names.id = artifacts.name
        JOIN names AS steps ON steps.id = newest.step
        WHERE newest.split = 0 AND {_DONE} AND {_IS_SCALAR} ORDER BY newest.turn, newest.id, artifacts.position"""
    for step, name, summary in reader.query(query, run):
        value = _read(summary)
        if value is not None and " " not in name:
            yield step, name, value


def read_items(reader: CatalogReader, run: int, foreach: str) -> Iterator[ItemRow]:
    """Yield the items into which a foreach step has split, with the path of the task of each."""
    query = f"""SELECT newest.path AS place, artifacts.position, artifacts.summary
        FROM ({_NEWEST} AND step = (SELECT id FROM names WHERE text = ?) {_PLACE}) AS newest
        JOIN artifacts ON artifacts.task = newest.id WHERE newest.split = 1 ORDER BY newest.path, artifacts.position"""
    for path, position, summary in reader.query(query, run, foreach):
        found = read_summary(summary)
        yield ItemRow((*path_of(path), position), found.type, found.text, found.fields)


@lru_cache(4096)  # many tasks have the same values
@reads_row("an artifact")
def _read(summary: str) -> Scalar | None:
    kind, text = summary[2:-2].split('","', 1) if summary.startswith(_NUMBERS) else json.loads(summary)[:2]
    return scalar_of(kind, text)


def scalar_of(kind: str, text: str) -> Scalar | None:
    """Return the value that a summary describes; None if the value is no scalar, or if its text may be cut."""
    if kind in ("int", "float"):
        return number_of(text)
    if kind == "bool":
        return text == "True"
    if _may_be_cut(text):
        return None
    if kind == "str":
        return unquote(text)
    if kind in _TOLD or kind.startswith("pathlib.") or text.startswith(f"<{kind.rpartition('.')[2]}."):
        return read_repr(text)
    return _of_numpy(text) if kind.startswith("numpy.") else None


@lru_cache(4096)  # the same values are in many items
def read_short_repr(text: str) -> Scalar:
    """Return the value that a short repr stands for if it is a scalar, else the repr."""
    value = None if _may_be_cut(text) else _of_numpy(text)
    return text if value is None else value


def _may_be_cut(text: str) -> bool:
    return len(text) >= _SHORTENED and "..." in text


def _of_numpy(text: str) -> Scalar | None:
    kind, inside = _unwrap(text)
    value = None if kind in ("datetime64", "timedelta64") else _in_python(kind, inside)
    return read_repr(text) if value is None else value


def _unwrap(text: str) -> tuple[str, str]:
    """Return the type and the value in a repr of numpy, such as `np.float64(0.5)`; the type is "" for other reprs."""
    found = _NUMPY.fullmatch(text)
    return (found[1] or "bool", found[2] or found[3]) if found else ("", text)


def _in_python(kind: str, text: str) -> Scalar | None:
    """Return a value of Python that is equal to the one of numpy's type `kind` with this text; None if it is none."""
    if text in ("True", "False"):
        return text == "True"
    if text.startswith(("'", '"')):
        return unquote(text)
    number = number_of(text)
    if kind in _NARROW and isinstance(number, float) and math.isfinite(number):
        return float(struct.unpack(_NARROW[kind], struct.pack(_NARROW[kind], number))[0])
    return number


def number_of(text: str) -> int | float | None:
    """Return the number that a text is; None if it is none, or too long to be whole."""
    if len(text) > _HUGE:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def unquote(text: str) -> str | None:
    """Return the text that a repr stands for; None if it is that of another value."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None
