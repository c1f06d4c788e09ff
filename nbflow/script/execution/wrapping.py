"""Calls a step inside the decorators that the script has written itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nbflow.flow.syntax.specs import Next, NextKind
from nbflow.script.language.custom import UserStepDecorator


def call_wrapped(
    wrappers: Sequence[UserStepDecorator], flow: Any, name: str, leads: Next | None, inputs: Sequence[Any]
) -> None:
    """Call the code before a step from the outermost decorator on, the step or its substitute, and the code after it.

    `wrappers` holds the decorators, the innermost first. `leads` is where the step leads. `inputs` is empty unless the
    step is a join. Raises the exception of the step, unless a decorator has caught it.
    """
    entered, call, how = _enter(wrappers, flow, name, inputs)
    error: Exception | None = None
    if call is not None:
        try:
            how = call() or how
        except Exception as raised:  # noqa: BLE001 - the user's code
            error = raised
    failed = error is not None
    for wrapper in reversed(entered):
        error, how = _leave(wrapper, flow, name, error, how)
    if error is not None:
        raise error
    if leads is not None and (failed or (how is not None and how is not False)):
        flow._state.transition = None
        _go_on(flow, leads, how)


def _enter(
    wrappers: Sequence[UserStepDecorator], flow: Any, name: str, inputs: Sequence[Any]
) -> tuple[list[UserStepDecorator], Callable[[], Any] | None, Any]:
    """Return the entered decorators, the function to call, and the arguments for self.next if there is none."""
    entered: list[UserStepDecorator] = []
    for wrapper in reversed(wrappers):
        wrapper.begin()
        instead = wrapper.pre_step(name, flow, inputs[0] if inputs else None)
        entered.append(wrapper)
        if wrapper.skip_step:
            return entered, None, wrapper.skip_step
        if instead is not None:
            return entered, partial(instead, flow, *inputs), None
    return entered, partial(_call, flow, name, inputs), None


def _call(flow: Any, name: str, inputs: Sequence[Any]) -> None:
    getattr(flow, name)(*inputs)


def _leave(
    wrapper: UserStepDecorator, flow: Any, name: str, error: Exception | None, how: Any
) -> tuple[Exception | None, Any]:
    try:
        answer = wrapper.post_step(name, flow, error)
    except Exception as raised:  # noqa: BLE001 - the user's code
        answer = raised
    match answer:
        case None:
            return None, how
        case Exception():
            return answer, how
        case (error, how):
            return error, how
        case (_, _, Exception() as wrong):
            raise wrong
    raise RuntimeError(
        f"Invalid return value from a UserStepDecorator: {answer!r}: "
        "return an exception or None, or a pair of this and the arguments for self.next"
    )


def _go_on(flow: Any, leads: Next, how: Any) -> None:
    """Call self.next as the step itself does, or with the arguments that a decorator has given."""
    if how not in (None, True) and not isinstance(how, dict):
        raise RuntimeError(f"Invalid value passed to self.next: use True or a dict, not {how!r}")
    targets = [getattr(flow, name) for name in leads.targets]
    if isinstance(how, dict) and how:
        flow.next(*targets, **how)
    elif leads.kind is NextKind.SWITCH:
        flow.next({case: getattr(flow, target) for case, target in leads.cases}, condition=leads.condition)
    elif leads.foreach:
        flow.next(*targets, foreach=leads.foreach)
    else:
        flow.next(*targets)
