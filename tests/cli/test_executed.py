"""The notebook of a run, by `run --output` and `report -o FILE.ipynb`, compared with nbclient and papermill."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from nbflow.history.step_outputs import MOST_TASKS
from nbflow.run.output.outputs import settle_outputs
from tests.cli.shell import Shell

RICH = {
    "noise": "import sys\nprint('one', flush=True)\nprint('two', file=sys.stderr, flush=True)\nnoise = 1",
    "rich": "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\nrich = noise + 1\nrich",
    "bar": "for n in range(3):\n    print(f'\\r{n}/3', end='')\nprint()\nbar = rich",
    "cleared": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('kept')\ncleared = bar",
    "updated": "shown = display(1, display_id='x')\nshown.update({'a': cleared})\nupdated = 0",
    "red": "print('\\x1b[31mred\\x1b[0m')\nred = updated",
}


def read(path: Path | str) -> Any:
    book = nbformat.read(path, 4)
    nbformat.validate(book)
    return book


def plain(outputs: Any) -> list[Any]:
    """Outputs without their place in the order of execution, and without ids that differ each time."""
    return [{name: one[name] for name in one if name not in ("execution_count", "transient")} for one in outputs]


def outputs_by_step(book: Any) -> dict[str, Any]:
    steps = (cell for cell in book.cells if cell.cell_type == "code" and cell.source.startswith("%%step"))
    return {cell.source.split()[1]: cell.outputs for cell in steps}


def text_of(outputs: Any) -> str:
    return "".join(one.get("text", "") or one.get("data", {}).get("text/plain", "") + "\n" for one in outputs)


def test_each_step_has_the_outputs_that_a_kernel_would_give_it(shell: Shell, tmp_path: Path) -> None:
    notebook = shell.write("rich", "from IPython.display import HTML, display", *headed(RICH))
    assert shell("run", notebook, "-j", "1", "--output", str(tmp_path / "done.ipynb")).code == 0
    plainly = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(body) for body in RICH.values()])
    NotebookClient(plainly, kernel_name="python3").execute()
    for cell in plainly.cells:
        settle_outputs(cell.outputs)  # a front end shows what is visible at the end
    expected = {name: plain(cell.outputs) for name, cell in zip(RICH, plainly.cells, strict=True)}
    assert {step: plain(one) for step, one in outputs_by_step(read(tmp_path / "done.ipynb")).items()} == expected


def headed(steps: dict[str, str]) -> list[str]:
    return [f"%%step {name}\n{body}" for name, body in steps.items()]


FAILING = (
    "%%parameters\ntop: int = 2\ngenre: str = 'noir'",
    "print('scratch')",
    "%%step good\nprint(genre)\nx = top\nx",
    "%%step bad\nprint(x)\n1 / 0",
    "%%step after --after bad\ny = 1",
)


def test_a_failure_is_marked_as_papermill_marks_it(shell: Shell, tmp_path: Path) -> None:
    notebook = shell.write("films", *FAILING)
    answer = shell("run", notebook, "--genre", "sci fi", "-o", str(tmp_path / "{genre}-{top:03d}.ipynb"))
    assert answer.code == 1
    assert f"the executed notebook is {tmp_path / 'sci fi-002.ipynb'}" in answer.lines
    book = read(tmp_path / "sci fi-002.ipynb")
    top, parameters, scratch, good, mark, bad, after = book.cells
    assert (top.metadata.tags, mark.metadata.tags) == (["papermill-error-cell-tag"],) * 2
    assert "An Exception was encountered at '<a href=\"#papermill-error-cell\">In [2]</a>'." in top.source
    assert 'id="papermill-error-cell"' in mark.source
    assert text_of(parameters.outputs) == "top = 2\ngenre = 'sci fi'\n"
    assert (scratch.outputs, after.outputs) == ([], [])
    assert (good.execution_count, good.outputs[-1].execution_count, bad.execution_count) == (1, 1, 2)
    assert [one.get("ename") for one in bad.outputs] == [None, "ZeroDivisionError"]
    notes = [cell.metadata.papermill for cell in (parameters, scratch, good, bad, after)]
    assert [note.status for note in notes] == ["completed", "pending", "completed", "failed", "pending"]
    assert [note.exception for note in notes] == [False, None, False, True, None]
    assert notes[2].start_time < notes[2].end_time <= notes[3].start_time
    assert notes[2].duration > 0
    whole = book.metadata.papermill
    assert (whole.exception, whole.parameters) == (True, {"top": 2, "genre": "sci fi"})
    assert (whole.input_path, whole.default_parameters) == (notebook, {"top": 2, "genre": "noir"})


def test_the_marks_of_an_earlier_failure_are_gone_and_its_cells_are_a_flow_again(shell: Shell, tmp_path: Path) -> None:
    shell("run", shell.write("films", *FAILING), "-o", str(tmp_path / "first.ipynb"))
    book = read(tmp_path / "first.ipynb")
    book.cells = [cell for cell in book.cells if "bad" not in cell.source]
    nbformat.write(book, tmp_path / "again.ipynb")
    answer = shell("run", str(tmp_path / "again.ipynb"), "--to", "good", "-o", str(tmp_path / "second.ipynb"))
    assert answer.code == 0, answer.out + answer.err
    second = read(tmp_path / "second.ipynb")
    assert [cell.cell_type for cell in second.cells] == ["code"] * 3
    assert second.metadata.papermill.exception is None


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{gener}.ipynb", "{gener} is not a parameter with a short value. The name may have {top}, {genre}"),
        ("{genre.__class__}.ipynb", "{genre.__class__} is not a parameter"),
        ("{.ipynb", "cannot be the executed notebook"),
        ("{genre:d}.ipynb", "cannot be the executed notebook"),
        ("nowhere/x.ipynb", "there is no folder"),
        ("{genre}.html", "its name must end with .ipynb"),
        ("films.ipynb", "is the notebook itself"),
        ("link.ipynb", "is the notebook itself"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_before_anything_runs(
    shell: Shell, tmp_path: Path, target: str, said: str
) -> None:
    notebook = shell.write("films", *FAILING)
    (tmp_path / "link.ipynb").symlink_to(notebook)
    before = Path(notebook).read_bytes()
    answer = shell("run", notebook, "-o", str(tmp_path / target))
    assert answer.code in (1, 2)
    assert said in answer.err
    assert answer.out == ""
    assert Path(notebook).read_bytes() == before


def test_a_foreach_shows_each_item_below_its_name_up_to_a_limit(shell: Shell, tmp_path: Path) -> None:
    last = MOST_TASKS + 4
    body = f"print('item', n)\nif n == {last}:\n    1 / 0\nm = n"
    notebook = shell.write("many", f"%%step each --foreach n in range({last + 1}) --allow-failures 1\n{body}")
    answer = shell("run", notebook, "-o", str(tmp_path / "done.ipynb"))
    assert answer.code == 0, answer.out
    cell = read(tmp_path / "done.ipynb").cells[0]
    lines = text_of(cell.outputs).splitlines()
    assert lines[:4] == ["each[0] · 0", "item 0", "each[1] · 1", "item 1"]
    assert lines[-1] == f"5 more tasks of each displayed something: nbflow logs {notebook} each"
    assert f"each[{last}] · {last}" in lines
    assert [one.ename for one in cell.outputs if one.output_type == "error"] == ["ZeroDivisionError"]
    assert (cell.metadata.papermill.status, cell.metadata.papermill.exception) == ("completed", False)


def test_it_is_written_while_the_run_goes_on_and_when_it_is_stopped(shell: Shell, tmp_path: Path) -> None:
    done = tmp_path / "done.ipynb"
    waits = "\n    ".join(
        [
            "while 'the first has ended' not in open(done).read().replace('print', ''):",
            "time.sleep(0.02)",
        ]
    )
    notebook = shell.write(
        "stopped",
        f"import os\nimport time\ndone = {str(done)!r}",
        "%%step first\nprint('the first', 'has ended')\nx = 1",
        f"%%step second\nprint('begun', flush=True)\n{waits}\nos.kill({os.getpid()}, 2)\ntime.sleep(60)\ny = x",
    )
    answer = shell("run", notebook, "-o", str(done))
    assert (answer.code, f"the executed notebook is {done}" in answer.lines) == (1, True)
    book = read(done)
    first, second = book.cells[1:]
    assert (text_of(first.outputs), text_of(second.outputs)) == ("the first has ended\n", "begun\n")
    assert (second.metadata.nbflow.run, second.metadata.nbflow.status) == (1, "cancelled")
    assert second.metadata.papermill.end_time is not None
    assert book.metadata.nbflow == {"flow": "stopped", "run": 1, "status": "cancelled"}


def test_a_report_of_an_earlier_run_has_the_code_of_that_run(shell: Shell, tmp_path: Path) -> None:
    path = Path(shell.write("films", "x = 1", "%%step one\nprint('old')\na = 1"))
    book = read(path)
    book.cells.insert(1, nbformat.v4.new_markdown_cell("# A title", id="title"))
    nbformat.write(book, path)
    shell("run", str(path))
    book.cells[2].source = "%%step one\nprint('new')\na = 1"
    book.cells.append(nbformat.v4.new_code_cell("%%step two\nb = a"))
    nbformat.write(book, path)
    shell("run", str(path))
    assert shell("report", str(path), "1", "-o", str(tmp_path / "old.ipynb")).code == 0
    old = read(tmp_path / "old.ipynb")
    sources = ["x = 1", "# A title", "%%step one\nprint('old')\na = 1"]
    assert ([cell.source for cell in old.cells], old.cells[2].id) == (sources, "cell-2")
    assert text_of(old.cells[2].outputs) == "old\n"
    assert shell("report", str(path), "1", "-o", str(path)).err.count("is the notebook itself") == 1


def test_a_text_notebook_and_its_widgets(shell: Shell, tmp_path: Path) -> None:
    step = "# %%step größe\nimport ipywidgets\nbox = ipywidgets.IntSlider(value=7)\nbox\n"
    (tmp_path / "text.py").write_text(f"# %% [markdown]\n# A title\n\n# %%\n{step}")
    assert shell("run", str(tmp_path / "text.py"), "-o", str(tmp_path / "done.ipynb")).code == 0
    title, step = read(tmp_path / "done.ipynb").cells
    assert (title.source, step.source.splitlines()[0]) == ("A title", "%%step größe")
    model = step.outputs[0].data["application/vnd.jupyter.widget-view+json"]["model_id"]
    book = json.loads((tmp_path / "done.ipynb").read_text("utf-8"))
    states = book["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert states[model]["state"]["value"] == 7
    assert book["metadata"]["kernelspec"]["name"] == "python3"
