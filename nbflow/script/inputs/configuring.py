"""Finds the content of the configs of a flow: on the command line, in the environment, in files, in an earlier run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.script.inputs.config import Config, ConfigValue, DeployTimeContext, configs_of
from nbflow.script.inputs.parsers import find_parser
from nbflow.store.catalog.user import user_name

_VALUES = "__nbflow_configs__"
"""The attribute of a flow class that holds the content of its configs, by attribute, as a run stores it."""


class BadConfig(MetaflowException):
    """Raised for configs that have no value, or a value that cannot be read."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"Bad values passed for configuration options: {', '.join(reasons)}")


@dataclass
class Given:
    """Holds what the command line or the environment says about configs: paths and texts by the names of configs."""

    paths: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.paths or self.texts)


@dataclass
class _Source:
    """Holds the text of one config, or the reason why there is no text."""

    text: str | None = None
    reason: str = ""


def configure(cls: type, given: Given) -> None:
    """Find the value of every config of a flow class and note it on the class. Raises BadConfig."""
    found = {attribute: _source(cls, one, given) for attribute, one in configs_of(cls).items()}
    reasons = [one.reason for one in found.values() if one.reason]
    values: dict[str, Any] = {}
    for attribute, one in configs_of(cls).items():
        try:
            text = found[attribute].text
            values[attribute] = None if text is None else _read(one, text)
        except ValueError as error:
            reasons.append(str(error))
    if reasons:
        raise BadConfig(reasons)
    impose(cls, values)


def impose(cls: type, stored: Mapping[str, Any]) -> None:
    """Note on a flow class the content of its configs, as another process has found it or a run has stored it."""
    setattr(cls, _VALUES, {attribute: stored.get(attribute) for attribute in configs_of(cls)})


def is_configured(cls: type) -> bool:
    """Tell whether the values of the configs have been noted on the class."""
    return _VALUES in vars(cls)


def stored_configs(cls: type) -> dict[str, Any]:
    """Return the content of the configs by attribute, as plain dicts: every reader of a run can load these."""
    return dict(vars(cls).get(_VALUES, {}))


def seen_configs(cls: type) -> dict[str, Any]:
    """Return the content of the configs by attribute, as a step sees it."""
    found = configs_of(cls)
    return {name: _seen(found[name], value) for name, value in stored_configs(cls).items() if name in found}


def named_configs(cls: type) -> dict[str, Any]:
    """Return the content of the configs by the names that expressions use."""
    found = configs_of(cls)
    return {found[attribute].name: value for attribute, value in seen_configs(cls).items()}


def _seen(config: Config, value: Any) -> Any:
    return value if value is None or config._spec.plain else ConfigValue(value)


# sources of a value


def _source(cls: type, config: Config, given: Given) -> _Source:
    name, spec = config.name, config._spec
    if name in given.texts:
        return _Source(given.texts[name])
    if name in given.paths:
        return _file(given.paths[name], f"configuration file '{given.paths[name]}' could not be read for '{name}'")
    value = _default(cls, config)
    if value is None:
        return _Source(reason=f"missing configuration for '{name}'" if spec.required else "")
    if spec.is_file and not isinstance(value, str | os.PathLike):
        return _Source(reason=f"the default of config '{name}' is {value!r}: it must be the path of a file")
    if spec.is_file:
        return _file(os.fspath(value), f"default configuration file '{value}' could not be read for '{name}'")
    try:
        return _Source(value if isinstance(value, str) else json.dumps(value))
    except (TypeError, ValueError) as error:
        return _Source(reason=f"the default_value of config '{name}' cannot be written as JSON ({error})")


def _default(cls: type, config: Config) -> Any:
    default = config._spec.default
    if not callable(default):
        return default
    try:
        return default(DeployTimeContext(cls.__name__, user_name(), config.name))
    except Exception as error:
        raise MetaflowException(
            f"the default of config '{config.name}' failed: {type(error).__name__}: {error}"
        ) from error


def _file(path: str, reason: str) -> _Source:
    try:
        return _Source(Path(path).read_text("utf-8"))
    except OSError as error:
        return _Source(reason=f"{reason} ({os.strerror(error.errno or 0)})")
    except ValueError as error:
        return _Source(reason=f"{reason} ({error})")


def _read(config: Config, text: str) -> Any:
    """Return the value that a text stands for. Raises ValueError if it cannot be read."""
    name, spec = config.name, config._spec
    if spec.parser:
        return _parse(config, find_parser(spec.parser), text)
    if spec.plain:
        return text
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"configuration value for '{name}' is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"configuration value for '{name}' is a JSON {type(value).__name__}, not an object")
    return value


def _parse(config: Config, parser: Callable[[str], Any], text: str) -> Any:
    try:
        value = parser(text)
    except Exception as error:
        raise ValueError(f"the parser of '{config.name}' failed: {type(error).__name__}: {error}") from error
    if config._spec.plain:
        return value
    if not isinstance(value, Mapping):
        raise ValueError(f"the parser of '{config.name}' returned a {type(value).__name__}, not a dict: set plain=True")
    return ConfigValue(value).to_dict()


# options and environment variables


def take_given(cls: type, words: Sequence[str], valued: frozenset[str]) -> tuple[Given, list[str]]:
    """Take the options for configs out of the words before the command. Return them, and the words that are left.

    `valued` holds the other options that take a word. Raises ValueError with the message for the command line.
    """
    given, kept, rest = Given(), [], list(words)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word in ("--config", "--config-value"):
            if len(rest) < 2:
                raise ValueError(f"Option '{word}' requires 2 arguments.")
            (given.paths if word == "--config" else given.texts)[rest[0]] = rest[1]
            del rest[:2]
            continue
        kept.append(word)
        if word in valued and rest:
            kept.append(rest.pop(0))
    _check(cls, given)
    return given, [*kept, *rest]


def given_in_environment(cls: type) -> Given:
    """Read METAFLOW_FLOW_CONFIG and METAFLOW_FLOW_CONFIG_VALUE, JSON by the names of configs. Raises ValueError."""
    given = Given(_from_json("METAFLOW_FLOW_CONFIG"), _from_json("METAFLOW_FLOW_CONFIG_VALUE"))
    _check(cls, given)
    return given


def _from_json(variable: str) -> dict[str, str]:
    try:
        found = json.loads(os.environ.get(variable) or "{}")
    except ValueError as error:
        raise ValueError(f"{variable} is not valid JSON: {error}") from None
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}


def _check(cls: type, given: Given) -> None:
    known = [one.name for one in configs_of(cls).values()]
    for option, names in (("--config", given.paths), ("--config-value", given.texts)):
        for name in names:
            if name not in known:
                listed = ", ".join(f"'{one}'" for one in known)
                raise ValueError(f"Invalid value for '{option}': '{name}' is not one of {listed}.")
    if both := sorted(given.paths.keys() & given.texts.keys()):
        raise ValueError(
            f"Cannot provide both a value and a file for the same configuration. Found such values for '{both[0]}'"
        )
