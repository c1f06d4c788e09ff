"""SQL gives what DuckDB gives for the same frames, and its errors lead to the line of the cell."""

from __future__ import annotations

import sqlite3
import traceback
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from nbflow.errors import SQLFailed
from nbflow.languages import run_sql

MOVIES = pd.DataFrame(
    {
        "genre": ["drama", "comedy", "drama", None],
        "gross": [3, 5, 4, 1],
        "stars": [1.5, np.nan, 2.5, 3.0],
        "seen": pd.to_datetime(["2020-01-01", None, "2021-05-05", "2022-02-02"]),
        "kind": pd.Categorical(["a", "b", "a", "b"]),
        "good": [True, False, None, True],
    }
)

QUERIES = (
    "SELECT * FROM movies",
    "SELECT genre, sum(gross) AS total, avg(stars) FROM movies GROUP BY 1 ORDER BY 1",
    "SELECT count(seen), max(seen), bool_and(good) FROM movies",
    "SELECT m.genre, n.kind FROM movies m JOIN movies n USING (gross) ORDER BY gross",
    "PIVOT movies ON kind USING sum(gross) GROUP BY genre ORDER BY genre",
    "UNPIVOT movies ON gross, stars INTO NAME what VALUE number",
    "SUMMARIZE movies",
    "FROM movies SELECT row_number() OVER (ORDER BY gross) AS place, gross",
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_gives_what_duckdb_gives(query: str) -> None:
    with duckdb.connect() as database:
        database.register("movies", MOVIES)
        assert_frame_equal(run_sql(query, {"movies": MOVIES}), database.execute(query).df())


COLUMN = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")) | st.none(), min_size=3, max_size=3),
    st.lists(st.sampled_from(["a", "b", None]), min_size=3, max_size=3).map(pd.Categorical),
)


@given(st.lists(COLUMN, min_size=1, max_size=3))
def test_a_frame_comes_back_as_it_went(columns: list[list[Any]]) -> None:
    frame = pd.DataFrame({f"c{number}": column for number, column in enumerate(columns)})
    with duckdb.connect() as database:
        database.register("frame", frame)
        assert_frame_equal(run_sql("FROM frame", {"frame": frame}), database.execute("FROM frame").df())


def test_the_result_is_of_the_kind_of_the_first_table() -> None:
    assert isinstance(run_sql("FROM t", {"t": pl.DataFrame({"a": [1]})}), pl.DataFrame)
    assert isinstance(run_sql("FROM t", {"t": pa.table({"a": [1]})}), pa.Table)
    assert isinstance(run_sql("SELECT 1"), pd.DataFrame)


def test_only_the_tables_that_are_given_are_seen() -> None:
    hidden = MOVIES
    with pytest.raises(SQLFailed, match="hidden does not exist"):
        run_sql("SELECT * FROM hidden")
    assert len(hidden) == 4


def test_parameters_are_values_and_never_text() -> None:
    evil = "drama' OR '1' = '1"
    found = run_sql(
        "SELECT $word AS word, count(*) n FROM movies WHERE genre = $word", {"movies": MOVIES}, {"word": evil}
    )
    assert found.to_dict("list") == {"word": [evil], "n": [0]}


def test_scalars_of_numpy_are_parameters() -> None:
    given = {"n": np.int64(3), "x": np.float32(0.5), "t": np.datetime64("2020-01-02T03:04:05.000000006"), "b": np.True_}
    found = run_sql("SELECT $n n, $x x, $b b, $t::TIMESTAMP_NS t", parameters=given)
    assert (found.n[0], found.x[0], found.b[0], found.t[0].year) == (3, 0.5, True, 2020)
    with sqlite3.connect(":memory:") as database:  # takes them for bytes
        assert run_sql("SELECT $n AS n", parameters=given, connection=database).n[0] == 3


def test_the_last_of_several_statements_gives_the_rows() -> None:
    query = "CREATE TEMP TABLE best AS SELECT * FROM movies WHERE gross > $least;\nSELECT count(*) AS n FROM best;"
    assert run_sql(query, {"movies": MOVIES}, {"least": 3}).n[0] == 2


