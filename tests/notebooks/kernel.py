"""Notebooks run as Jupyter runs them: by nbclient, each in a kernel of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from nbflow.notebook.read import read_cells
from tests.notebooks.plain import ROOT, Ran, steady, without_headers

_NO_HELP = re.compile(r"Object `.*` not found\.")
PORTRAITS = """
import json as _json, sys as _sys
_sys.path.insert(0, {root!r})
from tests.notebooks.values import portraits as _portraits
with open({target!r}, "w") as _file:
    _json.dump(_portraits(globals(), hidden=get_ipython().user_ns_hidden), _file)
"""


def run_in_kernel(path: Path, folder: Path) -> Ran:
    """Run the cells of a notebook in the folder. Lines that are nbflow's own are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "portraits.json"
    cells = list(read_cells(path))
    sources = [*(without_headers(cell.source) for cell in cells), PORTRAITS.format(root=str(ROOT), target=str(target))]
    book: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    printed = {cell.number: _lines(run.outputs) for cell, run in zip(cells, book.cells, strict=False)}
    return Ran(path.stem, {number: lines for number, lines in printed.items() if lines}, json.loads(target.read_text()))


def _lines(outputs: Any) -> list[str]:
    """Return what was printed, without what `name?` says: in a step it does nothing."""
    printed = (one["text"] for one in outputs if one["output_type"] == "stream" and one["name"] == "stdout")
    return [line for line in steady("".join(printed)) if not _NO_HELP.fullmatch(line)]
