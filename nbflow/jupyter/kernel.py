"""Runs the tasks of a step in this very process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbflow.flow.step import Step
from nbflow.jupyter.home import LiveHome
from nbflow.jupyter.livelog import live_log
from nbflow.jupyter.screen import Backstage, Screen
from nbflow.run.alarm import alarm
from nbflow.run.events import Failure, FailureKind, StartTask
from nbflow.run.inputs import Seen
from nbflow.run.machine import Run
from nbflow.run.program import Program
from nbflow.run.surroundings import Surroundings
from nbflow.run.task import Job, Performer, Result
from nbflow.run.tasks import State
from nbflow.store.codec import Borrowed
from nbflow.store.store import Store


@dataclass
class Played:
    """A task that ran here. `made` are the artifacts as the body left them, `left` all the names it had bound."""

    result: Result
    made: Mapping[str, Any] = field(default_factory=dict)
    left: Mapping[str, Any] = field(default_factory=dict)
    error: BaseException | None = None


class StepTimeout(TimeoutError):
    """A body ran longer than its `--timeout`. Here it can only be stopped between two steps of Python."""


class KernelPerformer(Performer):
    """A performer on the stage of the live namespace, whose values outlive the task."""

    def __init__(self, program: Program, store: Store, home: LiveHome) -> None:
        self._backstage = Backstage()
        super().__init__(program, store, home, self._backstage)
        self.live = home
        self._run: Run | None = None
        self._start: StartTask | None = None
        self.made: dict[str, Any] = {}

    def play(self, run: Run, start: StartTask, screen: Screen) -> Played:
        """Run one task with its output in the cell, live and recorded."""
        self._run, self._start, self.made = run, start, {}
        with Surroundings().task(), screen.recording() as outputs:
            with self.live.stage(), live_log(self.program.live, str(start.task)):
                result = self.run(Job(start.task, start.inputs))
                left = self.live.bound_names() if self.error is not None else {}
            if self.error is None and self._backstage.value is not None:
                screen.result(self._backstage.value)
            screen.flush()
        self._backstage.value = None
        result.outputs = [*outputs]
        error, self.error = self.error, None
        return Played(result, self.made, left, error)

    def _run_body(self, step: Step) -> None:
        limit = step.options.timeout
        too_long = StepTimeout(f"it ran longer than its --timeout of {limit or 0:g} s")
        with alarm(limit, too_long):
            super()._run_body(step)

    def _describe(self, error: BaseException) -> Failure:
        failure = super()._describe(error)
        return replace(failure, kind=FailureKind.TIMEOUT) if isinstance(error, StepTimeout) else failure

    def _keep(self, values: Mapping[str, Any], borrowed: Mapping[str, Borrowed], result: Result, scope: str) -> None:
        self.made = dict(values)
        super()._keep(values, borrowed, result, scope)

    def _seen(self, steps: tuple[str, ...], prefix: tuple[int, ...]) -> Iterator[Seen]:
        """The machine knows what stands today; the catalog also has what stood there earlier in this session."""
        assert self._run is not None
        assert self._start is not None
        for done in self._start.joined:
            entry = self._run.tasks[done.task]
            if entry.failure is not None:
                reason = f"{entry.failure.type}: {entry.failure.message}"
                yield Seen(done.task, dict(entry.artifacts or {}), reason)
            elif entry.state is State.SUCCEEDED:
                yield Seen(done.task, {one.name: one for one in done.artifacts})
