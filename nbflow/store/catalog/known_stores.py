"""Keeps a list of the user's stores by the ids of their notebooks, for notebooks that were moved to another folder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from nbflow.store.catalog.key_file import data_folder
from nbflow.store.whole_file import replace_file

_LIST = "nbflow_notebooks.json"


def remember_store(id: str, root: Path) -> None:
    """Note in which store the runs of the notebook with this id are."""
    if not id or (known := known_stores()).get(id) == str(root):
        return
    with contextlib.suppress(OSError):  # without the list, only such a move is not noticed
        replace_file(data_folder() / _LIST, json.dumps({**known, id: str(root)}, indent=1).encode())


def known_stores() -> dict[str, str]:
    """Return the folders of stores by the ids of notebooks; a list that is damaged is empty."""
    try:
        known = json.loads((data_folder() / _LIST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {id: root for id, root in known.items() if isinstance(root, str)} if isinstance(known, dict) else {}
