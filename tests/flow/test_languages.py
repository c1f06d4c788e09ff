"""A cell in another language is read as one call in Python, which says what the cell reads and writes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.languages.sql_reads import SqlReads, reads_of_sql
from nbflow.flow.languages.translation import as_cell, translate
from nbflow.flow.syntax.header import Header, read_header
from tests.flow.reading import flow_of, graph_of

SQL = Header(name="top", language="sql")


def reads(query: str) -> SqlReads:
    return reads_of_sql(query, SQL)


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("SELECT * FROM movies m JOIN ratings USING (id)", ("movies", "ratings")),
        ("FROM movies", ("movies",)),
        ("WITH best AS (SELECT * FROM movies) SELECT * FROM best", ("movies",)),
        ("WITH movies AS (SELECT * FROM movies) SELECT * FROM movies", ("movies",)),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a, b", ("b",)),
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t", ()),
        ("CREATE TEMP TABLE t AS SELECT * FROM movies; SELECT * FROM T", ("movies",)),
        ("SELECT * FROM movies WHERE id IN (SELECT id FROM other)", ("movies", "other")),
        ("SELECT 'FROM nothing' -- FROM nobody\n/* FROM here */ FROM movies", ("movies",)),
        ("PIVOT movies ON year USING sum(gross)", ("movies",)),
        ("EXPLAIN ANALYZE SELECT * FROM movies", ("movies",)),
        ("CREATE TEMP MACRO best(n) AS TABLE FROM movies LIMIT n; FROM best(3)", ("movies",)),
        ("ATTACH ':memory:' AS d; CREATE TABLE d.t AS FROM movies; FROM d.t", ("movies",)),
        ("SELECT * FROM information_schema.tables, range(3)", ()),
        ("SELECT * FROM inputs.score", ("inputs.score",)),
    ],
)
def test_tables_are_names_of_the_notebook_unless_the_query_makes_them(query: str, tables: tuple[str, ...]) -> None:
    assert sorted(reads(query).tables) == sorted(tables)


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("SELECT * FROM 'films.csv'", ("films.csv",)),
        ("SELECT * FROM read_csv('data/*.csv', delim = '.')", ("data/*.csv",)),
        ("SELECT * FROM read_parquet(['a.parquet', 'b.parquet'])", ("a.parquet", "b.parquet")),
        ("SELECT * FROM 'https://example.org/films.csv'", ()),
        ("FROM parquet_metadata('x.parquet')", ("x.parquet",)),
        ("FROM st_read('maps/a.shp')", ("maps/a.shp",)),
        ("ATTACH 'films.duckdb' AS d; FROM d.films", ("films.duckdb",)),
        ("ATTACH 'films.duckdb'; FROM films.films", ("films.duckdb",)),
        ("CREATE TEMP TABLE t (a INT); COPY t FROM 'films.csv'; FROM t", ("films.csv",)),
        ("SUMMARIZE 'films.csv'", ("films.csv",)),
    ],
)
def test_files_are_watched(query: str, files: tuple[str, ...]) -> None:
    assert reads(query) == SqlReads(files=files)


def test_parameters_stand_outside_of_texts_and_comments() -> None:
    query = "SELECT $a, '$b', \"$c\", e'\\' $f' -- $d\n/* $e */, $$ $f $$, $a, $g::DATE"
    assert reads_of_sql(query, Header(name="top", language="sql", connection="db")).parameters == ("a", "g")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%%step top --lang sql\nSELECT 1\nFRM movies WHERE", "cell 1, line 3: this SQL cannot be read near 'movies'"),
        ('%%step top --lang sql\nSELECT * FROM "my films"', "'my films' is neither a name of the notebook nor a file"),
        ("%%step top --lang sql\nSELECT $1", "$1 is not the name of a parameter"),
        ("%%step top --lang sql --out a,b\nSELECT 1", "a step in SQL makes one table"),
        ("%%step top --lang sql\nSELECT * FROM Movies, movies", "'Movies' and 'movies' are the same name in SQL"),
        ("%%step top --lang sql\nSELECT $a + $A", "'$a' and '$A' are the same name in SQL"),
        ("%%step top --lang sql\nCOPY (SELECT 1) TO 'x.csv'", "a step in SQL writes no files"),
        ("%%step top --lang bash --in PATH\nls", "bash has a variable PATH of its own"),
        (
            "import sqlalchemy\nengine = sqlalchemy.create_engine('sqlite://')\n---\n"
            "%%step top --lang sql --connect engine\nSELECT 1",
            "Write  %%shared  on top of cell 1: every worker must connect itself",
        ),
        ("%%step top --lang bash --in inputs.n\necho", "--in inputs.n is for joins in SQL and bash"),
        ("%%step top --lang bash --join size --in inputs.n,n\necho", "two of --in have one name"),
        ("%%step top --lang bash --connect db\necho", "--connect is for steps in SQL"),
        ("%%step top --lang cobol", "--lang 'cobol' is not a language of steps. Write --lang sql, R or bash"),
        ("%%step top --lang sql\nSELECT *\nFROM\nmvies LIMIT 3\n", "cell 1, line 4: nothing above provides 'mvies'"),
        ("%%step top --lang sql\nSELECT\n$genr", "cell 1, line 3: nothing above provides 'genr'"),
        ("%%step top --lang sql --connect db\n\nSELECT 1", "cell 1, line 1: nothing above provides 'db'"),
        ("%%step top --lang sql --in rest\n\nSELECT 1", "cell 1, line 1: nothing above provides 'rest'"),
        ("%%step top --lang R --in films --out x\n\nx <- films", "cell 1, line 1: nothing above provides 'films'"),
        ("%%step top --lang bash --in films\n\necho $films", "cell 1, line 1: nothing above provides 'films'"),
    ],
)
def test_a_mistake_is_said_with_its_place(cell: str, message: str) -> None:
    assert any(message in str(problem) for problem in check_flow(graph_of(cell)))


def test_a_language_that_is_not_known_is_the_one_problem_of_its_cell() -> None:
    (found,) = check_flow(graph_of("%%step top --lang julia --out x\nx = [1 2\n---\n%%step end\nprint(x)"))
    assert found.message == "--lang 'julia' is not a language of steps"


def test_a_foreign_step_is_linked_like_any_other() -> None:
    graph = graph_of(
        "%%parameters\ngenre = 'drama'\n---\n%%step load\nmovies = [1]\n---\n"
        "%%step top --lang SQL\nSELECT * FROM movies WHERE g = $genre\n---\n"
        "%%step count --lang bash --in top --out lines\nlines=$(wc -l < $top)\n---\n%%step end\nprint(lines)"
    )
    assert check_flow(graph) == ()
    assert {name: (linked.upstream, set(linked.writes)) for name, linked in graph.links.items()} == {
        "load": ((), {"movies"}),
        "top": (("load",), {"top"}),
        "count": (("top",), {"lines"}),
        "end": (("count",), set()),
    }
    assert graph.links["top"].parameters == {"genre"}


@given(st.text(), st.sampled_from(["bash", "R"]))
@example("\0" + "0", "bash")
def test_the_text_of_a_cell_comes_to_its_function_as_it_is(text: str, language: str) -> None:
    header = Header(name="step", language=language, reads=frozenset({"a"}), writes=frozenset({"x"}))
    try:
        body = translate(text, header).body
    except UnicodeEncodeError:  # half a character
        return
    call = ast.parse(body.encode("utf-8", "surrogatepass").decode("utf-8", "replace")).body[-1]
    assert isinstance(call, ast.Assign)
    assert isinstance(call.value, ast.Call)
    (first, *_) = call.value.args
    assert isinstance(first, ast.Constant)
    assert first.value == text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def test_a_body_of_a_script_becomes_a_cell_in_its_language_again() -> None:
    line, text = "%%step top --lang sql", "SELECT *\nFROM movies -- all\n"
    body = translate(text, read_header(line)).body
    assert as_cell(line, body) == (line, text)
    changed = f"{body}\ntop = top.head()"
    assert as_cell(f"{line} --foreach a in b", changed) == ("%%step top --foreach a in b", changed)


def test_the_lines_of_the_body_are_those_of_the_cell() -> None:
    (step,) = flow_of("%%step top --lang sql\nSELECT 1,\n  2").steps
    assert step.source.body.count("\n") == 1
    assert step.source.body_line == 2
