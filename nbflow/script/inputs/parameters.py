"""Defines `Parameter`, `IncludeFile` and `JSONType`, and finds the values that a run of a script is given."""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException, ParameterFieldFailed
from nbflow.script.inputs.config import Config, ConfigValue, DeployTimeContext, configs_of
from nbflow.script.inputs.configuring import named_configs, seen_configs
from nbflow.script.inputs.delayed import is_delayed, resolve_delayed
from nbflow.script.inputs.parsers import Parser, find_parser
from nbflow.store.catalog.user import user_name

RESERVED_OPTIONS = frozenset(
    {
        "params", "with", "tag", "namespace", "obj", "tags", "decospecs", "run-id-file", "max-num-splits",
        "max-workers", "max-log-size", "user-namespace", "run-id", "task-id", "runner-attribute-file", "help",
    }
)  # fmt: skip


class JSONTypeClass:
    """Marks a parameter that is given as JSON: a step sees the value that the JSON describes."""

    name = "JSON"

    def __repr__(self) -> str:
        return "JSON"


JSONType = JSONTypeClass()
_TYPES: tuple[Any, ...] = (int, float, bool, str, JSONType)
_MISSING = object()


class Parameter:
    """Declares a parameter of a flow. In a step, `self.NAME` is its value, which no step can change.

    Args:
        name: The name on the command line: `--NAME`.
        default: The value if none is given, or a function that computes it once a run.
        type: int, float, bool, str or JSONType. Without it, the type of the default is taken, otherwise str.
        help: A text for the help of the command line.
        required: Whether a run needs a value from outside.
        show_default: Whether the help shows the default.
        separator: A text at which a str is split into a list.

    Raises:
        MetaflowException: if the name is reserved, or if an argument is not known or does not fit.

    Example:
        >>> class Fit(FlowSpec):
        ...     alpha = Parameter("alpha", default=0.1, help="The learning rate.")
    """

    def __init__(
        self,
        name: str,
        default: Any = None,
        type: Any = None,
        help: str | None = None,
        required: bool = False,
        show_default: bool = True,
        separator: str | None = None,
        **unknown: Any,
    ) -> None:
        given = {
            "default": default, "type": type, "help": help, "required": required, "show_default": show_default,
            "separator": separator, **unknown,
        }  # fmt: skip
        self.waiting = given if is_delayed(given) else None
        if self.waiting:
            default, type, help, required, show_default, separator, unknown = None, str, "", False, True, None, {}
        self.name, self.default, self.help = name, default, help or ""
        self.required, self.show_default, self.separator = required, show_default, separator
        self.attribute = name
        self.type = type if type is not None else self._type_of_default()
        self._unknown = unknown

    def settle(self, configs: Mapping[str, Any]) -> None:
        """Take the arguments that waited for configs, and check all. Raises MetaflowException for a mistake."""
        if self.waiting is not None:
            attribute, given = self.attribute, resolve_delayed(self.waiting, configs)
            self.__init__(self.name, **given)  # type: ignore[misc]
            self.attribute = attribute
        self._check()

    def _type_of_default(self) -> Any:
        if self.default is None or callable(self.default) or isinstance(self.default, list | tuple):
            return str
        return bool if isinstance(self.default, bool) else type(self.default)

    def _check(self) -> None:
        for name in self._unknown:
            raise MetaflowException(f"parameter '{self.name}' takes no '{name}': remove this argument")
        if self.name.lower().replace("_", "-") in RESERVED_OPTIONS:
            raise MetaflowException(f"parameter name '{self.name}' is reserved: give it another name")
        for what in ("show_default", "separator", "required"):
            if callable(getattr(self, what)):
                raise MetaflowException(f"parameter '{self.name}': {what} cannot be a function: give its value")
        if self.type not in _TYPES and not isinstance(self, IncludeFile):
            raise MetaflowException(
                f"parameter '{self.name}' has type {self.type!r}: use int, float, bool, str or JSONType"
            )
        if self.separator is not None and self.type is not str:
            raise MetaflowException(f"parameter '{self.name}': only a str can have a separator")
        is_text = self.default is None or isinstance(self.default, str) or callable(self.default)
        if self.type is JSONType and not is_text:
            example = json.dumps(json.dumps(self.default, default=str))
            raise MetaflowException(f"parameter '{self.name}': give a JSON default as text, default={example}")

    # on a flow

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    def __get__(self, flow: Any, owner: type | None = None) -> Any:
        if flow is None:
            return self
        values = flow.__dict__.get("_parameters", {})
        if self.attribute not in values:
            raise AttributeError(f"parameter '{self.name}' has a value only while the flow runs")
        own = flow.__dict__.setdefault("_own_parameters", {})
        if self.attribute not in own:  # a copy: no other task sees what a step changes in it
            own[self.attribute] = self.seen(values[self.attribute])
        return own[self.attribute]

    def seen(self, stored: Any) -> Any:
        """Return what a step sees of the value that the run holds."""
        return copy.deepcopy(stored)

    def __set__(self, flow: Any, value: object) -> None:
        raise AttributeError(
            "Flow level attributes and Parameters are not modifiable: use another name than " + self.attribute
        )

    # values

    @property
    def kind(self) -> str:
        """Return the name of the type, as help and messages say it."""
        return self.type.name if self.type is JSONType else self.type.__name__

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that set it; the first one that is set counts."""
        name = self.name.upper().replace("-", "_")
        return f"METAFLOW_RUN_{name}", f"NBFLOW_RUN_{name}"

    def from_environment(self) -> str | None:
        """Return the text of the first environment variable that is set; None if none is."""
        return next((os.environ[name] for name in self.variables if name in os.environ), None)

    def convert(self, given: Any) -> Any:
        """Return the value for a text from the command line, or for a value from Python. Raises ValueError."""
        if given is None:
            return None
        if self.type is JSONType:
            return _read_json(given)
        if self.separator is not None and isinstance(given, str):
            return given.split(self.separator) if given else given
        if self.type is bool:
            return _read_bool(given)
        if self.type in (int, float) and isinstance(given, bool):
            raise ValueError(f"{given!r} is not a valid {self.kind}")
        return given if isinstance(given, list | tuple) and self.separator else self._plain(given)

    def _plain(self, given: Any) -> Any:
        try:
            if self.type is int and isinstance(given, float) and not given.is_integer():
                raise ValueError
            return self.type(given)
        except (TypeError, ValueError):
            raise ValueError(f"{given!r} is not a valid {'integer' if self.type is int else self.kind}") from None

    def find_default(self, flow: str, configs: Any = None) -> Any:
        """Return the default as a value; a function is called, once a run. Raises ParameterFieldFailed."""
        if not callable(self.default):
            return self._checked(self.default)
        context = DeployTimeContext(flow, user_name(), self.name, configs=configs)
        try:
            value = self.default(context)
        except Exception as error:
            message = f"the default of parameter '{self.name}' failed: {type(error).__name__}: {error}"
            raise ParameterFieldFailed(message) from error
        return self._checked(value)

    def _checked(self, value: Any) -> Any:
        if value is None:
            return None
        fits = isinstance(value, str) if self.type is JSONType else self._fits(value)
        if not fits:
            raise ParameterFieldFailed(
                f"the default of parameter '{self.name}' is {value!r}, a {type(value).__name__}, not {self.kind}: "
                f"make it {self.kind}, or give the parameter another type"
            )
        return self.convert(value)

    def _fits(self, value: Any) -> bool:
        if self.type is float and isinstance(value, int):
            return not isinstance(value, bool)
        if self.separator is not None and isinstance(value, list | tuple):
            return True
        return isinstance(value, self.type) and (self.type is bool or not isinstance(value, bool))

    def described(self) -> str:
        """Return the help text with the default behind it."""
        if self.required:
            return f"{self.help} [required]".strip()
        default = "function" if callable(self.default) else self.default
        return f"{self.help} [default: {default}]".strip() if self.show_default and default is not None else self.help


class IncludeFile(Parameter):
    """Declares a parameter that is a file. In a step, `self.NAME` is its content at the start of the run.

    Args:
        name: The name on the command line: `--NAME PATH`.
        default: The path if none is given, or a function that returns it.
        is_text: Whether steps see text. Otherwise they see bytes.
        encoding: The encoding of the text; UTF-8 if it is not given.
        help: A text for the help of the command line.
        required: Whether a run needs a path from outside.
        show_default: Whether help shows the default.
        parser: A function that turns the content into the value that steps see, or its name with its module.

    Raises:
        MetaflowException: if an argument is not known or does not fit.

    Example:
        >>> class Fit(FlowSpec):
        ...     movies = IncludeFile("movies", default="movies.csv")
    """

    def __init__(
        self,
        name: str,
        default: Any = None,
        is_text: bool = True,
        encoding: str | None = None,
        required: bool = False,
        help: str | None = None,
        show_default: bool = True,
        parser: str | Parser | None = None,
        **unknown: Any,
    ) -> None:
        self.is_text, self.encoding, self.parser = is_text, encoding, parser
        super().__init__(name, default, str, help, required, show_default, **unknown)
        if self.waiting:
            self.waiting |= {"is_text": is_text, "encoding": encoding, "parser": parser}
            del self.waiting["type"], self.waiting["separator"]

    @property
    def kind(self) -> str:
        return "file"

    def convert(self, given: Any) -> Any:
        """Return the content of the file whose path is given. Raises ValueError if it cannot be read, and says why."""
        if given is None:
            return None
        path = Path(os.path.expanduser(str(given)))
        try:
            return path.read_text(self.encoding or "utf-8") if self.is_text else path.read_bytes()
        except UnicodeDecodeError:
            raise ValueError(
                f"file '{given}' is not {self.encoding or 'utf-8'} text: set is_text=False or encoding="
            ) from None
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise ValueError(f"file '{given}' cannot be read ({reason}): give its path with --{self.name}") from None

    def seen(self, stored: Any) -> Any:
        """Return the content, or what the parser makes of it. Raises MetaflowException if the parser fails."""
        if stored is None or self.parser is None:
            return stored
        try:
            return find_parser(self.parser)(stored)
        except Exception as error:
            raise MetaflowException(
                f"Failed to parse content in parameter '{self.name}' using parser: {error}"
            ) from error

    def _checked(self, value: Any) -> Any:
        if value is not None and not isinstance(value, str | os.PathLike):
            raise ParameterFieldFailed(f"the default of file '{self.name}' is {value!r}: it must be a path")
        try:
            return self.convert(value)
        except ValueError as error:
            raise MetaflowException(f"parameter '{self.name}': {error}") from None


def _read_json(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise ValueError(f"{given!r} is not valid JSON") from None


def _read_bool(given: Any) -> bool:
    words = {"true": True, "t": True, "1": True, "yes": True, "y": True, "on": True}
    words |= {"false": False, "f": False, "0": False, "no": False, "n": False, "off": False}
    if isinstance(given, bool):
        return given
    if str(given).strip().lower() not in words:
        raise ValueError(f"{given!r} is not a valid boolean")
    return words[str(given).strip().lower()]


def parameters_of(cls: type) -> dict[str, Parameter]:
    """Return the parameters of a class and its bases by attribute, in the order in which they are written."""
    found: dict[str, Parameter] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            found.pop(attribute, None)
            if isinstance(value, Parameter):
                found[attribute] = value
    _refuse_twins(found)
    return found


def known_values(cls: type) -> dict[str, Parameter | Config]:
    """Return parameters and configs by attribute: a run holds their values before its first step."""
    return {**parameters_of(cls), **configs_of(cls)}


def _refuse_twins(found: dict[str, Parameter]) -> None:
    seen: dict[str, str] = {}
    for parameter in found.values():
        folded = parameter.name.lower()
        if folded in seen:
            raise MetaflowException(
                f"parameters '{seen[folded]}' and '{parameter.name}' have one name (case does not count): rename one"
            )
        seen[folded] = parameter.name


def constants_of(cls: type) -> dict[str, Any]:
    """Return the class attributes that are values: no methods, no descriptors, no names that begin with `_`."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base is object or base.__module__.startswith("nbflow.script"):
            continue
        for name, value in vars(base).items():
            if not name.startswith("_") and not callable(value) and not hasattr(value, "__get__"):
                found[name] = value
    return found


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
        if text is not None:
            values[attribute] = _convert(parameter, text)
        elif parameter.required:
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


def script_file(cls: type) -> Path:
    """Return the file in which a class is written. Raises MetaflowException for a class without a file."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        raise MetaflowException(f"flow '{cls.__name__}' is not in a file: write it to a .py file")
    return Path(file).resolve()
