"""Writes the ordinary cells of a notebook as the top of a module: what the steps use, imports first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbflow.export.extras import DISPLAY_NAME
from nbflow.export.hoisting import imports_inside
from nbflow.export.marks import Target
from nbflow.export.plan.seeding import names_at_top
from nbflow.flow.effects.library_calls import concerns_imports
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.purity import origins_of
from nbflow.flow.names.scope import imported_names
from nbflow.flow.names.statements import is_future_import
from nbflow.flow.names.text import is_magic, parse_ordinary
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.header import CellKind, read_header

_OWN_MAGICS = ("%load_ext nbflow", "%flow", "%nbflow", "%reload_ext nbflow")


@dataclass(frozen=True)
class Top:
    """Holds pieces of text; `cells` are the numbers of the cells from which anything was taken.

    `ends` maps the identity of a definition to how many pieces of `rest` come before its end.
    """

    future: tuple[str, ...]
    imports: tuple[str, ...]
    rest: tuple[str, ...]
    names: frozenset[str]
    cells: frozenset[int]
    ends: Mapping[int, int]


def write_top(graph: Graph, target: Target = Target.NBFLOW) -> Top:
    used = frozenset().union(*(names_at_top(graph, step) for step in graph.steps.values()))
    inside, definitions = imports_inside(graph), graph.prelude.closure(used)
    needed = used.union(*(definition.wants for definition in definitions))
    needed = needed.union(*(definition.names for definition in definitions if definition.kind == "shared"))
    needed -= {DISPLAY_NAME}
    future: list[str] = []
    imports: list[str] = []
    rest: list[str] = []
    ends: dict[int, int] = {}
    last = 0  # the cell of the last piece of the rest
    bound: dict[str, str] = {}  # names bound by imports -> their origin
    is_set = False  # whether a setting was made that later imports may read, such as sys.path
    for definition in (one for one in definitions if one not in inside):
        gap = "\n" if definition.place.cell != last or _begins_group(definition, graph) else ""
        for node, text in _statements(definition, graph):
            if is_future_import(node):
                future.append(text)
            elif isinstance(node, ast.Import | ast.ImportFrom) and not is_set and not _replaces(node, bound):
                lines = _import(node, text, needed, gap=_follows_gap(definition, graph))
                imports += (retargeted(line, target) for line in lines)
            else:
                rest.append(gap + (f"# isort: split\n{text}" if _replaces(node, bound) else text))
                gap, last = "", definition.place.cell
            bound |= {name: origin for name, origin in origins_of(node).items() if name in needed}
        is_set |= concerns_imports(definition)
        ends[id(definition)] = len(rest)
    return Top(
        tuple(dict.fromkeys(future)),
        tuple(_once(imports)),
        tuple(retargeted(text, target) for text in rest),
        frozenset().union(*(one.names & needed if one.kind == "import" else one.names for one in definitions)),
        frozenset(definition.place.cell for definition in definitions),
        ends,
    )


_ENGINE = re.compile(r"\bfrom nbflow(\.cards import |(?= import current(?: as \w+)?$))", re.MULTILINE)


def retargeted(text: str, target: Target) -> str:
    """Return an import from the engine as an import from the script's target."""
    return _ENGINE.sub(lambda found: f"from {target}{found[1]}", text)


def _replaces(node: ast.stmt, bound: Mapping[str, str]) -> bool:
    """Tell whether an import gives a name another meaning than an earlier one, so that their order counts."""
    return any(bound.get(name, origin) != origin for name, origin in origins_of(node).items())


def _once(imports: Iterable[str]) -> Iterator[str]:
    """Yield each import once, with empty lines between groups as the notebook has them."""
    seen: set[str] = set()
    for line in imports:
        if not line or line not in seen:
            yield line
        seen.add(line)


def _statements(definition: Definition, graph: Graph) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the statements of a definition: a `%%shared` cell has several, and its imports go to the others."""
    cell = next((one for one in graph.flow.cells if one.number == definition.place.cell), None)
    tree = parse(definition.source)
    if definition.kind == "shared" and len(tree.body) > 1:
        lines = lines_of(definition.source)
        ends = [0, *(node.end_lineno or 0 for node in tree.body)]
        for before, node in zip(ends, tree.body, strict=False):
            yield node, "\n".join(lines[before : node.end_lineno]).strip("\n")
    else:
        text = definition.source if cell is None else _with_comments(definition, cell)
        yield from ((node, text) for node in tree.body[:1])


def _with_comments(definition: Definition, cell: Cell) -> str:
    """Return the statement as it is in the cell, with its comments above and after it."""
    lines = lines_of(cell.source)
    first = definition.place.line - 1
    last = first + definition.source.count("\n")
    whole = "\n".join(lines[first : last + 1])
    if definition.kind == "shared" or not _is_alone(whole, definition.source):
        return definition.source
    return "\n".join(lines[_above(first, lines) : last + 1])


def _above(at: int, lines: Sequence[str]) -> int:
    """Return where the comments directly above a line begin, counted from 0."""
    while at and lines[at - 1].startswith("#") and not lines[at - 1].startswith("#|"):
        at -= 1
    return at


def _begins_group(definition: Definition, graph: Graph) -> bool:
    """Tell whether an empty line is above a definition and its comments."""
    cell = next((one for one in graph.flow.cells if one.number == definition.place.cell), None)
    lines = lines_of(cell.source)[: definition.place.line - 1] if cell else []
    above = _above(len(lines), lines)
    return above > 0 and not lines[above - 1].strip()


def _is_alone(text: str, source: str) -> bool:
    """Tell whether these lines hold exactly one statement."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError):
        return False
    return len(tree.body) == 1 and ast.dump(tree) == ast.dump(parse(source))


def _follows_gap(definition: Definition, graph: Graph) -> bool:
    cell = next((one for one in graph.flow.cells if one.number == definition.place.cell), None)
    lines = lines_of(cell.source) if cell else []
    before = lines[definition.place.line - 2] if 2 <= definition.place.line <= len(lines) + 1 else ""
    return not before.strip() and definition.place.line > 1


def _import(node: ast.Import | ast.ImportFrom, text: str, needed: frozenset[str], gap: bool) -> Iterator[str]:
    """Yield an import of only the names that something uses; a star import stays, because its names are unknown."""
    names = imported_names(node)
    kept = [alias for alias, name in zip(node.names, names, strict=True) if name in needed or name == "*"]
    if gap:
        yield ""
    if len(kept) == len(names):
        yield text
    elif kept:
        node.names = kept
        yield ast.unparse(node)


def left_out(cell: Cell) -> tuple[str, ...]:
    """Return the IPython lines of a cell, which are not Python, without nbflow's own."""
    header = read_header(cell.source)
    if header.kind is CellKind.FOREIGN:
        return (lines_of(cell.source)[header.line - 1].strip(),)
    if header.kind is not CellKind.ORDINARY:
        return ()
    try:
        magic = parse_ordinary(cell.source).magic
    except (SyntaxError, ValueError):
        return ()
    lines = lines_of(cell.source)
    found = (lines[number - 1].strip() for number in sorted(magic))
    return tuple(line for line in found if line and is_magic(line) and not line.startswith(_OWN_MAGICS))
