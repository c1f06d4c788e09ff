"""Runs the SQL of a cell: in DuckDB over frames and files, or on a database connection of the user."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbflow.errors import SQLFailed, SQLMissing
from nbflow.languages.cell_place import LeadingTo, place_of_call, raised_at
from nbflow.languages.databases import failure_of, is_of_library, run_on_database

if TYPE_CHECKING:
    import duckdb

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
    with LeadingTo(name, line):
        given = {one: _plain(value) for one, value in (parameters or {}).items()}
        try:
            if connection is None:
                return _run_over_frames(query, tables or {}, given)
            if is_of_library(connection, "duckdb", "_duckdb"):
                _execute_all(connection, query, given)
                return connection.df()
            return run_on_database(connection, query, given)
        except SQLFailed as error:
            raise raised_at(error, name, line + error.line - 1) from None


def _run_over_frames(query: str, tables: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    try:
        import duckdb  # noqa: PLC0415 - only steps in SQL need it
    except ImportError as error:
        raise SQLMissing from error
    with duckdb.connect(config={"python_enable_replacements": False}) as database:
        try:
            _register_all(database, tables)
        except duckdb.Error as error:
            raise failure_of(error) from error
        _execute_all(database, query, parameters)
        return _frame_like(next(iter(tables.values()), None), database)


def _execute_all(database: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any]) -> None:
    """Execute the statements, so that the database holds the rows of the last one."""
    import duckdb  # noqa: PLC0415 - as above

    above, is_table, text = 0, False, ""
    try:
        for text in [one.query for one in database.extract_statements(query)]:
            (statement,) = database.extract_statements(text)  # alone, or its errors count lines wrongly
            given = {one: parameters[one] for one in statement.named_parameters if one in parameters}
            database.execute(statement, given or None)
            is_table = _returns_rows(database, statement)
            above += text.count("\n")
    except duckdb.Error as error:
        raise failure_of(error, above, text) from error
    if not is_table:
        raise SQLFailed("the last statement returns no rows: end with a SELECT", above + 1)


def _returns_rows(database: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> bool:
    """Return whether what has been executed made a table; what changes rows answers with their count."""
    import duckdb  # noqa: PLC0415 - as above

    kinds, rows = statement.expected_result_type, duckdb.ExpectedResultType.QUERY_RESULT
    return kinds == [rows] or (rows in kinds and [one[0] for one in database.description or ()] != ["Count"])


def _plain(value: Any) -> Any:
    """Return a value of Python for a scalar of NumPy, which databases do not know or take for bytes."""
    if not is_of_library(value, "numpy") or getattr(value, "shape", None) != ():
        return value
    if value.dtype.kind in "mM":
        import pandas as pd  # noqa: PLC0415 - as above

        return (pd.Timestamp if value.dtype.kind == "M" else pd.Timedelta)(value)
    return value.item()


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
