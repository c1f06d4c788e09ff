"""Finds the values that a run of a script is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbflow.script.inputs.config import ConfigValue
from nbflow.script.inputs.configuring import named_configs, seen_configs
from nbflow.script.inputs.parameters import Parameter, parameters_of

_MISSING = object()


def resolve_parameters(cls: type, given: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the values of a run by attribute: given by name, else kept, else from the environment, else the default.

    Raises ValueError with the message for the command line if a value is missing or does not fit.
    """
    values: dict[str, Any] = {}
    missing: list[str] = []
    for attribute, parameter in parameters_of(cls).items():
        if kept and attribute in kept:
            values[attribute] = kept[attribute]
            continue
        text = given.get(parameter.name, _MISSING)
        if text is _MISSING:
            text = parameter.from_environment()
        values[attribute] = None if text is None else _convert(parameter, text)
        if values[attribute] is not None:
            continue  # the JSON null counts as not given, as in Metaflow
        if parameter.needs_value:
            missing.append(parameter.name)
        else:
            values[attribute] = parameter.find_default(cls.__name__, ConfigValue(named_configs(cls)))
    values |= seen_configs(cls)
    if missing:
        options = ", ".join(f"--{name}" for name in missing)
        raise ValueError(f"Missing option '{options}': the flow has no default for it")
    return values


def _convert(parameter: Parameter, text: Any) -> Any:
    try:
        return parameter.convert(text)
    except ValueError as error:
        raise ValueError(f"Invalid value for '--{parameter.name}': {error}") from None
