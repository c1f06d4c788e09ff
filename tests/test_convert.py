"""Headers from one form to the other, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import read_header
from nbflow.notebook.convert import convert_header, convert_notebook
from nbflow.notebook.read import read_notebook
from tests.jupyter.notebooks import write

PAIRS = [
    ("%%step clean --after load\nx = 1\n", "#| step: clean --after load\nx = 1\n"),
    ("%%step fit --foreach cfg in grid", "#| step: fit --foreach cfg in grid"),
    ("\n%%step late\nx = 1", "\n#| step: late\nx = 1"),
    ("%%parameters\nk: int = 1", "#| parameters\nk: int = 1"),
    ("%%shared\nimport os", "#| shared\nimport os"),
    # IPython knows a cell magic in the first line only
    ("%%step c\n%%time\ny = 1", "%%time\n#| step: c\ny = 1"),
    ("%%step c\r\n%%capture out\r\n%%time\r\ny = 1", "%%capture out\r\n%%time\r\n#| step: c\r\ny = 1"),
    ("%%step c\n%%bash\necho a\n%%time", "%%bash\n#| step: c\necho a\n%%time"),
]


@pytest.mark.parametrize(("magic", "comment"), PAIRS)
def test_each_form_becomes_the_other_and_means_the_same(magic: str, comment: str) -> None:
    assert convert_header(magic, "comment") == comment
    assert convert_header(comment, "magic") == magic
    assert convert_header(magic, "magic") == magic
    one, other = read_header(magic), read_header(comment)
    assert (one.kind, one.name, one.after, one.foreach) == (other.kind, other.name, other.after, other.foreach)


@pytest.mark.parametrize("magic", ["%%time", "%%bash", "%%capture out"])
def test_a_step_with_a_cell_magic_does_the_same_in_either_form(magic: str) -> None:
    texts = [f"%%step one\n{magic}\necho=1", f"{magic}\n#| step: one\necho=1"]
    one, other = (read_flow([Cell(1, text)], "n", "n").steps[0] for text in texts)
    assert (one.name, one.source.code, one.names) == (other.name, other.source.code, other.names)


def test_a_header_above_a_magic_that_knows_no_comments_stays() -> None:
    source = "%%step page\n%%html\n<b>1</b>"
    assert convert_header(source, "comment") == source


@pytest.mark.parametrize("source", ["x = 1", "%%time\nx = 1", "# | step: no", "%load_ext nbflow", ""])
def test_other_cells_stay_as_they_are(source: str) -> None:
    assert convert_header(source, "comment") == source
    assert convert_header(source, "magic") == source


def test_the_code_of_a_step_does_not_change_with_its_form() -> None:
    flows = [read_flow([Cell(1, text)], "n", "n") for text in ("%%step one\nx = 1", "#| step: one\nx = 1")]
    assert flows[0].steps[0].source.code == flows[1].steps[0].source.code


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_a_text_notebook_keeps_its_encoding_and_its_line_ends(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "n.py"
    before = f"# -*- coding: {encoding.removesuffix('-sig')} -*-\r\n# %%\r\n# %%step one\r\nx = 'é'\r\n".encode(
        encoding
    )
    path.write_bytes(before)
    assert convert_notebook(path, "comment") == 1
    assert path.read_bytes() == before.replace(b"# %%step one", b"#| step: one")
    assert convert_notebook(path, "magic") == 1
    assert path.read_bytes() == before


def test_a_text_notebook_puts_the_comment_below_the_magic(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    before = b"# %%\n# %%step one\n# %%time\nx = 1\n\n# %%\n# %%step two\n# %%bash\n# echo hi\n"
    path.write_bytes(before)
    sources = [step.source.code for step in read_notebook(path).steps]
    assert convert_notebook(path, "comment") == 2
    assert path.read_bytes().startswith(b"# %%\n# %%time\n#| step: one\nx = 1\n")
    assert [step.source.code for step in read_notebook(path).steps] == sources
    assert convert_notebook(path, "magic") == 2
    assert path.read_bytes() == before


def test_a_notebook_is_rewritten_and_back_to_the_very_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%load_ext nbflow", "%%step one\nx = 'é'", "%%parameters\nk: int = 1")
    convert_notebook(path, "magic")
    path.write_text(json.dumps(json.loads(path.read_text()), indent=1, ensure_ascii=False) + "\n")
    before = path.read_bytes()
    assert convert_notebook(path, "comment") == 2
    assert [step.name for step in read_notebook(path).steps] == ["one"]
    assert b"#| step: one" in path.read_bytes()
    assert convert_notebook(path, "magic") == 2
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["n.ipynb"]
