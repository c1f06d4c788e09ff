"""`.py` notebooks as jupytext pairs them: the same flow as the `.ipynb`, in both forms of headers, with every verb."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jupytext
import nbformat
import pytest

from nbflow.flow.syntax.specs import FlowSource
from nbflow.notebook.convert import convert_header, convert_notebook
from nbflow.notebook.read import read_cells, read_notebook
from tests import flows
from tests.cli.shell import Shell
from tests.flows import Shape, notebook_of

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FORMS = ("magic", "comment")


def flow_of(path: Path) -> FlowSource:
    """What a notebook says, whatever its file is called, and where in it cells stand."""
    flow = read_notebook(path)
    steps = tuple(replace(step, cell_id="", place=replace(step.place, document="")) for step in flow.steps)
    cells = tuple(replace(cell, id="", lines_above=None) for cell in flow.cells)
    definitions = [replace(one, place=replace(one.place, document="")) for one in flow.prelude.definitions]
    scratch = tuple(replace(one, place=replace(one.place, document="")) for one in flow.scratch)
    prelude = replace(flow.prelude, definitions=tuple(definitions))
    parameters = tuple(replace(one, place=replace(one.place, document="")) for one in flow.parameters)
    return FlowSource(flow.name, "", steps, parameters, prelude, scratch, flow.problems, cells)


def pair(path: Path) -> Path:
    """The notebook as jupytext writes it beside it."""
    text = path.with_suffix(".py")
    jupytext.write(nbformat.read(path, 4), text, fmt="py:percent")
    return text


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", flows.SHAPES, ids=lambda shape: shape.name)
def test_a_shape_is_the_same_flow_as_text_and_back(tmp_path: Path, shape: Shape, form: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(notebook_of([convert_header(cell, form) for cell in shape.cells]))
    before = flow_of(path)
    text = pair(path)
    assert flow_of(text) == before
    jupytext.write(jupytext.read(text), path)
    assert flow_of(path) == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["linear", "movie_recommender", "two_hour_load"])
def test_a_notebook_is_the_same_flow_as_text_and_back(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes((NOTEBOOKS / f"{name}.ipynb").read_bytes())
    convert_notebook(path, form)
    before = flow_of(path)
    text = pair(path)
    assert ("\n# %%step" in text.read_text(), "\n#| step:" in text.read_text()) == (form == "magic", form == "comment")
    assert flow_of(text) == before
    jupytext.write(jupytext.read(text), path)
    assert flow_of(path) == before


TEXT = """\
# %% [markdown]
# How many

# %%
# %%parameters
n: int = 3  # how many

# %% tags=["injected-parameters"]
n = 4

# %%
#| step: load
xs = list(range(n))

