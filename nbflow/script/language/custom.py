"""Decorators that scripts write themselves: code around a step, and code that changes decorators and parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.script.language.custom_base import Custom, MutatesFlow, MutatesStep, WrapsStep
from nbflow.script.language.mutable import MutableFlow, MutableStep

USER_SKIP_STEP: dict[str, Any] = {}
"""What a generator yields so that its step is not executed."""


class UserStepDecorator(WrapsStep):
    """Derive from it to do something before a step, after it, or in its place: `pre_step` and `post_step`."""

    _takes_positions = False
    _skip: bool | dict[str, Any] = False

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


class StepMutator(MutatesStep):
    """Derive from it to change the decorators of a step before the flow runs: `pre_mutate` and `mutate`."""

    def pre_mutate(self, mutable_step: MutableStep) -> None:
        """Called when configs are known."""

    def mutate(self, mutable_step: MutableStep) -> None:
        """Called when the whole command line is known too."""

    def add_to_package(self) -> list[Any]:
        return []


class FlowMutator(MutatesFlow):
    """Derive from it to change the parameters and the decorators of a flow: `pre_mutate` and `mutate`."""

    def pre_mutate(self, mutable_flow: MutableFlow) -> None:
        """Called when configs are known."""

    def mutate(self, mutable_flow: MutableFlow) -> None:
        """Called when the whole command line is known too; decorators of steps can still be changed."""

    def add_to_package(self) -> list[Any]:
        return []


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
