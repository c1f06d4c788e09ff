"""What a kernel knows of its notebook: the file and what was executed, whichever is newer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from nbflow.errors import NotANotebook
from nbflow.flow.source.cell import Cell
from nbflow.jupyter.kernel.document import Document
from tests.jupyter.notebooks import write


def steps(document: Document) -> list[str]:
    return [step.name for step in document.flow().steps]


def bodies(document: Document) -> dict[str, str]:
    return {step.name: step.source.body for step in document.flow().steps}


def test_the_steps_of_a_file_are_known_before_any_cell_is_executed(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x"))
    assert steps(document) == ["one", "two"]
    assert document.flow().name == "n"


def test_cells_count_as_they_stand_in_the_notebook_markdown_included(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "# title", "%%step one\nx = 1", kinds=["markdown", "code"])
    assert [step.place.cell for step in Document(path).flow().steps] == [2]


def test_executed_text_wins_over_a_file_that_was_not_saved_since(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x"))
    document.execute("%%step one\nx = 2", "a")
    assert bodies(document) == {"one": "x = 2", "two": "y = x"}


def test_a_file_saved_after_the_execution_wins_where_it_says_something_new(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x", at=1000)
    document = Document(path)
    document.execute("%%step one\nx = 2", "a")
    write(path, "%%step one\nx = 3", "%%step two\ny = x", at=9e9)
    assert bodies(document)["one"] == "x = 3"


def test_a_file_saved_with_the_old_text_of_a_cell_does_not_undo_its_execution(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x", at=1000)
    document = Document(path)
    document.execute("%%step one\nx = 2", "a")
    write(path, "%%step one\nx = 1", "%%step two\ny = x + 1", at=2000)
    assert bodies(document) == {"one": "x = 2", "two": "y = x + 1"}


def test_a_cell_that_was_never_saved_is_appended_until_the_file_has_it(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", at=1000)
    document = Document(path)
    document.execute("%%step new\nz = x", "fresh")
    assert steps(document) == ["one", "new"]
    write(path, "%%step one\nx = 1", "%%step other\nw = x", at=9e9)
    assert steps(document) == ["one", "other"]


def test_a_front_end_without_cell_ids_is_understood_by_step_names(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x"))
    document.execute("%%step two\ny = x + 1")
    assert bodies(document) == {"one": "x = 1", "two": "y = x + 1"}


def test_ids_of_the_front_ends_own_keep_meaning_the_same_cell(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "def f():\n    return 1", "%%step two\ny = f()"))
    document.execute("def f():\n    return 1", "vscode-notebook-cell:W0")
    document.execute("def f():\n    return 2", "vscode-notebook-cell:W0")
    assert [d.source for d in document.flow().prelude.definitions] == ["def f():\n    return 2"]


def test_without_a_file_steps_stand_in_the_order_in_which_they_were_first_defined() -> None:
    document = Document()
    for source in ("%%step b\ny = 1", "%%step a\nx = 1", "%%step b\ny = 2"):
        document.execute(source)
    assert bodies(document) == {"b": "y = 2", "a": "x = 1"}


def test_in_a_console_a_definition_typed_again_replaces_the_one_before() -> None:
    document = Document()
    for source in ("def f(): return 1", "LIMIT = 3", "def f(): return 2"):
        document.execute(source)
    assert [d.source for d in document.flow().prelude.definitions] == ["LIMIT = 3", "def f(): return 2"]


def test_cells_that_say_nothing_leave_no_trace() -> None:
    document = Document()
    flow = document.flow()
    for source in ("%load_ext nbflow", "print(1)", "%flow status", "1 +", ""):
        document.execute(source)
    assert document.flow() is flow


def test_the_flow_is_the_same_object_until_something_changes(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1"))
    flow = document.flow()
    document.execute("%%step one\nx = 1", "a")
    assert document.flow() is flow


def test_a_file_that_is_being_written_leaves_what_was_known(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1")
    document = Document(path)
    document.flow()
    path.write_text('{"cells": [')
    assert steps(document) == ["one"]
    assert isinstance(document.unreadable, NotANotebook)


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotANotebook, match="there is no such file"):
        Document().follow(tmp_path / "none.ipynb")


def shown(*sources: str) -> list[Cell]:
    return [Cell(number, source, "abcdefgh"[number - 1]) for number, source in enumerate(sources, 1)]


def test_what_is_on_the_screen_counts_with_its_order_and_without_what_is_gone(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = 2"))
    document.execute("%%step one\nx = 5", "a")
    document.take([Cell(2, "%%step two\ny = 3", "b", above="# about"), Cell(3, "%%step one\nx = 6", "a")])
    assert list(bodies(document).items()) == [("two", "y = 3"), ("one", "x = 6")]
    assert [(step.doc, step.place.cell) for step in document.flow().steps] == [("# about", 2), ("", 3)]
    document.take(shown("%%step two\ny = 3"))
    assert steps(document) == ["two"]


def test_what_is_executed_or_saved_after_it_was_on_the_screen_counts_more(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", at=1e9)
    document = Document(path)
    document.take(shown("%%step one\nx = 2", "%%step new\nz = x"))
    document.execute("%%step one\nx = 3", "a")
    assert bodies(document) == {"one": "x = 3", "new": "z = x"}
    write(path, "%%step one\nx = 4", at=time.time() + 9)
    assert bodies(document) == {"one": "x = 4"}
    write(path, "%%step one\nx = 5", at=time.time() + 19)
    document.take(shown("%%step one\nx = 6"))  # newer than the file, which nobody has read yet
    assert bodies(document) == {"one": "x = 6"}


def test_what_is_on_the_screen_unchanged_leaves_the_flow_the_same_object(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1"))
    flow = document.flow()
    document.take(shown("%%step one\nx = 1"))
    assert document.flow() is flow
    document.execute("%%step one\nx = 2", "a")
    document.take(shown("%%step one\nx = 2"))
    document.execute("%%step two\ny = 1", "b")
    assert bodies(document) == {"one": "x = 2", "two": "y = 1"}


def test_a_console_may_be_told_what_is_on_the_screen(tmp_path: Path) -> None:
    document = Document()
    document.execute("%%step old\nx = 1")
    document.take(shown("%%step one\nx = 1"))
    assert steps(document) == ["one"]


def test_cells_that_share_an_id_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = x", at=1000)
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        cell["id"] = "twin"
    path.write_text(json.dumps(book))
    document = Document(path)
    for source in ("%%step one\nx = 1", "%%step two\ny = x", "%%step one\nx = 1", "%%step two\ny = x + 1"):
        document.execute(source, "twin")
    assert bodies(document) == {"one": "x = 1", "two": "y = x + 1"}


def test_deleted_cells_are_forgotten_at_once_and_the_others_counted_anew(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "LIMIT = 1", "%%step one\nx = 1", "%%step two\ny = 2"))
    document.execute("%%step new\nz = 3", "fresh")
    document.forget(["a", "b", "fresh"])
    assert [(step.name, step.place.cell) for step in document.flow().steps] == [("two", 1)]
    assert not document.flow().prelude.definitions


def test_a_deleted_cell_that_is_executed_is_back_in_its_place(tmp_path: Path) -> None:
    document = Document(write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = 2"))
    document.forget(["a"])
    assert document.execute("%%step one\nx = 1", "a") == "a"
    assert list(bodies(document).items()) == [("one", "x = 1"), ("two", "y = 2")]


def test_a_file_saved_after_cells_were_deleted_says_which_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "%%step one\nx = 1", "%%step two\ny = 2", at=1000)
    document = Document(path)
    document.forget(["a"])
    write(path, "%%step one\nx = 1", "%%step two\ny = 2", at=2000)  # the deletion was undone
    assert steps(document) == ["one", "two"]
