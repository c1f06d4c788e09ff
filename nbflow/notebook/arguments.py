"""Chooses the parameter values of a run: the given value, else that of an earlier run, else the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbflow.errors import ParameterError, ParameterMissing
from nbflow.flow.syntax.exact_values import coerce, is_same_value, parse_value, recorded
from nbflow.flow.syntax.specs import FlowSource, ParameterSpec, ParameterType
from nbflow.store.regular_file import read_regular


def bind_parameters(
    flow: FlowSource,
    given: Mapping[str, Any],
    folder: Path,
    kept: Mapping[str, Any] | None = None,
    kept_from: FlowSource | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return a value for every parameter.

    `given` are the values the user gave. `kept` are those of an earlier run as the catalog records them, and
    `kept_from` is the flow of that run: a kept value that was the default then is replaced by today's default. The
    value of a File is the text of the file; a default path is relative to `folder`, the notebook's folder. Files of
    more than `limit` bytes are refused, if it is given. Raises ParameterMissing and ParameterError.
    """
    before = {one.name: as_recorded(one, folder, limit) for one in kept_from.parameters} if kept_from else {}
    chosen = {n: v for n, v in (kept or {}).items() if n not in before or not is_same_value(v, before[n])}
    missing = [p.name for p in flow.parameters if p.required and p.name not in given and p.name not in chosen]
    if missing:
        raise ParameterMissing(missing)
    return {parameter.name: _value(parameter, given, chosen, folder, limit) for parameter in flow.parameters}


def _value(
    parameter: ParameterSpec, given: Mapping[str, Any], kept: Mapping[str, Any], folder: Path, limit: int | None
) -> Any:
    if parameter.name in given:
        return _content(parameter, given[parameter.name], Path(), limit)
    if parameter.name in kept:
        value = kept[parameter.name]
        return value if parameter.type is ParameterType.FILE else coerce(parameter, value)
    return _content(parameter, parameter.default, folder, limit)


def as_in_run(flow: FlowSource, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that steps saw, from those that the catalog has recorded; `flow` is as it was in the run.

    A value that the flow does not take is left out: it was recorded before the last change of the parameter.
    """
    return {one.name: found for one in flow.parameters if one.name in values for found in _seen(one, values[one.name])}


def _seen(parameter: ParameterSpec, value: Any) -> Iterator[Any]:
    with suppress(ParameterError):
        yield value if parameter.type is ParameterType.FILE else coerce(parameter, value)


def _content(parameter: ParameterSpec, value: Any, folder: Path, limit: int | None) -> Any:
    """Return the text of the file that a File names; return any other value unchanged."""
    if parameter.type is not ParameterType.FILE or value is None:
        return value
    try:
        return universal_newlines(read_regular(folder / str(value), limit).decode("utf-8"))
    except (OSError, ValueError) as error:  # ValueError for a NUL in the path, and for what is not UTF-8
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ParameterError(parameter.name, str(value), f"the path of a text file ({why})", "data/in.csv") from None


def read_choices(flow: FlowSource, choices: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return the values of chosen parameters, which a user has typed; the path of a file is relative to `folder`.

    Parameters that the flow does not have are left out. Raises ParameterError.
    """
    known = {one.name: one for one in flow.parameters}
    files = files_among(flow)
    return {
        name: str(folder / text) if name in files else parse_value(known[name], text)
        for name, text in choices.items()
        if name in known
    }


def files_among(flow: FlowSource) -> frozenset[str]:
    """Return the parameters whose value is the text of a file."""
    return frozenset(one.name for one in flow.parameters if one.type is ParameterType.FILE)


def universal_newlines(text: str) -> str:
    """Return a text with the line ends that Python gives to a file that it reads as text."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_recorded(parameter: ParameterSpec, folder: Path, limit: int | None = None) -> Any:
    """Return the default of a parameter as the catalog records it; None if there is none or its file is gone."""
    try:
        return recorded({"it": _content(parameter, parameter.default, folder, limit)})["it"]
    except ParameterError:
        return None
