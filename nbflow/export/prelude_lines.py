"""The ordinary cells of a notebook as the top of a module: what the steps use, imports first, with its comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbflow.export.extras import DISPLAY_NAME
from nbflow.export.marks import Target
from nbflow.export.plan.seeding import names_at_top
from nbflow.flow.effects.library_calls import concerns_imports
from nbflow.flow.graph.link import Graph
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
    """Pieces of text; `cells` are the numbers of those that anything was taken from.

    `ends` says how many pieces of the rest stand before the end of a definition, by its identity.
    """

    future: tuple[str, ...]
    imports: tuple[str, ...]
    rest: tuple[str, ...]
    names: frozenset[str]
    cells: frozenset[int]
    ends: Mapping[int, int]


def write_top(graph: Graph, target: Target = Target.NBFLOW) -> Top:
    used = frozenset().union(*(names_at_top(graph, step) for step in graph.steps.values()))
    definitions = graph.prelude.closure(used)
    needed = used.union(*(definition.wants for definition in definitions))
    needed = needed.union(*(definition.names for definition in definitions if definition.kind == "shared"))
    needed -= {DISPLAY_NAME}
    future: list[str] = []
    imports: list[str] = []
    rest: list[str] = []
    ends: dict[int, int] = {}
    last = 0  # the cell from which the last of the rest comes
    bound: dict[str, str] = {}  # by imports: the name, and where it is from
    is_set = False  # whether something was set that imports below may look at, such as sys.path
    for definition in definitions:
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
    """What is from the engine that executes the script is from that one."""
    return _ENGINE.sub(lambda found: f"from {target}{found[1]}", text)


def _replaces(node: ast.stmt, bound: Mapping[str, str]) -> bool:
    """Whether an import gives a name another meaning than one above, so that their order counts."""
    return any(bound.get(name, origin) != origin for name, origin in origins_of(node).items())


def _once(imports: Iterable[str]) -> Iterator[str]:
    """Each import once; an empty line between groups as the notebook has them."""
    seen: set[str] = set()
    for line in imports:
        if not line or line not in seen:
            yield line
        seen.add(line)


def _statements(definition: Definition, graph: Graph) -> Iterator[tuple[ast.stmt, str]]:
    """A `%%shared` cell is one definition of many statements, whose imports go to the others."""
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
    """The statement as it stands in the cell, with what is said above it and behind it."""
    lines = lines_of(cell.source)
    first = definition.place.line - 1
    last = first + definition.source.count("\n")
    whole = "\n".join(lines[first : last + 1])
    if definition.kind == "shared" or not _is_alone(whole, definition.source):
        return definition.source
    return "\n".join(lines[_above(first, lines) : last + 1])


def _above(at: int, lines: Sequence[str]) -> int:
    """Where the comments begin that stand right above a line, counted from 0."""
    while at and lines[at - 1].startswith("#") and not lines[at - 1].startswith("#|"):
        at -= 1
    return at


def _begins_group(definition: Definition, graph: Graph) -> bool:
    """Whether an empty line stands above it and its comments."""
    cell = next((one for one in graph.flow.cells if one.number == definition.place.cell), None)
    lines = lines_of(cell.source)[: definition.place.line - 1] if cell else []
    above = _above(len(lines), lines)
    return above > 0 and not lines[above - 1].strip()


def _is_alone(text: str, source: str) -> bool:
    """Whether these lines hold one statement and nothing more."""
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
    """Only the names that something uses; of a star import nobody knows."""
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
    """The lines of a cell that are IPython's and no Python, but for nbflow's own."""
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
