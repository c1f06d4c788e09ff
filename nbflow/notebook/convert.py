"""Rewrites step headers from one form to the other: `%%step NAME` and `#| step: NAME` mean the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbflow.flow.source.cell import Cell
from nbflow.flow.source.encoding import encoding_of
from nbflow.flow.syntax.header import CellKind, read_header, rest_of
from nbflow.notebook.read import read_cells
from nbflow.notebook.write import write_whole
from nbflow.store.regular_file import read_regular

FORMS = ("comment", "magic")
_KINDS = (CellKind.STEP, CellKind.PARAMETERS, CellKind.SHARED, CellKind.ENVIRONMENT)


def convert_header(source: str, form: str) -> str:
    """Return the cell with its header in `form`; return a cell without a header unchanged."""
    header = read_header(source)
    if header.kind not in _KINDS or header.comment is (form == "comment"):
        return source
    lines = source.split("\n")
    if form == "magic" and any(line.strip() for line in lines[: header.line - 1]):
        return source  # IPython accepts a magic only in the first line
    line = lines[header.line - 1]
    end = line[len(line.rstrip("\r")) :]
    lines[header.line - 1] = _header(header.kind, rest_of(line), form) + end
    return "\n".join(lines)


def header_form(cells: Iterable[Cell]) -> str:
    """Return the form of the last step header among the cells; "magic" if there is none."""
    headers = [header for cell in cells if (header := read_header(cell.source)).kind is CellKind.STEP]
    return "comment" if headers and headers[-1].comment else "magic"


def _header(kind: CellKind, rest: str, form: str) -> str:
    if form == "magic":
        return f"%%{kind} {rest}".rstrip()
    return f"#| {kind}: {rest}" if rest else f"#| {kind}"


def convert_notebook(path: Path, form: str) -> int:
    """Rewrite the headers in a file, and nothing else. Return how many cells changed.

    Raises NotANotebook, and TargetUnwritable; then the file has not changed.
    """
    list(read_cells(path))
    data = read_regular(path)
    converted, changed = _convert_percent(data, form) if path.suffix == ".py" else _convert_json(data, form)
    if changed:
        write_whole(path, converted, force=True)
    return changed


def _convert_json(data: bytes, form: str) -> tuple[bytes, int]:
    content: dict[str, Any] = json.loads(data)
    changed = 0
    for cell in content["cells"]:
        held = cell.get("source", "")
        source = held if isinstance(held, str) else "".join(held)
        converted = convert_header(source, form) if cell.get("cell_type") == "code" else source
        if converted != source:
            cell["source"] = converted if isinstance(held, str) else converted.splitlines(keepends=True)
            changed += 1
    return json_bytes(content), changed


def json_bytes(content: Any) -> bytes:
    """Return the bytes of a notebook file; what UTF-8 cannot encode (a lone surrogate) is escaped as in JSON."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


_HEADER = re.compile(r"(?m)^(# %%(?:[ \t].*)?\r?\n(?:[ \t]*\r?\n)*)((?:# ?)?%%\w.*|#\|.*)$")
"""Matches the marker of a cell and its first line, which jupytext comments out if it is a magic."""


def _convert_percent(data: bytes, form: str) -> tuple[bytes, int]:
    encoding = encoding_of(data)
    changed = 0

    def convert(found: re.Match[str]) -> str:
        nonlocal changed
        line = re.sub(r"^# ?(?=%%)", "", found[2])
        converted = convert_header(line, form)
        changed += converted != line
        return found[1] + (re.sub(r"^(?=%%)", "# ", converted) if converted != line else found[2])

    return _HEADER.sub(convert, data.decode(encoding)).encode(encoding), changed
