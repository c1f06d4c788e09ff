"""Two notebooks of one file name in one store are two flows, and one that is moved stays the same flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.store.catalog.flow_names import FlowName, explain_name, name_flow, place_in
from nbflow.store.store import Store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Store.open(tmp_path / ".nbflow").close()
    return tmp_path / ".nbflow"


def notebook(root: Path, place: str, id: str = "") -> Path:
    """Write a notebook, which is only its id here."""
    path = root.parent / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(id)
    return path


def found(root: Path, path: Path) -> FlowName:
    return name_flow(root / "catalog.db", path, path.read_text(), Path.read_text)


def run(root: Path, path: Path) -> str:
    """Do what a run does for the name of its flow."""
    name = found(root, path).name
    with Store(root).writer() as writer:
        writer.keep_notebook(name, place_in(root, path.parent, path.name), path.read_text())
    return name


def test_the_first_that_runs_has_the_name_and_others_have_their_folders_in_front(root: Path) -> None:
    places = ("A.ipynb", "sub/A.ipynb", "b/sub/A.ipynb", "sub.A.ipynb")
    paths = [notebook(root, place) for place in places]
    names = [run(root, path) for path in paths]
    assert names[:3] == ["A", "sub.A", "b.sub.A"]
    assert len(set(names)) == len(names)
    assert [run(root, path) for path in paths] == names


def test_before_any_run_a_flow_is_called_as_its_file(root: Path, tmp_path: Path) -> None:
    assert found(root, notebook(root, "sub/A.ipynb")) == FlowName("A")
    assert found(tmp_path / "none", notebook(root, "A.ipynb")) == FlowName("A")


def test_a_notebook_and_its_text_notebook_are_one_flow(root: Path) -> None:
    assert run(root, notebook(root, "A.ipynb")) == run(root, notebook(root, "A.py")) == "A"


def test_a_notebook_that_was_moved_keeps_its_name(root: Path) -> None:
    before = notebook(root, "A.ipynb")
    assert run(root, before) == "A"
    after = root.parent / "sub" / "A.ipynb"
    after.parent.mkdir()
    before.rename(after)
    assert run(root, after) == "A"
    assert run(root, notebook(root, "A.ipynb")) != "A"


def test_a_store_that_is_moved_with_its_notebooks_keeps_all_names(root: Path, tmp_path: Path) -> None:
    for place in ("p/A.ipynb", "p/q/A.ipynb"):
        run(root, notebook(root, place))
    moved = tmp_path.rename(tmp_path.with_name(f"{tmp_path.name}-moved"))
    assert found(moved / ".nbflow", moved / "p/q/A.ipynb").name == "q.A"
    moved.rename(tmp_path)


@pytest.mark.parametrize("after", ["B.ipynb", "sub/A.ipynb", "sub/B.ipynb"])
def test_a_notebook_with_an_id_keeps_its_runs_wherever_it_goes(root: Path, after: str) -> None:
    path = notebook(root, "A.ipynb", "one")
    assert run(root, path) == "A"
    path.unlink()
    moved = notebook(root, after, "one")
    assert run(root, moved) == run(root, moved) == "A"
    assert run(root, notebook(root, "A.ipynb", "two")) != "A"
    assert run(root, moved) == "A"


def test_a_renamed_notebook_keeps_its_runs_though_the_new_name_was_used_before(root: Path) -> None:
    path, other = notebook(root, "A.ipynb", "one"), notebook(root, "B.ipynb", "two")
    assert (run(root, path), run(root, other)) == ("A", "B")
    other.unlink()
    path.unlink()
    assert found(root, notebook(root, "B.ipynb", "one")) == FlowName("A")


def test_a_copy_starts_empty_and_knows_what_it_was_copied_from(root: Path) -> None:
    original = notebook(root, "A.ipynb", "one")
    run(root, original)
    copy = notebook(root, "A-Copy1.ipynb", "one")
    assert found(root, copy) == FlowName("A-Copy1", "A")
    assert run(root, copy) == "A-Copy1"
    assert found(root, copy) == FlowName("A-Copy1", "A")
    assert found(root, original) == FlowName("A")
    copy.write_text("two")  # it starts empty for good
    assert run(root, copy) == "A-Copy1"
    assert found(root, copy) == FlowName("A-Copy1")


def test_a_copy_may_go_on_with_the_runs_of_the_original(root: Path) -> None:
    original, copy = notebook(root, "A.ipynb", "one"), notebook(root, "C.ipynb", "two")
    run(root, original)
    with Store(root).writer() as writer:
        writer.keep_notebook("A", place_in(root, copy.parent, copy.name), "two")
    assert found(root, copy) == found(root, original) == FlowName("A")
    assert found(root, notebook(root, "D.ipynb", "one")) == FlowName("D", "A")


def test_a_notebook_that_lost_its_id_keeps_its_runs(root: Path) -> None:
    path = notebook(root, "A.ipynb", "one")
    assert run(root, path) == "A"
    path.write_text("")
    assert run(root, path) == "A"


def test_a_name_that_differs_from_the_file_is_explained() -> None:
    assert explain_name("A", "A.ipynb") == ""
    assert explain_name("sub.A", "A.ipynb").startswith("this flow is called sub.A, because another notebook")
