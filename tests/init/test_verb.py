"""`nbflow init`, as it is typed."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from nbflow.notebook.read import read_cells
from tests.cli.shell import Shell

CELLS = ("import math", "xs = [math.sqrt(n) for n in range(4)]\ntotal = sum(map(float, xs))", "print(round(total, 3))")

TEXT = """\
#!/usr/bin/env python
# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
#     language: python
# ---

# %% [markdown]
# # Roots

# %%
import math

# %% tags=["keep"]
xs = list(map(math.sqrt, range(4)))

# %% [markdown]
# ## The sum of all

# %%
total = sum(xs)
# %%
total = total + math.pi


# %%
# %matplotlib inline
print(total)
"""

WRITTEN = """\
#!/usr/bin/env python
# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
#     language: python
# ---

# %% [markdown]
# # Roots

# %%
# %load_ext nbflow
import math

# %% tags=["keep"]
# %%step xs
xs = list(map(math.sqrt, range(4)))

# %% [markdown]
# ## The sum of all

# %%
# %%step sum_all
total = sum(xs)

total = total + math.pi


# %%
# %matplotlib inline
print(total)
"""


def test_a_notebook_becomes_a_flow_in_place_and_runs(shell: Shell) -> None:
    path = shell.write("roots", *CELLS)
    answer = shell("init", path)
    assert (answer.code, answer.err) == (0, "")
    assert answer.lines[0].split() == ["cell", "first", "words", "becomes", "name", "why"]
    assert answer.lines[2].split()[-4:] == ["total", "makes", "'total'", "and", "'xs'"][-4:]
    assert answer.lines[-1] == "roots.ipynb · 1 new step · rewritten"
    assert shell("check", path).code == 0
    assert shell("run", path).code == 0


def test_a_dry_run_writes_nothing(shell: Shell) -> None:
    path = Path(shell.write("roots", *CELLS))
    before = path.read_bytes()
    answer = shell("init", str(path), "--dry-run")
    assert answer.lines[-1] == "roots.ipynb · 1 new step · nothing is written"
    assert path.read_bytes() == before


def test_another_file_is_written_and_none_written_over(shell: Shell) -> None:
    path = Path(shell.write("roots", *CELLS))
    before, target = path.read_bytes(), shell.folder / "flow.ipynb"
    assert shell("init", str(path), "-o", str(target)).code == 0
    assert path.read_bytes() == before
    written = target.read_bytes()
    answer = shell("init", str(path), "-o", str(target), "--form", "comment")
    assert (answer.code, target.read_bytes()) == (1, written)
    assert "exists" in answer.err
    assert shell("init", str(path), "-o", str(target), "--form", "comment", "--force").code == 0
    assert "#| step: total" in target.read_text()


def test_the_notebook_itself_is_not_rewritten_while_errors_are_left(shell: Shell) -> None:
    path = Path(shell.write("roots", *CELLS, "x = = 1"))
    before = path.read_bytes()
    answer = shell("init", str(path))
    assert answer.code == 1
    assert any(line.startswith("error: roots.ipynb · cell 4 `x = = 1`, line 1: Python") for line in answer.lines)
    assert path.read_bytes() == before
    assert shell("init", str(path), "--force").code == 1
    assert path.read_bytes() != before


def test_a_second_time_changes_nothing(shell: Shell) -> None:
    path = Path(shell.write("roots", *CELLS))
    shell("init", str(path))
    before = path.read_bytes()
    assert shell("init", str(path)).lines[-1] == "roots.ipynb · 0 new steps · nothing to change"
    assert path.read_bytes() == before


def test_a_text_notebook_keeps_all_its_other_lines(shell: Shell) -> None:
    path = shell.folder / "roots.py"
    path.write_text(TEXT)
    assert shell("init", str(path)).code == 0
    assert path.read_text() == WRITTEN
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert shell("init", str(path)).code == 0
    assert path.read_bytes() == WRITTEN.replace("\n", "\r\n").encode()


def test_outputs_of_merged_cells_stand_in_one(shell: Shell) -> None:
    path = Path(
        shell.write("roots", "def f():\n    yield 1", "gen = f()\nprint(1)", "print(next(gen))\nx = 1 + next(gen, 2)")
    )
    content = json.loads(path.read_text())
    for number, cell in enumerate(content["cells"]):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": str(number)}]
    path.write_text(json.dumps(content, indent=1))
    assert shell("init", str(path)).code == 0
    cells = json.loads(path.read_text())["cells"]
    assert [[one["text"] for one in cell["outputs"]] for cell in cells] == [["0"], ["1", "2"]]


def test_another_kind_of_file_is_refused(shell: Shell) -> None:
    path = shell.write("roots", *CELLS)
    assert "end it in .ipynb" in shell("init", path, "-o", str(shell.folder / "flow.py")).err


MAGICS = """\
# %% language="bash"
# mkdir -p sub
# echo 1 > sub/n

