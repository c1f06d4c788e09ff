"""Says when the tasks of each step ran, in parts of the time of the whole run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbflow.progress.status import StepStatus, status_of_task
from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus

_FINEST = 0.002
"""The part of the whole time below which gaps between tasks are not drawn."""

_MARKS = 5
_ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """Draws one task, or several that follow each other closely. `start` and `width` are in percent."""

    start: float
    width: float
    status: StepStatus


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Holds the bars of a step, and the time of its tasks together."""

    step: str
    bars: tuple[Bar, ...]
    seconds: float


@dataclass(frozen=True)
class TaskTimeline:
    """Holds a line for each step with tasks, and the marks of the axis: (percent, seconds)."""

    lines: tuple[TimelineLine, ...]
    marks: tuple[tuple[float, float], ...]


def draw_timeline(row: RunRow, tasks: Mapping[str, Sequence[TaskRow]]) -> TaskTimeline:
    """Return the timeline of a run. `tasks` has those of each step, without the splits of foreachs."""
    every = [task for several in tasks.values() for task in several]
    now = row.finished or time.time()
    began = min(map(_beginning, every), default=row.started)
    whole = max(max((_end(task, now) for task in every), default=now) - began, 0.001)
    lines = tuple(
        TimelineLine(step, tuple(_merged(several, began, whole, now)), sum(task.seconds or 0.0 for task in several))
        for step, several in tasks.items()
        if several
    )
    return TaskTimeline(lines, tuple((100 * mark / whole, mark) for mark in _marks(whole)))


def _beginning(task: TaskRow) -> float:
    """Return when the body of a task began; before that, it may have waited for a worker."""
    if task.finished is None or task.seconds is None:
        return task.started
    return max(task.started, task.finished - task.seconds)


def _end(task: TaskRow, now: float) -> float:
    return task.finished if task.finished is not None else now if task.status is TaskStatus.RUNNING else task.started


def _merged(tasks: Sequence[TaskRow], began: float, whole: float, now: float) -> Iterator[Bar]:
    """Yield the bars of a step: tasks of one status become one bar where no gap would be seen."""
    by_status: dict[StepStatus, list[tuple[float, float]]] = {}
    for task in tasks:
        span = ((_beginning(task) - began) / whole, (_end(task, now) - began) / whole)
        by_status.setdefault(status_of_task(task.status), []).append(span)
    for status, spans in by_status.items():
        for start, end in _joined(sorted(spans)):
            yield Bar(round(100 * start, 2), round(100 * (end - start), 2), status)


def _joined(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    start, end = spans[0]
    for first, last in spans[1:]:
        if first > end + _FINEST:
            yield start, end
            start = first
        end = max(end, last)
    yield start, end


def _marks(whole: float) -> Iterator[float]:
    """Yield round numbers of seconds, about as many as there are marks."""
    power = 10.0**-4
    while not any(whole / (power * unit) <= _MARKS for unit in _ROUND):
        power *= 10
    size = next(power * unit for unit in _ROUND if whole / (power * unit) <= _MARKS)
    yield from (size * number for number in range(int(whole / size) + 1))
