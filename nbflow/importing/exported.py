"""Rebuilds the notebook of an exported script: its table says what the cells were, its methods hold their bodies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.export.body_text import BodyText, read_bodies, seeds_of
from nbflow.export.extras import EXTRAS, PARTS
from nbflow.export.marks import Mark, Marks, read_marks
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from nbflow.flow.languages.translation import as_cell
from nbflow.flow.names.code import code_digest, names_of, parse
from nbflow.flow.names.scope import imported_names
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.importing.cells.around import EXTENSION, values_in, with_shared
from nbflow.importing.cells.drafts import CellDraft, cells_of
from nbflow.importing.reading.definitions import Chunk, module_chunks, written
from nbflow.importing.reading.parameter_calls import write_parameters
from nbflow.importing.reading.source import Source, origins_in
from nbflow.importing.words import Words, replace_words

_STORY = re.compile(r"The flow of .+\.(ipynb|py)\.")
_LEFT_OUT = re.compile(r"# left out: (.+) \(cell \d+\)")


def draft_again(source: Source, folder: Path) -> list[CellDraft] | None:
    """Return the cells from which a script was exported, with its present bodies and parameters.

    Return None for a script that nbflow did not export, or in which more than bodies was edited: such a script is
    imported like any other.
    """
    marks = read_marks(source.text)
    if marks is None or not all(mark.header for mark in marks.cells if mark.body):
        return None
    plain = _Exported(source, marks, folder)
    bare = _Exported(source, marks, folder, plain.displaying)
    attempt = replace(bare, bare=bare.bare - bare.changed)
    return list(attempt.drafts()) if attempt.shape == _shape(source.flow) else None


@dataclass(frozen=True)
class _Exported:
    """Reads an exported script. `bare` are the methods whose last value is not displayed by name."""

    source: Source
    marks: Marks
    folder: Path
    bare: frozenset[str] = frozenset()

    @cached_property
    def bodies(self) -> Mapping[int, BodyText]:
        return {body.cell: body for body in read_bodies(self.source.text)}

    @cached_property
    def seeds(self) -> Mapping[int, str]:
        """Return the statements of ordinary cells that methods repeat because they seed random generators."""
        return seeds_of(self.source.text)

    @cached_property
    def extras(self) -> Mapping[str, str]:
        """Return what the export has defined itself: name in the script -> its usual name."""
        sources = {name: parse(extra.source.replace("$", "")) for name, extra in _WHOLE.items()}
        usual = {doc: name for name, tree in sources.items() for doc in _docs(tree).values()}
        return {name: usual[doc] for name, doc in _docs(self.source.tree).items() if doc in usual}

    @cached_property
    def displaying(self) -> frozenset[str]:
        return frozenset(body.method for body in self.bodies.values() if undisplayed(body.text) is not None)

    @cached_property
    def again(self) -> str:
        """Return the script of the rebuilt notebook; "" if it cannot be exported."""
        cells = cells_of(draft for draft in self.drafts() if not draft.markdown)
        flow = read_flow(cells, Path(self.marks.notebook).stem, self.marks.notebook)
        try:
            return export_flow(
                link(flow, self.marks.learned), self.marks.target, self.marks.all_artifacts, self.marks.known
            ).text
        except NbflowError:
            return ""

    @property
    def shape(self) -> Mapping[str, str]:
        """Return the digests of the rebuilt script's methods; equal digests mean the same flow."""
        flows = (node for node in parse(self.again).body if isinstance(node, ast.ClassDef) and _is_flow(node))
        return next((_shape(flow) for flow in flows), {})

    @property
    def changed(self) -> frozenset[str]:
        """Return the methods whose bodies would be exported differently."""
        again = {body.method: body.text for body in read_bodies(self.again)}
        return frozenset(body.method for body in self.bodies.values() if again.get(body.method) != body.text)

    def drafts(self) -> Iterator[CellDraft]:
        story = ast.get_docstring(self.source.flow) or ""
        if story and not _STORY.fullmatch(story):
            yield CellDraft(story, markdown=True)
        around = [CellDraft(EXTENSION), *self._left_out()]
        chunks = self._chunks()
        imports = [chunk for chunk in chunks if chunk.kind == "import"]
        lines = [*([written(imports)] if imports else []), *self._imports_inside()]
        around += [CellDraft("\n".join(lines))] if lines else []
        around += self._parameters()
        yield from (*around, *with_shared(around, [chunk for chunk in chunks if chunk.kind != "import"]))
        seeds = dict(self.seeds)
        for mark in self.marks.cells:
            if mark.body and mark.number in self.bodies:
                yield from (CellDraft(seeds.pop(number)) for number in [*seeds] if number < mark.number)
                yield from self._step(mark, self.bodies[mark.number])

    def _step(self, mark: Mark, body: BodyText) -> Iterator[CellDraft]:
        method = self.source.methods[body.method]
        if method.doc and method.tree.body[0].lineno < body.line:
            yield CellDraft(method.doc, markdown=True, line=body.line)
        code = (undisplayed(body.text) if body.method in self.bare else None) or body.text
        header, code = as_cell(mark.header, self._in_words_of_a_notebook(code))
        text = "\n".join(part for part in (header, code, mark.next) if part)
        yield CellDraft(text, line=body.line, step=read_header(mark.header).name, id=mark.id)

    def _in_words_of_a_notebook(self, body: str) -> str:
        renamed = {name: usual for name, usual in self.extras.items() if name != usual}
        return replace_words(body, Words(names=renamed)) if renamed else body

    def _left_out(self) -> Iterator[CellDraft]:
        for line in self.source.lines:
            found = _LEFT_OUT.fullmatch(line.strip())
            if found:
                yield CellDraft(found[1])

    def _chunks(self) -> list[Chunk]:
        """Return the definitions that a body needs; everything else in the module belongs to the script."""
        every = [_without_left_out(chunk) for chunk in module_chunks(self.source)]
        own = [chunk for chunk in every if not chunk.binds & self.extras.keys()]
        wanted = set[str]().union(*(names_of(body.text).free for body in self.bodies.values()))
        wanted |= {name for mark in self.marks.cells for name in _header_reads(mark)}
        wanted |= set[str]().union(*(names_of(text).free for text in self.seeds.values()))
        while True:
            used = [chunk for chunk in own if _is_always_there(chunk) or chunk.binds & wanted]
            more = set[str]().union(*(chunk.reads for chunk in used)) - wanted
            if not more:
                return used
            wanted |= more

    def _imports_inside(self) -> list[str]:
        """Return the imports of ordinary cells that stand in methods, above their bodies."""
        bound = frozenset[str]().union(*(names_of(body.text).bound for body in self.bodies.values()))
        above = (
            node
            for body in self.bodies.values()
            for node in self.source.methods[body.method].tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno < body.line
        )
        return [*dict.fromkeys(ast.unparse(one) for one in above if bound.isdisjoint(imported_names(one)))]

    def _parameters(self) -> list[CellDraft]:
        nodes = list(self.source.parameters)
        if not nodes:
            return []
        lines = write_parameters(nodes, values_in(self.source, self.folder))
        origins = origins_in(self.source)
        typed = [_with_type(line, self.source.flow, origins) for line in lines]
        mark = next((one for one in self.marks.cells if read_header(one.header).kind is CellKind.PARAMETERS), None)
        header, identity = (mark.header, mark.id) if mark else ("%%parameters", "")
        return [CellDraft("\n".join([header, *typed]), line=nodes[0].lineno, id=identity)]


