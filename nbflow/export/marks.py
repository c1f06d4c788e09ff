"""Writes and reads which cell each part of a script came from: `# cell 6` above a body, and a table at the end.

The table holds two digests of each cell: one of the cell, and one of its body in the script. Both ignore layout but not
comments, so formatting a notebook or a script does not count as a change.
"""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nbflow.flow.flowspec.classes import is_transition
from nbflow.flow.names.code import code_digest, parse
from nbflow.flow.names.text import parse_step
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.header import read_header
from nbflow.script.preparing.static_branches import (
    EXPORTED,
    METHOD_CELLS,
    SHARED,
    SILENT,
    cells_in,
    items_of_marks,
    silent_in,
)

NO_BODY = "-"


class Target(StrEnum):
    """Names the library whose FlowSpec the script imports."""

    NBFLOW = "nbflow"
    METAFLOW = "metaflow"


@dataclass(frozen=True, slots=True)
class Mark:
    """Describes one cell as it was exported.

    `id` is empty in notebooks without ids, `body` for a cell that is not a step. `header` is the header line, which an
    import needs to rebuild the notebook, and `next` is a transition that the cell itself has.
    """

    number: int
    id: str
    cell: str
    body: str = ""
    header: str = ""
    next: str = ""

    @property
    def key(self) -> str:
        """Return what identifies the cell in a later version of the notebook."""
        return self.id or f"cell {self.number}"


@dataclass(frozen=True, slots=True)
class Marks:
    """Holds everything that a script says about its origin: enough to export it again in the same way."""

    notebook: str
    target: Target = Target.NBFLOW
    all_artifacts: bool = False
    cells: tuple[Mark, ...] = ()
    rest: str = ""  # the digest of what is around the bodies
    shared: Sequence[str] = ()  # the names that shared cells bind
    silent: Mapping[str, Sequence[str]] = field(default_factory=dict)  # random module -> methods not known to draw
    places: Mapping[str, int] = field(default_factory=dict)  # method -> its cell, if methods run side by side
    learned: Mapping[str, frozenset[str]] = field(default_factory=dict)  # step -> names that runs found it to change
    known: Sequence[str] = ()  # the steps whose changes a run has shown, if the order of the methods depends on it


def mark_of(cell: Cell, body: str | None = None) -> Mark:
    """Return the mark of a cell; `body` is its body in the script if it is a step."""
    identity = cell.id if re.fullmatch(r"[\w-]+", cell.id) else ""
    digests = digest_cell(cell), "" if body is None else digest_code(body)
    return Mark(cell.number, identity, *digests, header_of(cell), "" if body is None else _next_of(cell))


def header_of(cell: Cell) -> str:
    """Return the header line of a cell as it is; "" if there is none."""
    line = read_header(cell.source).line
    return lines_of(cell.source)[line - 1].strip() if line else ""


def _next_of(cell: Cell) -> str:
    header = read_header(cell.source)
    if header.language:
        return ""
    body = "\n".join(lines_of(cell.source)[header.line :])
    calls = (node.value for node in every_node(parse_step(body).tree) if isinstance(node, ast.Expr))
    return next((ast.unparse(call) for call in calls if is_transition(call)), "")


# digests


def digest_cell(cell: Cell) -> str:
    """Return a digest of a cell, its header, and the markdown above it, which becomes a docstring."""
    body = lines_of(cell.source)[read_header(cell.source).line :]
    return _short(" ".join(header_of(cell).split()), digest_code("\n".join(body)), cell.above.strip())


def digest_code(source: str) -> str:
    """Return a digest of code and its comments that ignores layout; of its text if it is not valid Python."""
    try:
        return _short(code_digest(source), *_docstrings(source), *_comments(source))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return _short(*(line.rstrip() for line in lines_of(source.strip())))


