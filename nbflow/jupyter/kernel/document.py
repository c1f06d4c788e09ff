"""Puts the cells of a kernel's notebook together: from its file, the screen, and the cells executed since."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from nbflow.errors import NotANotebook
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.reading.reading_memory import ReadingMemory
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Scratch
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.specs import FlowSource
from nbflow.notebook.read import read_cells
from nbflow.notebook.stored_flow import read_id

_CALL = re.compile(r"(?!print\b|display\b|len\b|help\b|type\b|repr\b)\w+\(")
UNNAMED = "console"
"""The name of a document that has no file."""
UNNAMED_FLOW = f"<{UNNAMED}>"
"""The name of its flow, which differs from that of any notebook in the folder, such as `console.ipynb`."""


@dataclass(slots=True)
class Executed:
    """Holds the newest text of an executed cell. `saved` is its text in the file at that time, None if it had none."""

    key: str
    source: str
    saved: str | None
    when: float


class Document:
    """Knows the cells of the notebook as they are now: for each cell, the newer text of the file and of the kernel.

    Some front ends send no cell ids, or their own. Their cells are found by text: an unchanged text is the cell of the
    file with the same text; a changed step cell is the step of that name. All others are appended in the order in which
    they were first executed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._cells: list[Cell] = []
        self._length = 0
        self._stamp: tuple[int, int] | None = None
        self._executed: dict[str, Executed] = {}
        self._aliases: dict[str, str] = {}
        self._shared: set[str] = set()  # ids that several cells share
        self._deleted: set[str] = set()  # cells that the user has deleted and the file still has
        self._flow: FlowSource | None = None
        self._reading = ReadingMemory()
        self._called = ""
        self._id = ""
        self.unreadable: NotANotebook | None = None

    @property
    def name(self) -> str:
        """Return the name of the notebook's file."""
        return self.path.name if self.path else UNNAMED

    @property
    def where(self) -> str:
        """Return the path of the notebook; "" if it has none."""
        return str(self.path or "")

    @property
    def id(self) -> str:
        """Return the id of the notebook, from its front end or its file; "" if it has none."""
        return self._id or (read_id(self.path) if self.path else "")

    def follow(self, path: Path) -> None:
        """Use this notebook file from now on. Raises NotANotebook."""
        list(read_cells(path))
        self.path, self._stamp, self._flow, self._called = path, None, None, ""

    # the cells on the screen

    def find_moved(self, path: str) -> Path | None:
        """Return the new path of a renamed notebook, else None; `path` is relative to the root of the server."""
        parts = Path(path).parts
        if self.path is None or not parts or ".." in parts or self.path.parts[-len(parts) :] == parts:
            return None
        return next((found for folder in self.path.parents if (found := folder / path).is_file()), None)

    def take(self, cells: Sequence[Cell], id: str = "") -> None:
        """Use the cells of the screen, saved or not, until a cell is executed with new text or the file is written.

        `id` is the id of the notebook there, "" if it has none.
        """
        self._refresh()
        if id != self._id:
            self._id, self._flow = id, None
        shown = [_with_id(cell) for cell in cells]
        if shown != self.cells():
            self._flow = None
        self._cells, self._length = shown, max((cell.number for cell in shown), default=0)
        self._executed.clear()
        self._deleted.clear()

    def forget(self, ids: Collection[str]) -> None:
        """Remove cells that the user has deleted although the file still has them; executing one brings it back."""
        self._refresh()
        self._deleted |= {
            *ids,
            *(self._aliases[one] for one in ids if one in self._aliases and one not in self._shared),
        }
        for key in self._executed.keys() & self._deleted:
            del self._executed[key]
        self._flow = None

    # executed cells

    def execute(self, source: str, cell_id: str | None = None) -> str:
        """Note that a cell is being executed, and return the key that it has in this document from now on."""
        self._refresh()
        key = self._key_of(source, cell_id)
        if key in self._deleted:
            self._deleted.remove(key)
            self._flow = None
        saved = next((cell.source for cell in self._cells if cell.id == key), None)
        known = self._executed.get(key)
        if saved is None and not says_something(source):
            if self._executed.pop(key, None) is not None:
                self._flow = None
            return key
        if source != (known.source if known else saved):
            self._forget_replaced(source, key)
            self._executed[key] = Executed(key, source, saved, time.time())
            self._flow = None
        elif known:
            known.when = time.time()
        return key

    def _key_of(self, source: str, cell_id: str | None) -> str:
        ids = {cell.id for cell in self._cells}
        if cell_id in ids and cell_id:
            return cell_id
        known = self._aliases.get(cell_id) if cell_id and cell_id not in self._shared else None
        same = [key for key, text in self._texts() if text == source]
        if known is not None and cell_id and same and known not in same:
            self._shared.add(cell_id)
        if known is not None and (known in ids or known in self._executed) and (not same or known in same):
            return known
        key = next(iter(same), None) or self._find(source) or cell_id or self._name_of(source)
        if cell_id:
            self._aliases[cell_id] = key
        return key

    def _find(self, source: str) -> str | None:
        """Return the key of the cell whose step or environment has the name in this text; None if there is none."""
        wanted = _named(source)
        return next((key for key, text in self._texts() if wanted and _named(text) == wanted), None)

    def _texts(self) -> Iterator[tuple[str, str]]:
        for cell in self.cells():
            yield cell.id, cell.source

    def _name_of(self, source: str) -> str:
        """Return a key for a cell without an id."""
        step = read_header(source).name
        return f"step {step}" if step else f"text {source}"

    def _forget_replaced(self, source: str, key: str) -> None:
        """Forget definitions that this text defines again: in a console the newest counts, as in Python."""
        if not key.startswith("text "):
            return
        bound = _bound(source)
        for other in [other for other in self._executed if other.startswith("text ") and other != key]:
            before = _bound(self._executed[other].source)
            if before and before <= bound:
                del self._executed[other]

    # the cells of the file

    def _refresh(self) -> None:
        """Read the file again if it was written since; it overrides cells that were executed before it was written."""
        if self.path is None:
            return
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            cells = [_with_id(cell) for cell in read_cells(self.path)]
        except (OSError, NotANotebook) as error:
            # half written or moved: keep the known cells until the file can be read
            self.unreadable = error if isinstance(error, NotANotebook) else None
            return
        self._cells, self._stamp, self._flow, self.unreadable = cells, stamp, None, None
        self._length = max((cell.number for cell in cells), default=0)
        self._deleted.clear()
        self._settle(status.st_mtime)

    def _settle(self, saved: float) -> None:
        texts = {cell.id: cell.source for cell in self._cells}
        for key, one in list(self._executed.items()):
            text = texts.get(key)
            is_older = one.when <= saved if text is None else text == one.source or text != one.saved
            if is_older:
                del self._executed[key]

    # all cells together

    def cells(self) -> list[Cell]:
        """Return every code cell in document order."""
        known = {cell.id for cell in self._cells}
        changed = [
            replace(cell, source=self._executed[cell.id].source) if cell.id in self._executed else cell
            for cell in self._remaining()
        ]
        added = [one for key, one in self._executed.items() if key not in known]
        length = self._length - sum(cell.id in self._deleted for cell in self._cells)
        return changed + [Cell(length + n, one.source, one.key) for n, one in enumerate(added, start=1)]

    def _remaining(self) -> Iterator[Cell]:
        """Yield the cells without the deleted ones, numbered again."""
        gone = 0
        for cell in self._cells:
            if cell.id in self._deleted:
                gone += 1
            else:
                yield replace(cell, number=cell.number - gone) if gone else cell

    def flow(self) -> FlowSource:
        """Return the flow that the notebook describes now; the same object until the notebook changes."""
        self._refresh()
        if self._flow is None:
            self._flow = replace(read_flow(self.cells(), self.flow_name, self.name, self._reading), id=self.id)
        return self._flow

    def call_flow(self, name: str) -> None:
        """Give the flow another name from now on."""
        if name != self.flow_name:
            self._called, self._flow = name, None

    @property
    def flow_name(self) -> str:
        """Return the name of the notebook's flow."""
        return self._called or (self.path.stem if self.path else UNNAMED_FLOW)

    def cell(self, key: str) -> Cell | None:
        """Return the cell with a key, None if there is none."""
        return next((cell for cell in self.cells() if cell.id == key), None)