_WHOLE = {name: extra for name, extra in EXTRAS.items() if name not in PARTS}


def _docs(tree: ast.Module) -> dict[str, str]:
    nodes = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return {node.name: ast.get_docstring(node) or "" for node in nodes}


def undisplayed(body: str) -> str | None:
    """Return the body with its last value as a plain expression, if it is displayed by name; else None."""
    last = next(reversed(parse(body).body), None)
    match last:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=[value], keywords=[])) if name.startswith("display"):
            above = "\n".join(lines_of(body)[: last.lineno - 1])
            return "\n".join(part for part in (above, ast.get_source_segment(body, value)) if part)
        case _:
            return None


def _is_always_there(chunk: Chunk) -> bool:
    """Tell whether a statement is kept always: it is executed for its effect, or a star import hides what it brings."""
    return chunk.kind == "statement" or "from __future__" in chunk.text or chunk.text.endswith(" import *")


def _without_left_out(chunk: Chunk) -> Chunk:
    lines = [line for line in lines_of(chunk.text) if not _LEFT_OUT.fullmatch(line.strip())]
    return replace(chunk, text="\n".join(lines))


def _header_reads(mark: Mark) -> frozenset[str]:
    foreach = read_header(mark.header).foreach
    return foreach.reads if foreach else frozenset()


# types that FlowSpec does not know

_READINGS = {
    "datetime.date.fromisoformat": "date",
    "datetime.datetime.fromisoformat": "datetime",
    "pathlib.Path": "Path",
}

_MAKERS = {one: f"{name}.fromisoformat" if "iso" in one else name for one, name in _READINGS.items()}
"""Maps each reading to the function that makes the same value in a notebook."""


def _with_type(line: str, flow: ast.ClassDef, origins: Mapping[str, str]) -> str:
    """Return a parameter line with the type as which the script reads its text."""
    name, _, rest = line.partition(": ")
    kind, equals, value = rest.partition(" = ")
    for node in every_node(flow):
        match node:
            case ast.Call(func=func, args=[ast.Attribute(value=ast.Name(id="self"), attr=attr)]) if attr == name:
                root, dot, last = ast.unparse(func).partition(".")
                kind, value = _read_as(origins.get(root, root) + dot + last, kind, value)
            case ast.Compare(
                left=ast.Attribute(value=ast.Name(id="self"), attr=attr),
                ops=[ast.NotIn()],
                comparators=[ast.Tuple(elts=choices)],
            ) if attr == name:
                kind = f"Literal[{', '.join(ast.unparse(choice) for choice in choices)}]"
    return f"{name}: {kind}{equals}{value}"


def _read_as(function: str, kind: str, value: str) -> tuple[str, str]:
    if function == "ast.literal_eval":
        text, comment, rest = value.partition("  # ")
        literal = ast.literal_eval(ast.literal_eval(text))
        return type(literal).__name__, f"{literal!r}{comment}{rest}"
    if function not in _READINGS or "str" not in kind:  # another step has said so already
        return kind, value
    text, comment, rest = value.partition("  # ")
    made = text if text in ("", "None") else f"{_MAKERS[function]}({text})"
    return kind.replace("str", _READINGS[function], 1), f"{made}{comment}{rest}"


# whether it is still what was exported


def _is_flow(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("FlowSpec") for base in node.bases)


def _shape(flow: ast.ClassDef) -> dict[str, str]:
    """Return a digest of each method: its inputs, body, outputs and transition."""
    return {node.name: code_digest(node) for node in flow.body if isinstance(node, ast.FunctionDef)}
