"""Finds names inside strings: in queries, formulas, SQL, evaluated code, and look-ups in `globals()`.

Annotations are treated like strings: `dataclass` and similar code may look up the names in them later.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter

from nbflow.flow.names.scope import annotations_of
from nbflow.flow.source.trees import every_node

ANY = "*"
"""Stands for every name: it cannot be known which one `globals()[f"df_{i}"]` looks up."""

_NAMESPACES = frozenset({"globals", "locals", "vars"})
_EVALUATORS = frozenset({"eval", "exec"})
_NOT_NAMES = frozenset({"self", "inputs", "current", "display"})  # they have another meaning inside steps

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_LOCAL = re.compile(r"(?<![\w.])@([^\W\d]\w*)")  # `@limit`, but not `@example` in a mail address
_SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*|\(\s*)*(?:select|with|from|insert|create|update|delete|describe|summarize|pivot|unpivot|copy"
    r"|explain|merge|table)\s",
    re.IGNORECASE,
)
_TABLES = re.compile(
    r"\b(?:from|join|into|update|table|describe|summarize|pivot|unpivot|copy|using)\s+(.*?)"
    r"(?=\b(?:where|group|order|on|using|limit|select|union|intersect|except|having|qualify|window|set|values|join|left"
    r"|right|inner|outer|full|cross|natural|asof|from)\b|;|$)",
    re.IGNORECASE | re.DOTALL,
)
_PROSE = re.compile(r"[\w)\]]\s+[\w(]")  # two words in a row
_FORMULA = re.compile(r"[^~/]*~[^/~][\w\s.()\[\]{},*+:|^=\"'/-]*")


_HOLDERS = frozenset((
    *(ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.Constant, ast.JoinedStr, ast.Call, ast.Subscript),
    *(ast.For, ast.comprehension),
))  # fmt: skip
"""The kinds of nodes that may hold names in strings."""


def held_names(nodes: Sequence[ast.AST]) -> Mapping[int, frozenset[str]]:
    """Map the `id` of each node to the names that its strings and look-ups hold."""
    by_name = any(is_namespace(node) or (isinstance(node, ast.Name) and node.id in _EVALUATORS) for node in nodes)
    found: dict[int, frozenset[str]] = {}
    for node in nodes:
        if type(node) in _HOLDERS and (names := frozenset(_held(node, by_name)) - _NOT_NAMES):
            found[id(node)] = names
    return found


def _held(node: ast.AST, by_name: bool) -> Iterator[str]:
    match node:
        case ast.AnnAssign(annotation=annotation):
            yield from _in_annotations([annotation])
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _in_annotations(annotations_of(node))
        case ast.Constant(value=str(text)):
            yield from _WORD.findall(text) if by_name else _in_text(text)
        case ast.JoinedStr(values=parts):
            yield from _in_text("".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in parts))
        case ast.Call(func=ast.Attribute(attr="eval" | "evaluate"), args=[ast.Constant(value=str(text)), *_]):
            yield from _WORD.findall(text)
        case ast.Call() if called := of_shell(node):
            yield from _in_command(called, node.args)
        case ast.Call(func=ast.Name(id=name), args=[argument, *_]) if name in _EVALUATORS:
            yield from _key(argument)
        case ast.Subscript(value=ast.Call() as call, slice=key) if is_namespace(call):
            yield from _key(key)
        case ast.Call(func=ast.Attribute(value=ast.Call() as call, attr=attr), args=arguments) if is_namespace(call):
            yield from _key(arguments[0]) if attr in ("get", "pop", "setdefault") and arguments else (ANY,)
        case ast.For(iter=ast.Call() as call) | ast.comprehension(iter=ast.Call() as call):
            yield from (ANY,) if is_namespace(call) or is_dir(call) else ()
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "sorted" | "tuple"), args=[ast.Call() as call]):
            yield from (ANY,) if is_namespace(call) or is_dir(call) else ()
        case ast.Call(func=ast.Name(), args=[ast.Call() as call, *_]) if is_namespace(call):
            yield ANY  # the function receives every name


def _in_annotations(annotations: Iterable[ast.expr]) -> Iterator[str]:
    for node in (node for annotation in annotations for node in every_node(annotation)):
        match node:
            case ast.Name(id=name):
                yield name
            case ast.Constant(value=str(text)):
                yield from _WORD.findall(text)


def of_shell(call: ast.Call) -> str:
    """Return the method called in `get_ipython().system("ls {folder}")`, or "" for any other call."""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=attr):
            return attr
        case _:
            return ""


def _in_command(method: str, arguments: Sequence[ast.expr]) -> Iterator[str]:
    """Yield the names that IPython looks up in a command: in `{…}`, after `$`, and in timed code."""
    texts = [one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if "timeit" in texts[:1]:
        yield from (word for text in texts[1:] for word in _WORD.findall(text))
    elif texts:
        for part in parts_of_text(texts[1 if method.startswith("run_") and len(texts) > 1 else 0]):
            yield from (node.id for node in every_node(part) if isinstance(node, ast.Name))


def expanded_names(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that IPython fills into commands if they exist. Else it leaves the words to the shell."""
    calls = (node for one in statements for node in every_node(one) if isinstance(node, ast.Call))
    return frozenset(name for call in calls if (method := of_shell(call)) for name in _in_command(method, call.args))


