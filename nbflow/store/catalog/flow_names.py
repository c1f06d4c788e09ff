"""Finds the flow of a notebook in a store: by the notebook's id, by its place, or by a name that is free.

So a notebook that is renamed or moved keeps its runs, and two notebooks of one file name in two folders do not share
theirs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbflow.store.catalog import schema
from nbflow.store.catalog.reader import CatalogReader

NOTEBOOKS = (".ipynb", ".py")

IdOf = Callable[[Path], str]
"""Returns the id in the metadata of a notebook file; "" if it has none or cannot be read."""


@dataclass(frozen=True, slots=True)
class FlowName:
    """Holds the name of a notebook's flow. `copy_of` is the flow of the notebook that it was copied from, else ""."""

    name: str
    copy_of: str = ""


def name_flow(catalog: Path, notebook: Path, id: str, id_of: IdOf) -> FlowName:
    """Return the name of the flow of a notebook that has this id, "" for none; `id_of` reads the ids of other files.

    The flow that has the notebook's id comes first, wherever the notebook was, unless a notebook with the same id is
    still there: then this one is a copy. Next comes the flow that ran at this place last. Otherwise the flow is called
    like the file, or `sub.A` with folders in front if another notebook has that name.
    """
    if not schema.is_there(catalog):
        return FlowName(notebook.stem)
    with CatalogReader(catalog) as reader:
        return _Search(reader, notebook, id, id_of).name()


def has_flow_of(catalog: Path, notebook: Path, id: str, id_of: IdOf) -> bool:
    """Tell whether a catalog has runs of the notebook with this id, and this is not a copy of that notebook."""
    if not schema.is_there(catalog):
        return False
    with CatalogReader(catalog) as reader:
        return _Search(reader, notebook, id, id_of).by_id() is not None


def explain_name(name: str, document: str) -> str:
    """Return a line that says why a flow has not the name of its notebook; "" if it has."""
    if name == Path(document).stem:
        return ""
    return f"this flow is called {name}, because another notebook with runs in this store is also called {document}\n"


def place_in(root: Path, folder: Path, document: str) -> str:
    """Return the place of a notebook relative to the store, so that both can be moved together; absolute elsewhere."""
    own, top = folder.resolve() / Path(document).stem, root.resolve().parent
    return os.path.relpath(own, top) if own.is_relative_to(top) else str(own)


class _Search:
    """Searches a catalog for the flow of a notebook with the id `id`, "" for none."""

    def __init__(self, reader: CatalogReader, notebook: Path, id: str, id_of: IdOf) -> None:
        self._reader, self._id, self._id_of = reader, id, id_of
        self._own = notebook.resolve().parent / notebook.stem
        self._place = place_in(reader.path.parent, notebook.parent, notebook.name)

    def by_id(self) -> str | None:
        """Return the flow that has the notebook's id; None if there is none, or if the notebook is a copy."""
        known = self._reader.flow_with_id(self._id) if self._id else None
        return None if known is None or self._is_copy() else known

    def name(self) -> FlowName:
        known = self.by_id()
        if known is not None:
            return FlowName(known)
        here = self._reader.flow_at(self._place)
        if here is None or self._belongs_to_another(here):
            here = next(name for name in self._candidates() if self._is_free(name))
        original = self._reader.flow_with_id(self._id) if self._id else None
        return FlowName(here, original if original not in (None, here) else "")

    def _is_copy(self) -> bool:
        """Tell whether another notebook with this id is still where it ran last."""
        there = self._path(self._reader.place_with_id(self._id))
        return there not in (None, self._own) and any(self._id_of(file) == self._id for file in _files_at(there))

    def _belongs_to_another(self, flow: str) -> bool:
        ids = self._reader.ids_of(flow)
        return bool(self._id and ids) and self._id not in ids

    def _candidates(self) -> Iterator[str]:
        parts = [self._own.name]
        yield self._own.name
        for folder in self._own.parts[-2:0:-1]:
            parts.insert(0, folder)
            yield ".".join(parts)
        yield str(self._own)

    def _is_free(self, name: str) -> bool:
        """Tell whether no notebook has the name: one that is no longer at its place owns none."""
        there = self._place_of(name)
        return there is None or (there != self._own and not _files_at(there))

    def _place_of(self, flow: str) -> Path | None:
        return self._path(self._reader.notebook_of(flow))

    def _path(self, place: str | None) -> Path | None:
        top = self._reader.path.resolve().parent.parent
        return None if place is None else Path(os.path.normpath(top / place))


def _files_at(place: Path | None) -> list[Path]:
    """Return the notebooks at a place, of which one may be the text notebook of the other."""
    if place is None:
        return []
    files = (place.with_name(f"{place.name}{suffix}") for suffix in NOTEBOOKS)
    return [file for file in files if file.is_file()]