def test_what_the_tasks_of_a_foreach_made_is_one_table() -> None:
    frames = [pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [3], "b": ["x"]})]
    found = run_sql("SELECT sum(a) AS s, count(b) AS n FROM inputs.each", {"inputs.each": frames})
    assert found.to_dict("list") == {"s": [6], "n": [1]}
    assert run_sql("SELECT max(score) m FROM inputs.score", {"inputs.score": [1, 5, 2]}).m[0] == 5


@pytest.mark.parametrize(
    ("query", "line", "words"),
    [
        ("SELECT 1;\n\nSELECT\n  nocol\nFROM movies", 4, '"nocol" not found'),
        ("SELECT 1;\nSELECT CAST(genre AS INT)\nFROM movies", 2, "Could not convert"),
        ("SELECT 1;\n\nSELECT * FROM nothing", 3, "nothing does not exist"),
        ("CREATE TEMP TABLE t (x INT)", 1, "the last statement returns no rows"),
    ],
)
def test_an_error_leads_to_its_line(query: str, line: int, words: str) -> None:
    with pytest.raises(SQLFailed, match=words) as caught:
        run_sql(query, {"movies": MOVIES})
    lines = [one.lineno for one in traceback.extract_tb(caught.value.__traceback__) if one.filename == __file__]
    assert lines[-1] is not None
    assert lines[-1] - (lines[0] or 0) + 1 == line


def test_what_is_no_table_is_named() -> None:
    with pytest.raises(SQLFailed, match=r"'movies' is not a table, but of type int: .* or write \$movies"):
        run_sql("SELECT * FROM movies", {"movies": 3})


def test_a_connection_of_the_user_answers() -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE films (name TEXT, gross INT)")
        database.executemany("INSERT INTO films VALUES (?, ?)", [("it's $5", 5), ("other", 3)])
        query = "SELECT name FROM films WHERE gross >= $least AND name != '$no' -- $comment"
        assert list(run_sql(query, parameters={"least": 4}, connection=database).name) == ["it's $5"]
        with pytest.raises(SQLFailed, match="no such table: nowhere"):
            run_sql("SELECT * FROM nowhere", connection=database)


CHANGING = """
-- one; two
CREATE TABLE films (name TEXT, gross INT);
INSERT INTO films VALUES ('a;b', $gross);
SELECT * FROM films;
"""


@pytest.mark.parametrize("connect", [sqlite3.connect, lambda path: sqlalchemy.create_engine(f"sqlite:///{path}")])
def test_what_statements_change_in_a_database_stays_unless_one_of_them_fails(tmp_path: Path, connect: Any) -> None:
    path = tmp_path / "films.db"
    assert run_sql(CHANGING, parameters={"gross": 3}, connection=connect(path)).to_dict("list") == {
        "name": ["a;b"],
        "gross": [3],
    }
    with pytest.raises(SQLFailed, match="no such column: nope") as caught:
        run_sql("INSERT INTO films VALUES ('c', 1);\n\nSELECT nope\nFROM films", connection=connect(path))
    assert caught.value.line == 3
    assert pd.read_sql_query("SELECT * FROM films", sqlite3.connect(path)).to_dict("list") == {
        "name": ["a;b"],
        "gross": [3],
    }


def test_a_connection_of_duckdb_answers_with_its_own_tables() -> None:
    with duckdb.connect() as database:
        database.execute("CREATE TEMP TABLE films AS SELECT 5 AS gross, DATE '2020-01-02' AS day")
        found = run_sql("SELECT * FROM films WHERE gross >= $least", parameters={"least": 4}, connection=database)
        assert_frame_equal(found, database.execute("SELECT * FROM films").df())


def test_what_is_no_connection_is_named() -> None:
    with pytest.raises(SQLFailed, match="--connect names a str: it must be an engine"):
        run_sql("SELECT 1", connection="sqlite://")


def test_an_engine_of_sqlalchemy_answers() -> None:
    engine = sqlalchemy.create_engine("sqlite://")
    query = "SELECT $n + 1 AS more, 'a:b' AS colon"
    assert run_sql(query, parameters={"n": 2}, connection=engine).to_dict("list") == {"more": [3], "colon": ["a:b"]}
