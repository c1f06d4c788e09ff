"""Finds which names a piece of Python reads, writes and imports, and computes a digest that ignores its layout."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal, overload

from blake3 import blake3

from nbflow.flow.names.assignment import AssignmentWalk
from nbflow.flow.names.bound import BoundNames
from nbflow.flow.names.holding import Holding, holdings_of
from nbflow.flow.names.purity import origins_of
from nbflow.flow.names.strings import held_names
from nbflow.flow.source.trees import children, every_node

_Code = str | ast.AST | Sequence[ast.stmt]


@dataclass(frozen=True, slots=True)
class Names:
    """Holds the names of a body. `maybe_writes` is part of `writes`; names that start with `_` are never in `writes`.

    `passing` are names bound in passing: loop targets, `with` targets, captures, walruses, imports, functions, classes,
    and names that start with `_`. The graph makes them artifacts where a step below reads them.
    """

    reads: frozenset[str] = frozenset()  # names that the body needs from elsewhere
    maybe_reads: frozenset[str] = frozenset()  # names that it may have bound itself, or that only a function mentions
    held: frozenset[str] = frozenset()  # words that only strings contain; words that are names count as read
    writes: frozenset[str] = frozenset()
    maybe_writes: frozenset[str] = frozenset()  # some path through the body leaves them unbound
    mutates: frozenset[str] = frozenset()  # names in `writes` that it only changes in place
    passing: frozenset[str] = frozenset()
    maybe_passing: frozenset[str] = frozenset()  # names in `passing` that some path through the body leaves unbound
    # names deleted at the end of the body, for example by `del x` and `except … as x`
    ends: frozenset[str] = frozenset()
    maybe_ends: frozenset[str] = frozenset()  # names deleted on some path only
    imports: frozenset[tuple[str, str]] = frozenset()  # for names that it binds: (name, dotted origin of the import)
    holds: tuple[Holding, ...] = ()  # functions that the values of its names may hold
    bound: frozenset[str] = frozenset()  # everything it binds, including imports, functions and loop targets
    now: frozenset[str] = frozenset()  # names read by the statements themselves, not by functions called later
    modules: frozenset[str] = frozenset()  # absolute names of imported modules; relative ones keep their dots
    star_line: int = 0  # the line of a `from … import *`, or 0

    @property
    def free(self) -> frozenset[str]:
        """Return the names that the body may need from elsewhere."""
        return self.reads | self.maybe_reads


def parse(source: str) -> ast.Module:
    """Parse source without warnings: the cell itself gives them when it runs. Raises only SyntaxError."""
    return _parse(source, "exec")


@lru_cache(4096)
def parsed(source: str) -> tuple[ast.stmt, ...]:
    """Return the statements of a source, or none if it is not valid Python."""
    try:
        return tuple(parse(source).body)
    except (SyntaxError, ValueError):
        return ()


def parse_expression(source: str) -> ast.expr:
    """Parse one expression. Raises SyntaxError."""
    return _parse(source.strip(), "eval").body


@overload
def _parse(source: str, mode: Literal["exec"]) -> ast.Module: ...
@overload
def _parse(source: str, mode: Literal["eval"]) -> ast.Expression: ...
def _parse(source: str, mode: Literal["exec", "eval"]) -> ast.AST:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode=mode)
            return tree if len(source) < _DEPTH - 10 else _shallow(tree)  # a nesting level takes at least one character
    except (RecursionError, MemoryError) as error:
        raise SyntaxError(_TOO_DEEP) from error
    except UnicodeEncodeError as error:
        line = source.count("\n", 0, error.start) + 1
        raise SyntaxError("it contains half of a character (a lone surrogate)", ("", line, 1, "")) from None
    except ValueError as error:
        raise SyntaxError(str(error)) from error


_DEPTH = 200  # a walk takes three frames per level, and must fit in Python's stack under any caller
_TOO_DEEP = "it is nested too deeply to be analysed"


def _shallow(tree: ast.AST) -> ast.AST:
    """Return the tree if later walks over it can recurse safely. Raises SyntaxError."""
    level: list[ast.AST] = [tree]
    for _ in range(_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return tree
    raise SyntaxError(_TOO_DEEP)


def compile_source(source: str) -> None:
    """Raise SyntaxError for mistakes that only the compiler finds, such as `return` outside a function.

    A body may use `await` at its top level, as a cell may.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(source, "<step>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def awaiting_line(body: str) -> int:
    """Return the first line of a body that awaits outside of functions, or 0."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(body, "<step>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1
    return 0


def names_of(body: _Code, *, lazy_annotations: bool = False) -> Names:
    """Return the names of a body, found by walking it as it runs.

    Names that its functions mention count as read unless the body has bound them before. Raises SyntaxError if `body`
    is a text that is not valid Python.
    """
    statements = _statements(body)
    nodes = [node for statement in statements for node in every_node(statement)]
    walk = AssignmentWalk(held_names(nodes), lazy_annotations=lazy_annotations)
    end = walk.run(statements, BoundNames())
    hard = walk.hard | (walk.deferred - walk.bound)
    soft = (walk.soft | walk.deferred) - hard
    written = _written(walk, end)
    writes = frozenset(name for name in written if not name.startswith("_"))
    bound = walk.bound & end.may if end.live else walk.bound  # one that always raises may have bound any of them
    passing = frozenset((bound | written) - writes - {"*"})
    return Names(
        reads=frozenset(hard),
        maybe_reads=frozenset(soft),
        held=frozenset(walk.held - hard - soft),
        writes=writes,
        maybe_writes=writes - (end.must | (hard - end.gone) if end.live else frozenset()),
        mutates=writes - walk.assigned,
        passing=passing,
        maybe_passing=passing - (end.must | (hard - end.gone) if end.live else frozenset()),
        ends=end.over if end.live else frozenset(),
        maybe_ends=end.gone - end.over if end.live else frozenset(),
        imports=frozenset(_imports(walk, statements)),
        holds=holdings_of(statements),
        bound=frozenset(walk.bound) - {"*"},
        now=frozenset(walk.hard | walk.soft),
        modules=frozenset(modules_of(nodes)),
        star_line=_star_line(nodes) if "*" in walk.bound else 0,
    )


def _written(walk: AssignmentWalk, end: BoundNames) -> set[str]:
    """Return the names that a body writes: neither deleted names nor `x` of `try: import x … except: x = None`.

    A body that always raises may have written any of them before.
    """
    assigned = walk.assigned - walk.imported
    if not end.live:
        return assigned | walk.mutated
    return (assigned & end.may) | (walk.mutated - (end.gone - end.may))


def _imports(walk: AssignmentWalk, statements: Sequence[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield (name, origin) for names that only one import of the body binds."""
    found: dict[str, set[str]] = {}
    for statement in statements:
        for name, origin in origins_of(statement).items():
            found.setdefault(name, set()).add(origin)
    for name, (origin, *others) in found.items():
        if not others and name in walk.imported and name not in walk.assigned:
            yield name, origin


def _statements(body: _Code) -> Sequence[ast.AST]:
    match body:
        case str():
            return parse(body).body
        case ast.Module():
            return body.body
        case ast.AST():
            return [body]
        case _:
            return body


def modules_of(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the modules that imports among the nodes name. In `from a import b`, `b` may be a module too."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module.rstrip('.')}.{alias.name}" for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Call):
            yield from called_module(node)


def called_module(call: ast.Call) -> Iterator[str]:
    """Yield the module that a call such as `importlib.import_module("name")` names, or the file that `runpy.run_path`
    runs.
    """
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("name", "package"))]
    texts = [one.value for one in given[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name in ("import_module", "__import__", "run_module", "reload") and texts:
        package = texts[1] if len(texts) > 1 and texts[0].startswith(".") else ""
        yield f"{package}{texts[0]}"
    elif name == "run_path" and texts and texts[0].endswith(".py"):
        yield ".".join(PurePosixPath(texts[0]).with_suffix("").parts)


def _star_line(nodes: Iterable[ast.AST]) -> int:
    return next(node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and node.names[0].name == "*")


def line_of_name(body: _Code, name: str) -> int | None:
    """Return the first line of a body that mentions a name, counted from 1, or None."""
    lines = [
        node.lineno
        for statement in _statements(body)
        for node in every_node(statement)
        if isinstance(node, ast.Name) and node.id == name
    ]
    return min(lines, default=None)


def line_of_word(body: _Code, word: str) -> int | None:
    """Return the first line on which a longer text in a body mentions a word, counted from 1, or None."""
    lines = (
        node.lineno + number
        for statement in _statements(body)
        for node in every_node(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != word
        for number, line in enumerate(node.value.splitlines())
        if re.search(rf"\b{re.escape(word)}\b", line)
    )
    return min(lines, default=None)


def code_digest(source: _Code) -> str:
    """Return 32 hex digits that name what code does: BLAKE3 over the AST without layout, comments and docstrings.

    A star import counts as such: which of its names the cells mention does not matter.
    """
    shape: list[str] = []
    _add_shape(shape, _statements(source))
    return blake3("".join(shape).encode("utf-8", "surrogatepass")).hexdigest(length=16)


_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MISSING = object()


class _Shapes(dict[type[ast.AST], tuple[str, tuple[tuple[str, str], ...]]]):
    """Maps each kind of node to the start of its text, and to its fields with the start of theirs."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, tuple[tuple[str, str], ...]]:
        fields = tuple((name, f"{name}=") for name in kind._fields if name not in _SPELLING)
        self[kind] = found = f"{kind.__name__}(", fields
        return found


_shapes = _Shapes()
# `u"x"` equals "x", and the position of a node determines its ctx
_SPELLING = frozenset({"kind", "type_comment", "ctx"})


def _add_shape(shape: list[str], value: object) -> None:
    """Add the text of a node or value. Nodes are bracketed and lists counted, so no two trees give the same text."""
    if isinstance(value, ast.AST):
        begin, fields = _shapes[type(value)]
        shape.append(begin)
        for name, label in fields:
            if (part := getattr(value, name, _MISSING)) is not _MISSING:
                shape.append(label)
                _add_shape(shape, _counted(value, name, part) if name in _COUNTED else part)
        shape.append(")")
    elif isinstance(value, str):
        shape.append(f"str:{value!r},")
    elif isinstance(value, list | tuple) and all(part is None or isinstance(part, ast.AST) for part in value):
        shape.append(f"[{len(value)}:")
        for part in value:
            _add_shape(shape, part)
        shape.append("]")
    else:
        shape.append(f"{type(value).__name__}:{value!r},")


_COUNTED = frozenset({"body", "names"})  # fields of which not everything counts


def _counted(node: ast.AST, field: str, value: object) -> object:
    """Return what counts of a field of a node."""
    if field == "body":
        return _undocumented(node, value)
    return "*" if field == "names" and getattr(node, "is_star", False) else value


def _undocumented(node: ast.AST, body: object) -> object:
    if not isinstance(node, _DOCUMENTED) or not isinstance(body, list):
        return body
    return body[1:] if ast.get_docstring(node, clean=False) is not None else body
