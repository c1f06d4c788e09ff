"""Turns `Parameter`, `IncludeFile` and `JSONType` of a class into lines of a `%%parameters` cell."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from nbflow.errors import DefaultError
from nbflow.flow.names.purity import origins_of
from nbflow.flow.source.literals import value_of
from nbflow.importing.refusals import ObstacleFound

_KINDS = frozenset({"Parameter", "IncludeFile", "Config"})
_ARGUMENTS = {"Parameter": ("default", "type", "help"), "IncludeFile": ("default",)}


def is_parameter(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=func)):
            return _kind(func) in _KINDS
        case _:
            return False


def _kind(func: ast.expr) -> str:
    return ast.unparse(func).rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Values:
    """Knows the names that a default may use: constants, simple functions, and imports.

    Relative paths of files begin at the script's folder, and are rewritten to begin at the notebook's.
    """

    constants: Mapping[str, ast.expr]
    script: Path
    folder: Path
    functions: Mapping[str, ast.FunctionDef] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def find(self, node: ast.expr) -> Any:
        """Return the value of a default. Raises DefaultError if only executing it could tell."""
        match node:
            case ast.Name(id="__file__"):
                return str(self.script.resolve())
            case ast.Name(id=name) if name in self.constants:
                return self.find(self.constants[name])
            case ast.Attribute(value=value, attr=("parent" | "name" | "stem" | "suffix") as word):
                return getattr(PurePath(self.find(value)), word)
            case ast.BinOp(left=left, op=ast.Div(), right=right) if isinstance(self._maybe(left), PurePath):
                return self.find(left) / self.find(right)
            case ast.BinOp(left=left, op=ast.Add(), right=right) if isinstance(self._maybe(left), str):
                return self.find(left) + self.find(right)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in self.functions:
                return self._call(self.functions[name], args)
            case ast.Call(func=func, args=args, keywords=[]) if self._origin(func) in _CALLS:
                return _CALLS[self._origin(func)](*map(self.find, args))
            case ast.Call(func=ast.Attribute(value=value, attr="resolve" | "absolute" | "expanduser"), args=[]):
                return self.find(value)
            case _:
                return value_of(_Filling(self.constants).visit(copy.deepcopy(node)))

    def _origin(self, func: ast.expr) -> str:
        root, dot, rest = ast.unparse(func).partition(".")
        return self.origins.get(root, root) + dot + rest

    def _call(self, function: ast.FunctionDef, arguments: Sequence[ast.expr]) -> Any:
        """Evaluate a call of a function that only assigns and returns."""
        names = [one.arg for one in function.args.args]
        inside = replace(self, constants={**self.constants, **dict(zip(names, arguments, strict=False))})
        for node in function.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    inside = replace(inside, constants={**inside.constants, name: value})
                case ast.Import() | ast.ImportFrom():
                    inside = replace(inside, origins={**inside.origins, **origins_of(node)})
                case ast.Return(value=ast.expr() as value):
                    return inside.find(value)
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    break
        raise DefaultError(f"'{function.name}' does more than return a value", "Write the value as a literal")

    def _maybe(self, node: ast.expr) -> Any:
        try:
            return self.find(node)
        except DefaultError:
            return None

    def path(self, default: object) -> str:
        """Return the path of a default file as seen from the notebook."""
        given = Path(os.path.expanduser(str(default)))
        here = self.script.resolve().parent
        if not given.is_absolute() and not (here / given).exists() and (Path.cwd() / given).exists():
            here = Path.cwd()
        absolute = here / given
        inside = absolute.is_relative_to(self.script.resolve().anchor)
        return PurePath(os.path.relpath(absolute, self.folder.resolve()) if inside else absolute).as_posix()


class _Filling(ast.NodeTransformer):
    """Replaces the names of constants by their values."""

    def __init__(self, constants: Mapping[str, ast.expr]) -> None:
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self.constants.get(node.id)
        return node if value is None else value


_CALLS: Mapping[str, Callable[..., Any]] = {
    "str": str,
    "pathlib.Path": PurePath,
    "os.path.dirname": os.path.dirname,
    "os.path.join": os.path.join,
    "os.path.abspath": lambda path: path,
    "os.path.realpath": lambda path: path,
    "json.dumps": json.dumps,
}


def write_parameters(nodes: Iterable[ast.Assign], values: Values) -> Iterator[str]:
    """Yield one line per parameter. Raises ObstacleFound."""
    for node in nodes:
        try:
            yield _write(node, values)
        except (DefaultError, ValueError, TypeError) as error:
            why = error.message if isinstance(error, DefaultError) else str(error)
            fix = "Write a literal, or compute the value in the first step"
            message = f"the default of parameter '{_name(node)}' cannot be read: {why}"
            raise ObstacleFound(node.lineno, message, fix) from None


def _name(node: ast.Assign) -> str:
    assert isinstance(node.targets[0], ast.Name)
    return node.targets[0].id


def _write(node: ast.Assign, values: Values) -> str:
    assert isinstance(node.value, ast.Call)
    kind, given = _kind(node.value.func), _given(node, node.value)
    if kind == "Config":
        raise ObstacleFound(
            node.lineno, f"Config '{_name(node)}' has no counterpart", "Make it a Parameter of JSONType"
        )
    help_text = " ".join(str(values.find(given["help"])).split()) if "help" in given else ""
    required = "required" in given and bool(values.find(given["required"]))
    default = values.find(given["default"]) if "default" in given else None
    read = _file if kind == "IncludeFile" else _typed
    annotation, default = read(node, given, default, values)
    if default is None and not required:
        annotation = f"{annotation} | None"
    text = f"{_name(node)}: {annotation}" + ("" if required and default is None else f" = {_literal(default)}")
    return text + (f"  # {help_text}" if help_text else "")


def _literal(value: object) -> str:
    text = repr(value)
    return f'"{text[1:-1]}"' if isinstance(value, str) and text.startswith("'") and '"' not in text else text


def _given(node: ast.Assign, call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments by name. The first one is the option's name, which a notebook takes from the variable."""
    names = ("name", *_ARGUMENTS.get(_kind(call.func), ()))
    given = dict(zip(names, call.args, strict=False)) | {one.arg or "**": one.value for one in call.keywords}
    if "**" in given:
        raise ObstacleFound(node.lineno, f"parameter '{_name(node)}' gets ** arguments", "Write them out")
    return given


