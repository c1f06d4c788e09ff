"""Performs some steps of a run on this machine, and the others on a cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from nbflow.errors import FileElsewhere
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import Site
from nbflow.run.events.events import TaskId
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.workers.local_workers import LocalWorkers
from nbflow.run.workers.workers import Driver, WorkerAnswer, Workers


def steps_here(graph: Graph, plan: RunPlan) -> frozenset[str]:
    """Return the steps of a plan that say `--on local`."""
    return frozenset(name for name in plan.reuse if graph.steps[name].options.on is Site.LOCAL)


class HostWorkers(Workers, Protocol):
    """Performs jobs on hosts, whose copies of the project must follow what tasks on this machine change."""

    def refuse_other_files(self, step: str) -> None:
        """Raise FileElsewhere if a host has a file that a step is to read on this machine."""

    def note_task_here(self, step: str, answer: WorkerAnswer) -> None:
        """Note that a task has ended on this machine, before its run hears of it."""


class BothSides:
    """Passes the jobs of steps that say `--on local` to processes of this machine, and all others on."""

    def __init__(self, there: HostWorkers, program: Program, plan: RunPlan, receiver: Driver) -> None:
        assert plan.here is not None
        self._there, self._steps, self._receiver = there, steps_here(program.graph, plan), receiver
        self._here = LocalWorkers(program, replace(plan, slots=plan.here.slots), self)

    def started(self, job: Job, host: str = "") -> None:
        """Note that this machine begins with a job."""
        self._receiver.started(job, host)

    def receive(self, job: Job, answer: WorkerAnswer) -> None:
        """Take the answer to a job of this machine."""
        self._there.note_task_here(job.task.step, answer)
        self._receiver.receive(job, answer)

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done, and kill it after so many seconds; returns at once."""
        if job.task.step not in self._steps:
            self._there.submit(job, timeout)
            return
        try:
            self._there.refuse_other_files(job.task.step)
        except FileElsewhere as error:
            self.started(job)
            self.receive(job, error)
        else:
            self._here.submit(job, timeout)

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task of this machine with JobCancelled soon."""
        self._here.cancel(task)

    def close(self) -> None:
        """Let the workers that have nothing to do end as Python ends, on both sides."""
        self._here.close()
        self._there.close()

    def stop(self) -> None:
        """Kill what runs, here and there. Returns when it is gone."""
        try:
            self._here.stop()
        finally:
            self._there.stop()
