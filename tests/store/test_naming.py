"""Two notebooks of one file name in one store are two flows, and one that is moved stays the same flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.store.catalog.flow_names import explain_name, name_flow, place_in
from nbflow.store.store import Store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Store.open(tmp_path / ".nbflow").close()
    return tmp_path / ".nbflow"


def notebook(root: Path, place: str) -> Path:
    path = root.parent / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def run(root: Path, path: Path) -> str:
    """What a run does for the name of its flow."""
    name = name_flow(root / "catalog.db", path)
    with Store(root).writer() as writer:
        writer.keep_place(name, place_in(root, path.parent, path.name))
    return name


def test_the_first_that_runs_has_the_name_and_others_have_their_folders_in_front(root: Path) -> None:
    places = ("A.ipynb", "sub/A.ipynb", "b/sub/A.ipynb", "sub.A.ipynb")
    paths = [notebook(root, place) for place in places]
    names = [run(root, path) for path in paths]
    assert names[:3] == ["A", "sub.A", "b.sub.A"]
    assert len(set(names)) == len(names)
    assert [run(root, path) for path in paths] == names


def test_before_any_run_a_flow_is_called_as_its_file(root: Path, tmp_path: Path) -> None:
    assert name_flow(root / "catalog.db", tmp_path / "sub" / "A.ipynb") == "A"
    assert name_flow(tmp_path / "none" / "catalog.db", tmp_path / "A.ipynb") == "A"


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
    assert name_flow(moved / ".nbflow" / "catalog.db", moved / "p/q/A.ipynb") == "q.A"
    moved.rename(tmp_path)


def test_a_name_that_differs_from_the_file_is_explained() -> None:
    assert explain_name("A", "A.ipynb") == ""
    assert explain_name("sub.A", "A.ipynb").startswith("this flow is called sub.A, because another notebook")
