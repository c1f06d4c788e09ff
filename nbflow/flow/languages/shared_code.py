"""Turns `%%shared --lang R` cells into Python: each binds one name, which the steps in R below hand over to R."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.header import CellKind, Header, read_header


def shared_in_python(cell: Cell, header: Header) -> Cell:
    """Return the cell in Python. Every line keeps its number."""
    lines = lines_of(cell.source)
    return replace(cell, source="\n".join([*lines[: header.line], code_as_value("\n".join(lines[header.line :]))]))


def code_as_value(text: str) -> str:
    """Return a Python statement that binds the shared code, on whose first line the text begins."""
    return f'{_name_of(text)} = __import__("nbflow.languages", fromlist=["r_code"]).r_code({python_literal(text)})'


def python_literal(text: str) -> str:
    """Return the text as a Python literal that has as many lines."""
    return '"""' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\0", "\\x00") + '"""'


def names_of_shared_code(cells: Iterable[Cell]) -> Mapping[int, tuple[str, ...]]:
    """Return for each cell the names of the shared code above it."""
    found: dict[int, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for cell in cells:
        found[cell.number] = above
        if "shared" in cell.source and (header := read_header(cell.source)).kind is CellKind.SHARED and header.language:
            name = _name_of("\n".join(lines_of(cell.source)[header.line :]))
            above = tuple(dict.fromkeys((*above, name)))
    return found


def _name_of(text: str) -> str:
    """Return a name that stays when cells are moved."""
    return f"r_code_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
