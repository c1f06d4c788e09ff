"""What stands around the steps: imports, constants, functions and classes of the module, and those of the class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nbflow.export.layout import dedent
from nbflow.flow.code import names_of, parse
from nbflow.flow.flowspec import Method
from nbflow.importing.decorators import name_of
from nbflow.importing.methods import MACHINERY, attributes_of
from nbflow.importing.refusals import Stuck
from nbflow.importing.source import Source
from nbflow.importing.words import Unsure, Words, replace_words

ENGINES = frozenset({"nbflow", "metaflow"})
READING = frozenset(
    {"DataArtifact", "Flow", "Run", "Step", "Task", "default_namespace", "get_namespace", "namespace", "Metaflow"}
)
"""What of an engine is of use in a notebook too: its client."""

_NOISE = re.compile(r"#!|#.*coding[:=]|# *(ruff|flake8|pylint|mypy|type):")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One statement with the comment above it. `reads` are free names, `binds` what it defines."""

    text: str
    line: int
    kind: str  # "import", "definition" or "statement"
    binds: frozenset[str]
    reads: frozenset[str]


def module_chunks(source: Source) -> Iterator[Chunk]:
    """The statements of the module, without what only the flow itself needed."""
    kept = {id(node) for node in source.module}
    end = 0
    for node in source.tree.body:
        if id(node) in kept:
            text = _engine_import(node) if _is_engine(node) else _text(source.lines, node, end)
            if text:
                yield _chunk(node, text, node.lineno)
        end = node.end_lineno or end


def class_chunks(source: Source) -> Iterator[Chunk]:
    """Its constants."""
    kept = {id(node) for node in source.constants}
    end = source.flow.lineno
    for node in source.flow.body:
        if id(node) in kept:
            yield _chunk(node, dedent(_text(source.lines, node, end), node.col_offset), node.lineno)
        end = node.end_lineno or end


def _chunk(node: ast.stmt, text: str, line: int) -> Chunk:
    names = names_of(parse(text))
    match node:
        case ast.Import() | ast.ImportFrom():
            kind = "import"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Assign() | ast.AnnAssign():
            kind = "definition"
        case _:
            kind = "statement"
    return Chunk(text, line, kind, names.bound | names.mutates, names.free)


