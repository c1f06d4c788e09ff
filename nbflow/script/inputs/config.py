"""Defines `Config`: a value that is known before the steps are read, so decorators and parameters can use it."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from nbflow.errors import MetaflowException
from nbflow.script.inputs.delayed import Delayed, is_delayed


class ConfigValue(dict[str, Any]):
    """Holds the content of a config: a dict that cannot be changed. Its keys are attributes too, at every depth.

    Args:
        data: The content.

    Example:
        >>> ConfigValue({"model": {"alpha": 0.1}}).model.alpha
        0.1
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__((key, _wrap(value)) for key, value in data.items())

    @classmethod
    def fromkeys(cls, iterable: Iterable[Any], value: Any = None) -> ConfigValue:  # type: ignore[override]
        return cls(dict.fromkeys(iterable, value))

    def to_dict(self) -> dict[str, Any]:
        """Return the same content as plain dicts."""
        return {key: _unwrap(value) for key, value in self.items()}

    def copy(self) -> ConfigValue:
        return ConfigValue(self)

    def __getattr__(self, key: str) -> Any:
        try:
            return self[key]
        except KeyError:
            raise AttributeError(key) from None

    def __dir__(self) -> list[str]:
        return [*dir(type(self)), *(key for key in self if isinstance(key, str) and key.isidentifier())]

    def __copy__(self) -> ConfigValue:
        return ConfigValue(self)

    def __deepcopy__(self, _memo: object) -> ConfigValue:
        return ConfigValue(copy.deepcopy(self.to_dict()))

    def __reduce__(self) -> Any:
        return ConfigValue, (self.to_dict(),)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("ConfigValue is immutable")

    __setattr__ = __setitem__ = __delattr__ = __delitem__ = __ior__ = _refuse
    clear = update = setdefault = pop = popitem = _refuse


def _wrap(value: Any) -> Any:
    if isinstance(value, ConfigValue):
        return value
    if isinstance(value, Mapping):
        return ConfigValue(value)
    return type(value)(_wrap(one) for one in value) if type(value) in (list, tuple, set) else value


def _unwrap(value: Any) -> Any:
    if isinstance(value, ConfigValue):
        return value.to_dict()
    return type(value)(_unwrap(one) for one in value) if type(value) in (list, tuple, set) else value


@dataclass(frozen=True)
class DeployTimeContext:
    """Tells a function that computes a default for which flow, user and parameter the default is."""

    flow_name: str
    user_name: str
    parameter_name: str
    logger: Callable[..., None] = field(default=print)
    ds_type: str = "local"
    configs: Any = None


@dataclass
class ConfigSpec:
    """Keeps the arguments of a Config; attributes of the Config itself stand for the content of the config."""

    attribute: str
    default: Any = None
    is_file: bool = False  # whether `default` is a path, or a function that returns one
    help: str = ""
    required: bool = False
    parser: str | Callable[[str], Any] | None = None
    plain: bool = False


class Config(Mapping[str, Any]):
    """Declares a config of a flow: values that decorators and parameters can use, because they are known first.

    In a step, `self.NAME` is the content: a ConfigValue, or the plain value with `plain=True`. In a decorator and in a
    parameter it stands for the content, which is put there before the steps are read.

    Args:
        name: The name of the config on the command line: `--config NAME PATH`, `--config-value NAME TEXT`.
        default: The path of a file, or a function that returns it.
        default_value: The content itself, or a function that returns it. Give `default` or this, not both.
        help: A text for the help of the command line.
        required: Whether the flow refuses to start without a value.
        parser: A function that turns the text into a dict, or its name with its module. Without one, the text is JSON.
        plain: Whether the content may be any value, which steps see as it is.
        show_default: Accepted as in Metaflow; help never shows the default of a config.

    Raises:
        MetaflowException: if both defaults are given, or an argument that is not known.

    Example:
        >>> class Fit(FlowSpec):
        ...     config = Config("config", default="config.json")
        ...     alpha = Parameter("alpha", default=config.alpha)
    """

    is_delayed = True

    def __init__(
        self,
        name: str,
        default: str | Callable[..., Any] | None = None,
        default_value: Any = None,
        help: str | None = None,
        required: bool | None = None,
        parser: str | Callable[[str], Any] | None = None,
        plain: bool = False,
        show_default: bool = True,
        **unknown: Any,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise MetaflowException(f"Config({name!r}): the name is not a text: write for example Config('settings')")
        if default is not None and default_value is not None:
            raise MetaflowException(f"config '{name}' has default and default_value: give one of them")
        if unknown:
            raise MetaflowException(f"config '{name}' takes no '{next(iter(unknown))}': remove this argument")
        if not _may_be(default, os.PathLike):
            raise MetaflowException(
                f"config '{name}': default={default!r} is not the path of a file: give the content as default_value"
            )
        if not _may_be(parser):
            raise MetaflowException(
                f"config '{name}': parser={parser!r} is not a function: give one, or the name of one with its module"
            )
        value = default if default is not None else default_value
        self.name = name
        self._spec = ConfigSpec(name, value, default is not None, help or "", bool(required), parser, plain)

    def delayed(self) -> Delayed:
        """Return what stands for the content until it is known."""
        return Delayed(self.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(Delayed(self.name), name)

    def __getitem__(self, key: Any) -> Any:
        return Delayed(self.name)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(Delayed(self.name))

    def __len__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"Config('{self.name}')"

    # on a flow

    def __set_name__(self, owner: type, name: str) -> None:
        self._spec.attribute = name

    def __get__(self, flow: Any, owner: type | None = None) -> Any:
        if flow is None:
            return self
        attribute, values = self._spec.attribute, flow.__dict__.get("_parameters", {})
        if attribute not in values:
            raise AttributeError(f"config '{self.name}' has a value on self only while the flow runs")
        own = flow.__dict__.setdefault("_own_parameters", {})
        if attribute not in own:
            own[attribute] = copy.deepcopy(values[attribute])
        return own[attribute]

    def __set__(self, flow: Any, value: object) -> None:
        raise AttributeError(
            f"Flow level attributes and Parameters are not modifiable: use another name than {self._spec.attribute}"
        )


def _may_be(given: Any, *kinds: Any) -> bool:
    """Tell whether an argument is missing, or a text, a function, or of these kinds, or waits for another config."""
    return given is None or callable(given) or is_delayed(given) or isinstance(given, (str, *kinds))


def configs_of(cls: type) -> dict[str, Config]:
    """Return the configs of a class and its base classes by attribute, in the order in which they are written.

    Raises MetaflowException if two configs have one name.
    """
    found: dict[str, Config] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            found.pop(attribute, None)
            if isinstance(value, Config):
                found[attribute] = value
    names = [one.name for one in found.values()]
    if twice := {name for name in names if names.count(name) > 1}:
        raise MetaflowException(f"two configs have the name '{min(twice)}': rename one")
    return found
