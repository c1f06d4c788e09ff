"""Words that several checks share: where a name stands in a step, and what the user may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import replace

from nbflow.flow.cell import Place, Problem
from nbflow.flow.code import line_of
from nbflow.flow.step import Step


def place_of(step: Step, name: str | None = None) -> Place:
    """Where a step first mentions a name, or its header if the body does not."""
    try:
        line = line_of(step.body, name) if name else None
    except (SyntaxError, ValueError):
        line = None
    return replace(step.place, line=step.body_line + line - 1) if line else step.place


def suggestion(name: str, names: Collection[str]) -> str:
    """` (did you mean 'load'?)`, or nothing."""
    near = difflib.get_close_matches(name, sorted(set(names) - {name}), 1)  # what reads its own name knows it
    return f" (did you mean '{near[0]}'?)" if near else ""


def listed(names: Iterable[str]) -> str:
    return " and ".join(f"'{name}'" for name in sorted(names))


def problem(
    rule: str, step: Step, message: str, fix: str, *, name: str | None = None, warning: bool = False
) -> Problem:
    return Problem(rule, message, fix, place_of(step, name), step.name, warning)
