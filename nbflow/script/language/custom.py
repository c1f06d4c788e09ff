"""Lets scripts write decorators of their own.

`UserStepDecorator` and `user_step_decorator` run code around a step. `StepMutator` and `FlowMutator` change decorators
and parameters before the flow runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.script.language.custom_base import Custom, MutatesFlow, MutatesStep, WrapsStep
from nbflow.script.language.mutable import MutableFlow, MutableStep

USER_SKIP_STEP: dict[str, Any] = {}
"""A generator yields this value so that its step is not executed."""


class UserStepDecorator(WrapsStep):
    """Runs code before a step, after it, or in its place. Derive a class from it and write it above steps.

    Args:
        *given: The step, if the decorator is written without brackets.
        **named: The arguments of the decorator; your class gets them in `init`.

    Raises:
        MetaflowException: if an argument has no name.

    Example:
        >>> class timed(UserStepDecorator):
        ...     def pre_step(self, step_name, flow, inputs=None):
        ...         self.began = time.time()
        ...     def post_step(self, step_name, flow, exception=None):
        ...         print(step_name, time.time() - self.began)
    """

    _takes_positions = False
    _skip: bool | dict[str, Any] = False

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Callable[..., Any] | None:
        """Do something before the step. If it returns a function, this is called with the flow in place of the step."""
        return None

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        """Do something after the step, before its artifacts are stored.

        Return the exception with which the step fails, or None; or a pair of this and the arguments for self.next.
        """
        return (exception, None) if exception else (None, None)

    @property
    def skip_step(self) -> bool | dict[str, Any]:
        """Return whether the step is left out; if it is a dict, its items are the arguments for self.next."""
        return self._skip

    @skip_step.setter
    def skip_step(self, value: bool | dict[str, Any]) -> None:
        self._skip = value

    def begin(self) -> None:
        """Forget what the last task of this process has set."""
        self._skip = False


class StepMutator(MutatesStep):
    """Changes the decorators of a step before the flow runs. Derive a class from it and write it above steps.

    Args:
        *given: The step, or the arguments of the decorator by position; your class gets these in `init`.
        **named: The arguments of the decorator by name.

    Raises:
        MetaflowException: if arguments are given, and the class has no `init`; only when the flow is read.

    Example:
        >>> class patient(StepMutator):
        ...     def mutate(self, mutable_step):
        ...         mutable_step.add_decorator("retry", deco_kwargs={"times": 2})
    """

    def pre_mutate(self, mutable_step: MutableStep) -> None:
        """Change the step as soon as the configs are known."""

    def mutate(self, mutable_step: MutableStep) -> None:
        """Change the step when the whole command line is known too."""

    def add_to_package(self) -> list[Any]:
        """Return nothing: nbflow packages no files, and never calls this."""
        return []


class FlowMutator(MutatesFlow):
    """Changes the parameters and decorators of a flow before it runs. Derive a class and write it above the flow.

    Args:
        *given: The class of the flow, or the arguments of the decorator by position; your class gets these in `init`.
        **named: The arguments of the decorator by name.

    Raises:
        MetaflowException: if arguments are given, and the class has no `init`; only when the flow is read.

    Example:
        >>> class in_project(FlowMutator):
        ...     def mutate(self, mutable_flow):
        ...         for name, mutable_step in mutable_flow.steps:
        ...             mutable_step.add_decorator("timeout", deco_kwargs={"hours": 1})
    """

    def pre_mutate(self, mutable_flow: MutableFlow) -> None:
        """Change the flow as soon as the configs are known."""

    def mutate(self, mutable_flow: MutableFlow) -> None:
        """Change the decorators of steps when the whole command line is known too; the flow itself stays as it is."""

    def add_to_package(self) -> list[Any]:
        """Return nothing: nbflow packages no files, and never calls this."""
        return []


# decorators from generators


def user_step_decorator(*given: Any, **named: Any) -> Any:
    """Make a generator function a decorator for steps: the code before its yield runs before the step.

    The generator takes `step_name, flow, inputs`, and `attributes` too if the decorator has arguments. It yields once:
    None, a function that is called in place of the step, or USER_SKIP_STEP. If the step fails, the exception is raised
    at the yield.

    Args:
        *given: The generator function, if the decorator is written without brackets.
        **named: Accepted as in Metaflow, and ignored.

    Returns:
        A decorator for steps.

    Raises:
        MetaflowException: if the function is not a generator function, or takes other arguments.

    Example:
        >>> @user_step_decorator
        ... def timed(step_name, flow, inputs=None):
        ...     began = time.time()
        ...     yield
        ...     print(step_name, time.time() - began)
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
