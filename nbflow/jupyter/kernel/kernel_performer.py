"""Performs the tasks of a step inside the kernel process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from nbflow.errors import NbflowError
from nbflow.flow.syntax.specs import StepSpec
from nbflow.jupyter.kernel.livelog import live_log
from nbflow.jupyter.kernel.notebook_home import NotebookHome
from nbflow.jupyter.kernel.screen import Backstage, Screen
from nbflow.run.events.events import Failure, FailureKind, StartTask
from nbflow.run.events.task_table import TaskPhase
from nbflow.run.machine.machine import RunMachine
from nbflow.run.output.card_parts import cards_of_task
from nbflow.run.program.program import Program
from nbflow.run.surroundings.alarm import alarm
from nbflow.run.surroundings.surroundings import apart
from nbflow.run.task.definition_state import applied
from nbflow.run.task.job import Job, Result
from nbflow.run.task.join_inputs import InputTask
from nbflow.run.task.performer import Before, Performer
from nbflow.run.task.random_state import streams_of
from nbflow.run.task.task_store import TaskStore
from nbflow.store.blobs.checks import find_damage
from nbflow.store.pickling.heap import Heap
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef

FindPartners = Callable[[], Iterable[ArtifactRef]]


@dataclass
class Played:
    """Holds what a task in the kernel left: `made` are its artifacts, `left` all names that a failed body had bound.

    `beside` are artifacts of steps above that share objects with the task's artifacts, or with what a failed body has
    read, each with its value.
    """

    result: Result
    made: Mapping[str, Any] = field(default_factory=dict)
    left: Mapping[str, Any] = field(default_factory=dict)
    beside: Sequence[tuple[ArtifactRef, Any]] = ()
    error: BaseException | None = None


class StepTimeout(TimeoutError):
    """Raised when a body ran longer than its `--timeout`; in the kernel it can only stop between two Python steps."""


class KernelPerformer(Performer):
    """Performs tasks in the live namespace, where their values stay after the task."""

    def __init__(self, program: Program, store: Store, home: NotebookHome) -> None:
        self._backstage = Backstage()
        super().__init__(program, TaskStore(store.blobs, store.history), home, self._backstage)
        self.live = home
        self._run: RunMachine | None = None
        self._start: StartTask | None = None
        self._find_partners: FindPartners = tuple
        self.made: dict[str, Any] = {}
        self.beside: list[tuple[ArtifactRef, Any]] = []

    def play(self, run: RunMachine, start: StartTask, screen: Screen, find_partners: FindPartners) -> Played:
        """Run one task with its output in the cell, live and recorded.

        `find_partners` returns the artifacts that may share objects with the inputs. It is called only if the task has
        changed such objects, or may copy them.
        """
        self._run, self._start, self._find_partners = run, start, find_partners
        try:
            return self._play(run, start, screen)
        finally:
            self._forget()

    def _play(self, run: RunMachine, start: StartTask, screen: Screen) -> Played:
        with apart(), screen.recording() as outputs:
            live = self.program.live
            with self.live.stage(), live_log(live, str(start.task)), cards_of_task(live):
                streams = streams_of(run.graph, start.task.step)
                result = self.run(Job(start.task, start.inputs, start.partners, streams=streams))
                self._look_for_damage(result)
                left = self.live.bound_names() if self.error is not None else {}
                self.live.changed = frozenset(self.made if self.error is None else self.live.namespace)
            if self.error is None and self._backstage.value is not None:
                screen.result(self._backstage.value)
            screen.flush()
            super()._put_back()
        result.outputs = [*outputs]
        return Played(result, self.made, left, self.beside, self.error)

    def _forget(self) -> None:
        """Let go of the objects of the last task: the user may delete them."""
        self._backstage.value = self.error = None
        self._find_partners = tuple
        self.made, self.beside = {}, []

    def _look_for_damage(self, result: Result) -> None:
        """Let the task fail if it has seen bytes that nobody stored, whatever it has made of them."""
        damage = find_damage()
        if damage is not None:
            self.error = damage
            result.failure = self._describe(damage)

    def _put_back(self) -> None:
        """Do nothing yet: `play` does this after it has shown the value and the figures."""

    def _run_body(self, step: StepSpec, job: Job, before: Before) -> None:
        limit = step.options.timeout
        too_long = StepTimeout(f"it ran longer than its --timeout of {limit or 0:g} s")
        with alarm(limit, too_long):
            super()._run_body(step, job, before)

    def _describe(self, error: BaseException) -> Failure:
        failure = super()._describe(error)
        return replace(failure, kind=FailureKind.TIMEOUT) if isinstance(error, StepTimeout) else failure

    def _partners(self, job: Job) -> Iterable[ArtifactRef]:
        return self._find_partners()

    def _beside(self, job: Job, heap: Heap) -> Iterable[ArtifactRef]:
        has_frames = any(one.shares and heap.holds_frames(one) for one in job.inputs)
        return self._partners(job) if has_frames else ()

    def _hand_over(self, made: Mapping[str, Any], heap: Heap, visible: Iterable[ArtifactRef], result: Result) -> None:
        self.made = dict(made)
        shared = {digest for one in result.artifacts for digest in one.shares}
        self._take_beside(visible, made.keys(), shared, heap)

    def _hand_over_rest(self, job: Job, heap: Heap) -> None:
        read, shared = {one.name for one in job.inputs}, {digest for one in job.inputs for digest in one.shares}
        visible = (*self._partners(job), *job.partners) if shared else ()
        with suppress(NbflowError):  # the error of the body matters more
            self._take_beside(visible, read, shared, heap)

    def _take_beside(
        self, visible: Iterable[ArtifactRef], known: Collection[str], shared: set[str], heap: Heap
    ) -> None:
        """Load the visible artifacts of other names than the known ones that reach the shared components."""
        beside = {one.name: one for one in visible if one.name not in known and not shared.isdisjoint(one.shares)}
        values = applied(heap.load(beside))
        self.beside = [(one, values[name]) for name, one in beside.items()]

    def _input_tasks(self, job: Job) -> list[InputTask]:
        """Return the tasks that a join sees now; the catalog would also list tasks of earlier in this session."""
        return [*self._tasks_now()]

    def _tasks_now(self) -> Iterator[InputTask]:
        assert self._run is not None
        assert self._start is not None
        for done in self._start.joined:
            entry = self._run.tasks[done.task]
            if entry.failure is not None:
                reason = f"{entry.failure.type}: {entry.failure.message}"
                yield InputTask(done.task, dict(entry.artifacts or {}), reason)
            elif entry.state is TaskPhase.SUCCEEDED:
                yield InputTask(done.task, {one.name: one for one in done.artifacts})
