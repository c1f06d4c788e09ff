"""Computes the values of parameters from the AST, without running code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath

from nbflow.errors import DefaultError

_ARITHMETIC: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_CONSTRUCTORS: dict[str, Callable[..., object]] = {
    "date": date,
    "datetime": datetime,
    "date.fromisoformat": date.fromisoformat,
    "datetime.fromisoformat": datetime.fromisoformat,
    "timedelta": timedelta,
    "Path": Path,
    "PosixPath": Path,  # as Python writes a Path
    "WindowsPath": Path,
    "PurePath": PurePath,
    "File": lambda path: path,
    "dict": dict,
    "list": list,
    "str": str,
}


def value_of(node: ast.expr) -> object:
    """Return the value of a literal, of arithmetic over literals, or of a call such as `date(2024, 1, 31)`.

    Raises DefaultError for any other expression.
    """
    try:
        return _evaluate(node)
    except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError, SyntaxError) as error:
        fix = "Write a literal, or compute the value in a step and keep only what it depends on as a parameter"
        raise DefaultError(f"'{ast.unparse(node)}' is not a literal", fix) from error


def _evaluate(node: ast.expr) -> object:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _compute(_ARITHMETIC[type(op)], _evaluate(left), _evaluate(right))
        case ast.Call(func=func, args=args, keywords=keywords) if _constructor(func):
            named = {keyword.arg: _evaluate(keyword.value) for keyword in keywords if keyword.arg}
            return _CONSTRUCTORS[_constructor(func)](*map(_evaluate, args), **named)
        case ast.List(elts=parts):
            return [_evaluate(part) for part in parts]
        case ast.Tuple(elts=parts):
            return tuple(_evaluate(part) for part in parts)
        case ast.Set(elts=parts):
            return {_evaluate(part) for part in parts}
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_evaluate(key): _evaluate(one) for key, one in zip(keys, values, strict=True) if key is not None}
        case _:
            return ast.literal_eval(node)


def _compute(operate: Callable[[object, object], object], left: object, right: object) -> object:
    if not isinstance(left, int | float | complex) or not isinstance(right, int | float | complex):
        raise TypeError("arithmetic only over numbers")
    return operate(left, right)


def _constructor(func: ast.expr) -> str:
    """Return the longest dotted ending that is a known constructor, or "": `datetime.date` gives "date"."""
    dotted = ast.unparse(func).split(".")
    endings = (".".join(dotted[start:]) for start in range(len(dotted)))
    return next((ending for ending in endings if ending in _CONSTRUCTORS), "")
