"""Names the flows of a store, so that two notebooks of one file name in two folders do not share their runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nbflow.store.catalog import schema
from nbflow.store.catalog.reader import CatalogReader

NOTEBOOKS = (".ipynb", ".py")


def name_flow(catalog: Path, notebook: Path) -> str:
    """Return the name of a notebook's flow: its stem, or `sub.A` with folders in front if another one has the stem.

    A notebook that was moved keeps its name, because a notebook that is no longer at its place owns no name.
    """
    if not schema.is_there(catalog):
        return notebook.stem
    own = notebook.resolve().parent / notebook.stem
    with CatalogReader(catalog) as reader:
        return next(name for name in _candidates(own) if _is_free(reader, name, own))


def explain_name(name: str, document: str) -> str:
    """Return a line that says why a flow has not the name of its notebook; "" if it has."""
    if name == Path(document).stem:
        return ""
    return f"this flow is called {name}, because another notebook with runs in this store is also called {document}\n"


def place_in(root: Path, folder: Path, document: str) -> str:
    """Return the place of a notebook relative to the store, so that both can be moved together; absolute elsewhere."""
    own, top = folder.resolve() / Path(document).stem, root.resolve().parent
    return os.path.relpath(own, top) if own.is_relative_to(top) else str(own)


def _candidates(own: Path) -> Iterator[str]:
    parts = [own.name]
    yield own.name
    for folder in own.parts[-2:0:-1]:
        parts.insert(0, folder)
        yield ".".join(parts)
    yield str(own)


def _is_free(reader: CatalogReader, name: str, own: Path) -> bool:
    kept = reader.notebook_of(name)
    if kept is None:
        return True
    there = Path(os.path.normpath(reader.path.resolve().parent.parent / kept))
    return there == own or not any(there.with_name(f"{there.name}{suffix}").is_file() for suffix in NOTEBOOKS)