def _docstrings(source: str) -> Iterator[str]:
    for node in every_node(parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""


def _comments(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ").rstrip()


def _short(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


# `# cell 6`, above a body


def cell_comment(number: int) -> str:
    return f"# cell {number}"


def read_cell_comment(line: str) -> int | None:
    """Return the number of the cell if a line of a script is such a mark; else None."""
    found = re.fullmatch(r"\s*# cell (\d+)\s*", line)
    return int(found[1]) if found else None


# the table at the end


_HEAD = re.compile(rf"{EXPORTED}(?P<notebook>.+) with --target (?P<target>\w+)(?P<all> .+)?:")
_ROW = re.compile(
    r"# +(?P<number>\d+)  (?P<id>[\w-]+) +(?P<cell>[0-9a-f]{12})  (?P<body>[0-9a-f]{12}|-) *"
    r"(?P<header>(?:%%|#\|).*?)?(?:  (?P<next>self\.next\(.*\)))?"
)


_REST = "# all around the cells: "
_LEARNED = "# changes that runs have found: "
_KNOWN = "# steps whose changes a run has shown: "


def write_marks(marks: Marks) -> str:
    """Return the comment block, without a line break at its end."""
    options = f"--target {marks.target}" + (" --all-artifacts" if marks.all_artifacts else "")
    width = max((len(mark.id) for mark in marks.cells), default=2)
    return "\n".join(
        [
            f"{EXPORTED}{marks.notebook} with {options}:",
            "# by this table `nbflow check --script` sees what has changed in either of them.",
            f"# {'cell':>4}  {'id':<{width}}  {'notebook':<12}  script",
            *(_row(mark, width) for mark in marks.cells),
            *([f"{_REST}{marks.rest}"] if marks.rest else []),
            *([SHARED + ", ".join(marks.shared)] if marks.shared else []),
            *(
                [METHOD_CELLS + ", ".join(f"{name} {cell}" for name, cell in marks.places.items())]
                if marks.places
                else []
            ),
            *([_LEARNED + ", ".join(_changes(marks))] if marks.learned else []),
            *([_KNOWN + ", ".join(marks.known)] if marks.known else []),
            *(f"{SILENT}{module}: {', '.join(methods)}" for module, methods in marks.silent.items()),
        ]
    )


def _changes(marks: Marks) -> Iterator[str]:
    return (f"{step} {name}" for step, names in marks.learned.items() for name in sorted(names))


def _row(mark: Mark, width: int) -> str:
    digests = f"{mark.cell}  {mark.body or NO_BODY:<12}"
    return "  ".join([f"# {mark.number:>4}  {mark.id or NO_BODY:<{width}}", digests, mark.header, mark.next]).rstrip()


def read_marks(script: str) -> Marks | None:
    """Return what the last such block of a script says; None for a script that was not exported."""
    lines = lines_of(script)
    heads = [(at, found) for at, line in enumerate(lines) if (found := _HEAD.fullmatch(line.strip()))]
    if not heads or heads[-1][1]["target"] not in set(Target):
        return None
    at, head = heads[-1]
    rows = (_ROW.fullmatch(line.strip()) for line in lines[at + 1 :])
    cells = tuple(_mark(row) for row in rows if row)
    table = "\n".join(lines[at + 1 :])
    learned: dict[str, frozenset[str]] = {}
    for step, _, name in (change.partition(" ") for change in items_of_marks(table, _LEARNED)):
        learned[step] = learned.get(step, frozenset()) | {name}
    rest = "".join(items_of_marks(table, _REST))
    return Marks(
        *(head["notebook"], Target(head["target"]), bool(head["all"]), cells, rest, items_of_marks(table, SHARED)),
        *(silent_in(table), cells_in(table), learned, items_of_marks(table, _KNOWN)),
    )


def _mark(row: re.Match[str]) -> Mark:
    identity, body = (("" if row[part] == NO_BODY else row[part]) for part in ("id", "body"))
    return Mark(int(row["number"]), identity, row["cell"], body, row["header"] or "", row["next"] or "")
