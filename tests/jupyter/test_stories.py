"""Notebooks from the first cell to the last, over restarts and the death of a kernel."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from nbflow.store.catalog.rows import TaskStatus
from nbflow.store.store import Store
from tests.jupyter.kernels import Kernel, Reply
from tests.jupyter.notebooks import write

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo notebooks, without a store."""
    target = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, target, ignore=shutil.ignore_patterns(".*", "*.log", "*.html"))
    return target


def cells_of(notebook: Path) -> Iterator[tuple[str, str]]:
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield cell["id"], "".join(cell["source"])


def run_all(kernel: Kernel, notebook: Path) -> dict[str, Reply]:
    return {cell: kernel.ok(source, cell) for cell, source in cells_of(notebook)}


def executed(folder: Path, run: int) -> list[str]:
    """The steps of which a body ran in that run."""
    with Store.reader(folder / ".nbflow") as reader:
        row = reader.runs()[::-1][run - 1]
        return sorted({task.step for task in reader.tasks(row.id) if task.status is TaskStatus.SUCCEEDED})


def test_restart_and_run_all_executes_no_body_shows_all_outputs_and_takes_no_time(folder: Path) -> None:
    notebook = folder / "movie_recommender.ipynb"
    kernel = Kernel(folder, notebook, extension=False)
    first = run_all(kernel, notebook)
    score = kernel.value("score")
    kernel.stop()
    kernel = Kernel(folder, notebook, extension=False)
    try:
        kernel.ok(dict(cells_of(notebook))["imports"])  # what Python itself takes to import them
        again = run_all(kernel, notebook)
        assert executed(folder, 2) == []
        assert kernel.value("score") == score
        assert kernel.value("type(model).__name__, len(picks), len(films)") == "('Pipeline', 5, 5)"
        assert first["playlist"].text in again["playlist"].text
        assert [data["image/png"] for data in again["figure"].displayed] == [
            data["image/png"] for data in first["figure"].displayed
        ]
        assert "fit · 9 tasks from run 1" in again["fit"].text
    finally:
        kernel.stop()


def test_an_edited_helper_runs_its_readers_only(folder: Path) -> None:
    notebook = folder / "movie_recommender.ipynb"
    kernel = Kernel(folder, notebook, extension=False)
    try:
        cells = dict(cells_of(notebook))
        kernel.ok("%load_ext nbflow")
        kernel.ok("%flow run --to playlist")
        helper = cells["films"].replace("rated {film.rating}", "with {film.rating} stars")
        for cell, source in (cells | {"films": helper}).items():
            if cell not in ("grid", "split", "fit", "best", "figure"):
                kernel.ok(source, cell)
        assert executed(folder, 2) == ["playlist"]
        assert "stars" in kernel.value("films[0]")
    finally:
        kernel.stop()


def test_a_freshly_opened_notebook_finds_its_steps_in_the_file(folder: Path) -> None:
    notebook = folder / "linear.ipynb"
    kernel = Kernel(folder, notebook)
    try:
        assert kernel.ok("%flow").text.startswith("linear.ipynb · 3 steps: start, process_message, end")
        assert "3 ran" in kernel.ok("%flow run").text
        assert kernel.value("message") == "'Hello from a notebook, 4 words long.'"
    finally:
        kernel.stop()


def test_two_hours_of_loading_are_not_lost_to_bad_data_nor_to_a_killed_kernel(folder: Path) -> None:
    notebook = folder / "two_hour_load.ipynb"
    cells = dict(cells_of(notebook))
    kernel = Kernel(folder, notebook, extension=False)
    for cell in ("load-nbflow", "imports", "load"):
        kernel.ok(cells[cell], cell)
    failed = kernel.run(cells["clean"], "clean")
    assert failed.error_name == "ValueError"
    assert "step clean" in failed.frames
    assert "nineteen-ninety" in failed.error
    debug = kernel.ok("%flow debug clean")
    assert "clean of run 1: bound its inputs raw" in debug.text
    assert kernel.value("raw['title_year'].iloc[-1]") == "'nineteen-ninety'"
    fixed = cells["clean"].replace('raw["title_year"])', 'raw["title_year"], errors="coerce")')
    assert "films are left" in kernel.ok(fixed, "clean").text
    left = kernel.value("len(movies)")
    kernel.kill()

    kernel = Kernel(folder, notebook)
    try:
        kernel.ok("%flow restore clean")
        assert kernel.value("len(movies)") == left
        assert kernel.value("pd.__name__") == "'pandas'"
        kernel.ok(fixed, "clean")
        assert "movie_title" in kernel.ok(cells["rank"], "rank").value
        assert (folder / "two_hour_load.log").read_text() == "loading\n"
        assert executed(folder, 2) == ["rank"]
    finally:
        kernel.stop()


def test_run_all_stops_at_the_step_that_fails(tmp_path: Path) -> None:
    steps = ("%%step one\nx = 1", "%%step two\ny = x / 0", "%%step three\nz = 3")
    path = write(tmp_path / "n.ipynb", "%load_ext nbflow", *steps)
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        client.execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert outputs[2][0]["ename"] == "ZeroDivisionError"
    assert outputs[3] == []


def test_nbclient_runs_a_notebook_twice_and_the_second_time_executes_nothing(folder: Path) -> None:
    for _ in range(2):
        notebook = nbformat.read(folder / "linear.ipynb", 4)
        NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
        texts = [output["text"] for cell in notebook.cells for output in cell.get("outputs", ())]
        assert "Hello from a notebook, 4 words long.\n" in texts[-1]
    assert executed(folder, 1) == ["end", "process_message", "start"]
    assert executed(folder, 2) == []


def test_the_steps_of_a_notebook_run_where_another_kernel_left_off(folder: Path) -> None:
    notebook = folder / "linear.ipynb"
    cells = dict(cells_of(notebook))
    one, other = Kernel(folder, notebook), Kernel(folder, notebook)
    try:
        one.ok(cells["start"], "start")
        other.ok(cells["process-message"], "process-message")
        assert "from run" in one.ok(cells["process-message"], "process-message").text
        assert one.value("message") == other.value("message")
    finally:
        one.stop()
        other.stop()
