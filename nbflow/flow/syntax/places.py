"""Holds words and fixes that several checks share: where a step uses a name, and which name the user may have meant."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from nbflow.flow.names.code import line_of_name, line_of_word
from nbflow.flow.source.cell import Need, Place, Problem
from nbflow.flow.source.repairs import Repair
from nbflow.flow.syntax.specs import StepSpec


def _place_of(step: StepSpec, name: str | None = None) -> Place:
    """Return the place where a step first mentions a name, or its header if the body does not mention it.

    R and bash get what the header names, and SQL what its text names.
    """
    find = {"": line_of_name, "sql": line_of_word}.get(step.source.language)
    try:
        line = find(step.source.body, name) if name and find else None
    except (SyntaxError, ValueError):
        line = None
    return replace(step.place, line=step.source.body_line + line - 1) if line else step.place


def suggestion(name: str, names: Collection[str]) -> str:
    """Return ` (did you mean 'load'?)` for a name that is similar to a known one, else ""."""
    return did_you_mean(nearest(name, names))


def did_you_mean(near: str) -> str:
    """Return ` (did you mean 'load'?)` for the name that is meant, "" for ""."""
    return f" (did you mean '{near}'?)" if near else ""


def nearest(name: str, names: Collection[str]) -> str:
    """Return the known name that is most similar to a name, "" if none is."""
    # a step that reads its own name did not mistype it
    near = difflib.get_close_matches(name, sorted(_neighbours(name, frozenset(names)) - {name}), 1)
    return near[0] if near else ""


_NEAR = 40
"""How many names on each side count, where there are many: comparing every name with every other takes minutes."""


def _neighbours(name: str, names: frozenset[str]) -> set[str]:
    """Return the names that stand near a name in the order of the alphabet, read forwards or backwards."""
    forwards, backwards = _sorted(names)
    places = bisect_left(forwards, name), bisect_left(backwards, name[::-1])
    (low, high), (left, right) = ((max(place - _NEAR, 0), place + _NEAR + 1) for place in places)
    return {*forwards[low:high], *(one[::-1] for one in backwards[left:right])}


@lru_cache(4)
def _sorted(names: frozenset[str]) -> tuple[list[str], list[str]]:
    return sorted(names), sorted(name[::-1] for name in names)


def listed(names: Iterable[str]) -> str:
    """Return `'a', 'b' and 'c'`, or `this` if there are no names."""
    *first, last = [f"'{name}'" for name in sorted(names)] or ["this"]
    return f"{', '.join(first)} and {last}" if first else last


def problem(
    rule: str, step: StepSpec, message: str, fix: str, *, name: str | None = None, warning: bool = False,
    repair: Repair | None = None,
) -> Problem:  # fmt: skip
    """Return a problem of a step, at its first mention of `name` if one is given."""
    return Problem(rule, message, fix, _place_of(step, name), step.name, warning, repair=repair)


def needed(rule: str, step: StepSpec, message: str, fix: str, name: str, repair: Repair | None = None) -> Problem:
    """Return a problem with a name that a step reads. The problems of all its readers are later reported as one."""
    return Problem(rule, message, fix, _place_of(step, name), step.name, needs=(Need(step.name),), repair=repair)


# fixes for cells that must become steps

OF_A_TEXT = frozenset({"syntax", "magic", "async", "header"})
"""The rules that concern the text of one cell only."""

HEADER = "%%step NAME"
"""Stands in a fix for the header of a new step, until a name for the step is chosen."""


def make_step(place: Place) -> str:
    """Return the fix for a cell that must become a step."""
    return f"Write  {HEADER}  on top of cell {place.cell}"


def divide_step(place: Place, stays: Sequence[int]) -> str:
    """Return the fix for a cell that must become a step, except for the lines `stays`, which belong in an ordinary
    cell.
    """
    lines = f"lines {', '.join(map(str, stays))} stay" if len(stays) > 1 else f"line {stays[0]} stays"
    return f"Split cell {place.cell}: {lines} in an ordinary cell, and the rest starts with  {HEADER}"
