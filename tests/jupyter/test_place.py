"""Where a notebook's store is, as the server finds it."""

from __future__ import annotations

from pathlib import Path

from nbflow.jupyter.panel.place import find_place


def test_a_catalog_that_is_being_made_is_none_yet(tmp_path: Path) -> None:
    (tmp_path / ".nbflow").mkdir()
    (tmp_path / "demo.ipynb").write_text("{}")
    place = find_place(tmp_path, "demo.ipynb")
    assert not place.has_store
    (tmp_path / ".nbflow/catalog.db").touch()
    assert not place.has_store