# %%
# %%step total
total = sum(xs)
"""


def test_a_text_notebook_runs_and_answers_every_question(shell: Shell) -> None:
    path = shell.folder / "sums.py"
    path.write_text(TEXT)
    name = str(path)
    assert shell("check", name).out == "sums.py · 2 steps · nothing is wrong\n"
    ran = shell("run", name, "--n", "5")
    assert (ran.code, ran.err) == (0, "")
    assert shell("dump", name, "total").out.splitlines()[-1].split()[-1] == "10"
    assert shell("params", name).out.split() == ["--n", "int", "how", "many", "[default", "4]"]
    for words in (["show"], ["status"], ["why", "total"], ["runs"], ["logs", "total"], ["resume"]):
        assert shell(words[0], name, *words[1:]).code == 0
    assert shell("report", name, "-o", str(shell.folder / "sums.html")).code == 0
    assert shell("gc", name, "--dry-run").code == 0


def test_an_error_names_the_cell_of_the_text(shell: Shell) -> None:
    path = shell.folder / "sums.py"
    path.write_text(TEXT.replace("sum(xs)", "sum(ys)"))
    line = path.read_text().split("\n").index("total = sum(ys)") + 1
    assert f"sums.py:{line} · cell 5: " in shell("check", str(path)).out


def test_the_form_of_headers_is_converted_in_place_and_back(shell: Shell) -> None:
    path = shell.folder / "sums.py"
    path.write_text(TEXT.replace("#| step: load", "# %%step load"))
    before = path.read_text()
    assert shell("convert", str(path), "--to", "comment").out == "3 cells of sums.py changed\n"
    converted = path.read_text()
    assert converted == TEXT.replace("# %%parameters", "#| parameters").replace("# %%step total", "#| step: total")
    assert shell("convert", str(path), "--to", "comment").out == "0 cells of sums.py changed\n"
    assert shell("convert", str(path), "--to", "magic").out == "3 cells of sums.py changed\n"
    assert path.read_text() == before


SCRIPT = "from nbflow import FlowSpec, step\n\n\nclass F(FlowSpec):\n    @step\n    def only(self):\n        pass\n"


@pytest.mark.parametrize("verb", ["run", "check", "show", "status", "convert"])
def test_a_flowspec_script_is_told_apart(shell: Shell, verb: str) -> None:
    path = shell.folder / "flow.py"
    path.write_text(SCRIPT)
    answer = shell(verb, str(path), *(["--to", "magic"] if verb == "convert" else []))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"Error: {path} is not a notebook that nbflow can run: it is a FlowSpec script; "
        f"run it with  python {path} run,  or make a notebook of it with  nbflow import {path} flow.ipynb\n"
    )


def test_a_script_with_cells_for_an_editor_is_still_a_script(shell: Shell) -> None:
    path = shell.folder / "flow.py"
    path.write_text("# %%\n" + SCRIPT)
    assert "it is a FlowSpec script" in shell("run", str(path)).err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"print('hello')\n", "it has no cells; begin each cell with a line  # %%  as jupytext does"),
        (b"", "it has no cells"),
        (b"# %%\n\xff", "it is not text (invalid or missing encoding declaration); save it as UTF-8"),
        (b"# ---\n# jupyter:\n#   a: [\n# ---\n# %%\n", "jupytext cannot read it (while parsing"),
        (
            b"# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n"
            b"#       format_name: odd\n# ---\n# %%\n",
            "jupytext cannot read it (odd is not a valid format name",
        ),
    ],
    ids=["python", "empty", "binary", "yaml", "format"],
)
def test_other_python_files_are_refused(shell: Shell, text: bytes, message: str) -> None:
    path = shell.folder / "bad.py"
    path.write_bytes(text)
    answer = shell("run", str(path))
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_a_text_notebook_of_another_language_is_refused(tmp_path: Path, shell: Shell) -> None:
    path = tmp_path / "n.ipynb"
    book = json.loads(notebook_of(["x <- 1"]))
    book["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    path.write_text(json.dumps(book))
    assert "its language is R" in shell("run", str(pair(path))).err


def test_steps_keep_their_identity_when_cells_move(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    path.write_text(TEXT)
    first = [step.cell_id for step in read_notebook(path).steps]
    path.write_text("# %% [markdown]\n# More\n\n" + TEXT)
    assert [step.cell_id for step in read_notebook(path).steps] == first == ["load", "total"]


@pytest.mark.parametrize(
    "text",
    [
        "#%%\nimport math\n#%%\n# %%step a\nx = 1\n",
        "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n# %%\n# %%step a\nx = 1\n",
        "# ---\n# jupyter:\n#   kernelspec:\n#     display_name: P\n# ---\n# %%\n# %%step a\nx = 1\n",
        "\ufeff# %%\n# %%step a\nx = 1\n",
    ],
    ids=["no space", "no display name", "no kernel name", "byte order mark"],
)
def test_what_editors_write_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "n.py"
    path.write_text(text, "utf-8")
    flow = read_notebook(path)
    assert [step.source.body for step in flow.steps] == ["x = 1"]
    assert flow.problems == ()


def test_jupytexts_light_format_is_refused_with_the_command_that_converts_it(shell: Shell) -> None:
    path = shell.folder / "light.py"
    path.write_text("# +\n# %%step a\nx = 1\n")
    answer = shell("run", str(path))
    assert answer.code == 2
    assert f"jupytext --to py:percent {path}" in answer.err


def test_a_header_begins_a_cell_without_a_marker(shell: Shell) -> None:
    path = shell.folder / "headed.py"
    path.write_text("x = 1\n# %%step a\ny = 2\n\n# %%\n# a comment\n# %%step b\nz = y\n# %%step c\nprint(z)\n")
    flow = read_notebook(path)
    assert [(step.name, step.place.cell) for step in flow.steps] == [("a", 2), ("b", 3), ("c", 4)]
    assert flow.problems == ()


def test_a_header_is_known_where_jupytext_leaves_magics_as_they_are(shell: Shell) -> None:
    path = shell.folder / "mixed.py"
    path.write_text("# %%\n%matplotlib inline\n\n# %%\n# %%step a\n# !rm -r /nothing\nx = 1\n")
    (step,) = read_notebook(path).steps
    assert step.source.body == "# !rm -r /nothing\nx = 1"


def test_a_title_that_looks_like_a_header_is_asked_about(shell: Shell) -> None:
    path = shell.folder / "titled.py"
    path.write_text("# %% step load\nx = 1\n\n# %%\n# %%step a\ny = 1\n")
    assert "'# %% step load' is not an nbflow header here" in shell("check", str(path)).out


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("# %% [markdown]\n# Words\n# %%step a\nx = 1\n", ["%%step a\nx = 1"]),
        ("# %% [md]\n# Words\n\n# %%step a\n# a comment\nx = 1\n", ["%%step a\n# a comment\nx = 1"]),
        ("# %% A title [markdown] tags=[]\n# %%parameters\nn: int = 1\n", ["%%parameters\nn: int = 1"]),
        ("# %% [raw]\n# Words\n#%%shared\nx = 1\n", ["%%shared\nx = 1"]),
        ('# %% [markdown]\n"""\nWords\n"""\n# %%step a\nx = 1\n', ["%%step a\nx = 1"]),
        (
            "# %% [markdown]\n# Words\n# %%step a\nx = 1\n# %%step b\ny = x\n\n# %% [markdown]\n# More\n",
            ["%%step a\nx = 1", "%%step b\ny = x"],
        ),
        ("# %% [markdown]\n# Write\n# %%step a\n# x = 1\n\n# %%\nx = 1\n", ["x = 1"]),
        ("# %% [markdown]\n# Write\n# %%step a\n\n# %%\nx = 1\n", ["x = 1"]),
        ('# %% [markdown]\n"""\n# %%step a\nx = 1\n"""\n\n# %%\ny = 1\n', ["y = 1"]),
        ('# %%\ntext = """\n# %%step a\n"""\n', ['text = """\n# %%step a\n"""']),
        ("# %%\ntext = '''\n# %%\n# %%step a\n'''\n# %%step b\ny = 1\n",
         ["text = '''\n# %%\n# %%step a\n'''", "%%step b\ny = 1"]),
    ],
)  # fmt: skip
def test_a_header_below_a_cell_of_text_begins_a_cell_and_text_stays_text(
    tmp_path: Path, text: str, cells: list[str]
) -> None:
    path = tmp_path / "n.py"
    path.write_text(f"{text}\n# %%\n# %%step last\nz = 1\n")
    assert [cell.source for cell in read_cells(path)] == [*cells, "%%step last\nz = 1"]


