"""Reads the bodies in an exported script: the code below `# cell 6`, without what was written around it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbflow.export.marks import read_cell_comment
from nbflow.export.text_layout import dedent
from nbflow.flow.names.code import code_digest, parse
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node

DEPTH = 8
"""The number of spaces before the body of a method."""

END = "# end of cell"
"""Marks the end of a body that uses `self`: such a body could not be told from the lines that follow it."""

SHOW_FIGURES = "show_figures"


@dataclass(frozen=True, slots=True)
class BodyText:
    """Holds a body as the text of a cell: its lines are not indented. `line` is where it begins in the script."""

    cell: int
    method: str
    text: str
    line: int


def read_bodies(script: str) -> tuple[BodyText, ...]:
    """Return every marked body, in the order of the script. Raises SyntaxError if it is not valid Python."""
    lines = lines_of(script)
    found = (_read_body(method, lines) for method in _methods(parse(script)))
    return tuple(body for body in found if body is not None)


def seeds_of(script: str) -> dict[int, str]:
    """Return the statements that methods repeat from ordinary cells, by cell: `np.random.seed(0)  # cell 2`."""
    lines, found = lines_of(script), dict[int, dict[str, None]]()
    for method in _methods(parse(script)):
        mark = _mark_of(method, lines)
        for node in (one for one in method.body if one.lineno < mark):
            last = lines[(node.end_lineno or node.lineno) - 1]
            cell = read_cell_comment(last[last.rfind("#") :]) if "#" in last else None
            if cell is not None:
                found.setdefault(cell, {})[ast.get_source_segment(script, node) or ""] = None
    return {cell: "\n".join(texts) for cell, texts in sorted(found.items())}


def digest_rest(script: str) -> str:
    """Return a digest of everything around the bodies except imports, which change with the engine."""
    lines, tree = lines_of(script), copy.deepcopy(parse(script))
    for method in _methods(tree):
        mark = _mark_of(method, lines)
        end = _end(method, mark, lines) if mark else 0
        method.body = [one for one in method.body if not mark < one.lineno < end] or [ast.Pass()]
    return code_digest([one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)])[:12]


def _methods(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for outer in tree.body:
        if isinstance(outer, ast.ClassDef):
            yield from (inner for inner in outer.body if isinstance(inner, ast.FunctionDef))


def _read_body(method: ast.FunctionDef, lines: Sequence[str]) -> BodyText | None:
    mark = _mark_of(method, lines)
    cell = read_cell_comment(lines[mark - 1]) if mark else None
    if cell is None:
        return None
    text = dedent("\n".join(lines[mark : _end(method, mark, lines) - 1]), DEPTH)
    return BodyText(cell, method.name, text.strip("\n").rstrip(), mark + 1)


def _mark_of(method: ast.FunctionDef, lines: Sequence[str]) -> int:
    """Return the line of the mark; 0 if there is none."""
    doc = method.body[0] if ast.get_docstring(method) is not None else None
    said = range(doc.lineno, (doc.end_lineno or doc.lineno) + 1) if doc else ()
    numbers = (one for one in range(method.lineno + 1, _last_line(method, lines) + 1) if one not in said)
    return next((one for one in numbers if read_cell_comment(lines[one - 1]) is not None), 0)


def _end(method: ast.FunctionDef, mark: int, lines: Sequence[str]) -> int:
    """Return the first line after the body: that of the end mark, or the statements that pass on what it made."""
    last = _last_line(method, lines)
    for number in range(mark + 1, last + 1):
        if lines[number - 1].strip() == END:
            return number
    statements = [node for node in method.body if node.lineno > mark]
    at = _first_epilogue(statements)
    return statements[at].lineno if at < len(statements) else last + 1


def _last_line(method: ast.FunctionDef, lines: Sequence[str]) -> int:
    """Return the last line of a method, with the comments after its last statement."""
    last = method.end_lineno or method.lineno
    while last < len(lines) and lines[last].startswith(" " * DEPTH + "#"):
        last += 1
    return last


def _first_epilogue(statements: Sequence[ast.stmt]) -> int:
    at = len(statements)
    while at and (_mentions_self(statements[at - 1]) or _shows_figures(statements[at - 1])):
        at -= 1
    return at


def _mentions_self(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "self" for node in every_node(statement))


def _shows_figures(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement) == f"{SHOW_FIGURES}()"
