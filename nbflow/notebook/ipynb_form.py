"""Gives a notebook file the form of an `.ipynb` without outputs, with the code cells that its flow had at some time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from nbflow.errors import NotANotebook
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import read_header
from nbflow.notebook.jupytext_import import import_nbformat
from nbflow.notebook.read import load_content

CellForm = dict[str, Any]
"""Holds a cell as an `.ipynb` file has it."""

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class NotebookForm:
    """Holds a notebook in the form of an `.ipynb`. `code` maps the number of each code cell of the flow to the cell."""

    cells: list[CellForm]
    code: Mapping[int, CellForm]
    metadata: dict[str, Any]

    def copy(self) -> NotebookForm:
        """Return a form whose cells and metadata can be changed without a change of this one."""
        made = {id(cell): {**cell, "metadata": dict(cell["metadata"])} for cell in self.cells}
        code = {number: made[id(cell)] for number, cell in self.code.items()}
        return NotebookForm([*made.values()], code, dict(self.metadata))

    def text(self) -> str:
        """Return the text of the file, as Jupyter would write it."""
        v4 = import_nbformat()
        content = {"cells": self.cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5}
        return str(v4.writes(v4.to_notebook(content))) + "\n"


def form_of(path: Path | None, cells: Sequence[Cell], without: str = "") -> NotebookForm:
    """Return the notebook at `path` with these code cells; of a file that cannot be read, only they are left.

    Text cells stay where they are, but for those with the tag `without`. A code cell keeps its id and its metadata as
    long as it is the same step or has the same text.
    """
    content = _content(path)
    found = [_plain(cell) for cell in content["cells"]]
    pairs = list(_merged([one for one in found if without not in one["metadata"].get("tags", ())], cells))
    _identify([form for form, _ in pairs])
    code = {cell.number: form for form, cell in pairs if cell is not None}
    return NotebookForm([form for form, _ in pairs], code, _metadata(content.get("metadata"), path))


def _content(path: Path | None) -> dict[str, Any]:
    if path is not None:
        try:
            return load_content(path)
        except NotANotebook:
            pass  # it was moved or broken since its flow was read
    return {"cells": []}


def _metadata(found: object, path: Path | None) -> dict[str, Any]:
    metadata = dict(found) if isinstance(found, dict) else {}
    if path is None or path.suffix != ".ipynb":
        metadata.pop("jupytext", None)  # it describes the text file
    return {"kernelspec": KERNEL, **metadata}


def _plain(cell: Any) -> CellForm:
    """Return a cell of a file without its outputs, with what is missing or has another form put right."""
    facts = cell if isinstance(cell, dict) else {}
    kind, source, metadata, key = (facts.get(name) for name in ("cell_type", "source", "metadata", "id"))
    kind = kind if kind in _KINDS else "raw"
    text = "".join(source) if isinstance(source, list) else source or ""
    attached = {"attachments": facts["attachments"]} if kind != "code" and "attachments" in facts else {}
    form = {"cell_type": kind, "id": key, "metadata": dict(metadata or {}), "source": text, **attached}
    return _emptied(form) if kind == "code" else form


def _emptied(form: CellForm) -> CellForm:
    return {**form, "execution_count": None, "outputs": []}


def _merged(found: list[CellForm], cells: Sequence[Cell]) -> Iterator[tuple[CellForm, Cell | None]]:
    """Yield the cells in order, each code cell with the cell of the flow that it is."""
    before = [_key(one["source"]) if one["cell_type"] == "code" else None for one in found]
    matcher = SequenceMatcher(None, before, [_key(cell.source) for cell in cells], autojunk=False)
    for tag, old, old_end, new, new_end in matcher.get_opcodes():
        if tag == "equal":
            for form, cell in zip(found[old:old_end], cells[new:new_end], strict=True):
                yield {**form, "source": cell.source}, cell
            continue
        yield from ((one, None) for one in found[old:old_end] if one["cell_type"] != "code")
        yield from ((_fresh(cell), cell) for cell in cells[new:new_end])


def _key(source: str) -> tuple[str, str]:
    """Return what a code cell is known by: its step, else its text."""
    name = read_header(source).name
    return ("step", name) if name else ("text", source)


def _fresh(cell: Cell) -> CellForm:
    metadata = {"tags": sorted(cell.tags)} if cell.tags else {}
    return _emptied({"cell_type": "code", "id": cell.id, "metadata": metadata, "source": cell.source})


def _identify(cells: Sequence[CellForm]) -> None:
    """Give each cell an id that is valid and that no other has."""
    taken: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        wanted = cell["id"] if isinstance(cell["id"], str) else ""
        valid = re.sub(r"[^\w-]", "-", wanted, flags=re.ASCII)[:56] or f"cell-{number}"
        cell["id"] = valid if valid not in taken else f"{valid}-{number}"
        taken.add(cell["id"])
