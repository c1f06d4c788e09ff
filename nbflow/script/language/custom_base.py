"""Holds what all decorators of scripts share: they are found by name, applied, and told their arguments.

The classes from which scripts derive are in `custom`. `mutable` needs to tell their kinds apart, and `custom` names
the classes of `mutable` in its signatures; so the kinds are defined here, below both.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbflow.errors import InvalidDecorator, MetaflowException
from nbflow.flow.names.code import code_digest, parse
from nbflow.script.inputs.delayed import resolve_delayed
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.language.step_facts import DecoratorFacts, facts_of, set_facts

_known: dict[str, type] = {}


class Custom(type):
    """Lets a decorator class stand above a step without brackets: called with a step, it is applied to the step."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **more: Any) -> None:
        super().__init__(name, bases, namespace, **more)
        cls.decorator_name: str = namespace.get("_decorator_name", f"{cls.__module__}.{name}")
        _known[cls.decorator_name] = cls

    def __call__(cls, *given: Any, **named: Any) -> Any:
        if given and cls.is_target(given[0]):
            made = super().__call__(*given[1:], **named)
            return made(given[0])
        return super().__call__(*given, **named)

    def is_target(cls, value: Any) -> bool:
        """Tell whether a value is a step, to which the decorator is applied."""
        return facts_of(value) is not None

    def __str__(cls) -> str:
        return f"{cls.__name__}({cls.decorator_name})"


def custom_named(name: str) -> type | None:
    """Return the decorator of that name, which may be given without its module; None if there is none.

    If several have the name, it is the one that was defined last. `module.name` is imported if that is needed. Raises
    InvalidDecorator if that fails.
    """
    found = [one for known, one in _known.items() if known == name or known.endswith(f".{name}")]
    return found[-1] if found else _imported(name)


def _imported(name: str) -> type | None:
    module, _, attribute = name.rpartition(".")
    if not module:
        return None
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError as error:
        raise InvalidDecorator(f"Could not import user decorator {name}: {error}") from None
    return found if isinstance(found, Custom) else None


class CustomDecorator(metaclass=Custom):
    """Keeps the arguments of a decorator until the configs are known, and then passes them to `init`."""

    statically_defined = True
    inserted_by: list[str] | None = None
    decorator_name: str
    _takes_positions = True

    def __init__(self, *given: Any, **named: Any) -> None:
        self._args, self._kwargs = list(given), dict(named)
        self._is_ready = False
        if given and not self._takes_positions:
            raise MetaflowException(f"@{type(self).decorator_name} takes no arguments without a name")

    def init(self, *given: Any, **named: Any) -> None:
        """Take the arguments of the decorator. A decorator with arguments must define an `init` of its own."""

    def get_ready(self, configs: Mapping[str, Any]) -> None:
        """Call `init` once. Raises MetaflowException for a decorator that has arguments and no `init` of its own."""
        if self._is_ready:
            return
        self._args, self._kwargs = resolve_delayed(self._args, configs), resolve_delayed(self._kwargs, configs)
        if (self._args or self._kwargs) and type(self).init is CustomDecorator.init:
            raise MetaflowException(
                f"{self} is used with arguments but does not implement init: write def init(self, *args, **kwargs)"
            )
        self.init(*self._args, **self._kwargs)
        self._is_ready = True

    def get_args_kwargs(self) -> tuple[list[Any], dict[str, Any]]:
        """Return the positional and the named arguments."""
        return list(self._args), dict(self._kwargs)

    def described(self) -> str:
        """Return a text that changes when the decorator does something else: its code and its arguments."""
        name = type(self).decorator_name.rpartition(".")[2]
        return repr((name, self._args, sorted(self._kwargs.items()), _code_of(self._written())))

    def _written(self) -> Any:
        """Return the class or the function that the script has written for it."""
        return type(self)

    def __str__(self) -> str:
        return f"@{type(self).decorator_name}"


def _code_of(written: Any) -> str:
    """Return a digest of the code without comments."""
    try:
        return code_digest(parse(textwrap.dedent(inspect.getsource(written))).body)
    except (OSError, TypeError, SyntaxError):  # it was not written into a file
        return ""


class OnStep(CustomDecorator):
    """Notes itself on the step above which it is written."""

    def __call__(self, method: Any) -> Any:
        facts = facts_of(method)
        if facts is None:
            raise InvalidDecorator(f"{self} can only be applied to a step function: write it above @step")
        set_facts(method, self._noted_in(facts))
        return method

    def _noted_in(self, facts: DecoratorFacts) -> DecoratorFacts:
        """Return the facts of the step with this decorator among them."""
        return facts


class WrapsStep(OnStep):
    """Runs code around a step."""

    def _noted_in(self, facts: DecoratorFacts) -> DecoratorFacts:
        facts = super()._noted_in(facts)
        return replace(facts, wrappers=(*facts.wrappers, self))


class MutatesStep(OnStep):
    """Changes the decorators of a step before the flow runs."""

    def _noted_in(self, facts: DecoratorFacts) -> DecoratorFacts:
        facts = super()._noted_in(facts)
        return replace(facts, mutators=(*facts.mutators, self))


class _AboveFlow(Custom):
    def is_target(cls, value: Any) -> bool:
        return isinstance(value, type) and issubclass(value, FlowSpec)


class MutatesFlow(CustomDecorator, metaclass=_AboveFlow):
    """Changes the parameters and the decorators of a flow before it runs."""

    def __call__(self, flow: Any) -> Any:
        if not type(self).is_target(flow):
            raise InvalidDecorator("A FlowMutator can only be applied to a FlowSpec: write it above the class")
        flow.__nbflow_mutators__ = [*vars(flow).get("__nbflow_mutators__", []), self]
        return flow


def mutators_above(cls: type) -> list[MutatesFlow]:
    """Return the mutators of the classes that a flow derives from, then its own; the innermost first."""
    return [one for base in reversed(cls.__mro__) for one in vars(base).get("__nbflow_mutators__", [])]
