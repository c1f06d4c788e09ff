"""Reads the `%%parameters` cell: the types, the defaults and the help of parameters."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nbflow.errors import DefaultError, ParameterError
from nbflow.flow.source.cell import Place, Problem
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.literals import value_of
from nbflow.flow.syntax.exact_values import coerce, fits, is_same_value, refusal
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType

# types


@dataclass(frozen=True, slots=True)
class Annotation:
    """Says which type a parameter has, whether it may be None, and which values it may have."""

    type: ParameterType
    optional: bool = False
    choices: tuple[object, ...] = ()


_TYPES = {kind.value: kind for kind in ParameterType} | {
    "List": ParameterType.LIST,
    "Tuple": ParameterType.TUPLE,
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
        if kind is not ParameterType.FILE and fits(kind, value):
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
                problems += _converted_defaults(statement, parameters[-1])
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
    value = coerce(parameter, default)
    if parameter.type not in _WRITTEN_AS_TEXT and not is_same_value(value, default):
        raise refusal(parameter, default)
    return replace(parameter, default=value)


_WRITTEN_AS_TEXT = {
    ParameterType.DATE: "date.fromisoformat({!r})",
    ParameterType.DATETIME: "datetime.fromisoformat({!r})",
    ParameterType.PATH: "Path({!r})",
    ParameterType.FILE: "{!r}",
}
"""Maps each type whose defaults may be texts to the expression that gives the value in plain Python."""


def _converted_defaults(statement: ast.stmt, parameter: ParameterSpec) -> Iterator[Problem]:
    """Warn of a default that steps see as another value than the cell does where it runs as plain Python."""
    value = statement.value if isinstance(statement, ast.AnnAssign | ast.Assign) else None
    written = None if value is None else value_of(value)
    if written is None or parameter.type is ParameterType.FILE or is_same_value(written, parameter.default):
        return
    message = f"parameter '{parameter.name}' is {parameter.default!r} in steps, and {written!r} in plain Python"
    fix = f"Write  {_WRITTEN_AS_TEXT[parameter.type].format(str(written))}  as its default"
    yield Problem("parameter", message, fix, parameter.place, warning=True)


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
