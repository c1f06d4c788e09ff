"""What the catalog says about runs and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TaskStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CRASHED = "crashed"  # never stored: recorded as running, and its process is gone; of a kernel, while a task ran


class RunKind(StrEnum):
    RUN = "run"
    RESUME = "resume"
    INTERACTIVE = "interactive"
    SPIN = "spin"  # of a single task, kept apart from the runs of its flow


def spun(flow: str) -> str:
    """Return the name under which the runs of single tasks of a flow are kept; no flow is called so."""
    return f"{flow}/spin"


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run. `id` is its row; `number` counts from 1 in its flow and is what users see. Times: seconds since 1970."""

    id: int
    flow: str
    number: int
    document: str = ""
    kind: RunKind = RunKind.RUN
    status: RunStatus = RunStatus.RUNNING
    started: float = 0.0
    finished: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)  # JSON
    origin: int | None = None  # number of the run it resumes
    tags: tuple[str, ...] = ()
    user: str = ""
    host: str = ""
    pid: int = 0
    pid_start: int = 0
    code: str = ""  # digest of a stored code text
    environment: str = ""  # digest of a stored environment


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of the run with row `run`. `id` and `number` 0: not written yet. A task done again is a row of its own."""

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
    source: str | None = None  # "RUN/TASK" that it was reused from
    items: int | None = None  # how many a foreach has
    again: bool = False  # of a loop: one more turn
    passed_on: str | None = None  # JSON: which shared objects it changed, and to which names it passed that on


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that a task read or wrote. The stamp tells without reading the file that nobody has touched it since."""

    path: str  # relative to the folder of the notebook where it lies in it
    access: str
    digest: str
    size: int = 0
    mtime: int = 0  # nanoseconds
    ctime: int = 0
    inode: int = 0

    @property
    def stamp(self) -> tuple[int, int, int, int]:
        return self.size, self.mtime, self.ctime, self.inode


@dataclass(frozen=True, slots=True)
class StepRow:
    """What all tasks of one step in one run add up to that have the same status; splits of a foreach stand apart."""

    step: str
    split: bool
    status: TaskStatus
    tasks: int
    seconds: float
    finished: float | None  # when the last of them was
    items: int  # of splits: how many tasks they make
    started: float | None = None  # when the first of them was
    again: int = 0  # of a loop: how many of them were followed by one more turn


def task_id(run: int, number: int) -> int:
    """The row of a task: known before it is written, so that a thousand rows are written at once."""
    return (run << 32) + number


@dataclass(frozen=True, slots=True)
class EventRow:
    id: int
    run: int
    time: float
    kind: str
    payload: Any  # JSON
