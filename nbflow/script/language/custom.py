"""Decorators that scripts write themselves: code around a step, and code that changes decorators and parameters."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidDecorator, MetaflowException
from nbflow.flow.names.code import code_digest, parse
from nbflow.script.inputs.delayed import resolve_delayed
from nbflow.script.language.decorators import facts_of, set_facts

if TYPE_CHECKING:
    from nbflow.script.language.mutable import MutableFlow, MutableStep

USER_SKIP_STEP: dict[str, Any] = {}
"""What a generator yields so that its step is not executed."""

_known: dict[str, type] = {}


class Custom(type):
    """Written bare above a step, such a class is applied to it; called, it waits for the step."""

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
        return facts_of(value) is not None

    def __str__(cls) -> str:
        return f"{cls.__name__}({cls.decorator_name})"


def custom_named(name: str) -> type | None:
    """The decorator of that name, with or without the modules that it stands in; None for none, or for several."""
    found = [one for known, one in _known.items() if known == name or known.endswith(f".{name}")]
    return found[-1] if found else None


class CustomDecorator(metaclass=Custom):
    """What all decorators of scripts share: `init` is told what they were given, when configs are known."""

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
        """Take what the decorator is given. One that is given something has an `init` of its own."""

    def get_ready(self, configs: Mapping[str, Any]) -> None:
        """Call `init`, once. Raises MetaflowException for a decorator that is given something and has no `init`."""
        if self._is_ready:
            return
        self._args, self._kwargs = resolve_delayed(self._args, configs), resolve_delayed(self._kwargs, configs)
        if (self._args or self._kwargs) and type(self).init in (CustomDecorator.init, UserStepDecorator.init):
            raise MetaflowException(
                f"{self} is used with arguments but does not implement init: write def init(self, *args, **kwargs)"
            )
        self.init(*self._args, **self._kwargs)
        self._is_ready = True

    def get_args_kwargs(self) -> tuple[list[Any], dict[str, Any]]:
        return list(self._args), dict(self._kwargs)

    def described(self) -> str:
        """What changes the results of a step that has it: its code, and what it is given."""
        name = type(self).decorator_name.rpartition(".")[2]
        return repr((name, self._args, sorted(self._kwargs.items()), _code_of(self._written())))

    def _written(self) -> Any:
        """The class or the function that the script has for it."""
        return type(self)

    def __str__(self) -> str:
        return f"@{type(self).decorator_name}"


def _code_of(written: Any) -> str:
    """A digest of its code; comments do not count."""
    try:
        return code_digest(parse(textwrap.dedent(inspect.getsource(written))).body)
    except (OSError, TypeError, SyntaxError):  # it was not written into a file
        return ""


class _OnStep(CustomDecorator):
    def __call__(self, method: Any) -> Any:
        facts = facts_of(method)
        if facts is None:
            raise InvalidDecorator(f"{self} can only be applied to a step function: write it above @step")
        if isinstance(self, UserStepDecorator):
            facts = replace(facts, wrappers=(*facts.wrappers, self))
        if isinstance(self, StepMutator):
            facts = replace(facts, mutators=(*facts.mutators, self))
        set_facts(method, facts)
        return method


class UserStepDecorator(_OnStep):
    """Derive from it to do something before a step, after it, or in its place: `pre_step` and `post_step`."""

    _takes_positions = False
    _skip: bool | dict[str, Any] = False

    def init(self, *given: Any, **named: Any) -> None:
        """Take what the decorator is given."""

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Callable[..., Any] | None:
        """Called before the step. A function that it returns is called in place of the step."""
        return None

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        """Called after the step, before its artifacts are stored.

        Return the exception that the step fails with, or None; or that and what self.next is given.
        """
        return (exception, None) if exception else (None, None)

    @property
    def skip_step(self) -> bool | dict[str, Any]:
        """Whether the step is left out; a dict is given to self.next in its place."""
        return self._skip

    @skip_step.setter
    def skip_step(self, value: bool | dict[str, Any]) -> None:
        self._skip = value

    def begin(self) -> None:
        """Forget what the last task of this process has left."""
        self._skip = False


class StepMutator(_OnStep):
    """Derive from it to change the decorators of a step before the flow runs: `pre_mutate` and `mutate`."""

    def pre_mutate(self, mutable_step: MutableStep) -> None:
        """Called when configs are known."""

    def mutate(self, mutable_step: MutableStep) -> None:
        """Called when the whole command line is known too."""

    def add_to_package(self) -> list[Any]:
        return []


class _OnFlow(Custom):
    def is_target(cls, value: Any) -> bool:
        from nbflow.script.language.flowspec import FlowSpec  # noqa: PLC0415 - the flow knows its decorators

        return isinstance(value, type) and issubclass(value, FlowSpec)


class FlowMutator(CustomDecorator, metaclass=_OnFlow):
    """Derive from it to change the parameters and the decorators of a flow: `pre_mutate` and `mutate`."""

    def pre_mutate(self, mutable_flow: MutableFlow) -> None:
        """Called when configs are known."""

    def mutate(self, mutable_flow: MutableFlow) -> None:
        """Called when the whole command line is known too; decorators of steps can still be changed."""

    def add_to_package(self) -> list[Any]:
        return []

    def __call__(self, flow: Any) -> Any:
        if not type(self).is_target(flow):
            raise InvalidDecorator("A FlowMutator can only be applied to a FlowSpec: write it above the class")
        flow.__nbflow_mutators__ = [*vars(flow).get("__nbflow_mutators__", []), self]
        return flow


def mutators_above(cls: type) -> list[FlowMutator]:
    """Those of the classes that a flow derives from, then its own; innermost first."""
    return [one for base in reversed(cls.__mro__) for one in vars(base).get("__nbflow_mutators__", [])]


# generators


def user_step_decorator(*given: Any, **named: Any) -> Any:
    """Make a decorator for steps of a generator function: what stands before its yield happens before the step.

    It takes `step_name, flow, inputs`, and `attributes` if the decorator is given something.
    """
    if not given:
        return lambda function: user_step_decorator(function, **named)
    generator = given[0]
    if not inspect.isgeneratorfunction(generator):
        raise MetaflowException("@user_step_decorator can only decorate generator functions: write a yield in it")
    taken = len(inspect.signature(generator).parameters)
    if taken not in (3, 4):
        raise MetaflowException(
            "@user_step_decorator can only decorate generator functions with 3 or 4 arguments "
            "(step_name, flow, inputs [, attributes])"
        )
    name = f"{generator.__module__}.{generator.__name__}"
    body = {"_decorator_name": name, "_generator": staticmethod(generator), "_taken": taken}
    return Custom(generator.__name__, (_FromGenerator,), {**body, "__module__": generator.__module__})


class _FromGenerator(UserStepDecorator):
    _generator: Callable[..., Any]
    _taken = 3

    def init(self, *given: Any, **named: Any) -> None:
        self._kwargs = named

    def _written(self) -> Any:
        return type(self)._generator

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Callable[..., Any] | None:
        more = (self._kwargs,) if self._taken == 4 else ()
        self._running = type(self)._generator(step_name, flow, inputs, *more)
        try:
            value = self._running.send(None)
        except StopIteration:
            raise MetaflowException(f"{self} did not yield: it must yield once") from None
        if isinstance(value, dict):
            self.skip_step = value or True
            return None
        return value  # type: ignore[no-any-return]

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        try:
            if exception:
                self._running.throw(exception)
            else:
                self._running.send(None)
        except StopIteration as ended:
            return ended.value
        except Exception as error:  # noqa: BLE001 - the user's code
            return error
        return None, None, MetaflowException(f"{self} should only yield once")
