"""Says what a worker is told about a task beside its inputs: a task of a script knows its run, a cell does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from nbflow.flow.graph.graph import Passage
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.events.events import Failure, StartTask
from nbflow.run.journal import Journal
from nbflow.run.machine.machine import RunMachine
from nbflow.run.output.outputs import Output
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.task.join_inputs import marks_of
from nbflow.run.task.task_records import CarriedRecords, Records, gather


class JobFacts(Protocol):
    """Completes the jobs of a run, and the outputs of tasks whose worker gave no answer."""

    def complete(self, job: Job, start: StartTask) -> Job:
        """Return the job with all that the performer of this flow asks for."""
        ...

    def reads_its_run(self, step: StepSpec) -> bool:
        """Return whether a body may read the rows of its own run, which must then be committed before it begins."""
        ...

    def explain(self, failure: Failure) -> list[Output]:
        """Return what to add to the output of a task whose worker gave no answer."""
        ...


def choose_job_facts(run: RunMachine, journal: Journal) -> JobFacts:
    """Return the job facts for the steps of a run."""
    match run.graph.passage:
        case Passage.BY_NAME:
            return _CellFacts(run)
        case Passage.BY_EDGE:
            return _ScriptFacts(journal)
        case _:
            assert_never(run.graph.passage)


@dataclass(frozen=True, slots=True)
class _CellFacts:
    """Tells marks of what a cell joins: it reads this from the catalog, which others may be able to write."""

    run: RunMachine

    def complete(self, job: Job, start: StartTask) -> Job:
        return replace(job, marks=marks_of(self.run.shown(start))) if start.joined else job

    def reads_its_run(self, step: StepSpec) -> bool:
        return False

    def explain(self, failure: Failure) -> list[Output]:
        return []


@dataclass(frozen=True, slots=True)
class _ScriptFacts:
    """Tells what `current`, `inputs` and `@catch` give to a method."""

    journal: Journal

    def complete(self, job: Job, start: StartTask) -> Job:
        number = self.journal.number_of(start.task, start.attempt)
        job = replace(job, joined=start.joined, stack=start.stack, attempt=start.attempt)
        return replace(job, number=number, failure=start.failure)

    def reads_its_run(self, step: StepSpec) -> bool:
        return any(module.partition(".")[0] == "nbflow" for module in step.source.modules)

    def explain(self, failure: Failure) -> list[Output]:
        """Return a line for the log, in which users of scripts look for the reason."""
        return [{"output_type": "stream", "name": "stderr", "text": f"Task failed: {failure.message}\n"}]


class RecordsOfJobs:
    """Collects what jobs will ask of the catalog, but for the code, which all jobs of a run share."""

    def __init__(self, reader: Records) -> None:
        self._reader = reader
        self._written: dict[str, dict[str, str]] | None = None

    def note_files(self) -> None:
        """Look up anew what steps have written, because a task has read or written files."""
        self._written = None

    def of_job(self, program: Program, job: Job) -> CarriedRecords:
        """Return what a job of a program will ask."""
        graph, task = program.graph, job.task
        linked = graph.links[task.step]
        if self._written is None:
            self._written = self._reader.written(graph.flow.name)
        depth = min((len(graph.links[name].scope) for name in linked.branches), default=len(task.path))
        looked_at = () if task.split else (*linked.joined, *linked.branches)
        given = (*job.inputs, *job.partners, *(level.item for level in job.stack))
        joined = (one for done in job.joined for one in done.artifacts)
        found = gather(self._reader, program.run, looked_at, task.path[:depth], (*given, *joined))
        return replace(found, files=self._written)
