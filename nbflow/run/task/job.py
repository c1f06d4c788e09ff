"""Defines what a worker is told about a task, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.flow.files.file_use import Access
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.events.events import NOTHING_PASSED_ON, Failure, Level, PassedOn, TaskDone, TaskId
from nbflow.run.output.outputs import Output
from nbflow.run.task.random_state import NO_STREAMS, Streams
from nbflow.run.task.task_records import CarriedRecords
from nbflow.store.catalog.rows import FileRow
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, pickled_by_fields

CHOSEN = "_chosen"
"""Names the artifact of a switch that holds the name of the chosen step."""

CAUGHT = "_caught"
"""Names the artifact of a failed task whose step catches failures."""


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Job:
    """Tells a worker what it must know about one task; what a join looks at is read from the catalog and checked.

    The fields from `joined` to `failure` are for tasks of a script: the joined tasks, the foreachs around the task, the
    attempt, the number of the task in the run, and a `failure` that the extra attempt of a step with `@catch` handles.
    """

    task: TaskId
    inputs: tuple[ArtifactRef, ...] = ()
    partners: tuple[ArtifactRef, ...] = ()
    marks: frozenset[bytes] = frozenset()  # of what a join reads from the catalog, as `marks_of` makes them
    joined: tuple[TaskDone, ...] = ()
    stack: tuple[Level, ...] = ()
    attempt: int = 0
    number: int = 0
    failure: Failure | None = None
    level: int = 0  # the number of settings above the step
    streams: Streams = NO_STREAMS
    records: CarriedRecords | None = None  # what the worker reads of a catalog that it cannot reach
    besides: frozenset[str] = frozenset()  # prelude names that the run has found out it needs, too
    hands_on: frozenset[str] = frozenset()  # names that a loop was found to change, and leaves to its next turn
    gpus: tuple[str, ...] = ()  # the GPUs that the task is given
    memory_limit: int | None = None  # the bytes that its process may hold
    lock: EnvironmentLock | None = None  # that of its environment, if other tasks of its step may have other ones
    batch: int = 1  # so many jobs a worker may hold if this is the last: more than one if it will probably be brief


@pickled_by_fields
@dataclass(slots=True)
class Result:
    """Holds the answer of a worker. For a split, `artifacts` holds the items, named by their index."""

    task: TaskId
    artifacts: tuple[ArtifactRef, ...] = ()
    components: tuple[Component, ...] = ()
    outputs: list[Output] = field(default_factory=list)
    seconds: float = 0.0
    memory: int | None = None  # the most bytes that the process held
    cpu_seconds: float | None = None  # processor time, with that of child processes
    again: bool = False
    skipped: bool = False
    learned: tuple[str, ...] = ()
    passed_on: PassedOn = NOTHING_PASSED_ON
    lost: tuple[Lost, ...] = ()
    patched: tuple[str, ...] = ()  # names that the body has patched in modules; they are restored
    is_spent: bool = False  # whether the process must do no other task: what was done to it cannot be undone
    failure: Failure | None = None
    files: tuple[FileRow, ...] = ()
    warnings: tuple[str, ...] = ()
    chose: str = ""  # the step that a switch in a script has chosen
    pid: int = 0
    number: int = 0

    @property
    def changed_files(self) -> tuple[FileRow, ...]:
        """Return the files that the task is known to have changed."""
        return tuple(row for row in self.files if row.access not in (Access.READ, Access.FIND, Access.LIST))
