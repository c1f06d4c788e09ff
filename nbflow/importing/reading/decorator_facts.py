"""Reads decorators of steps as header options, and as code that the body needs instead."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nbflow.errors import DefaultError
from nbflow.flow.source.literals import value_of
from nbflow.importing.refusals import ObstacleFound
from nbflow.script.language import refused
from nbflow.script.preparing.packages import requirements_of

_ENVIRONMENTS = "write an %%environment cell with these packages into the notebook"

CONTENT = ("card",)
"""Names decorators that a notebook does not need: it keeps whatever a step displays."""


@dataclass(frozen=True, slots=True)
class Decoration:
    """Says what the decorators of a step mean. `catch` is the artifact for a failure, "" if none is wanted."""

    options: tuple[str, ...] = ()
    retries: int = 0
    catch: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    is_start: bool = False
    is_end: bool = False


def is_step(tree: ast.FunctionDef) -> bool:
    return any(decorator_name(one) == "step" for one in tree.decorator_list)


def decorator_name(decorator: ast.expr) -> str:
    """Return `retry` for `@retry`, `@retry(times=3)` and `@metaflow.retry`."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2]


def read_decorators(tree: ast.FunctionDef) -> Decoration:
    """Return what the decorators of a method mean. Raises ObstacleFound for one that a notebook cannot express."""
    found = Decoration()
    for decorator in tree.decorator_list:
        found = _read(found, decorator)
    if found.retries and found.catch is None:
        return replace(found, options=(f"--retry {found.retries}", *found.options))
    return found


def _read(found: Decoration, decorator: ast.expr) -> Decoration:
    name, given = decorator_name(decorator), _arguments(decorator)
    match name:
        case "step":
            return replace(found, is_start=bool(given.get("start")), is_end=bool(given.get("end")))
        case "retry":
            return replace(found, retries=int(given.get("times", 3)))
        case "catch":
            return replace(found, catch=str(given.get("var") or ""))
        case "timeout":
            return _with_option(found, f"--timeout {_duration(given)}")
        case "resources":
            return replace(found, options=(*found.options, *_resources(given)))
        case "pypi" | "conda":
            words = requirements_of(name, given)
            return _with_option(found, f"--env {shlex.join(words)}") if words else found
        case "environment":
            return _with_environment(found, given.get("vars") or {})
        case "secrets":
            return _with_environment(found, _inline(decorator, given.get("sources") or ()))
        case _ if name in CONTENT:
            return found
        case _:
            raise ObstacleFound(decorator.lineno, f"@{name} has no counterpart in a notebook", fix_for(name))


def fix_for(name: str) -> str:
    environments = dict.fromkeys(("conda_base", "pypi_base"), _ENVIRONMENTS)
    known = (refused.DECORATORS | environments).get(name)
    return f"Remove it ({known})" if known else "Remove it, and do the same in the body of the step"


def _arguments(decorator: ast.expr) -> dict[str, Any]:
    if not isinstance(decorator, ast.Call):
        return {}
    try:
        return {keyword.arg or "": value_of(keyword.value) for keyword in decorator.keywords}
    except DefaultError as error:
        message = f"@{decorator_name(decorator)} has a computed argument: {error.message}"
        raise ObstacleFound(decorator.lineno, message, "Write the value as a literal") from None


def _with_option(found: Decoration, option: str) -> Decoration:
    return replace(found, options=(*found.options, option))


def _duration(given: Mapping[str, Any]) -> str:
    """Return a duration in the largest unit in which it is a whole number."""
    seconds = sum(float(given.get(unit, 0)) * size for unit, size in _SECONDS.items())
    for unit, size in reversed(_SECONDS.items()):
        if seconds % size == 0:
            return f"{seconds / size:.0f}{unit[0]}"
    return f"{seconds:g}s"


_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


def _resources(given: Mapping[str, Any]) -> Sequence[str]:
    cpu = [f"--cpu {max(1, int(float(given['cpu'])))}"] if given.get("cpu") is not None else []
    gpu = [f"--gpu {int(float(given['gpu']))}"] if float(given.get("gpu") or 0) >= 1 else []
    memory = [f"--memory {int(float(given['memory']))}MiB"] if given.get("memory") is not None else []
    return [*cpu, *gpu, *memory]


def _with_environment(found: Decoration, pairs: Mapping[str, Any]) -> Decoration:
    given = {str(name): str(value) for name, value in pairs.items()}
    return replace(found, environment={**found.environment, **given})


def _inline(decorator: ast.expr, sources: Sequence[Any]) -> Mapping[str, Any]:
    pairs: dict[str, Any] = {}
    for source in sources:
        if not isinstance(source, dict) or source.get("type") != "inline":
            fix = "Set the variables in the environment of the run, and remove it"
            raise ObstacleFound(decorator.lineno, f"@secrets has a source that is not inline, {source!r}", fix)
        pairs |= source.get("options", {}).get("env_vars", {})
    return pairs
