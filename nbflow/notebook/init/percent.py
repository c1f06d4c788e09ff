"""Writes a plan into a text notebook: headers are added between its lines, and every other line stays."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.flow.source.encoding import without_coding
from nbflow.flow.source.lines import lines_of
from nbflow.notebook.init.cell_edits import LineRange, NewCell
from nbflow.notebook.jupytext_import import import_jupytext, import_nbformat
from nbflow.notebook.read import MARKER, segments


def rewrite_script(text: str, cells: Sequence[NewCell]) -> str:
    """Return the text of a notebook with these cells instead of its own."""
    above, parts = segments(text)
    comments = _comments_magics(text)
    return "\n".join(([above] if above else []) + [_written(parts, cell, comments) for cell in cells])


def _comments_magics(text: str) -> bool:
    """Return whether magics are comments in this file: jupytext takes no comment for one where some magic is none."""
    probe = import_jupytext().reads(f"{without_coding(text)}\n\n# %%\n# %probe\n", {"extension": ".py"})
    return str(probe["cells"][-1]["source"]).startswith("%")


def _written(parts: Sequence[str], cell: NewCell, comments: bool) -> str:
    if not cell.lines:
        return f"# %%\n{_commented(cell.source) if comments else cell.source}\n"
    own = parts[cell.lines[-1].cell - 1]
    if cell.is_kept:
        return own
    marker = _divided(own)[0] if cell.base else ""
    body = "\n".join(line for line in lines_of(cell.source)[:2] if line not in cell.added)
    if cell.added and body.lstrip().startswith("%%"):  # only jupytext knows which lines it comments then
        return (_by_jupytext(cell.source) if comments else f"# %%\n{cell.source}") + own[len(own.rstrip("\n")) :]
    bodies = [_lines_of(parts, lines).strip("\n") for lines in cell.lines]
    ending = own[len(own.rstrip("\n")) :] or "\n"
    added = [_commented(line) if comments else line for line in cell.added]
    return "\n".join([marker or "# %%", *added, "\n\n".join(bodies)]) + ending


def _by_jupytext(source: str) -> str:
    v4 = import_nbformat()
    text = str(import_jupytext().writes(v4.new_notebook(cells=[v4.new_code_cell(source)]), fmt="py:percent"))
    return text[text.index("\n# %%") + 1 :].rstrip("\n")


def _lines_of(parts: Sequence[str], lines: LineRange) -> str:
    body = _divided(parts[lines.cell - 1])[1]
    return body if not lines.start and lines.end is None else "\n".join(body.split("\n")[lines.start : lines.end])


def _divided(part: str) -> tuple[str, str]:
    first, _, rest = part.partition("\n")
    return (first, rest) if MARKER.match(first) else ("", part)


def _commented(source: str) -> str:
    """Comment out magics as jupytext does, so that Python can read the file."""
    return "\n".join(f"# {line}" if line.startswith("%") else line for line in lines_of(source))
