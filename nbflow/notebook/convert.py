"""Rewrites step headers from one form to the other: `%%step NAME` and `#| step: NAME` mean the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbflow.flow.source.cell import Cell
from nbflow.flow.source.encoding import encoding_of
from nbflow.flow.source.ipython import COMMENTED, PYTHON_MAGICS
from nbflow.flow.syntax.header import CellKind, read_header, rest_of
from nbflow.notebook.read import read_cells
from nbflow.notebook.write import write_whole
from nbflow.store.regular_file import read_regular

FORMS = ("comment", "magic")
_KINDS = (CellKind.STEP, CellKind.PARAMETERS, CellKind.SHARED, CellKind.ENVIRONMENT)


def convert_header(source: str, form: str) -> str:
    """Return the cell with its header in `form`; return a cell without a header unchanged.

    IPython knows a cell magic only in the first line, so a comment goes below `%%time` and others, and a magic above.
    """
    header = read_header(source)
    if header.kind not in _KINDS or header.comment is (form == "comment"):
        return source
    lines = [line.rstrip("\r") for line in source.split("\n")]
    above, line, below = lines[: header.line - 1], lines[header.line - 1], lines[header.line :]
    new = _header(header.kind, rest_of(line), form)
    if form == "comment":
        magics, below = _magics_and_rest(below)
        if magics and not _is_commented(magics):
            return source
        lines = [*above, *magics, new, *below]
    elif any(line.strip() and not line.startswith("%%") for line in above):
        return source
    else:
        empty = [line for line in above if not line.strip()]
        lines = [*empty, new, *above[len(empty) :], *below]
    ends = (line[len(line.rstrip("\r")) :] for line in source.split("\n"))
    return "\n".join(line + end for line, end in zip(lines, ends, strict=True))


def with_header(header: str, source: str) -> str:
    """Return a cell with a header on top, or below the cell magics if the header is a comment."""
    text = f"{header}\n{source}"
    read = read_header(header)
    return convert_header(f"%%{read.kind} {rest_of(header)}\n{source}", "comment") if read.comment else text


def _magics_and_rest(lines: list[str]) -> tuple[list[str], list[str]]:
    """Divide lines below the cell magics with which they begin; a script begins below its magic."""
    number = found = 0
    for number, line in enumerate(lines, 1):
        if line.startswith("%%"):
            found = number
        if line.strip() and (not line.startswith("%%") or read_header(line).magic not in PYTHON_MAGICS):
            break
    return lines[:found], lines[found:]


def _is_commented(magics: Iterable[str]) -> bool:
    """Tell whether a line that begins with `#` is a comment below all of these magics."""
    return all(read_header(line).magic in PYTHON_MAGICS | COMMENTED for line in magics if line.strip())


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


_LINE = r"(?:(?:# ?)?%%\w.*|#\|.*)"
_HEADER = re.compile(rf"(?m)^(# %%(?:[ \t].*)?\r?\n(?:[ \t]*\r?\n)*)({_LINE}(?:\n{_LINE})*)$")
"""Matches the marker of a cell and the magics with which it begins, which jupytext comments out."""


def _convert_percent(data: bytes, form: str) -> tuple[bytes, int]:
    encoding = encoding_of(data)
    changed = 0

    def convert(found: re.Match[str]) -> str:
        nonlocal changed
        lines = re.sub(r"(?m)^# ?(?=%%)", "", found[2])
        converted = convert_header(lines, form)
        changed += converted != lines
        return found[1] + (re.sub(r"(?m)^(?=%%)", "# ", converted) if converted != lines else found[2])

    return _HEADER.sub(convert, data.decode(encoding)).encode(encoding), changed
