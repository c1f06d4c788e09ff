"""Settles a flow class before it is read: finds the values of its configs and calls its mutators, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbflow.errors import InvalidDecorator
from nbflow.script.inputs.configuring import configure, given_in_environment, is_configured, named_configs
from nbflow.script.inputs.delayed import is_delayed, resolve_delayed
from nbflow.script.inputs.parameters import parameters_of
from nbflow.script.language import refused
from nbflow.script.language.attaching import attach, read_spec
from nbflow.script.language.class_decorators import flow_decorators, note_on_flow
from nbflow.script.language.custom import UserStepDecorator
from nbflow.script.language.custom_base import custom_named, mutators_above
from nbflow.script.language.decorators import STEP_DECORATORS, apply_again
from nbflow.script.language.mutable import MutableFlow, MutableStep
from nbflow.script.language.step_facts import Applied, facts_of

_SETTLED, _FINISHED = "__nbflow_settled__", "__nbflow_finished__"


def settle_class(cls: type) -> None:
    """Put the values of configs in all places that wait for them, and let mutators change the flow.

    Raises MetaflowException if a config has no value, or if a mutator or decorator is used wrongly.
    """
    if _SETTLED in vars(cls):
        return
    if not is_configured(cls):
        configure(cls, given_in_environment(cls))
    setattr(cls, _SETTLED, True)
    _find_values(cls)
    _mutate(cls, early=True)
    _find_values(cls)


def finish(cls: type, decorators: tuple[str, ...]) -> None:
    """Put the decorators of `--with` above every step, and let mutators see the flow with them."""
    settle_class(cls)
    for text in decorators:
        _attach(cls, text)
    if _FINISHED not in vars(cls):
        setattr(cls, _FINISHED, True)
        _mutate(cls, early=False)


SPUN_WITH = frozenset({"card", "conda", "environment", "project", "pypi", "timeout"})
"""The decorators that a spun step keeps, as in Metaflow; the others are about what happens around a task."""


def leave_out(cls: type, all_of_them: bool = False) -> dict[str, list[str]]:
    """Remove the decorators that a spun step does not keep, or all but the script's own. Return the names by step."""
    gone: dict[str, list[str]] = {}
    for method in step_methods(cls):
        facts = facts_of(method)
        assert facts is not None
        kept = [one for one in facts.applied if one.name in SPUN_WITH and not all_of_them]
        gone[method.__name__] = [one.name for one in facts.applied if one not in kept]
        apply_again(method, kept, named_configs(cls))
    return gone


def has_mutators(cls: type) -> bool:
    """Tell whether the flow or one of its steps has a mutator."""
    return bool(mutators_above(cls)) or any(getattr(facts_of(method), "mutators", ()) for method in step_methods(cls))


def step_methods(cls: type) -> Iterator[Any]:
    """Yield the methods of a flow that are steps."""
    for name in dir(cls):
        method = getattr(cls, name, None)
        if facts_of(method) is not None:
            yield method


def _find_values(cls: type) -> None:
    configs = named_configs(cls)
    for parameter in parameters_of(cls).values():
        parameter.settle(configs)
    for one in flow_decorators(cls):
        if is_delayed(one.given):
            note_on_flow(cls, Applied(one.name, resolve_delayed(dict(one.given), configs)), instead=one)
    for method in step_methods(cls):
        facts = facts_of(method)
        assert facts is not None
        if any(is_delayed(one.given) for one in facts.applied):
            apply_again(method, facts.applied, configs)
        for custom in (*facts.wrappers, *facts.mutators):
            custom.get_ready(configs)


def _mutate(cls: type, early: bool) -> None:
    """Call the mutators: first those of the flow, then those of steps, and also those that a mutator adds."""
    if not has_mutators(cls):
        return
    verb = "pre_mutate" if early else "mutate"
    done: set[int] = set()
    while waiting := [one for one in mutators_above(cls) if id(one) not in done]:
        done.add(id(waiting[0]))
        waiting[0].get_ready(named_configs(cls))
        getattr(waiting[0], verb)(MutableFlow(cls, early, _origin(waiting[0])))
    for method in step_methods(cls):
        seen: set[int] = set()
        while rest := [one for one in getattr(facts_of(method), "mutators", ()) if id(one) not in seen]:
            seen.add(id(rest[0]))
            getattr(rest[0], verb)(MutableStep(cls, method, early, _origin(rest[0])))


def _origin(mutator: Any) -> list[str]:
    return [type(mutator).decorator_name, *(mutator.inserted_by or [])]


def _attach(cls: type, text: str) -> None:
    """Put a decorator of `--with` above every step: one of nbflow, or one of the script."""
    name, given = read_spec(text)
    custom = None if name in STEP_DECORATORS or name in refused.DECORATORS else custom_named(name)
    if custom is None:
        attach(text, step_methods(cls))
        return
    if not issubclass(custom, UserStepDecorator):
        raise InvalidDecorator(f"--with {name}: it is not a decorator for steps: write it above what it changes")
    for method in step_methods(cls):
        MutableStep(cls, method, False, [f"--with {text}"]).add_decorator(custom, deco_kwargs=given)
