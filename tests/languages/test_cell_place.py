"""An error of a cell in another language leads to its line, and marks no part of it."""

from __future__ import annotations

import linecache

import pytest

from nbflow.errors import LanguageFailed
from nbflow.languages import run_bash, run_r, run_sql
from nbflow.run.task.tracebacks import describe_failure

CELL = "a cell"
CALLS = {"run_sql": run_sql, "run_bash": run_bash, "run_r": run_r}
FAILING = {
    "a query that fails": 'run_sql("""select 1;\nselect nothing""")',
    "a value that is no table": 'run_sql("""select * from t""", {"t": 1})',
    "a script that fails": 'run_bash("""true\nfalse""", {}, [])',
    "a value that no variable can hold": 'run_bash("""true""", {"s": object()}, [])',
    "a file that nobody writes": 'run_bash("""true""", {}, ["x"])',
    "a value that R cannot hold": 'run_r("""1""", {"s": object()}, [])',
}


@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING)
def test_an_error_shows_the_line_alone(source: str) -> None:
    text = source.partition('"""')[2].partition('"""')[0]
    shown = [f"{line}\n" for line in text.splitlines()]
    linecache.cache[CELL] = len(text), None, shown, CELL
    with pytest.raises(LanguageFailed) as failed:
        exec(compile(source, CELL, "exec"), {**CALLS, "__name__": "__main__"})
    lines = describe_failure(failed.value).traceback.splitlines()
    assert lines[:2] == ["Traceback (most recent call last):", f'  File "{CELL}", line {len(shown)}, in <module>']
    assert lines[2] == f"    {shown[-1].strip()}"
    assert lines[3].startswith("nbflow.errors.")
