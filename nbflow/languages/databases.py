"""Runs SQL on a database connection of the user: of SQLAlchemy, of the DB-API, or of ADBC."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from nbflow.errors import SQLFailed
from nbflow.flow.languages.sql_reads import parameters_of_sql, statements_of_sql, with_placeholders

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


def run_on_database(connection: Any, query: str, parameters: Mapping[str, Any]) -> Any:
    """Execute the statements in one transaction, and return the rows of the last one as a frame of pandas.

    Raises SQLFailed, with nothing changed in the database, if a statement fails or the last one returns no rows.
    """
    if not (is_of_library(connection, "sqlalchemy") or hasattr(connection, "cursor")):
        kind = type(connection).__name__
        raise SQLFailed(f"--connect names a {kind}: it must be an engine of SQLAlchemy, or a connection")
    columns: list[str] = []
    rows: list[Any] = []
    try:
        with _transaction(connection) as execute:
            for statement, above in statements_of_sql(query):
                try:
                    columns, rows = execute(statement, parameters)
                except Exception as error:
                    raise failure_of(error, above, statement) from error
            if not columns:
                raise SQLFailed("the last statement returns no rows: end with a SELECT", query.rstrip().count("\n") + 1)
    except SQLFailed:
        raise
    except Exception as error:
        raise failure_of(error) from error
    import pandas as pd  # noqa: PLC0415 - most steps need it not

    return pd.DataFrame.from_records(rows, columns=columns, coerce_float=True)


def is_of_library(value: object, *names: str) -> bool:
    """Return whether a library defines the class of a value, or a class from which that derives."""
    return any(one.__module__.partition(".")[0] in names for one in type(value).__mro__)


def failure_of(error: Exception, above: int = 0, statement: str = "") -> SQLFailed:
    """Return the error with the line of the query; `above` are the lines before its statement."""
    message, found = str(error), _LINE.search(str(error))
    first = len(statement) - len(statement.lstrip())
    line = int(found[1]) if found else statement.count("\n", 0, first) + 1
    return SQLFailed(message[: found.start()].strip() if found else message, above + line)


@contextlib.contextmanager
def _transaction(connection: Any) -> Iterator[Any]:
    """Lend what executes a statement; keep what has changed at the end, or nothing after an error."""
    if is_of_library(connection, "sqlalchemy") and hasattr(connection, "begin") and hasattr(connection, "dispose"):
        with connection.begin() as begun:
            yield lambda *given: _execute_with_sqlalchemy(begun, *given)
        return
    execute = _execute_with_sqlalchemy if is_of_library(connection, "sqlalchemy") else _execute_with_driver
    try:
        yield lambda *given: execute(connection, *given)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _execute_with_sqlalchemy(connection: Any, query: str, parameters: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    text = sys.modules["sqlalchemy"].text(with_placeholders(query.replace(":", r"\:"), ":{}"))
    result = connection.execute(text, {name: parameters[name] for name in parameters_of_sql(query)})
    return (list(result.keys()), [tuple(row) for row in result]) if result.returns_rows else ([], [])


def _execute_with_driver(connection: Any, query: str, parameters: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    text, given = _for_driver(connection, query, parameters)
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(text, *([given] if given else []))
        columns = [one[0] for one in cursor.description or ()]
        return columns, list(cursor.fetchall()) if columns else []


_STYLES = {"named": ":{}", "pyformat": "%({})s", "qmark": "?", "format": "%s"}


def _for_driver(connection: Any, query: str, parameters: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the text and the values as a driver of the DB-API takes them."""
    names = list(parameters_of_sql(query))
    if not names:
        return query, None
    style = _STYLES.get(_paramstyle(type(connection).__module__), "?")
    if "%" in style:
        query = query.replace("%", "%%")
    is_named = "{" in style
    given: Any = {name: parameters[name] for name in names} if is_named else [parameters[name] for name in names]
    return with_placeholders(query, style), given


def _paramstyle(module: str) -> str:
    """Return how a driver writes parameters; its package says so."""
    parts = module.split(".")
    packages = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    found = (getattr(sys.modules.get(package), "paramstyle", None) for package in packages)
    return next((style for style in found if style), "qmark")