def _file(node: ast.Assign, given: dict[str, ast.expr], default: object, values: Values) -> tuple[str, Any]:
    if "is_text" in given and not values.find(given["is_text"]):
        fix = "Make it a Parameter with the path, and read the file in the first step"
        raise ObstacleFound(node.lineno, f"file '{_name(node)}' is not text, and a File of a notebook must be", fix)
    if "encoding" in given and not re.fullmatch(r"(?i)utf-?8|none", str(values.find(given["encoding"]))):
        fix = "Save it as UTF-8, or read it in the first step"
        raise ObstacleFound(node.lineno, f"file '{_name(node)}' is not in UTF-8", fix)
    if "parser" in given:
        fix = "Call the parser in the first step"
        raise ObstacleFound(
            node.lineno, f"file '{_name(node)}' has a parser, but a File of a notebook is plain text", fix
        )
    return "File", None if default is None else values.path(default)


def _typed(node: ast.Assign, given: dict[str, ast.expr], default: Any, values: Values) -> tuple[str, Any]:
    if "separator" in given and values.find(given["separator"]) is not None:
        separator = str(values.find(given["separator"]))
        return "list", default.split(separator) if isinstance(default, str) else default
    stated = _kind(given["type"]) if "type" in given else ""
    match stated:
        case "JSONType":
            return _json(default)
        case "int" | "float" | "bool" | "str":
            return stated, float(default) if stated == "float" and default is not None else default
        case "":
            return "str" if default is None else type(default).__name__, default
        case _:
            fix = "Use int, float, bool, str or JSONType"
            raise ObstacleFound(node.lineno, f"parameter '{_name(node)}' has type {stated}", fix)


def _json(default: Any) -> tuple[str, Any]:
    value = json.loads(default) if isinstance(default, str) else default
    if type(value) is int:
        return "float", value  # JSON makes a float of  --x 2.5  too
    return "dict" if value is None else type(value).__name__, value
