"""Bodies edited in an exported script go back to their cells, unless the cell was edited too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jupytext
import nbformat
import pytest

from nbflow.notebook.read import read_cells
from tests.cli.shell import Answer, Shell
from tests.jupyter.live import Live

CELLS = [
    "%load_ext nbflow",
    "%%step load --retry 2\nxs = [1, 2]  # all",
    "#| step: total\ntotal = sum(xs)\ntotal",
    "%%step tell\nself.text = str(self.total)\nself.next(self.end)",
    "%%step end\nlength = len(text)",
]


class Place:
    """A folder with a notebook and the script that was exported from it."""

    def __init__(self, folder: Path) -> None:
        self.shell = Shell(folder)
        self.notebook = Path(self.shell.write("n", *CELLS))
        self.script = folder / "flow.py"
        self.export()

    def export(self) -> None:
        assert self.shell("export", str(self.notebook), str(self.script), "--force").code == 0

    def edit_script(self, old: str, new: str) -> None:
        text = self.script.read_text()
        assert old in text
        self.script.write_text(text.replace(old, new))

    def edit_cell(self, old: str, new: str) -> None:
        text = self.notebook.read_text()
        assert old in text
        self.notebook.write_text(text.replace(old, new))

    def sync(self, *words: str) -> Answer:
        return self.shell("sync", str(self.script), str(self.notebook), *words)

    @property
    def sources(self) -> list[str]:
        return [cell.source for cell in read_cells(self.notebook)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def changed(number: int, source: str) -> list[str]:
    return [source if at == number else cell for at, cell in enumerate(CELLS)]


def test_nothing_is_written_when_nothing_was_edited(place: Place) -> None:
    before = place.notebook.read_bytes(), place.script.read_bytes()
    assert place.sync().out == "nothing to copy: every step of flow.py has the code of its cell in n.ipynb\n"
    assert (place.notebook.read_bytes(), place.script.read_bytes()) == before


@pytest.mark.parametrize(
    ("old", "new", "number", "source"),
    [
        ("[1, 2]  # all", "[1, 2, 3]  # all", 1, "%%step load --retry 2\nxs = [1, 2, 3]  # all"),
        ("# all", "# of them", 1, "%%step load --retry 2\nxs = [1, 2]  # of them"),
        ("sum(xs)", "sum(xs) + 1", 2, "#| step: total\ntotal = sum(xs) + 1\ntotal"),
        ("str(self.total)", "repr(self.total)", 3, "%%step tell\nself.text = repr(self.total)\nself.next(self.end)"),
    ],
    ids=["code", "comment", "displayed", "self"],
)
def test_a_body_goes_back_below_the_header_of_its_cell(
    place: Place, old: str, new: str, number: int, source: str
) -> None:
    place.edit_script(old, new)
    answer = place.sync()
    assert (answer.code, answer.err) == (0, "")
    assert f"to cell {number + 1}\n" in answer.out
    assert place.sources == changed(number, source)
    assert place.sync().out == "nothing to copy: every step of flow.py has the code of its cell in n.ipynb\n"


def test_what_was_copied_is_no_difference_any_more(place: Place) -> None:
    place.edit_script("sum(xs)", "sum(xs) + 1")
    assert place.sync().code == 0
    place.edit_cell("sum(xs) + 1", "sum(xs) + 2")
    assert place.sync().out == "nothing to copy: every step of flow.py has the code of its cell in n.ipynb\n"
    synced = place.script.read_text()
    place.edit_cell("sum(xs) + 2", "sum(xs) + 1")
    place.export()
    assert place.script.read_text() == synced


def test_a_synced_script_is_up_to_date(place: Place) -> None:
    place.edit_script("sum(xs)", "sum(xs) + 1")
    words = "check", "--script", str(place.script), str(place.notebook)
    assert place.shell(*words).code == 1
    assert place.sync().code == 0
    assert (place.shell(*words).code, place.shell(*words).err) == (0, "")


def test_nothing_but_the_cell_changes_in_the_notebook(place: Place) -> None:
    content = json.loads(place.notebook.read_text())
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["é\n"]}]
    content["cells"][2]["source"] = "".join(content["cells"][2]["source"])
    content["metadata"]["mine"] = {"a": 1}
    place.notebook.write_text(json.dumps(content))
    place.edit_script("[1, 2]", "[1]")
    assert place.sync().code == 0
    content["cells"][1]["source"] = ["%%step load --retry 2\n", "xs = [1]  # all"]
    assert json.loads(place.notebook.read_text()) == content


def test_layout_is_no_edit(place: Place) -> None:
    place.edit_script("sum(xs)", "sum(\n            xs\n        )")
    assert place.sync().out == "nothing to copy: every step of flow.py has the code of its cell in n.ipynb\n"


def test_a_header_or_markdown_that_was_edited_is_kept(place: Place) -> None:
    place.edit_cell("load --retry 2", "load --retry 3")
    place.edit_script("[1, 2]", "[1]")
    assert place.sync().code == 0
    assert place.sources == changed(1, "%%step load --retry 3\nxs = [1]  # all")


def test_a_body_edited_in_both_places_is_refused_and_nothing_is_written(place: Place) -> None:
    place.edit_script("[1, 2]", "[1]")
    place.edit_script("sum(xs)", "sum(xs) + 1")
    place.edit_cell("[1, 2]", "[3]")
    before = place.notebook.read_bytes(), place.script.read_bytes()
    answer = place.sync()
    line = place.script.read_text().splitlines().index("        # cell 2") + 2
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"Error: {place.script}:{line}: step 'load' was edited here, and in cell 2 of n.ipynb as well. "
        "Keep one of the two: bring the script's body into the cell by hand, or undo the edit in the script\n"
    )
    assert (place.notebook.read_bytes(), place.script.read_bytes()) == before


def test_the_same_edit_in_both_places_is_none(place: Place) -> None:
    place.edit_script("[1, 2]", "[1]")
    place.edit_cell("[1, 2]", "[1]")
    assert place.sync().out == "nothing to copy: every step of flow.py has the code of its cell in n.ipynb\n"


def test_a_cell_is_found_by_its_id_wherever_it_has_moved(place: Place) -> None:
    content = json.loads(place.notebook.read_text())
    note = {"cell_type": "markdown", "id": "note", "metadata": {}, "source": "A note"}
    content["cells"].insert(0, note)
    place.notebook.write_text(json.dumps(content))
    place.edit_script("[1, 2]", "[1]")
    assert "to cell 3\n" in place.sync().out
    assert place.sources == changed(1, "%%step load --retry 2\nxs = [1]  # all")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"id": "cell-2"', '"id": "other"', "cell 'cell-2' of n.ipynb, where it came from, does not exist any more"),
        ("%%step load", "%%step read", "cell 2 of n.ipynb, where it came from, is not step 'load' any more"),
    ],
)
def test_a_cell_that_is_gone_is_named(place: Place, old: str, new: str, message: str) -> None:
    place.edit_cell(old, new)
    place.edit_script("[1, 2]", "[1]")
    answer = place.sync()
    assert (answer.code, answer.out) == (1, "")
    assert message in answer.err
    assert "Copy the body by hand, and export again" in answer.err


def test_a_body_that_no_cell_can_have_is_refused(place: Place) -> None:
    place.edit_script("total = sum(xs)", "total = sum(xs) + offset")
    before = place.notebook.read_bytes()
    answer = place.sync()
    assert answer.code == 1
    assert "with the bodies of flow.py the notebook would be wrong" in answer.err
    assert "nothing above provides 'offset'; needed in step 'total'" in answer.err
    assert place.notebook.read_bytes() == before


def test_a_dry_run_only_says_what_would_be_copied(place: Place) -> None:
    place.edit_script("[1, 2]", "[1]")
    before = place.notebook.read_bytes(), place.script.read_bytes()
    line = place.script.read_text().splitlines().index("        # cell 2") + 2
    answer = place.sync("--dry-run")
    assert answer.out == f"step load · would be copied from {place.script}, line {line}, to cell 2\n"
    assert (place.notebook.read_bytes(), place.script.read_bytes()) == before


def test_what_a_step_defines_stays_in_its_cell(place: Place) -> None:
    place.edit_cell(
        "xs = [1, 2]  # all", "import math\\n\\n# halves\\ndef half(x): return x / 2\\nxs = [half(4), math.pi]"
    )
    place.export()
    assert "        xs = [half(4), math.pi]" in place.script.read_text()
    place.edit_script("half(4), math.pi", "half(6), math.pi")
    place.sync()
    code = "import math\n# halves\ndef half(x): return x / 2"
    assert place.sources[1] == f"%%step load --retry 2\n{code}\nxs = [half(6), math.pi]"


def test_a_text_notebook_is_synced_too(place: Place) -> None:
    text = place.notebook.with_suffix(".py")
    jupytext.write(nbformat.read(place.notebook, 4), text, fmt="py:percent")
    place.notebook = text
    place.export()
    place.edit_script("[1, 2]", "[1]")
    before = text.read_text()
    assert place.sync().code == 0
    assert text.read_text() == before.replace("[1, 2]", "[1]")


def test_an_import_over_the_notebook_offers_to_sync(place: Place) -> None:
    answer = place.shell("import", str(place.script), str(place.notebook))
    assert answer.code == 1
    assert f"copy what was edited with  nbflow sync {place.script} {place.notebook},  or --force" in answer.err
    assert place.sources == CELLS


def test_a_script_of_somebody_else_is_refused(place: Place) -> None:
    text = place.script.read_text()
    place.script.write_text(text[: text.index("# Exported by nbflow")])
    answer = place.sync()
    assert (answer.code, answer.out) == (1, "")
    assert "nbflow has not exported it, so no line says from which cell it was made" in answer.err


def test_a_script_that_python_cannot_read_is_refused(place: Place) -> None:
    place.edit_script("sum(xs)", "sum(xs")
    answer = place.sync()
    assert answer.code == 1
    assert "is not valid Python" in answer.err


def test_files_that_are_not_there_are_named(place: Place) -> None:
    assert "there is no such file" in place.shell("sync", "none.py", str(place.notebook)).err
    assert "there is no such file" in place.shell("sync", str(place.script), "none.ipynb").err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_notebook_that_cannot_be_written_stays_as_it_is(place: Place) -> None:
    place.edit_script("[1, 2]", "[1]")
    before = place.notebook.read_bytes()
    place.notebook.parent.chmod(0o555)
    try:
        answer = place.sync()
    finally:
        place.notebook.parent.chmod(0o755)
    assert (answer.code, place.notebook.read_bytes()) == (1, before)


def test_a_notebook_that_is_open_is_synced_by_its_magic(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    live = Live({}, place.notebook.parent, place.notebook)
    place.edit_script("[1, 2]", "[1]")
    live.use(f"sync {place.script}")
    assert capsys.readouterr().out.endswith("to cell 2\nreload the notebook from disk\n")
    assert place.sources == changed(1, "%%step load --retry 2\nxs = [1]  # all")
    live.session.close()
