"""Learns in a run which steps have brief tasks, because many of these share one message."""

from __future__ import annotations

import time
from enum import Enum, auto

from nbflow.run.machine.capacity import BRIEF

SURE_AFTER = 0.5
"""A step of which no task has ended after so many seconds has no brief tasks."""


_LARGEST_WEIGHT = 4  # a task counts as if it took at most so many times as long as a brief one


class Pace(Enum):
    """Says how long the tasks of a step take."""

    UNKNOWN = auto()
    BRIEF = auto()
    LONG = auto()


class Paces:
    """Knows the pace of each step, from how long its tasks took lately."""

    def __init__(self) -> None:
        self._means: dict[str, float] = {}  # seconds
        self._first: dict[str, float] = {}  # when the first task of a step was looked at

    def note(self, step: str, seconds: float) -> None:
        """Note how long a task took. A single one that was held up does not change the pace."""
        taken = min(seconds, _LARGEST_WEIGHT * BRIEF)
        self._means[step] = taken if step not in self._means else 0.9 * self._means[step] + 0.1 * taken

    def of(self, step: str) -> Pace:
        """Return the pace of a step."""
        if step in self._means:
            return Pace.BRIEF if self._means[step] < BRIEF else Pace.LONG
        began = self._first.setdefault(step, time.monotonic())
        return Pace.UNKNOWN if time.monotonic() < began + SURE_AFTER else Pace.LONG
