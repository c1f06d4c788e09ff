"""Reads what Metaflow's decorators for clusters ask for, in a run that has one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from nbflow.errors import InvalidDecorator
from nbflow.flow.syntax.specs import MemoryAsked, Options
from nbflow.script.language.attaching import read_spec
from nbflow.script.language.decorators import request_of
from nbflow.script.language.step_facts import DecoratorFacts, facts_of, set_facts

CLUSTER_DECORATORS = frozenset({"batch", "kubernetes"})
"""The decorators that say in Metaflow on which cluster a step runs, and what it needs there."""

_RESOURCES = ("cpu", "gpu", "memory")
_PLACE = "dask"


def accept_requests(methods: Iterable[Any]) -> None:
    """Let steps ask for what their `@batch` and `@kubernetes` say: the most of it where several say something."""
    for method in methods:
        facts = facts_of(method)
        if facts is not None and CLUSTER_DECORATORS.intersection(facts.names):
            set_facts(method, _with_requests(facts))


def _with_requests(facts: DecoratorFacts) -> DecoratorFacts:
    options = facts.options
    for one in facts.applied:
        if one.name in CLUSTER_DECORATORS:
            options = _greatest(options, request_of({name: one.given.get(name) for name in _RESOURCES}))
    kept = tuple(one for one in facts.applied if one.name not in CLUSTER_DECORATORS)
    return replace(facts, options=options, applied=kept)


def _greatest(options: Options, other: Options) -> Options:
    sizes = [one.memory.size for one in (options, other) if one.memory is not None]
    memory = MemoryAsked(max(sizes)) if sizes else None
    return replace(options, cpu=max(options.cpu, other.cpu), gpu=max(options.gpu, other.gpu), memory=memory)


def read_place(
    on: str | None, decorators: Iterable[str], known: Callable[[], Iterable[str]]
) -> tuple[str, tuple[str, ...]]:
    """Return the cluster that `--on` or `--with dask` names, "" for this machine, and the other texts of `--with`.

    `known` returns the clusters that the settings name. Raises InvalidDecorator if `--with dask` does not say which.
    """
    texts = [*decorators]
    specs = {text: read_spec(text) for text in texts}
    asks = [given for name, given in specs.values() if name == _PLACE]
    cluster = on or next((str(given.get("on") or _only(known())) for given in asks), "")
    others = [text for text in texts if specs[text][0] != _PLACE]
    return cluster, tuple(
        others if not cluster else filter(None, (_as_resources(*specs[text], text) for text in others))
    )


def _only(known: Iterable[str]) -> str:
    names = [*known]
    if len(names) != 1:
        have = (
            f"the settings of the project name {', '.join(names)}" if names else "the settings of the project name none"
        )
        raise InvalidDecorator(f"--with dask does not say which cluster: {have}. Write --on CLUSTER")
    return names[0]


def _as_resources(name: str, given: dict[str, Any], text: str) -> str:
    """Return `resources:cpu=2` for `kubernetes:cpu=2,image=x`, "" for one that asks for nothing, and others again."""
    if name not in CLUSTER_DECORATORS:
        return text
    asked = ",".join(f"{one}={given[one]}" for one in _RESOURCES if given.get(one) is not None)
    return f"resources:{asked}" if asked else ""
