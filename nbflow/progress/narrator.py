"""Turns the events of a run into lines: what finished, what it printed, what failed and why, how the run ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.progress.numbers import duration, indent
from nbflow.progress.printed import text_of_outputs
from nbflow.progress.tally import Tally
from nbflow.run.events.events import (
    Event,
    FailureKind,
    Outcome,
    RunCancelled,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskSucceeded,
)
from nbflow.run.task.job import Result

_FEW = 10
"""A step with more foreach tasks than this gets one line per tenth of them instead of a line per task."""

FAILURES = 3
"""The number of failed tasks of one step that are shown with their traceback."""


@dataclass(frozen=True)
class Memory:
    """Answers a narrator's questions about earlier runs."""

    whence: Callable[[str], str]  # the source of a reused task -> "run 7, 2 h ago"
    outputs: Callable[[str], Iterable[Mapping[str, Any]]]  # a digest -> what the task displayed


@dataclass
class Narrator:
    """Turns each event into the text to print, which is mostly empty.

    `brief` omits lines that only say that a task has finished, for terminals that also show a table of the steps.
    """

    graph: Graph
    tally: Tally
    memory: Memory
    command: str  # the notebook in suggested commands: "notebooks/films.ipynb"
    brief: bool = False
    _told: dict[str, int] = field(default_factory=dict)  # step -> how many tenths of its tasks are reported
    _learned: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    _printed: set[str] = field(default_factory=set)  # steps with output that was not shown

    def tell(self, event: Event, result: Result | None) -> Iterator[str]:
        """Yield the lines to print for an event that the tally has counted already."""
        match event:
            case TaskSucceeded():
                yield from self._succeeded(event, result)
            case TaskReused() if not event.task.split:
                yield from self._reused(event)
            case TaskSkipped() if not self.brief and self._is_told(event.task):
                yield f"{event.task} · skipped: {event.reason}\n"
            case TaskFailed():
                yield from self._failed(event, result)
            case TaskMissing():
                yield (
                    f"{event.task} · the store has no valid result of it: "
                    f"nbflow run {self.command} --to {event.task.step}\n"
                )
            case RunCancelled():
                yield f"{event.reason}: stopping; finished tasks are kept\n"
            case _:
                pass

    # tasks that are over

    def _succeeded(self, event: TaskSucceeded, result: Result | None) -> Iterator[str]:
        if self._is_told(event.task, event.again):
            yield from self._finished(f"{event.task} · {duration(event.seconds)}", result.outputs if result else [])
        else:
            if result is not None and result.outputs:
                self._printed.add(event.task.step)
            yield from self._counted(event.task.step)
        yield from (f"{event.task} · {text}\n" for text in (result.warnings if result is not None else ()))
        if result is not None and result.lost:
            yield from self._lost(event.task, result)
        if result is not None and result.patched:
            yield describe_patched(event.task, result.patched)
        if event.learned and (event.task.step, event.learned) not in self._learned:
            self._learned.add((event.task.step, event.learned))
            yield (
                f"{event.task} · changes {', '.join(event.learned)} in place: it is now an artifact of "
                f"{event.task.step}, and tasks that used the old value run again\n"
            )

    def _reused(self, event: TaskReused) -> Iterator[str]:
        if event.skipped:
            return
        if self._is_told(event.task, event.again):
            saved = f", saved {duration(event.seconds)}" if event.seconds >= 0.05 else ""
            outputs = self.memory.outputs(event.outputs) if event.outputs else []
            yield from self._finished(f"{event.task} · from {self.memory.whence(event.source)}{saved}", outputs)
        else:
            yield from self._counted(event.task.step)

    def _finished(self, line: str, outputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        text = text_of_outputs(outputs)
        if text or not self.brief:
            yield f"{line}\n" + (indent(text) if text else "")

    def _counted(self, step: str) -> Iterator[str]:
        """Yield a line for each tenth of a large foreach that is finished."""
        count = self.tally.counts[step]
        tenths = count.over * _FEW // count.total if count.total else 0
        if not self.brief and tenths != self._told.get(step, 0):
            self._told[step] = tenths
            parts = [f"{step} · {count.passed:,}/{count.total:,}"]
            parts += [f"{count.reused:,} from earlier runs"] if count.reused else []
            parts += [f"{count.failed:,} failed"] if count.failed else []
            if count.over == count.total and count.seconds:
                parts.append(f"{duration(count.seconds)} in all")
            if count.over == count.total and step in self._printed:
                parts.append(f"what they printed: nbflow logs {self.command} {step}")
            yield " · ".join(parts) + "\n"

    def _lost(self, task: TaskId, result: Result) -> Iterator[str]:
        """Yield a warning for each value that could not be stored, if another step reads it."""
        links = self.graph.links.values()
        read = {binding.name for linked in links for binding in linked.bindings if task.step in binding.writers}
        read |= self.graph.links[task.step].writes if any(task.step in linked.joined for linked in links) else set()
        for lost in result.lost:
            if re.split(r"\W", lost.path)[0] in read:
                yield f"{task} · {lost.path}, a {lost.was}, could not be stored ({lost.reason}): reading it will fail\n"

    def _is_told(self, task: TaskId, again: bool = False) -> bool:
        """Tell whether a task gets its own line: not if it is one of many foreach items or loop turns."""
        if task.turn and again:
            return task.turn < _FEW or not task.turn % 10 ** (len(str(task.turn)) - 1)
        return not task.path or self.tally.counts[task.step].total <= _FEW

    # failures

    def _failed(self, event: TaskFailed, result: Result | None) -> Iterator[str]:
        failure = event.failure
        reason = f"{failure.type}: {failure.message}".splitlines()[0]
        if event.left_out:
            yield f"{event.task} · left out, as it failed before · {reason}\n"
            return
        if failure.kind is FailureKind.STALE:
            yield f"{event.task} · stopped: {failure.message}\n"
            return
        if self.tally.will_retry(event):
            retry = self.graph.steps[event.task.step].options.retry
            yield f"{event.task} · attempt {event.attempt + 1} of {retry + 1} failed · {reason}\n"
            return
        if self.tally.counts[event.task.step].failed > FAILURES:
            yield f"{event.task} · failed · {reason}\n"
            return
        after = f" after {duration(event.seconds)}" if event.seconds else ""
        text = text_of_outputs(result.outputs) if result else ""
        yield f"{event.task} · failed{after}\n" + (indent(text) if text else "") + indent(failure.traceback or reason)

    # the end

    def summary(self, number: int, outcome: Outcome, seconds: float) -> Iterator[str]:
        """Yield the last lines of a run that took this many seconds."""
        counts = self.tally.counts.values()
        ran, reused, failed = (sum(getattr(c, what) for c in counts) for what in ("ran", "reused", "failed"))
        parts = [f"run {number} {outcome}", f"{ran:,} ran", f"{reused:,} reused"]
        parts += [f"{failed:,} failed"] if failed else []
        yield " · ".join([*parts, duration(seconds)]) + "\n"
        if outcome is not Outcome.SUCCEEDED:
            left = [step for step, count in self.tally.counts.items() if not count.over and not count.is_empty]
            if left:
                yield f"not run: {', '.join(left)}\n"
            yield f"to continue: nbflow resume {self.command} {number}\n"


def describe_patched(task: TaskId, names: Sequence[str]) -> str:
    """Return the line that says which attributes of modules a step has replaced."""
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{task} · replaces {listed}: only this step sees the new value, which ends with it\n"
