"""Step headers from one form to the other: `%%step NAME` and `#| step: NAME` mean the same."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from nbflow.flow.header import CellKind, read_header
from nbflow.notebook import read_cells

FORMS = ("comment", "magic")
_KINDS = (CellKind.STEP, CellKind.PARAMETERS, CellKind.SHARED)


def convert_header(source: str, form: str) -> str:
    """A cell with its header in the form asked for; a cell without one as it is."""
    header = read_header(source)
    if header.kind not in _KINDS or header.comment is (form == "comment"):
        return source
    lines = source.split("\n")
    line = lines[header.line - 1]
    end = line[len(line.rstrip("\r")) :]
    rest = line.strip().lstrip("%#| ").removeprefix(str(header.kind)).lstrip(" :").rstrip()
    lines[header.line - 1] = _header(header.kind, rest, form) + end
    return "\n".join(lines)


def _header(kind: CellKind, rest: str, form: str) -> str:
    if form == "magic":
        return f"%%{kind} {rest}".rstrip()
    return f"#| {kind}: {rest}" if rest else f"#| {kind}"


def convert_notebook(path: Path, form: str) -> int:
    """Rewrite the headers in a file and nothing else; how many cells changed. Raises NotANotebook."""
    list(read_cells(path))
    text = path.read_text("utf-8")
    converted, changed = _convert_percent(text, form) if path.suffix == ".py" else _convert_json(text, form)
    if changed:
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(converted, "utf-8")
        beside.replace(path)  # so that a crash leaves the notebook whole
    return changed


def _convert_json(text: str, form: str) -> tuple[str, int]:
    content: dict[str, Any] = json.loads(text)
    changed = 0
    for cell in content["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        converted = convert_header(source, form) if cell["cell_type"] == "code" else source
        if converted != source:
            cell["source"] = converted.splitlines(keepends=True) if isinstance(cell["source"], list) else converted
            changed += 1
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n", changed


_HEADER = re.compile(r"(?m)^(# %%(?:[ \t].*)?\n(?:[ \t]*\n)*)((?:# ?)?%%\w.*|#\|.*)$")
"""The marker of a cell, and its first line, where jupytext makes a comment of a magic."""


def _convert_percent(text: str, form: str) -> tuple[str, int]:
    changed = 0

    def convert(found: re.Match[str]) -> str:
        nonlocal changed
        line = re.sub(r"^# ?(?=%%)", "", found[2])
        converted = convert_header(line, form)
        changed += converted != line
        return found[1] + (re.sub(r"^(?=%%)", "# ", converted) if converted != line else found[2])

    return _HEADER.sub(convert, text), changed
