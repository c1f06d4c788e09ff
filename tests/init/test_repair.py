"""`check --fix`: the cells that must be steps become some, and nothing is told then that was not told before."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Problem
from nbflow.notebook.init.init_plan import plan_init
from nbflow.notebook.init.repairing import plan_repair
from nbflow.notebook.read import read_cells
from tests.cli.shell import Shell
from tests.notebooks.constructs import NOTEBOOKS


def errors(cells: Sequence[Cell]) -> list[Problem]:
    return [one for one in check_flow(link(read_flow([*cells], "nb", "nb.ipynb"))) if not one.warning]


def numbered(sources: Sequence[str]) -> list[Cell]:
    return [Cell(number, source) for number, source in enumerate(sources, 1)]


def repaired(cells: Sequence[Cell]) -> list[Cell]:
    return [group.cell for group in plan_repair(cells).groups]


def made_flow(path: Path) -> list[str]:
    """The cells of the flow that `init` makes, none of which waits for another by its header."""
    plan = plan_init(list(read_cells(path)), path.name)
    return [re.sub(r"\A(%%step \w+) --after .*", r"\1", group.cell.source.lstrip("\n")) for group in plan.groups]


@pytest.mark.parametrize("path", NOTEBOOKS[::5], ids=lambda path: path.stem)
def test_headers_that_are_missing_are_told_all_at_once_and_written(path: Path) -> None:
    drawn = random.Random(path.stem)
    sources = made_flow(path)
    assert errors(numbered(sources)) == []
    lost = [drawn.random() < 0.5 and source.startswith("%%step") for source in sources]
    cells = numbered(
        [source.partition("\n")[2] if gone else source for source, gone in zip(sources, lost, strict=True)]
    )
    told = errors(cells)
    assert all(one.header for one in told)
    assert {one.place.cell for one in told if one.place} <= {number for number, gone in enumerate(lost, 1) if gone}
    assert errors(repaired(cells)) == []


CELLS = (
    "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\nraw = [3, 1, int(input())]",
    "best = raw[-1] + len(open(__file__).read())",
    "%%step report\nprint(best)",
    "best",
)


def test_what_needs_a_header_gets_it_and_no_other_word_changes(shell: Shell) -> None:
    path = Path(shell.write("films", *CELLS))
    told = shell("check", str(path))
    assert told.lines[-1] == "films.ipynb · 1 step · 2 errors, 0 warnings"
    answer = shell("check", str(path), "--fix")
    assert answer.code == 0
    assert [line.partition(":")[0] for line in answer.lines] == [
        "fixed",
        "fixed",
        "films.ipynb · 3 steps · nothing is wrong",
    ]
    code = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
    assert [line for line in code.split("\n") if not line.startswith("%")] == [
        line for line in "\n".join(CELLS).split("\n") if not line.startswith("%")
    ]
    before = path.read_bytes()
    assert shell("check", str(path), "--fix").code == 0
    assert path.read_bytes() == before


def test_headers_are_written_in_the_form_that_the_notebook_has(shell: Shell) -> None:
    path = Path(shell.write("films", CELLS[1].replace("raw[-1]", "1"), "#| step: report\nprint(best)"))
    assert shell("check", str(path), "--fix").code == 0
    assert "#| step: load_best" in path.read_text()


def test_what_no_header_mends_is_told_and_the_file_stays(shell: Shell) -> None:
    path = Path(shell.write("films", "%%step a\nx = y"))
    before = path.read_bytes()
    answer = shell("check", str(path), "--fix")
    assert answer.code == 1
    assert "nothing above provides 'y'; needed in step 'a'" in answer.out
    assert path.read_bytes() == before


def test_a_place_in_a_text_notebook_is_a_line_of_the_file(shell: Shell) -> None:
    path = shell.folder / "films.py"
    path.write_text("# %% [markdown]\n# Films\n\n# %%\n# %%step a\nx = 1\ny = z\n\n# %%\nprint(1)\nn = = 2\n")
    answer = shell("check", str(path))
    assert [line.partition(": ")[2].partition(" · ")[0] for line in answer.lines[:2]] == ["films.py:7", "films.py:11"]
