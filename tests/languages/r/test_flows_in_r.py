"""Runs flows with steps in R: in workers, again, in a kernel, as a notebook of ours and as imported ones."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import which
from typing import Any

import pandas as pd
import pytest

from nbflow.flow.source.cell import Cell
from nbflow.importing.notebook import import_script
from nbflow.notebook.read import read_cells
from nbflow.run.events.events import Outcome, TaskFailed
from tests.cli.shell import Shell
from tests.flows import Shape
from tests.run.running import Place, Ran

ROOT = Path(__file__).parents[3]

SHARED = "%%shared --lang R\ntwice <- function(x) {\n  if (any(x > 100)) stop('too \"large\"')\n  2 * x\n}"

TEXT = f"""
{SHARED}
---
%%parameters
limit: int = 2
---
%%step load
import pandas as pd
table = pd.DataFrame({{"name": ["a", "b", "c"], "n": [1, 2, 3]}})
---
%%step above --lang R --in table,limit --out found,message
found <- table[table$n >= limit, ]
found$n <- twice(found$n)
message <- "a \\\\ \\"b\\""
---
%%step each --lang R --foreach one in ["x", "yy"] --out size,drawn --seed 3
size <- nchar(one)
drawn <- runif(1)
---
%%step all --lang R --join each --in limit --out sizes,draws
sizes <- vapply(inputs, function(task) task$size * limit, 1)
draws <- unlist(lapply(inputs, `[[`, "drawn"))
---
%%step end
result = (found, message, sizes, len(set(draws)))
"""

FLOW = Shape("inr", TEXT, {})


def values_of(ran: Ran) -> Any:
    assert ran.finished.outcome is Outcome.SUCCEEDED, ran.events
    return ran.value("end.result")


@pytest.fixture(scope="module")
def ran_before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ran]:
    """A folder in which the flow has run."""
    here = Place(tmp_path_factory.mktemp("before"))
    return here, here.run(FLOW)


def test_a_flow_in_r_gives_its_values_and_is_reused(ran_before: tuple[Place, Ran]) -> None:
    here, first = ran_before
    found, message, sizes, draws = values_of(first)
    pd.testing.assert_frame_equal(found, pd.DataFrame({"name": ["b", "c"], "n": [4.0, 6.0]}, index=[1, 2]))
    assert (message, sizes, draws) == ('a \\ "b"', [2.0, 4.0], 2)
    assert here.run(FLOW, reuse=True).executed == []
    again = here.run(FLOW, reuse=True, rerun=[("each", (0,)), ("each", (1,))])
    assert again.executed == ["each[0]", "each[1]"]
    assert again.value("all.draws") == first.value("all.draws")
    other = Shape("inr", TEXT.replace("2 * x", "x * 2"), {})
    assert here.run(other, reuse=True).executed == ["above", "all", "each[0]", "each[1]"]
    assert here.run(FLOW, reuse=True, parameters={"limit": 3}).executed == ["above", "all", "end"]


def test_another_version_of_r_runs_steps_in_r_again(
    ran_before: tuple[Place, Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = ran_before
    other = tmp_path / "bin"
    other.mkdir()
    script = f'#!/bin/sh\n[ "$1" = --version ] && echo "Rscript (R) version 9.9.9" || exec {which("Rscript")} "$@"\n'
    (other / "Rscript").write_text(script, "utf-8")
    (other / "Rscript").chmod(0o755)
    monkeypatch.setenv("PATH", str(other), prepend=":")
    assert here.run(FLOW, reuse=True).executed == ["above", "all", "each[0]", "each[1]"]


def test_a_failure_names_the_lines_of_its_cells(tmp_path: Path) -> None:
    ran = Place(tmp_path).run(Shape("inr", TEXT.replace("[1, 2, 3]", "[1, 2, 300]"), {}))
    failures = [event.failure for event in ran.events if isinstance(event, TaskFailed)]
    (failure,) = failures
    assert failure.message == 'too "large" (in twice(found$n))'
    assert [(frame.where, frame.source) for frame in failure.frames] == [
        ("inr.ipynb · step above · cell 4, line 3", "found$n <- twice(found$n)"),
        ("inr.ipynb · cell 1, line 3", "if (any(x > 100)) stop('too \"large\"')"),
    ]


def test_the_playlist_in_r_is_that_of_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    assert shell("demo", "playlist_r").code == 0
    ran = shell("run", "playlist_r.ipynb", "--genre", "Comedy", "--recommendations", "3", "--output", "out.ipynb")
    assert ran.code == 0, ran.text
    films = pd.read_csv("data/movies.csv").dropna(subset=["gross", "genre"])
    best = films[films["genre"] == "Comedy"].nlargest(3, "gross")
    cells = {cell["id"]: cell for cell in json.loads((tmp_path / "out.ipynb").read_text("utf-8"))["cells"]}
    said = "".join(cells["end"]["outputs"][0]["text"]).splitlines()
    assert [line.split(". ", 1)[1].rsplit(" (", 1)[0] for line in said[:3]] == [*best["movie_title"]]
    median = films.loc[films["genre"] == "Comedy", "gross"].median()
    assert f"the median of Comedy, ${median:,.0f}" in said[-1]
    assert [one["output_type"] for one in cells["join"]["outputs"]] == ["display_data", "stream"]
    assert "image/png" in cells["join"]["outputs"][0]["data"]


MOVIES = """title,genres,gross
Alien,Sci-Fi|Horror,100
Solaris,Sci-Fi|Drama,30
Moon,Sci-Fi,9
Fargo,Drama,60
Psycho,Horror,50
"""


def run_imported(name: str, folder: Path) -> Ran:
    import_script(ROOT / "tests" / "importing" / "r_scripts" / f"{name}.R", folder / f"{name}.ipynb")
    (folder / "movies.csv").write_text(MOVIES, "utf-8")
    cells: list[Cell] = [*read_cells(folder / f"{name}.ipynb")]
    return Place(folder).run(Shape(name, "\n---\n".join(cell.source for cell in cells), {}))


def test_an_imported_flow_of_metaflow_runs(tmp_path: Path) -> None:
    ran = run_imported("playlist", tmp_path)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("join.playlist") == ["Alien", "Solaris", "Fargo"]
    assert ran.text("end") == "Pick 1: Alien\nPick 2: Solaris\nPick 3: Fargo\n"


def test_an_imported_foreach_and_its_join_run(tmp_path: Path) -> None:
    ran = run_imported("stats", tmp_path)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    stats = ran.value("gather.stats")
    assert stats.to_dict("list") == {
        "genre": ["Drama", "Horror", "Sci-Fi"],
        "median": [45.0, 75.0, 30.0],
        "mean": [45.0, 75.0, pytest.approx(139 / 3)],
    }
    assert ran.text("end") == "done\n"