def _text(lines: Sequence[str], node: ast.stmt, end: int) -> str:
    """Its lines, and the comments between it and what stands above."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    comments = [line for line in lines[end : first - 1] if line.strip().startswith("#") and not _NOISE.match(line.strip())]
    body = lines[first - 1 : node.end_lineno] if first > end else [ast.unparse(node)]
    return "\n".join([*comments, *body])


# engines


def _is_engine(node: ast.stmt) -> bool:
    match node:
        case ast.Import(names=aliases):
            return all(alias.name.partition(".")[0] in ENGINES for alias in aliases)
        case ast.ImportFrom(module=str() as module, level=0):
            return module.partition(".")[0] in ENGINES
        case _:
            return False


def _engine_import(node: ast.stmt) -> str:
    """What a notebook still needs of it."""
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return ""
    engine, _, rest = node.module.partition(".")
    if rest == "cards":
        return f"from nbflow.cards import {_aliases(node.names)}"
    if rest and engine == "metaflow":
        fix = "Take it out, or import what the notebook needs from where it is defined"
        raise Stuck(node.lineno, f"'{ast.unparse(node)}' is part of Metaflow, which a notebook has not", fix)
    if rest:
        return ast.unparse(node)
    kept = [alias for alias in node.names if alias.name in READING]
    return f"from nbflow import {_aliases(kept)}" if kept else ""


def _aliases(aliases: Iterable[ast.alias]) -> str:
    return ", ".join(ast.unparse(alias) for alias in aliases)


def engine_names(source: Source) -> Mapping[str, int]:
    """The names that are not imported any more, with the lines of their imports."""
    found: dict[str, int] = {}
    for node in source.module:
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_engine(node):
            kept = names_of(parse(_engine_import(node))).bound
            found |= dict.fromkeys(names_of(node).bound - kept, node.lineno)
    return found


# methods that are no steps


@dataclass(frozen=True)
class Helper:
    """A method that becomes a function. `call` is what stands for `self.NAME`."""

    name: str
    chunk: Chunk
    attributes: frozenset[str]
    call: str


def read_helpers(source: Source) -> dict[str, Helper]:
    return {name: _read_helper(source, method) for name, method in source.others.items()}


def _read_helper(source: Source, method: Method) -> Helper:
    tree, words = method.tree, {name_of(one) for one in method.tree.decorator_list}
    if words - {"staticmethod", "classmethod", "property"} or method.name.startswith("__"):
        what = f"@{ast.unparse(tree.decorator_list[0])}" if tree.decorator_list else method.name
        raise Stuck(tree.lineno, f"method '{method.name}' ({what}) has no counterpart", "Make it a plain function")
    owner = "" if "staticmethod" in words or not tree.args.args else tree.args.args[0].arg
    _refuse_helper(method, owner)
    text = dedent("\n".join(source.lines[tree.lineno - 1 : tree.end_lineno]), tree.col_offset)
    if owner:
        text = re.sub(rf"(def\s+\w+\s*\(\s*){owner}\b[^,)]*(?:,\s*)?", r"\1", text, count=1)
        text = re.sub(rf"\b{owner}\.", "self.", text) if owner != "self" else text
    node = parse(text).body[0]
    call = f"{method.name}()" if "property" in words else method.name
    return Helper(method.name, _chunk(node, text, tree.lineno), attributes_of(node), call)


def _refuse_helper(method: Method, owner: str) -> None:
    for node in ast.walk(method.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store() | ast.Del()) if name == owner:
                fix = "Let it return the value, and assign it in the step"
                raise Stuck(node.lineno, f"method '{method.name}' sets self.{attr}, which a function cannot", fix)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == owner and attr in MACHINERY:
                fix = "Give it to the method as an argument"
                raise Stuck(node.lineno, f"method '{method.name}' uses self.{attr}, which a function has not", fix)
    owned = {id(node.value) for node in ast.walk(method.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(method.tree):
        if isinstance(node, ast.Name) and owner and node.id == owner and id(node) not in owned:
            fix = "Give it the values that it needs"
            raise Stuck(node.lineno, f"method '{method.name}' hands over {owner}", fix)


def helper_reads(helpers: Mapping[str, Helper], artifacts: frozenset[str]) -> dict[str, frozenset[str]]:
    """The artifacts that each reads, also through the others."""
    found: dict[str, frozenset[str]] = {}
    for name in helpers:
        reached, agenda = set[str](), [name]
        while agenda:
            one = agenda.pop()
            if one not in reached:
                reached.add(one)
                agenda.extend(helpers[one].attributes & helpers.keys())
        found[name] = frozenset[str]().union(*(helpers[one].attributes for one in reached)) & artifacts
    return found


def helper_chunk(helper: Helper, attributes: Mapping[str, str]) -> Chunk:
    """The function, with plain names for what it takes from `self`."""
    tree = parse(helper.chunk.text)
    used = {attributes[name] for name in helper.attributes if name in attributes}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    locals_ = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    clash = sorted(arguments & used)
    if clash:
        fix = f"Rename the argument '{clash[0]}'"
        raise Stuck(helper.chunk.line, f"method '{helper.name}' takes '{clash[0]}' and reads self.{clash[0]}", fix)
    try:
        text = replace_words(helper.chunk.text, Words(attributes, {name: f"_{name}" for name in locals_ & used}))
    except Unsure:
        message = f"method '{helper.name}' cannot be made a function"
        raise Stuck(helper.chunk.line, message, "Write it as a function of the module") from None
    names = names_of(parse(text))
    return replace(helper.chunk, text=text, binds=names.bound, reads=names.free)


# what is left


def used_chunks(chunks: Sequence[Chunk], by_parameters: frozenset[str], by_steps: frozenset[str]) -> list[Chunk]:
    """Without those that only the statement of a parameter needed, which has become a value."""
    kept, wanted = list(chunks), set(by_parameters)
    while True:
        read = by_steps.union(*(chunk.reads - chunk.binds for chunk in kept))
        idle = [chunk for chunk in kept if chunk.kind != "statement" and chunk.binds <= wanted and not chunk.binds & read]
        idle = [chunk for chunk in idle if chunk.binds]
        if not idle:
            return kept
        kept = [chunk for chunk in kept if chunk not in idle]
        wanted |= {name for chunk in idle for name in chunk.reads}
