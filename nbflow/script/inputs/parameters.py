"""Defines `Parameter` and `IncludeFile`, and finds those of a flow."""

from __future__ import annotations

import codecs
import copy
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from nbflow.errors import MetaflowException, ParameterFieldFailed
from nbflow.script.inputs.config import Config, DeployTimeContext, configs_of
from nbflow.script.inputs.delayed import is_delayed, resolve_delayed
from nbflow.script.inputs.parameter_types import JSONType, convert_default, convert_text, is_type, name_of_type
from nbflow.script.inputs.parsers import Parser, find_parser
from nbflow.store.catalog.user import user_name

RESERVED_OPTIONS = frozenset(
    {
        "params", "with", "tag", "namespace", "obj", "tags", "decospecs", "run-id-file", "max-num-splits",
        "max-workers", "max-log-size", "user-namespace", "run-id", "task-id", "runner-attribute-file", "help",
    }
)  # fmt: skip


class Parameter:
    """Declares a parameter of a flow. In a step, `self.NAME` is its value, which no step can change.

    Args:
        name: The name on the command line: `--NAME`.
        default: The value if none is given, or a function that computes it once a run.
        type: int, float, bool, str, JSONType, or another class that makes a value of a text. Without it, the type of
            the default is taken, otherwise str.
        help: A text for the help of the command line.
        required: Whether a run needs a value from outside. With a default it does not.
        show_default: Whether the help shows the default.
        separator: A text at which a str is split into a list.
        hidden: Whether the help leaves it out.
        envvar: An environment variable that sets it, or several.
        metavar: What the help shows in place of its type.
        multiple: Whether it may be given several times; a step sees a tuple.

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
        hidden: bool = False,
        envvar: str | Sequence[str] | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        **unknown: Any,
    ) -> None:
        self.place = getattr(self, "place", "") or _place_in_script()
        _check_name(name)
        given = {
            "default": default, "type": type, "help": help, "required": required, "show_default": show_default,
            "separator": separator, "hidden": hidden, "envvar": envvar, "metavar": metavar, "multiple": multiple,
            **unknown,
        }  # fmt: skip
        self.waiting = given if is_delayed(given) else None
        if self.waiting:
            default, type, help, required, show_default, separator, unknown = None, str, "", False, True, None, {}
            hidden, envvar, metavar, multiple = False, None, None, False
        self.name, self.default, self.help = name, default, "" if help is None else str(help)
        self.required, self.show_default, self.separator = required, show_default, separator or None
        self.hidden, self.metavar, self.multiple = bool(hidden), metavar, bool(multiple)
        self.own_variables = _variables(name, envvar)
        self.attribute = name
        self.type = type if type is not None else self._type_of_default()
        self._unknown = unknown

    def settle(self, configs: Mapping[str, Any]) -> None:
        """Take the arguments that waited for configs, and check all. Raises MetaflowException for a mistake."""
        if self.waiting is not None:
            attribute, given = self.attribute, resolve_delayed(self.waiting, configs)
            self.__init__(self.name, **given)  # type: ignore[misc]
            self.attribute = attribute
        try:
            self._check()
        except MetaflowException as error:
            raise MetaflowException(f"{self.place}: {error}") from None

    def _type_of_default(self) -> Any:
        is_split = self.separator is not None and isinstance(self.default, list | tuple)
        return str if self.default is None or callable(self.default) or is_split else type(self.default)

    def _check(self) -> None:
        for name in self._unknown:
            raise MetaflowException(f"parameter '{self.name}' takes no '{name}': remove this argument")
        if self.name.lower().replace("_", "-") in RESERVED_OPTIONS:
            raise MetaflowException(f"parameter name '{self.name}' is reserved: give it another name")
        for what in ("show_default", "separator", "required"):
            if callable(getattr(self, what)):
                raise MetaflowException(f"parameter '{self.name}': {what} cannot be a function: give its value")
        if not is_type(self.type):
            raise MetaflowException(
                f"parameter '{self.name}' has type {self.type!r}: use int, float, bool, str or JSONType"
            )
        if self.separator is None:
            return
        if not isinstance(self.separator, str):
            raise MetaflowException(f"parameter '{self.name}': separator={self.separator!r} is not a text: use ','")
        if self.type is not str or self.multiple:
            raise MetaflowException(f"parameter '{self.name}': only a str can have a separator, and no multiple")

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
        return name_of_type(self.type)

    @property
    def needs_value(self) -> bool:
        """Return whether a run needs a value from outside."""
        return bool(self.required) and self.default is None

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that set it; the first one that is set counts."""
        name = self.name.upper().replace("-", "_")
        return *self.own_variables, f"METAFLOW_RUN_{name}", f"NBFLOW_RUN_{name}"

    def from_environment(self) -> Any:
        """Return the text of the first environment variable that is set, or its words; None if none is set."""
        found = next((os.environ[name] for name in self.variables if name in os.environ), None)
        return found.split() if self.multiple and found is not None else found

    def convert(self, given: Any) -> Any:
        """Return the value for a text from the command line, or for a value from Python. Raises ValueError."""
        if given is None:
            return None
        if self.multiple:
            return tuple(convert_text(self.type, one) for one in _several(given))
        if self.separator is not None and isinstance(given, str | list | tuple):
            return given.split(self.separator) if isinstance(given, str) and given else given
        return convert_text(self.type, given)

    def find_default(self, flow: str, configs: Any = None) -> Any:
        """Return the default as a value; a function is called, once a run. Raises ParameterFieldFailed."""
        if not callable(self.default):
            return self._fixed_default()
        context = DeployTimeContext(flow, user_name(), self.name, configs=configs)
        try:
            value = self.default(context)
        except Exception as error:
            message = f"the default of parameter '{self.name}' failed: {type(error).__name__}: {error}"
            raise ParameterFieldFailed(message) from error
        return self._checked(value)

    def _fixed_default(self) -> Any:
        try:
            if self.default is None:
                return () if self.multiple else None
            if self.multiple:
                return tuple(convert_default(self.type, one) for one in _several(self.default))
            return self.convert(self.default) if self.separator else convert_default(self.type, self.default)
        except ValueError as error:
            raise ValueError(f"Invalid value for '--{self.name}': its default {error} ({self.place})") from None

    def _checked(self, value: Any) -> Any:
        """Return the value for what the function of a default has returned."""
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
        if self.multiple or (self.separator is not None and isinstance(value, list | tuple)):
            return isinstance(value, list | tuple)
        if self.type is float and isinstance(value, int):
            return not isinstance(value, bool)
        if not isinstance(self.type, type):
            return True
        return isinstance(value, self.type) and (self.type is bool or not isinstance(value, bool))

    def described(self) -> str:
        """Return the help text with the default behind it."""
        if self.needs_value:
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

    def _check(self) -> None:
        super()._check()
        if self.multiple:
            raise MetaflowException(f"parameter '{self.name}' is a file and takes no 'multiple': remove this argument")
        if self.parser is not None and not callable(self.parser) and not isinstance(self.parser, str):
            raise MetaflowException(f"parameter '{self.name}': parser={self.parser!r} is not a function: give one")
        try:
            codecs.lookup(self.encoding or "utf-8")
        except (LookupError, TypeError):
            raise MetaflowException(
                f"parameter '{self.name}': there is no encoding {self.encoding!r}: use for example 'latin-1'"
            ) from None

    def _fixed_default(self) -> Any:
        return self._checked(self.default)

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


def _check_name(name: Any) -> None:
    """Refuse a name that cannot be that of an option."""
    if not isinstance(name, str) or not name.replace("-", "_").isidentifier():
        raise MetaflowException(
            f"Parameter({name!r}): this is not a name: use letters, digits, - and _, and a letter first"
        )


def _place_in_script() -> str:
    """Return the file and the line of the first caller that is not nbflow."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("nbflow."):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}" if frame is not None else ""


def _variables(name: str, envvar: Any) -> tuple[str, ...]:
    found = (envvar,) if isinstance(envvar, str) else envvar or ()
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise MetaflowException(f"parameter '{name}': envvar={envvar!r} is not the name of a variable: use text")
    return tuple(found)


def _several(given: Any) -> Sequence[Any]:
    if not isinstance(given, list | tuple):
        raise ValueError(f"{given!r} is not a list: a parameter with multiple=True takes several values")
    return given


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


def script_file(cls: type) -> Path:
    """Return the file in which a class is written. Raises MetaflowException for a class without a file."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        raise MetaflowException(f"flow '{cls.__name__}' is not in a file: write it to a .py file")
    return Path(file).resolve()
