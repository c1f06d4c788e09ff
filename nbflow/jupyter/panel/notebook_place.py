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
from nbflow.store.catalog.schema import meaning_of_errors
from nbflow.store.store import Store


class NotBelowRoot(NbflowError):
    """Raised for a path that does not exist or leads out of the root folder of the server."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"there is no notebook '{path}' below the folder of this server: check the path")


@dataclass(frozen=True)
class NotebookPlace:
    """Locates a notebook and its store. `path` is absolute; links are not followed, as in the notebook's kernel."""

    path: Path

    @property
    def folder(self) -> Path:
        """Return the folder of the notebook."""
        return self.path.parent

    @cached_property
    def flow(self) -> str:
        """Return the name of the notebook's flow in its store."""
        return Store.flow_of(self.root, self.path)

    @property
    def document(self) -> str:
        """Return the file name of the notebook."""
        return self.path.name

    @cached_property
    def root(self) -> Path:
        """Return the folder of the notebook's store, which may not exist."""
        return Store.locate(self.folder)

    @property
    def has_store(self) -> bool:
        """Tell whether the notebook has a store."""
        return Store.exists(self.root)

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the runs of the notebook for reading, in the present thread. Raises NoRunYet if there is no store."""
        if not self.has_store:
            raise NoRunYet(self.flow, self.root)
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


def find_place(top: Path, path: str) -> NotebookPlace:
    """Return the notebook at a path relative to `top`. Raises NotBelowRoot, also if a link leads out of `top`."""
    top = top.absolute()
    found = top / path
    is_inside = bool(path) and not Path(path).is_absolute() and ".." not in Path(path).parts
    if not is_inside or "\0" in path or not found.resolve().is_relative_to(top.resolve()) or not found.is_file():
        raise NotBelowRoot(path)
    return NotebookPlace(found)
