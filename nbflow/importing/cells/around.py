"""Writes the cells above the steps: imports, parameters, constants, functions and classes."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbflow.flow.names.code import names_of, parse
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.importing.cells.cell_bodies import WRAPPER
from nbflow.importing.cells.drafts import CellDraft, cells_of
from nbflow.importing.cells.renaming import fixed_words
from nbflow.importing.design.decisions import Design
from nbflow.importing.reading.definitions import Chunk, engine_names, used_chunks, written
from nbflow.importing.reading.module_functions import function_chunk
from nbflow.importing.reading.parameter_calls import Values, write_parameters
from nbflow.importing.reading.source import Source, assigned_constants, functions_in, origins_in
from nbflow.importing.refusals import ObstacleFound
from nbflow.importing.words import Words, replace_words

EXTENSION = "%load_ext nbflow"
_FILE = "__file__"


def write_around(design: Design, bodies: Mapping[str, str], folder: Path) -> tuple[CellDraft, ...]:
    """Return the cells above the steps. Raises ObstacleFound."""
    chunks = _with_path(_definitions(design, bodies), bodies, folder, design.source)
    _refuse_engine(design, bodies, chunks)
    imports = [chunk for chunk in chunks if chunk.kind == "import"]
    drafts = [CellDraft(EXTENSION)]
    if imports:
        drafts.append(CellDraft(written(imports), line=imports[0].line))
    drafts += write_parameter_cell(design.source, folder)
    return tuple(drafts + with_shared(drafts, [chunk for chunk in chunks if chunk.kind != "import"]))


def write_parameter_cell(source: Source, folder: Path) -> list[CellDraft]:
    nodes = list(source.parameters)
    if not nodes:
        return []
    lines = write_parameters(nodes, values_in(source, folder))
    return [CellDraft("\n".join(["%%parameters", *lines]), line=nodes[0].lineno)]


def values_in(source: Source, folder: Path) -> Values:
    return Values(assigned_constants(source), source.path, folder, functions_in(source), origins_in(source))


def _definitions(design: Design, bodies: Mapping[str, str]) -> list[Chunk]:
    words = fixed_words(design) | {name: name for name in design.artifacts}
    every = [*design.module, *design.constants, *(function_chunk(one, words) for one in design.functions.values())]
    by_parameters = frozenset[str]().union(*(names_of(node.value).free for node in design.source.parameters))
    by_steps = frozenset[str]().union(*(names_of(body).free for body in bodies.values()))
    by_steps |= {leads.foreach or "" for leads in design.source.outline.nexts.values()}
    wrapper = f"from nbflow.script.wrapper import {WRAPPER}"
    needed = [_import(wrapper, WRAPPER)] if WRAPPER in by_steps else []
    return needed + used_chunks(every, by_parameters, by_steps)


def _import(text: str, name: str) -> Chunk:
    return Chunk(text, 0, "import", frozenset({name}), frozenset())


# where the script stands


def without_file(design: Design, bodies: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Replace `__file__` in bodies by the notebook's folder: a notebook has no `__file__`, and its steps run there."""
    place = _place(design.source, folder)
    return {name: _without_file(body, place) if _FILE in names_of(body).free else body for name, body in bodies.items()}


def _with_path(chunks: list[Chunk], bodies: Mapping[str, str], folder: Path, source: Source) -> list[Chunk]:
    """Replace `__file__` in definitions, and add the import that the replacement needs."""
    place = _place(source, folder)
    found = [
        replace(chunk, text=_without_file(chunk.text, place), reads=chunk.reads | {"Path"})
        if _FILE in chunk.reads
        else chunk
        for chunk in chunks
    ]
    uses = found != chunks or any("Path" in names_of(body).free for body in bodies.values())
    needs_path = uses and not any("Path" in chunk.binds for chunk in chunks)
    return [*([_import("from pathlib import Path", "Path")] if needs_path else []), *found]


def _place(source: Source, folder: Path) -> str:
    relative = os.path.relpath(source.path.resolve(), folder.resolve())
    return f'(Path.cwd() / "{Path(relative).as_posix()}")'


def _without_file(text: str, place: str) -> str:
    return replace_words(text, Words(names={_FILE: f"str{place}"})).replace(f"Path(str{place})", place)


# what only a script can ask


def _refuse_engine(design: Design, bodies: Mapping[str, str], chunks: Iterable[Chunk]) -> None:
    dropped = engine_names(design.source)
    for reads, line in _reads(design, bodies, chunks, dropped.keys()):
        for name in sorted(reads & dropped.keys()):
            fix = "Remove it, or make a parameter of its value"
            raise ObstacleFound(line, f"'{name}' of {dropped[name]} has no counterpart in a notebook", fix)


def _reads(
    design: Design, bodies: Mapping[str, str], chunks: Iterable[Chunk], wanted: Iterable[str]
) -> Iterator[tuple[frozenset[str], int]]:
    for name, body in bodies.items():
        step = design.steps[name]
        reads = names_of(body).free
        nodes = (
            node for node in every_node(step.tree) if isinstance(node, ast.Name) and node.id in reads & set(wanted)
        )
        yield reads, step.line + min((node.lineno for node in nodes), default=1) - 1
    for chunk in chunks:
        yield chunk.reads, chunk.line


# shared cells


def with_shared(before: Sequence[CellDraft], chunks: Sequence[Chunk]) -> list[CellDraft]:
    """Return definitions as ordinary cells, and statements that a script executes on import as shared cells."""
    shared: frozenset[int] = frozenset()
    while True:
        drafts = _grouped(chunks, shared)
        scratch = {one.source for one in read_flow(cells_of([*before, *drafts]), "", "").scratch}
        new = {at for at, chunk in enumerate(chunks) if at not in shared and _statement(chunk) in scratch}
        if not new:
            return drafts
        shared |= new


def _statement(chunk: Chunk) -> str:
    """Return a statement without the comment above it."""
    node = parse(chunk.text).body[0]
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return "\n".join(lines_of(chunk.text)[first - 1 :])


def _grouped(chunks: Sequence[Chunk], shared: frozenset[int]) -> list[CellDraft]:
    """Give each function or class a cell of its own, and put assignments that follow each other into one cell."""
    groups: list[tuple[str, list[Chunk]]] = []
    for at, chunk in enumerate(chunks):
        kind = "shared" if at in shared else "alone" if _is_large(chunk) else "together"
        if groups and groups[-1][0] == kind != "alone":
            groups[-1][1].append(chunk)
        else:
            groups.append((kind, [chunk]))
    return [_draft(kind, group) for kind, group in groups]


def _draft(kind: str, chunks: Sequence[Chunk]) -> CellDraft:
    text = written(chunks)
    return CellDraft(f"%%shared\n{text}" if kind == "shared" else text, line=chunks[0].line)


def _is_large(chunk: Chunk) -> bool:
    return isinstance(parse(chunk.text).body[0], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
