"""Stands for values of configs in decorators and parameters until the configs are known, and then finds them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from nbflow.errors import MetaflowException

_UNPACKED = "_unpacked_delayed_"
"""The prefix of the keys under which `**config` passes on a value that is not known yet."""


class Delayed(Mapping[str, Any]):
    """Keeps an expression over configs and the keys to look up in its value, as in `config_expr("config").a["b"]`."""

    def __init__(self, text: str, known: Mapping[str, Any] | None = None, path: tuple[Any, ...] = ()) -> None:
        self._text: str = text
        self._known: Mapping[str, Any] = known or {}
        self._path: tuple[Any, ...] = path

    def _find(self, configs: Mapping[str, Any]) -> Any:
        """Return the value of the expression. Raises MetaflowException if it cannot be evaluated."""
        try:
            value = eval(self._text, dict(self._known), dict(configs))
            for key in self._path:
                value = _look_up(value, resolve_delayed(key, configs))
        except Exception as error:
            raise MetaflowException(
                f"config expression {self!r} cannot be evaluated: {type(error).__name__}: {error}: "
                f"the flow has {', '.join(configs) or 'no config'}"
            ) from error
        return value

    def __getattr__(self, name: str) -> Delayed:
        if name.startswith("__"):
            raise AttributeError(name)
        return Delayed(self._text, self._known, (*self._path, name))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key.startswith(_UNPACKED):
            return self
        return Delayed(self._text, self._known, (*self._path, key))

    def __iter__(self) -> Iterator[str]:
        yield f"{_UNPACKED}{id(self)}"

    def __len__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __call__(self, *_: object, **__: object) -> Any:
        raise MetaflowException(
            f"{self!r} has no value yet, and cannot be called: write config_expr('{self._text}…()') with the call in it"
        )

    def __format__(self, spec: str) -> str:
        raise MetaflowException(
            f"{self!r} has no value yet, and cannot be put into a text: "
            f"write config_expr(\"f'…{{{self._text}}}…'\") with the text in it"
        )

    def __repr__(self) -> str:
        return self._text + "".join(f".{key}" if isinstance(key, str) else f"[{key!r}]" for key in self._path)


def _look_up(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping) and key in value:
        return value[key]
    return getattr(value, key) if isinstance(key, str) else value[key]


def config_expr(expr: str) -> Delayed:
    """Return a value that stands for an expression over configs until the configs are known.

    Args:
        expr: A Python expression. It may use the configs by their names, and the names of the calling module.

    Returns:
        A placeholder for arguments of decorators, parameters and `Config` itself.

    Example:
        >>> class Fit(FlowSpec):
        ...     config = Config("config", default="config.json")
        ...
        ...     @environment(vars={"NAME": config_expr("config.name.lower()")})
        ...     @step
        ...     def start(self):
        ...         self.next(self.end)
    """
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return Delayed(expr, frame.f_back.f_globals)


def is_delayed(value: Any) -> bool:
    """Tell whether a value waits for configs, or holds a value that does."""
    if getattr(type(value), "is_delayed", False) or isinstance(value, Delayed):
        return True
    if isinstance(value, dict):
        return any(is_delayed(one) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple | set) and any(is_delayed(one) for one in value)


def resolve_delayed(value: Any, configs: Mapping[str, Any]) -> Any:
    """Return the value with the values of configs in all places that waited for them. Raises MetaflowException."""
    if getattr(type(value), "is_delayed", False):
        value = value.delayed()
    if isinstance(value, Delayed):
        return value._find(configs)
    if type(value) is dict:
        return _resolve_pairs(value, configs)
    if type(value) in (list, tuple, set):
        return type(value)(resolve_delayed(one, configs) for one in value)
    return value


def _resolve_pairs(pairs: Mapping[Any, Any], configs: Mapping[str, Any]) -> dict[Any, Any]:
    """Resolve a dict or keyword arguments; an entry that `**config` has put there becomes the entries of the config."""
    found: dict[Any, Any] = {}
    for key, value in pairs.items():
        if isinstance(key, str) and key.startswith(_UNPACKED):
            unpacked = resolve_delayed(value, configs)
            found |= unpacked.to_dict() if hasattr(unpacked, "to_dict") else dict(unpacked)
        else:
            found[resolve_delayed(key, configs)] = resolve_delayed(value, configs)
    return found
