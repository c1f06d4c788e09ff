"""The values of a flow's parameters in a run: what was given, then what an earlier run had, then the defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import ParameterError, ParameterMissing
from nbflow.flow.syntax.parameter_cell import coerce
from nbflow.flow.syntax.specs import FlowSource, ParameterSpec, ParameterType


def bind_parameters(
    flow: FlowSource,
    given: Mapping[str, Any],
    folder: Path,
    kept: Mapping[str, Any] | None = None,
    kept_from: FlowSource | None = None,
) -> dict[str, Any]:
    """A value for every parameter. `kept` are those of the run `kept_from` was read from, as the catalog has them.

    A kept value that was the default then follows today's default. A File's value is the text of the file, whose path
    is relative to `folder`, the notebook's, when it is the default. Raises ParameterMissing and ParameterError.
    """
    before = {parameter.name: parameter for parameter in kept_from.parameters} if kept_from else {}
    chosen = {n: v for n, v in (kept or {}).items() if n not in before or v != as_recorded(before[n], folder)}
    missing = [p.name for p in flow.parameters if p.required and p.name not in given and p.name not in chosen]
    if missing:
        raise ParameterMissing(missing)
    return {parameter.name: _value(parameter, given, chosen, folder) for parameter in flow.parameters}


def _value(parameter: ParameterSpec, given: Mapping[str, Any], kept: Mapping[str, Any], folder: Path) -> Any:
    if parameter.name in given:
        return _content(parameter, given[parameter.name], Path())
    if parameter.name in kept:
        value = kept[parameter.name]
        return value if parameter.type is ParameterType.FILE else coerce(parameter, value)
    return _content(parameter, parameter.default, folder)


def _content(parameter: ParameterSpec, value: Any, folder: Path) -> Any:
    """What a File stands for; any other value is itself."""
    if parameter.type is not ParameterType.FILE or value is None:
        return value
    path = folder / str(value)
    if path.exists() and not (path.is_file() or path.is_dir()):  # reading a pipe or a device may never end
        raise ParameterError(
            parameter.name, str(value), "the path of a text file (it is no regular one)", "data/in.csv"
        )
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ParameterError(parameter.name, str(value), f"the path of a text file ({why})", "data/in.csv") from None


def as_recorded(parameter: ParameterSpec, folder: Path) -> Any:
    """Its default as the catalog records it; None when it has none, or its file is gone."""
    try:
        return recorded({"it": _content(parameter, parameter.default, folder)})["it"]
    except ParameterError:
        return None


def recorded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the catalog keeps them: plain JSON, and as text what JSON has no form for."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain
