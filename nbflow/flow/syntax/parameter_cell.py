"""Reads the `%%parameters` cell, and values of parameters from a command line, a form or an injected cell."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import assert_never

from nbflow.errors import DefaultError, ParameterError
from nbflow.flow.source.cell import Place, Problem
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.literals import value_of
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType

_EXAMPLES = {
    ParameterType.INT: ("a whole number", "3"),
    ParameterType.FLOAT: ("a number", "0.5"),
    ParameterType.BOOL: ("true or false", "true"),
    ParameterType.STR: ("a text", "abc"),
    ParameterType.LIST: ("a list in JSON or Python", "'[1, 2]'"),
    ParameterType.DICT: ("a dict in JSON or Python", "'{\"a\": 1}'"),
    ParameterType.DATE: ("a date", "2024-01-31"),
    ParameterType.DATETIME: ("a date and time", "2024-01-31T12:00"),
    ParameterType.PATH: ("a path", "data/in.csv"),
    ParameterType.FILE: ("the path of a file", "data/in.csv"),
}
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_NONE = frozenset({"none", "null"})


def example_of(kind: ParameterType) -> tuple[str, str]:
    """Return what a value of this type is called, and one as it is written on a command line."""
    return _EXAMPLES[kind]


# values


def parse_value(parameter: ParameterSpec, text: str) -> object:
    """Return the value that a text from the command line has for a parameter.

    The value has the type of the parameter; for a File it is the path as text. Raises ParameterError.
    """
    if parameter.optional and text.strip().lower() in _NONE:
        return None
    try:
        value = _parse(parameter.type, text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise _refusal(parameter, text) from error
    return _chosen(parameter, value)


def coerce(parameter: ParameterSpec, value: object) -> object:
    """Return the value of a parameter that a form, JSON, an injected cell or a default gives.

    A text is parsed as on the command line, any other value is checked and converted. Raises ParameterError.
    """
    if value is None and parameter.optional:
        return None
    if isinstance(value, str) and parameter.type is not ParameterType.STR:
        return parse_value(parameter, value)
    if not _fits(parameter.type, value):
        raise _refusal(parameter, value)
    return _chosen(parameter, _converted(parameter.type, value))


def _parse(kind: ParameterType, text: str) -> object:
    match kind:
        case ParameterType.INT:
            return int(text)
        case ParameterType.FLOAT:
            return float(text)
        case ParameterType.BOOL:
            return _parse_bool(text)
        case ParameterType.STR | ParameterType.FILE:
            return text
        case ParameterType.LIST:
            return _parse_collection(text, (list, tuple), list)
        case ParameterType.DICT:
            return _parse_collection(text, (dict,), dict)
        case ParameterType.DATE:
            return date.fromisoformat(text)
        case ParameterType.DATETIME:
            return datetime.fromisoformat(text)
        case ParameterType.PATH:
            return Path(text)
        case _:
            assert_never(kind)


def _parse_bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _parse_collection(text: str, kinds: tuple[type, ...], make: Callable[..., object]) -> object:
    """Parse JSON first, so that `true` and `null` are understood, then a Python literal."""
    try:
        value = json.loads(text)
    except ValueError:
        value = ast.literal_eval(text.strip())
    if not isinstance(value, kinds):
        raise ValueError(text)
    return make(value)


_MOST_BITS = 14_000  # the most bits of an int that Python writes as text and JSON can hold


def _fits(kind: ParameterType, value: object) -> bool:
    match kind:
        case ParameterType.INT:
            return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < _MOST_BITS
        case ParameterType.FLOAT:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ParameterType.BOOL:
            return isinstance(value, bool)
        case ParameterType.STR:
            return isinstance(value, str)
        case ParameterType.LIST:
            return isinstance(value, list | tuple)
        case ParameterType.DICT:
            return isinstance(value, dict)
        case ParameterType.DATE:
            return isinstance(value, date) and not isinstance(value, datetime)
        case ParameterType.DATETIME:
            return isinstance(value, datetime)
        case ParameterType.PATH | ParameterType.FILE:
            return isinstance(value, PurePath)
        case _:
            assert_never(kind)


def _converted(kind: ParameterType, value: object) -> object:
    match kind:
        case ParameterType.FLOAT if isinstance(value, int):
            return float(value)
        case ParameterType.LIST if isinstance(value, tuple):
            return list(value)
        case ParameterType.PATH:
            return Path(str(value))
        case ParameterType.FILE:
            return str(value)
        case _:
            return value


def _chosen(parameter: ParameterSpec, value: object) -> object:
    if not parameter.choices:
        return value
    same = [choice for choice in parameter.choices if choice == value or str(choice) == str(value)]
    if not same:
        raise _refusal(parameter, value)
    return same[0]


def _refusal(parameter: ParameterSpec, value: object) -> ParameterError:
    if parameter.choices:
        listed = ", ".join(repr(choice) for choice in parameter.choices)
        return ParameterError(parameter.name, value, f"one of {listed}", str(parameter.choices[0]))
    expected, example = example_of(parameter.type)
    return ParameterError(parameter.name, value, expected, example)


# types


@dataclass(frozen=True, slots=True)
class Annotation:
    """Says which type a parameter has, whether it may be None, and which values it may have."""

    type: ParameterType
    optional: bool = False
    choices: tuple[object, ...] = ()


_TYPES = {kind.value: kind for kind in ParameterType} | {
    "List": ParameterType.LIST,
    "Dict": ParameterType.DICT,
    "PurePath": ParameterType.PATH,
}


def read_annotation(node: ast.expr) -> Annotation:
    """Read the type of a parameter: `int`, `Optional[int]`, `int | None`, `Literal["a", "b"]`, `list[int]`,
    `datetime.date`, or one of these in quotes.

    Raises DefaultError for any other annotation.
    """
    match node:
        case ast.Constant(value=str() as text):
            return read_annotation(ast.parse(text, mode="eval").body)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return replace(read_annotation(left), optional=True)
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
            return replace(read_annotation(right), optional=True)
        case ast.Subscript(value=outer, slice=inner) if _last_word(outer) == "Optional":
            return replace(read_annotation(inner), optional=True)
        case ast.Subscript(value=outer, slice=inner) if _last_word(outer) == "Literal":
            return _read_choices(inner)
        case ast.Subscript(value=outer):
            return read_annotation(outer)
        case ast.Name() | ast.Attribute() if _last_word(node) in _TYPES:
            return Annotation(_TYPES[_last_word(node)])
        case _:
            known = ", ".join(kind.value for kind in ParameterType)
            fix = f"Use {known}, Literal[…] or Optional[…] of one"
            raise DefaultError(f"'{ast.unparse(node)}' is not a type that a parameter can have", fix)


def _last_word(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2] if isinstance(node, ast.Name | ast.Attribute) else ""


def _read_choices(node: ast.expr) -> Annotation:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    values = tuple(value_of(part) for part in parts)
    choices = tuple(value for value in values if value is not None)
    return replace(annotation_for(choices[0] if choices else ""), optional=None in values, choices=choices)


def annotation_for(value: object) -> Annotation:
    """Return the type of a parameter that has a default but no annotation. Raises DefaultError."""
    if value is None:
        return Annotation(ParameterType.STR, optional=True)
    for kind in (ParameterType.BOOL, *ParameterType):
        if kind is not ParameterType.FILE and _fits(kind, value):
            return Annotation(kind)
    known = ", ".join(kind.value for kind in ParameterType)
    raise DefaultError(f"a default of type {type(value).__name__} cannot be a parameter", f"Use one of {known}")


# cells


@dataclass(frozen=True, slots=True)
class ParameterCell:
    """Holds what one `%%parameters` cell says."""

    parameters: tuple[ParameterSpec, ...] = ()
    problems: tuple[Problem, ...] = ()
    imports: tuple[ast.stmt, ...] = ()  # imports that annotations and defaults use; they belong to the prelude


def read_parameters(tree: ast.Module, source: str, place: Place) -> ParameterCell:
    """Read each assignment as a parameter, with its trailing comment as help.

    `source` must have the line numbers of the cell. Mistakes become problems.
    """
    comments = _comments(source)
    parameters: list[ParameterSpec] = []
    problems: list[Problem] = []
    imports: list[ast.stmt] = []
    for statement in tree.body:
        where = replace(place, line=statement.lineno)
        try:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                imports.append(statement)
            elif not _says_nothing(statement):
                comment = comments.get(statement.end_lineno or 0, "")
                parameters.append(replace(_read_parameter(statement), help=comment, place=where))
        except (DefaultError, SyntaxError) as error:
            fix = error.fix if isinstance(error, DefaultError) else "Write one type"
            message = error.message if isinstance(error, DefaultError) else "the annotation is not valid Python"
            problems.append(Problem("parameter", message, fix, where))
        except ParameterError as error:
            message = f"the default of parameter '{error.name}' must be {error.expected}, not {error.shown}"
            problems.append(Problem("parameter", message, "Change the default or the annotation", where))
    return ParameterCell(tuple(parameters), tuple(problems), tuple(imports))


def _says_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _read_parameter(statement: ast.stmt) -> ParameterSpec:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            found = read_annotation(annotation)
            parameter = ParameterSpec(name, found.type, None, "", value is None, found.optional, found.choices)
            return parameter if value is None else _with_default(parameter, value_of(value))
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            default = value_of(value)
            found = annotation_for(default)
            return _with_default(ParameterSpec(name, found.type, optional=found.optional), default)
        case _:
            text = lines_of(ast.unparse(statement))[0]
            fix = "Move it to an ordinary cell; this one holds lines such as  top_k: int = 5  # how many to pick"
            raise DefaultError(f"'{text}' is not a parameter", fix)


def _with_default(parameter: ParameterSpec, default: object) -> ParameterSpec:
    if default is None:
        return replace(parameter, optional=True)
    if parameter.type is ParameterType.FILE and isinstance(default, str):
        return replace(parameter, default=default)
    return replace(parameter, default=coerce(replace(parameter, default=default), default))


def _comments(source: str) -> dict[int, str]:
    """Return the trailing comments by line. A line that holds only a comment is not help for a parameter."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            found[token.start[0]] = token.string.lstrip("#").strip()
    return found


def with_injected(parameters: Sequence[ParameterSpec], injected: Iterable[ParameterSpec]) -> tuple[ParameterSpec, ...]:
    """Replace the defaults of parameters by the values that papermill injected. A new name becomes a parameter.

    Raises ParameterError for a value that does not have the declared type.
    """
    found = {parameter.name: parameter for parameter in parameters}
    for new in injected:
        known = found.get(new.name)
        if known:
            found[new.name] = replace(known, default=coerce(known, new.default), required=False)
        else:
            found[new.name] = new
    return tuple(found.values())
