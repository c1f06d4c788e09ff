"""Finds the store and the flow of a notebook, also after the notebook was renamed, moved or copied.

A notebook may have an id in its metadata, `{"nbflow": {"id": …}}`: `init` writes it, or the panel when the flow first
runs. A list in Jupyter's data folder says in which store the runs of each id are, for notebooks that were moved.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nbflow.errors import StoreError
from nbflow.store.catalog.flow_names import has_flow_of, name_flow
from nbflow.store.catalog.known_stores import known_stores
from nbflow.store.homes import HOME_VARIABLE, is_copy, locate_store
from nbflow.store.regular_file import read_regular
from nbflow.store.store import CATALOG

_LARGEST = 256 << 20
"""Limits how many bytes of a notebook are read for its id."""


@dataclass(frozen=True)
class StoredFlow:
    """Locates the runs of a notebook: the folder of the store, which may not exist, and the name of the flow there.

    `copy_of` is the flow of the notebook that this one was copied from, "" if it is no copy.
    """

    root: Path
    name: str
    copy_of: str = ""


def find_stored_flow(notebook: Path, id: str = "") -> StoredFlow:
    """Return where the runs of a notebook are, or would be. `id` is its id if the file may not have it yet."""
    id = id or read_id(notebook)
    root = _locate(notebook, id)
    found = name_flow(root / CATALOG, notebook, id, read_id)
    return StoredFlow(root, found.name, found.copy_of)


def read_id(notebook: Path) -> str:
    """Return the id in the metadata of a notebook file; "" if it has none or cannot be read."""
    try:
        status = notebook.stat()
    except OSError:
        return ""
    return _read_id(notebook, status.st_mtime_ns, status.st_size) if notebook.suffix == ".ipynb" else ""


@lru_cache(256)
def _read_id(notebook: Path, _mtime: int, _size: int) -> str:
    try:
        content = read_regular(notebook, _LARGEST)
        return id_in(json.loads(content).get("metadata")) if b'"nbflow"' in content else ""
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def id_in(metadata: object) -> str:
    """Return the id in the metadata of a notebook; "" if it has none."""
    match metadata:
        case {"nbflow": {"id": str(id)}}:
            return id
    return ""


def _locate(notebook: Path, id: str) -> Path:
    """Return the store beside or above a notebook, or the one that it has left when it was moved."""
    root = locate_store(notebook.resolve().parent)
    if not id or HOME_VARIABLE in os.environ or is_copy(root) or has_flow_of(root / CATALOG, notebook, id, read_id):
        return root
    left = Path(known_stores().get(id, root))
    with contextlib.suppress(StoreError):
        return left if has_flow_of(left / CATALOG, notebook, id, read_id) else root
    return root
