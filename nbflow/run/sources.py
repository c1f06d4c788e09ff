"""The cells of a flow as the catalog keeps them with a run, so that the flow can be read again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nbflow.flow.step import Cell


def write_cells(cells: Iterable[Cell]) -> str:
    return json.dumps([[cell.number, cell.source, sorted(cell.tags)] for cell in cells])


def read_cells(text: str) -> list[Cell]:
    return [Cell(number, source, tags=frozenset(tags)) for number, source, tags in json.loads(text)]