def test_init_keeps_steps_that_have_no_marker(shell: Shell) -> None:
    path = shell.folder / "headed.py"
    path.write_text("# %% [markdown]\n# Words\n# %%step a\nx = len('one')\n\n# %%\ny = x + 1\nprint(y)\n")
    assert shell("init", str(path)).code == 0
    first, second = read_notebook(path).steps
    assert (first.name, first.source.body) == ("a", "x = len('one')")
    assert second.source.body.startswith("y = x + 1")
    assert shell("run", str(path)).code == 0


@pytest.mark.parametrize("suffix", [".md", ".Rmd", ".qmd"])
def test_a_notebook_in_markdown_is_refused_with_the_command_that_converts_it(shell: Shell, suffix: str) -> None:
    path = shell.folder / f"notes{suffix}"
    path.write_text("# A title\n")
    answer = shell("check", str(path))
    assert answer.code == 2
    assert "it is a text notebook in Markdown; let jupytext write it with # %% cells" in answer.err
    assert f"jupytext --to py:percent {path}" in answer.err


@pytest.mark.parametrize("form", ["md", "Rmd", "md:myst", "py:light", "py:hydrogen"])
def test_what_jupytext_makes_of_another_format_is_the_same_flow(tmp_path: Path, form: str) -> None:
    book = json.loads(notebook_of(["import math", "%%parameters\nn: int = 3", "%%step a\nx = n", "%%step b\ny = x"]))
    for place in (3, 2, 0):
        book["cells"].insert(
            place, {"cell_type": "markdown", "id": f"t{place}", "metadata": {}, "source": "# A\n\nwords"}
        )
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(book))
    before = flow_of(path)
    other = jupytext.writes(nbformat.read(path, 4), fmt=form)
    again = tmp_path / "n.py"
    jupytext.write(jupytext.reads(other, fmt=form), again, fmt="py:percent")
    assert flow_of(again) == before
