"""Words that several checks share: where a name stands in a step, and what the user may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from nbflow.flow.names.code import line_of_name
from nbflow.flow.source.cell import Need, Place, Problem
from nbflow.flow.syntax.specs import StepSpec


def _place_of(step: StepSpec, name: str | None = None) -> Place:
    """Where a step first mentions a name, or its header if the body does not."""
    try:
        line = line_of_name(step.body, name) if name else None
    except (SyntaxError, ValueError):
        line = None
    return replace(step.place, line=step.body_line + line - 1) if line else step.place


def suggestion(name: str, names: Collection[str]) -> str:
    """` (did you mean 'load'?)`, or nothing."""
    near = difflib.get_close_matches(name, sorted(set(names) - {name}), 1)  # what reads its own name knows it
    return f" (did you mean '{near[0]}'?)" if near else ""


def listed(names: Iterable[str]) -> str:
    """`'a', 'b' and 'c'`; `this` where there is no name."""
    *first, last = [f"'{name}'" for name in sorted(names)] or ["this"]
    return f"{', '.join(first)} and {last}" if first else last


def problem(
    rule: str, step: StepSpec, message: str, fix: str, *, name: str | None = None, warning: bool = False
) -> Problem:
    return Problem(rule, message, fix, _place_of(step, name), step.name, warning)


def needed(rule: str, step: StepSpec, message: str, fix: str, name: str) -> Problem:
    """What is wrong with a name wherever it is read: told once, with all steps that read it."""
    return Problem(rule, message, fix, _place_of(step, name), step.name, needs=(Need(step.name),))


# cells that must become steps

OF_A_TEXT = frozenset({"syntax", "magic", "async", "header"})
"""The rules about the text of one cell alone."""

HEADER = "%%step NAME"
"""Stands in a fix for the header of the step that a cell is to become, until its name is chosen."""


def make_step(place: Place) -> str:
    """The fix for a cell that must become a step."""
    return f"Write  {HEADER}  on top of cell {place.cell}"


def divide_step(place: Place, stays: Sequence[int]) -> str:
    """The fix for a cell of which some lines must stay in an ordinary one."""
    lines = f"lines {', '.join(map(str, stays))} stay" if len(stays) > 1 else f"line {stays[0]} stays"
    return f"Divide cell {place.cell}: {lines} in an ordinary cell, and the rest begins with  {HEADER}"