_DOLLAR = re.compile(r"\$(\$?[\w.]+)")


def parts_of_text(command: str) -> list[ast.expr]:
    """Return the parts of a text in order: the expressions that IPython evaluates, and the other parts as constants."""
    found: list[ast.expr] = []
    try:
        for text, field, _, _ in Formatter().parse(command):
            for number, part in enumerate(_DOLLAR.split(text)):
                found.append(_field(part) if number % 2 and part[:1] != "$" else ast.Constant(part))
            if field is not None:
                found.append(_field(field))
    except (SyntaxError, ValueError):
        return [ast.Constant(command)]  # IPython leaves such a text unchanged
    return found


def _field(text: str) -> ast.expr:
    return ast.parse(text.strip("."), mode="eval").body


def is_namespace(call: ast.AST) -> bool:
    """Return whether an expression is `globals()`, or the same at the top of a step: `locals()`, `vars()`."""
    match call:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            return name in _NAMESPACES
        case _:
            return False


def is_dir(node: ast.AST) -> bool:
    """Return whether an expression is `dir()`."""
    match node:
        case ast.Call(func=ast.Name(id="dir"), args=[]):
            return True
        case _:
            return False


def _key(node: ast.expr) -> Iterator[str]:
    """Yield ANY if the key of a look-up is computed. A variable holds one of the strings of the body or an argument."""
    if not isinstance(node, ast.Constant | ast.Name):
        yield ANY


def is_sql(text: str) -> bool:
    """Return whether a text looks like SQL."""
    return _SQL.match(text) is not None


def _in_text(text: str) -> Iterator[str]:
    yield from _LOCAL.findall(text)
    if is_sql(text):
        yield from (word for tables in _TABLES.findall(text) for word in _WORD.findall(tables))
    elif "~" in text and _FORMULA.fullmatch(text) and not _PROSE.search(text):
        yield from _WORD.findall(text)


def evaluated(call: ast.Call) -> list[ast.stmt]:
    """Return the statements of `eval("…")` and `exec("…")` that run with the caller's names."""
    match call:
        case ast.Call(func=ast.Name(id="eval" | "exec" as mode), args=[ast.Constant(value=str(text)), *spaces]):
            if not all(map(is_namespace, spaces)) or call.keywords:
                return []
            try:
                if mode == "exec":
                    return ast.parse(text).body
                return [ast.Expr(ast.parse(text.strip(), mode="eval").body)]
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return []  # the call itself raises this when it runs
        case _:
            return []


_INSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def held_inside(statements: Sequence[ast.AST]) -> frozenset[str]:
    """Return the names in strings inside functions: code that evaluates them ignores the local names there."""
    nodes = [node for statement in statements for node in every_node(statement)]
    held = held_names(nodes)
    inside = (inner for node in nodes if isinstance(node, _INSIDE) for inner in every_node(node))
    return frozenset().union(*(held.get(id(node), frozenset()) for node in inside))