# %%
# %%writefile helper.py
message = "x"

# %%
# %%time
n = int(open("sub/n").read())
"""


def test_cells_that_begin_with_a_magic_are_steps_in_a_text_notebook(shell: Shell) -> None:
    path = shell.folder / "magics.py"
    path.write_text(MAGICS)
    assert shell("init", str(path)).code == 0
    assert [cell.source.splitlines()[:2] for cell in read_cells(path)][1:] == [
        ["%%step bash", "%%bash"],
        ["%%step writefile_helper", "%%writefile helper.py"],
        ["%%step load_n", 'n = int(open("sub/n").read())'],
    ]
    assert shell("run", str(path)).code == 0


@pytest.mark.parametrize(
    ("metadata", "added"),
    [
        ({}, {}),
        ({"kernelspec": {"name": "python3"}, "x": [1]}, {}),
        ({"nbflow": {"other": 1}, "x": 2}, {"other": 1}),
    ],
)
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_init_gives_the_notebook_an_id(
    shell: Shell, metadata: dict[str, Any], added: dict[str, Any], indent: int | None
) -> None:
    path = Path(shell.write("n", *CELLS))
    book = {**json.loads(path.read_text()), "metadata": metadata}
    path.write_text(json.dumps(book, indent=indent))
    assert shell("init", str(path)).code == 0
    text = path.read_text()
    written = json.loads(text)["metadata"]
    id = written["nbflow"].pop("id")
    assert uuid.UUID(id).version == 4
    assert written == metadata | {"nbflow": added}
    assert text.rstrip("\n").replace(", ", ",").count("\n") == json.dumps(json.loads(text), indent=indent).count("\n")
    shell("run", str(path))
    moved = path.rename(path.with_name("moved.ipynb"))
    assert shell("runs", str(moved)).out.startswith("1  succeeded")
    assert shell("init", str(moved)).code == 0
    assert json.loads(moved.read_text())["metadata"]["nbflow"]["id"] == id


def test_init_keeps_an_id_that_is_there_and_a_dry_run_gives_none(shell: Shell) -> None:
    path = Path(shell.write("n", *CELLS))
    before = path.read_bytes()
    shell("init", str(path), "--dry-run")
    assert path.read_bytes() == before
    path.write_text(json.dumps({**json.loads(before), "metadata": {"nbflow": {"id": "mine"}}}))
    assert shell("init", str(path)).code == 0
    assert json.loads(path.read_text())["metadata"] == {"nbflow": {"id": "mine"}}


def test_only_cells_that_do_not_become_steps_are_offered_as_such(shell: Shell) -> None:
    notebook = shell.write("films", *CELLS)
    offer = "could be steps, with --show-cells: cell 3"
    assert offer in shell("init", notebook, "--dry-run").lines
    assert "could be steps" not in shell("init", notebook, "--dry-run", "--show-cells").out
    assert "could be steps" not in shell("init", shell.write("shows", "print(1)"), "--dry-run").out


def test_a_file_whose_magics_are_no_comments_stays_one(shell: Shell) -> None:
    path = shell.folder / "listed.py"
    path.write_text("# %%\nfiles = !ls\n\n# %%\nx = [1]\n\n# %%\nx.append(len(files))\n\n# %%step b\nprint(x)\n")
    assert shell("check", str(path), "--fix").code == 0
    assert "\n%%step files\nfiles = !ls\n" in path.read_text()
    assert [cell.source.split("\n")[0] for cell in read_cells(path)] == [
        "%load_ext nbflow", "%%step files", "x = [1]", "%%step x_append", "%%step b",
    ]  # fmt: skip
