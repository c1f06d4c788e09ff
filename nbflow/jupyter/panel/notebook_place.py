"""Finds a notebook below the root of a Jupyter server, and its store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbflow.errors import NbflowError, NoRunYet, NotANotebook
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import read_header
from nbflow.history.archive import Archive
from nbflow.notebook.read import read_cells
from nbflow.notebook.stored_flow import StoredFlow, find_stored_flow
from nbflow.store.catalog.schema import meaning_of_errors
from nbflow.store.homes import address_of
from nbflow.store.store import Store

LARGEST_FILE = 64 << 20
"""The most bytes of a notebook, or of the file that a parameter names, that are read for the panel."""


class NotBelowRoot(NbflowError):
    """Raised for a path that does not exist or leads out of the root folder of the server."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"there is no notebook '{path}' below the folder of this server: check the path")


@dataclass(frozen=True)
class NotebookPlace:
    """Locates a notebook and its store. `path` is absolute; links are not followed, as in the notebook's kernel.

    `id` is the id that the front end has for the notebook, which may not be saved yet.
    """

    path: Path
    id: str = ""

    @property
    def folder(self) -> Path:
        """Return the folder of the notebook."""
        return self.path.parent

    @property
    def flow(self) -> str:
        """Return the name of the notebook's flow in its store."""
        return self._stored.name

    @cached_property
    def _stored(self) -> StoredFlow:
        return find_stored_flow(self.path, self.id)

    @property
    def copy_of(self) -> str:
        """Return the flow of the notebook that this one was copied from, "" if it is no copy."""
        return self._stored.copy_of

    @property
    def document(self) -> str:
        """Return the file name of the notebook."""
        return self.path.name

    @property
    def root(self) -> Path:
        """Return the folder of the notebook's store, which may not exist."""
        return self._stored.root

    @property
    def has_store(self) -> bool:
        """Tell whether the notebook has a store."""
        return Store.exists(self.root)

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the runs of the notebook for reading, in the present thread. Raises NoRunYet if there is no store."""
        if not self.has_store:
            raise NoRunYet(self.flow, address_of(self.root))
        with Store(self.root).new_reader() as reader, meaning_of_errors(reader.path):
            yield Archive(reader, self.flow, self.root)

    def saved_cells(self) -> list[Cell]:
        """Return the cells of the file; none while it cannot be read."""
        try:
            return list(read_cells(self.path))
        except NotANotebook:
            return []

    def step_cells(self) -> dict[str, str]:
        """Return the id of each step's cell in the file."""
        named = ((read_header(cell.source).name, cell.id) for cell in self.saved_cells())
        return {name: cell for name, cell in named if name}


def find_place(top: Path, path: str, allow_hidden: bool = False, id: str = "") -> NotebookPlace:
    """Return the notebook at a path relative to `top`, with the id that it has in the front end.

    Raises NotBelowRoot, also if a link leads out of `top`, and for a hidden file or folder unless `allow_hidden`.
    """
    top = top.absolute()
    try:
        is_found = _is_inside(path, allow_hidden) and _is_file_below(top / path, top)
    except (OSError, ValueError, RuntimeError):  # too long, not text, or links in a circle
        is_found = False
    if not is_found:
        raise NotBelowRoot(path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…")
    return NotebookPlace(top / path, id)


_LONGEST_PATH = 200  # characters of a path that a message quotes


def _is_inside(path: str, allow_hidden: bool) -> bool:
    parts = Path(path).parts
    is_relative = bool(path) and "\0" not in path and not Path(path).is_absolute() and ".." not in parts
    return is_relative and (allow_hidden or not any(part.startswith(".") for part in parts))


def _is_file_below(path: Path, top: Path) -> bool:
    return path.resolve().is_relative_to(top.resolve()) and path.is_file()
