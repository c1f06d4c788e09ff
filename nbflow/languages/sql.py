"""Runs the SQL of a cell: in DuckDB over frames and files, or on a database connection of the user."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbflow.errors import SQLFailed, SQLMissing
from nbflow.flow.languages.sql_reads import parameters_of_sql, with_placeholders
from nbflow.languages.cell_place import place_of_call, raised_at

if TYPE_CHECKING:
    import duckdb

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_OF_JOIN = "inputs"


def run_sql(
    query: str,
    tables: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    connection: Any = None,
) -> Any:
    """Return the rows of the last statement as a frame.

    Args:
        query: One or more statements, in the dialect of DuckDB or of the connection.
        tables: Frames of pandas, polars or Arrow, by the names under which the query reads them. A name such as
            `inputs.top` has the list of what the tasks of a foreach made: frames, which become one, or values.
        parameters: Values for `$NAME`. They are bound, and never become part of the text.
        connection: An engine or connection of SQLAlchemy, or a connection of the DB-API or ADBC, to use instead.

    Returns:
        A frame of the kind of the first table; of pandas if there is none.

    Raises:
        SQLFailed: A statement cannot be executed. Its traceback leads to the line of the cell.
        SQLMissing: DuckDB is not installed.
    """
    name, line = place_of_call()
    try:
        if connection is not None:
            return _run_on(connection, query, parameters or {})
        return _run_in_duckdb(query, tables or {}, parameters or {})
    except SQLFailed as error:
        raise raised_at(error, name, line + error.line - 1) from None


def _run_in_duckdb(query: str, tables: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    try:
        import duckdb  # noqa: PLC0415 - only steps in SQL need it
    except ImportError as error:
        raise SQLMissing from error
    with duckdb.connect(config={"python_enable_replacements": False}) as database:
        try:
            _register_all(database, tables)
            texts = [one.query for one in database.extract_statements(query)]
        except duckdb.Error as error:
            raise _failure(error, 0) from error
        above, is_table = 0, False
        for text in texts:
            try:
                (statement,) = database.extract_statements(text)  # alone, or its errors count lines wrongly
                given = {one: parameters[one] for one in statement.named_parameters if one in parameters}
                database.execute(statement, given or None)
            except duckdb.Error as error:
                raise _failure(error, above, text) from error
            is_table = statement.expected_result_type == [duckdb.ExpectedResultType.QUERY_RESULT]
            above += text.count("\n")
        if not is_table:
            raise SQLFailed("the last statement returns no rows: end with a SELECT", above + 1)
        return _frame_like(next(iter(tables.values()), None), database)


def _register_all(database: duckdb.DuckDBPyConnection, tables: Mapping[str, Any]) -> None:
    if any(name.startswith(f"{_OF_JOIN}.") for name in tables):
        database.execute(f"CREATE SCHEMA {_OF_JOIN}")
    for name, table in tables.items():
        if name.startswith(f"{_OF_JOIN}."):
            _register_joined(database, name.partition(".")[2], table)
        elif not _is_frame(table):
            kind = type(table).__name__
            fix = f"make a frame of it, or write ${name} for its value"
            raise SQLFailed(f"'{name}' is not a table, but of type {kind}: {fix}")
        else:
            database.register(name, table)


def _register_joined(database: duckdb.DuckDBPyConnection, name: str, values: Sequence[Any]) -> None:
    """Make a table of what the tasks of a foreach made."""
    if not values or not all(map(_is_frame, values)):
        import pandas as pd  # noqa: PLC0415 - DuckDB needs it too

        values = [pd.DataFrame({name: list(values)})]
    parts = [f"{_OF_JOIN}_{name}_{number}" for number in range(len(values))]
    for part, value in zip(parts, values, strict=True):
        database.register(part, value)
    union = " UNION ALL BY NAME ".join(f'SELECT * FROM "{part}"' for part in parts)
    database.execute(f'CREATE VIEW {_OF_JOIN}."{name}" AS {union}')


def _is_frame(value: Any) -> bool:
    library = type(value).__module__.partition(".")[0]
    kinds = {"pandas": {"DataFrame"}, "polars": {"DataFrame", "LazyFrame"}, "pyarrow": {"Table", "RecordBatchReader"}}
    return any(one.__name__ in kinds.get(library, ()) for one in type(value).__mro__)


def _frame_like(first: Any, database: duckdb.DuckDBPyConnection) -> Any:
    """Return the result as a frame of the library to which a table belongs."""
    if isinstance(first, list):
        first = next(iter(first), None)
    match type(first).__module__.partition(".")[0]:
        case "polars":
            return sys.modules["polars"].from_arrow(_arrow_of(database))
        case "pyarrow":
            return _arrow_of(database)
        case _:
            return database.df()


def _arrow_of(database: Any) -> Any:
    """Return the result as an Arrow table; the method has another name before DuckDB 2."""
    convert = getattr(database, "to_arrow_table", None) or database.fetch_arrow_table
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # another way would save a copy of the rows
        return convert()


def _failure(error: Exception, above: int, statement: str = "") -> SQLFailed:
    """Return the error with the line of the query; `above` are the lines before its statement."""
    message, found = str(error), _LINE.search(str(error))
    first = len(statement) - len(statement.lstrip())
    line = int(found[1]) if found else statement.count("\n", 0, first) + 1
    return SQLFailed(message[: found.start()].strip() if found else message, above + line)


# connections of the user


def _run_on(connection: Any, query: str, parameters: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - most steps need it not

    library = type(connection).__module__.partition(".")[0]
    try:
        if library == "sqlalchemy":
            return _run_on_sqlalchemy(connection, query, parameters)
        text, given = _for_driver(connection, query, parameters)
        cursor = connection.cursor()
        try:
            cursor.execute(text, *([given] if given else []))
            columns = [one[0] for one in cursor.description or ()]
            rows = cursor.fetchall() if columns else []
        finally:
            cursor.close()
    except Exception as error:
        raise SQLFailed(f"{type(error).__name__}: {error}", 1) from error
    if not columns:
        raise SQLFailed("the statement returns no rows: end with a SELECT", 1)
    return pd.DataFrame.from_records(rows, columns=columns)


def _run_on_sqlalchemy(connection: Any, query: str, parameters: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - as above

    text = sys.modules["sqlalchemy"].text(with_placeholders(query.replace(":", r"\:"), ":{}"))
    return pd.read_sql_query(text, connection, params=dict(parameters))


_STYLES = {"named": ":{}", "pyformat": "%({})s", "qmark": "?", "format": "%s", "numeric": None}


def _for_driver(connection: Any, query: str, parameters: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the text and the values as a driver of the DB-API takes them."""
    names = list(parameters_of_sql(query))
    if not names:
        return query, None
    style = _STYLES.get(_paramstyle(type(connection).__module__)) or "?"
    if style == "%({})s" or style == "%s":
        query = query.replace("%", "%%")
    is_named = "{" in style
    given: Any = {name: parameters[name] for name in names} if is_named else [parameters[name] for name in names]
    return with_placeholders(query, style), given


def _paramstyle(module: str) -> str:
    """Return how a driver writes parameters; its package says so."""
    parts = module.split(".")
    packages: Iterable[str] = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    found = (getattr(sys.modules.get(package), "paramstyle", None) for package in packages)
    return next((style for style in found if style), "qmark")
