"""Reads what is around the steps of a script: imports, constants, functions and classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from nbflow.export.text_layout import dedent
from nbflow.flow.names.code import names_of, parse
from nbflow.importing.reading.source import Source
from nbflow.importing.refusals import ObstacleFound

ENGINES = frozenset({"nbflow", "metaflow"})
_READING = frozenset(
    {"DataArtifact", "Flow", "Run", "Step", "Task", "default_namespace", "get_namespace", "namespace", "Metaflow"}
)
"""Names the parts of an engine that a notebook can use too: its client."""

_NOISE = re.compile(r"#!|#.*coding[:=]|# *(ruff|flake8|pylint|mypy|type):")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Holds one statement with the comment above it. `reads` are its free names, `binds` what it defines.

    `apart` means that an empty line is above it.
    """

    text: str
    line: int
    kind: str  # "import", "definition" or "statement"
    binds: frozenset[str]
    reads: frozenset[str]
    apart: bool = False


def module_chunks(source: Source) -> Iterator[Chunk]:
    """Yield the statements of the module, without those that only the flow itself needed."""
    kept = {id(node) for node in source.module}
    end = 0
    for node in source.tree.body:
        if id(node) in kept:
            text = engine_import(node) if is_engine(node) else _text(source.lines, node, end)
            if text:
                yield chunk_of(node, text, node.lineno, _is_apart(source.lines, node))
        end = node.end_lineno or end


def class_chunks(source: Source) -> Iterator[Chunk]:
    """Yield the constants of the class."""
    kept = {id(node) for node in source.constants}
    end = source.flow.lineno
    for node in source.flow.body:
        if id(node) in kept:
            text = dedent(_text(source.lines, node, end), node.col_offset)
            yield chunk_of(node, text, node.lineno, _is_apart(source.lines, node))
        end = node.end_lineno or end


def chunk_of(node: ast.stmt, text: str, line: int, apart: bool = False) -> Chunk:
    names = names_of(parse(text))
    match node:
        case ast.Import() | ast.ImportFrom():
            kind = "import"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Assign() | ast.AnnAssign():
            kind = "definition"
        case _:
            kind = "statement"
    return Chunk(text, line, kind, names.bound | names.mutates, names.free, apart)


def written(chunks: Sequence[Chunk]) -> str:
    """Return chunks as text, as far apart as they were in the script."""
    lines = [f"\n{chunk.text}" if chunk.apart else chunk.text for chunk in chunks]
    return "\n".join(lines).strip("\n")


def _text(lines: Sequence[str], node: ast.stmt, end: int) -> str:
    """Return the lines of a statement, with the comments directly above it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    between = lines[end : first - 1]
    comments = [line for line in between if line.strip().startswith("#") and not _NOISE.match(line.strip())]
    body = lines[first - 1 : node.end_lineno] if first > end else [ast.unparse(node)]
    return "\n".join([*comments, *body])


def _is_apart(lines: Sequence[str], node: ast.stmt) -> bool:
    above = node.lineno - 2
    while above > 0 and lines[above].lstrip().startswith("#"):
        above -= 1
    return above >= 0 and not lines[above].strip()


# engines


def is_engine(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    match node:
        case ast.Import(names=aliases):
            return all(alias.name.partition(".")[0] in ENGINES for alias in aliases)
        case ast.ImportFrom(module=str() as module, level=0):
            return module.partition(".")[0] in ENGINES
        case _:
            return False


def engine_import(node: ast.Import | ast.ImportFrom) -> str:
    """Return the import that a notebook still needs of an engine; "" for none."""
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return ""
    engine, _, rest = node.module.partition(".")
    if rest == "cards":
        return f"from nbflow.cards import {_aliases(node.names)}"
    if rest and engine == "metaflow":
        fix = "Remove it, or import what the notebook needs from where it is defined"
        raise ObstacleFound(
            node.lineno, f"'{ast.unparse(node)}' is part of Metaflow, which a notebook does not have", fix
        )
    if rest:
        return ast.unparse(node)
    kept = [alias for alias in node.names if alias.name in _READING]
    return f"from nbflow import {_aliases(kept)}" if kept else ""


def _aliases(aliases: Iterable[ast.alias]) -> str:
    return ", ".join(ast.unparse(alias) for alias in aliases)


def engine_names(source: Source) -> Mapping[str, str]:
    """Return the names that are no longer imported -> the module that each came from."""
    found: dict[str, str] = {}
    for node in source.module:
        if is_engine(node):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            kept = names_of(parse(engine_import(node))).bound
            found |= dict.fromkeys(names_of(node).bound - kept, module or "")
    return found


def used_chunks(chunks: Sequence[Chunk], by_parameters: frozenset[str], by_steps: frozenset[str]) -> list[Chunk]:
    """Return the chunks without those that only the declaration of a parameter needed, which is now a value."""
    kept, wanted = list(chunks), set(by_parameters)
    while True:
        read = by_steps.union(*(chunk.reads - chunk.binds for chunk in kept))
        named = [chunk for chunk in kept if chunk.kind != "statement" and chunk.binds]
        idle = [chunk for chunk in named if chunk.binds <= wanted and not chunk.binds & read]
        if not idle:
            return kept
        kept = [chunk for chunk in kept if chunk not in idle]
        wanted |= {name for chunk in idle for name in chunk.reads}