@lru_cache(4096)
def _named(source: str) -> tuple[CellKind, str] | None:
    """Return the step or the environment that a cell defines."""
    header = read_header(source)
    if header.kind is CellKind.ENVIRONMENT:
        return header.kind, header.environment
    return (header.kind, header.name) if header.name else None


def _with_id(cell: Cell) -> Cell:
    """Return the cell with an id; cells of notebooks of format 4.4 and older have none."""
    return cell if cell.id else replace(cell, id=f"cell {cell.number}")


@lru_cache(4096)
def _bound(source: str) -> frozenset[str]:
    """Return the names that a cell binds."""
    flow = _flow_of(source)
    return frozenset().union(*(d.names for d in flow.prelude.definitions), *(s.names for s in flow.scratch))


@lru_cache(4096)
def says_something(source: str) -> bool:
    """Tell whether a cell matters to a flow: it has a header, or binds or changes something. `df.head()` does not."""
    if read_header(source).kind not in (CellKind.ORDINARY, CellKind.FOREIGN):
        return True
    flow = _flow_of(source)
    return bool(flow.prelude.definitions) or any(map(_may_matter, flow.scratch))


def _flow_of(source: str) -> FlowSource:
    return read_flow([Cell(1, source)], "", "")


def _may_matter(scratch: Scratch) -> bool:
    """Tell whether a statement may matter: a lone `register("x", f)` may change what another cell defines."""
    return bool(scratch.names or scratch.changes or scratch.setting or _CALL.match(scratch.source))
