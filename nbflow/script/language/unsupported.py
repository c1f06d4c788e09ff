"""Stands for decorators of Metaflow that nbflow does not have: scripts can be imported, and checks refuse them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbflow.errors import InvalidDecorator
from nbflow.flow.flowspec.classes import Script
from nbflow.flow.source.cell import Problem
from nbflow.script.language.class_decorators import flow_decorators, note_on_flow
from nbflow.script.language.decorators import apply
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.language.refused import DECORATORS
from nbflow.script.language.step_facts import Applied, facts_of


def unsupported(name: str) -> Any:
    """Return a decorator that only notes its name, so that the check of the flow refuses it with its line."""

    def decorate(target: Any = None, /, *_: object, **given: Any) -> Any:
        if target is None:
            return lambda above: _note(name, above, given)
        return _note(name, target, given)

    decorate.__name__ = name
    return decorate


def _note(name: str, target: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(target, type) and issubclass(target, FlowSpec):
        note_on_flow(target, Applied(name, given))
    elif facts_of(target) is not None:
        apply(target, Applied(name, given))
    else:
        raise InvalidDecorator(f"@{name} is not part of nbflow: {DECORATORS[name]}")
    return target


def unsupported_decorators(cls: type[FlowSpec], script: Script) -> Iterator[Problem]:
    """Yield a problem for each decorator above the flow or a step that nbflow does not have."""
    for name, reason in _reasons(flow_decorators(cls)):
        yield _problem(f"flow {cls.__name__}", name, reason)
    for method in script.steps.values():
        facts = facts_of(getattr(cls, method.name, None))
        for name, reason in _reasons(facts.applied if facts is not None else ()):
            yield _problem(f"step '{method.name}'", name, reason, place=method.place, step=method.name)


def _reasons(applied: Iterable[Applied]) -> Iterator[tuple[str, str]]:
    return ((one.name, DECORATORS[one.name]) for one in applied if one.name in DECORATORS)


def _problem(what: str, name: str, reason: str, **where: Any) -> Problem:
    why, _, fix = reason.partition(": ")
    message = f"{what} has @{name}, which is not part of nbflow: {why}"
    return Problem("unsupported-decorator", message, fix[:1].upper() + fix[1:], **where)
