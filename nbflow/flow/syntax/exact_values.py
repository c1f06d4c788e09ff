"""Reads values of parameters from a command line, a form or the catalog, and writes them so that they read back."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any, assert_never

from nbflow.errors import DefaultError, ParameterError
from nbflow.flow.source.literals import value_of
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType

_EXAMPLES = {
    ParameterType.INT: ("a whole number", "3"),
    ParameterType.FLOAT: ("a number", "0.5"),
    ParameterType.BOOL: ("true or false", "true"),
    ParameterType.STR: ("a text", "abc"),
    ParameterType.LIST: ("a list in JSON or Python", "'[1, 2]'"),
    ParameterType.TUPLE: ("a tuple in JSON or Python", "'(1, 2)'"),
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


# reading


def parse_value(parameter: ParameterSpec, text: str) -> object:
    """Return the value that a text from the command line has for a parameter.

    The value has the type of the parameter; for a File it is the path as text. Raises ParameterError.
    """
    if parameter.optional and text.strip().lower() in _NONE:
        return None
    return _that_reads_back(parameter, _read(parameter, text))


def coerce(parameter: ParameterSpec, value: object) -> object:
    """Return the value of a parameter that a form, the catalog, an injected cell or a default gives.

    A text is parsed as on the command line, any other value is checked and converted. Raises ParameterError.
    """
    if value is None and parameter.optional:
        return None
    return _that_reads_back(parameter, _typed(parameter, value))


def _typed(parameter: ParameterSpec, value: object) -> object:
    if parameter.choices:
        return _choice(parameter, value)
    if isinstance(value, str) and parameter.type is not ParameterType.STR:
        return _read(parameter, value)
    if not fits(parameter.type, value):
        raise refusal(parameter, value)
    return _converted(parameter.type, value)


def _read(parameter: ParameterSpec, text: str) -> object:
    if parameter.choices:
        return _choice(parameter, text)
    try:
        return _parse(parameter.type, text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, DefaultError) as error:
        raise refusal(parameter, text) from error


def _choice(parameter: ParameterSpec, value: object) -> object:
    """Return the choice that is this value, or that a text names."""
    exact = canonical(value)
    same = [one for one in parameter.choices if canonical(one) == exact]
    named = [one for one in parameter.choices if isinstance(value, str) and _names(parameter.type, value, one)]
    if not same and not named:
        raise refusal(parameter, value)
    return (*same, *named)[0]


def _names(kind: ParameterType, text: str, choice: object) -> bool:
    try:
        return str(choice) == text or choice == _parse(kind, text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, DefaultError):
        return False


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
        case ParameterType.TUPLE:
            return _parse_collection(text, (list, tuple), tuple)
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
        value = value_of(ast.parse(text.strip(), mode="eval").body)
    if not isinstance(value, kinds):
        raise ValueError(text)
    return make(value)


_MOST_BITS = 14_000  # the most bits of an int that Python writes as text and JSON can hold


def fits(kind: ParameterType, value: object) -> bool:
    """Return whether a parameter of this type can have the value."""
    match kind:
        case ParameterType.INT:
            return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < _MOST_BITS
        case ParameterType.FLOAT:  # an int is a float to those who write annotations, and stays what it is
            return isinstance(value, float) or fits(ParameterType.INT, value)
        case ParameterType.BOOL:
            return isinstance(value, bool)
        case ParameterType.STR:
            return isinstance(value, str)
        case ParameterType.LIST:
            return isinstance(value, list)
        case ParameterType.TUPLE:
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
        case ParameterType.TUPLE if isinstance(value, list):
            return tuple(value)
        case ParameterType.PATH:
            return Path(str(value))
        case ParameterType.FILE:
            return str(value)
        case _:
            return value


# writing


def recorded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the catalog records them: as JSON, with a text for each that JSON does not keep."""
    return {name: _recorded(value) for name, value in values.items()}


def _recorded(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | dict):
        return value if is_json(value) else repr(value)
    return str(value)


def is_json(value: object) -> bool:
    """Return whether JSON keeps a collection: it makes lists of tuples, and texts of the keys of dicts."""
    try:
        return is_same_value(json.loads(json.dumps(value)), value)
    except (TypeError, ValueError, RecursionError):
        return False


def canonical(value: object) -> str:
    """Return a text that is equal for equal values of equal types, which also hold such values in the same order."""
    match value:
        case dict():
            parts = [f"{canonical(key)}={canonical(one)}" for key, one in value.items()]
        case list() | tuple():
            parts = [canonical(one) for one in value]
        case set() | frozenset():
            parts = sorted(canonical(one) for one in value)
        case _:
            plain = json.dumps(value, default=lambda other: f"{type(other).__name__}:{other}")
            return f"{type(value).__name__}:{plain}"
    return f"{type(value).__name__}({', '.join(parts)})"


def is_same_value(one: object, other: object) -> bool:
    """Return whether two values are the same for every step: for Python, 1, 1.0 and True are equal."""
    return canonical(one) == canonical(other)


def _that_reads_back(parameter: ParameterSpec, value: object) -> object:
    """Return a value that the catalog can give back as it is. Raises ParameterError for any other."""
    if _reads_back(parameter, value):
        return value
    expected, example = example_of(parameter.type)
    held = "finite numbers, texts, dates, True, False, None, and collections of these"
    raise ParameterError(parameter.name, value, f"{expected.partition(' in ')[0]} of {held}", example)


def _reads_back(parameter: ParameterSpec, value: object) -> bool:
    try:
        return is_same_value(_typed(parameter, _recorded(value)), value)
    except (ParameterError, ValueError, RecursionError):
        return False


def refusal(parameter: ParameterSpec, value: object) -> ParameterError:
    """Return the error for a value that the parameter cannot have."""
    if parameter.choices:
        listed = ", ".join(repr(choice) for choice in parameter.choices)
        return ParameterError(parameter.name, value, f"one of {listed}", str(parameter.choices[0]))
    expected, example = example_of(parameter.type)
    return ParameterError(parameter.name, value, expected, example)
