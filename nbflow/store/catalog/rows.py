"""Describes the rows of the catalog about runs, tasks, steps, files and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from nbflow.store.drivers import Process


class TaskStatus(StrEnum):
    """Says how far a task is, or how it ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunStatus(StrEnum):
    """Says how far a run is, or how it ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CRASHED = "crashed"  # never stored: the row says running, but the process is gone


class RunKind(StrEnum):
    """Says what started a run: a first run, a resume, or cells in a kernel."""

    RUN = "run"
    RESUME = "resume"
    INTERACTIVE = "interactive"
    SPIN = "spin"  # of a single task, kept apart from the runs of its flow


def spun(flow: str) -> str:
    """Return the name under which the runs of single tasks of a flow are kept; no flow is called so."""
    return f"{flow}/spin"


@dataclass(frozen=True, slots=True)
class RunRow:
    """Describes a run. Times are seconds since 1970.

    `id` is its row, and `number` counts from 1 in its flow, for users: both may be others in another store. `uid` is
    random and stays; it is "" only where a store of an earlier format cannot be written to.
    """

    id: int
    flow: str
    number: int
    document: str = ""
    kind: RunKind = RunKind.RUN
    status: RunStatus = RunStatus.RUNNING
    started: float = 0.0
    finished: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)  # JSON
    origin: int | None = None  # number of the run that this one resumes
    tags: tuple[str, ...] = ()
    user: str = ""
    host: str = ""
    pid: int = 0
    pid_start: int = 0
    code: str = ""  # digest of a stored code text
    environment: str = ""  # digest of a stored environment
    uid: str = ""
    note: str = ""
    pinned: bool = False  # gc keeps it

    @property
    def driver(self) -> Process:
        """Return the process that runs it, or has run it."""
        return Process(self.host, self.pid, self.pid_start)


class TaskRow(NamedTuple):
    """Describes a task of the run with row `run`; a task that runs again gets a new row.

    `id` and `number` are 0 until the row is written.
    """

    run: int
    step: str
    path: tuple[int, ...] = ()
    turn: int = 0
    split: bool = False
    number: int = 0  # unique in the run, from 1
    id: int = 0
    attempt: int = 0
    key: str = ""
    status: TaskStatus = TaskStatus.RUNNING
    started: float = 0.0
    finished: float | None = None
    seconds: float | None = None
    item: str = ""  # the foreach item in a few words
    failure: str | None = None  # JSON
    outputs: str | None = None  # digest of a stored text
    source: str | None = None  # "RUN/TASK" of the task that it was reused from
    items: int | None = None  # of a foreach: the number of its items
    again: bool = False  # of a loop: True if one more turn follows
    passed_on: str | None = None  # JSON: the shared objects it changed, and the names that see the change
    memory: int | None = None  # the most bytes that its process held; None if nobody measured it
    cpu_seconds: float | None = None  # processor time, with that of child processes; None as above
    host: str = ""  # the host of a cluster that it runs on; "" for the machine of the run


@dataclass(frozen=True, slots=True)
class FileRow:
    """Describes a file that a task read or wrote; if its stamp is unchanged, nobody has touched it since."""

    path: str  # relative to the notebook's folder, if the file lies in it
    access: str
    digest: str
    size: int = 0
    mtime: int = 0  # nanoseconds
    ctime: int = 0
    inode: int = 0

    @property
    def stamp(self) -> tuple[int, int, int, int]:
        """Return size, times and inode, which change when the file is written."""
        return self.size, self.mtime, self.ctime, self.inode


@dataclass(frozen=True, slots=True)
class StepRow:
    """Sums up the tasks of one step in one run that have the same status; splits of a foreach are counted apart."""

    step: str
    split: bool
    status: TaskStatus
    tasks: int
    seconds: float
    finished: float | None  # when the last of them ended
    items: int  # of splits: the number of tasks that they create
    started: float | None = None  # when the first of them began
    again: int = 0  # of a loop: how many of the tasks were followed by another turn


def task_id(run: int, number: int) -> int:
    """Return the row of a task. It is known before the task is written, so that many tasks are written at once."""
    return (run << 32) + number


@dataclass(frozen=True, slots=True)
class EventRow:
    """Describes an event of the run with row `run`. `time` is in seconds since 1970."""

    id: int
    run: int
    time: float
    kind: str
    payload: Any  # JSON
