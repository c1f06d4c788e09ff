"""Ten notebooks as messy as real ones: `init` makes flows of them, whose values are those that nbclient gets.

Two of them are run; with NBFLOW_EXPLORE in the environment, all.
"""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path

import jupytext
import nbformat
import pytest

from nbflow.client import Flow
from nbflow.flow.graph.link import link
from nbflow.notebook.read import read_notebook
from tests.cli.shell import Shell
from tests.notebooks.flowing import lines_apart, loading_from, values_apart
from tests.notebooks.kernel import run_in_kernel
from tests.soundness.warm import start_workers

MESSY = sorted((Path(__file__).parent / "messy").glob("*.py"))
QUICK = ("orders_sql", "queue_simulation")
RUN = MESSY if "NBFLOW_EXPLORE" in os.environ else [path for path in MESSY if path.stem in QUICK]
PAGE = Path(__file__).parents[2] / "docs/init.md"


def write_messy(text: Path, folder: Path) -> Path:
    """Write the notebook as somebody leaves it after an afternoon: cells ran in any order, some several times."""
    book = jupytext.read(text)
    for number, cell in enumerate(one for one in book.cells if one.cell_type == "code"):
        cell.execution_count = 1 + number * 37 % 61
    path = folder / f"{text.stem}.ipynb"
    nbformat.write(book, path)
    return path


def init(text: Path, folder: Path) -> tuple[Path, Path]:
    """Return the notebook as it was, and the flow that `init` has made of it."""
    (folder / "flow").mkdir()
    before, flow = write_messy(text, folder), write_messy(text, folder / "flow")
    answer = Shell(folder)("init", str(flow))
    assert answer.code == 0, answer.out + answer.err
    return before, flow


@pytest.mark.parametrize("text", RUN, ids=lambda path: path.stem)
def test_the_flow_of_a_messy_notebook_gives_what_jupyter_gives(text: Path, tmp_path: Path) -> None:
    before, flow = init(text, tmp_path)
    with chdir(flow.parent):
        start_workers()
        answer = Shell(flow.parent)("run", flow.name, "-j", "2")
    assert answer.code == 0, answer.out + answer.err
    steps = {step.place.cell: name for name, step in link(read_notebook(flow)).steps.items()}
    plain, same = run_in_kernel(before, tmp_path / "plain"), run_in_kernel(flow, tmp_path / "same")
    assert plain.unlike(same) == set()
    run = Flow(flow.stem, flow.parent).latest_run
    assert run is not None
    with loading_from(flow.parent):
        assert [*lines_apart(run, steps, same), *values_apart(run, steps, plain, set())] == []


def rows(folder: Path) -> list[str]:
    """Return the rows of the table in the documents, as they are now."""
    found = []
    for text in MESSY:
        (folder / text.stem).mkdir()
        _, flow = init(text, folder / text.stem)
        code = [cell for cell in jupytext.read(text).cells if cell.cell_type == "code"]
        title, steps = text.stem.replace("_", " "), len(read_notebook(flow).steps)
        found.append(f"| {title} | {len(code)} | {steps} | 0 |")
    return found


def test_the_table_of_messy_notebooks_is_what_init_makes_of_them(tmp_path: Path) -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("| notebook |"))
    assert lines[head + 2 : head + 2 + len(MESSY)] == rows(tmp_path)
    assert len(MESSY) == 10
