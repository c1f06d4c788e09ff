"""Writes the messages of the protocol as TypeScript, so that the panel does not compile with outdated messages."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeGuard, Union, get_args, get_origin, get_type_hints

from nbflow.jupyter.protocol.wire import to_data

TypedTable = tuple[type, Mapping[str, object]]
"""Holds messages of one type by names."""

_PLAIN: Mapping[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown"}


def write_typescript(
    messages: Iterable[type],
    constants: Mapping[str, object],
    origin: str,
    tables: Mapping[str, TypedTable] | None = None,
    homes: Mapping[type, str] | None = None,
) -> str:
    """Return a module of interfaces and unions. `constants` and `tables` are exported under their names.

    `homes` names the file of each message: those of other files are imported.
    """
    own = list(messages)
    parts = [
        [f"// Written by `{origin}`. Do not edit."],
        [*_imports(own, homes or {})],
        [f"export const {name} = {_literal(value)};" for name, value in constants.items()],
        *([*_comment(message), *_declare(message)] for message in own),
        *([_table(name, *table)] for name, table in (tables or {}).items()),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _table(name: str, message: type, rows: Mapping[str, object]) -> str:
    told = json.dumps(to_data(rows), ensure_ascii=False, indent=2)
    return f"export const {name}: Readonly<Record<string, {message.__name__}>> = {told};"


def is_message(value: object) -> TypeGuard[type]:
    """Return whether this is a class that TypeScript gets: a dataclass or an enumeration of strings."""
    return isinstance(value, type) and (is_dataclass(value) or (issubclass(value, StrEnum) and value is not StrEnum))


def _imports(own: Sequence[type], homes: Mapping[type, str]) -> Iterator[str]:
    """Return a line for each file that has messages which those of this file name."""
    hints = (hint for message in own if is_dataclass(message) for hint in get_type_hints(message).values())
    named = {one for hint in hints for one in _messages_in(hint)} - set(own)
    for home in dict.fromkeys(homes.values()):
        names = sorted(one.__name__ for one in named if homes[one] == home)
        if names:
            yield f"import type {{ {', '.join(names)} }} from './{home}';"


def _messages_in(hint: Any) -> Iterator[type]:
    if is_message(hint):
        yield hint
    for inside in get_args(hint):
        yield from _messages_in(inside)


def _declare(message: type) -> Iterator[str]:
    if issubclass(message, StrEnum):
        members = " | ".join(_literal(member.value) for member in message)
        yield f"export type {message.__name__} = {members};"
        return
    assert is_dataclass(message)
    hints = get_type_hints(message)
    yield f"export interface {message.__name__} {{"
    yield from (f"  readonly {field.name}: {spell(hints[field.name])};" for field in fields(message))
    yield "}"


def _comment(message: type) -> Iterator[str]:
    own = vars(message).get("__doc__") or ""
    if own and not own.startswith(f"{message.__name__}("):  # the docstring that `dataclass` generates
        yield "/**"
        yield from (f" * {line}".rstrip() for line in inspect.cleandoc(own).splitlines())
        yield " */"


def spell(hint: Any) -> str:
    """Return a type in TypeScript. Raises TypeError for a type that no message may have."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is type(None):
        return "null"
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return " | ".join(dict.fromkeys(map(spell, inside)))
    if origin is tuple and inside[-1] is Ellipsis:
        return f"readonly {_grouped(inside[0])}[]"
    if origin is tuple:
        return f"readonly [{', '.join(map(spell, inside))}]"
    if origin is Mapping:
        return f"Readonly<Record<{spell(inside[0])}, {spell(inside[1])}>>"
    if is_message(hint):
        return hint.__name__
    raise TypeError(f"{hint!r} has no place in a message")


def _grouped(hint: Any) -> str:
    text = spell(hint)
    return f"({text})" if " " in text else text


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
