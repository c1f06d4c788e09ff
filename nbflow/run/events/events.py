"""Defines what happens in a run (events, in the past tense) and what to do next (instructions, in the imperative).

The list of events is the run: the catalog keeps it, the panel shows it, and replaying it gives the run again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from nbflow.store.values.artifact_ref import ArtifactRef, pickled_by_fields


class TaskId(NamedTuple):
    """Names a task: `fit[3]`, `score[0,2]`; `again@4` is the fifth turn of a loop; `fit[…]` splits a foreach.

    It is a tuple because a run has each of its tasks hashed many times.
    """

    step: str
    path: tuple[int, ...] = ()
    turn: int = 0
    split: bool = False

    def __str__(self) -> str:
        inside = [str(i) for i in self.path] + (["…"] if self.split else [])
        place = f"[{','.join(inside)}]" if inside else ""
        return f"{self.step}{place}" + (f"@{self.turn}" if self.turn else "")


class FailureKind(StrEnum):
    """Says why a task failed."""

    ERROR = "error"  # the body raised
    CRASH = "crash"  # the process died
    TIMEOUT = "timeout"
    STORE = "store"  # the results could not be written
    STALE = "stale"  # another task has changed what it reads; it runs again


@dataclass(frozen=True, slots=True)
class TracebackFrame:
    """Describes one line of a traceback in the user's coordinates."""

    where: str  # "movie_recommender.ipynb · step clean · cell 6, line 3"
    function: str
    source: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Describes why a task failed."""

    kind: FailureKind
    type: str
    message: str
    frames: tuple[TracebackFrame, ...] = ()
    traceback: str = ""  # ready to print

    @property
    def exception(self) -> str:
        """Return the message, under the name that Metaflow's client uses."""
        return self.message

    @property
    def stacktrace(self) -> str:
        """Return the traceback, under the name that Metaflow's client uses."""
        return self.traceback

    def __str__(self) -> str:
        return f"{self.type.removeprefix('builtins.')}: {self.message}"


NOT_STORED = Failure(FailureKind.STORE, "NotStored", "the store has no valid result of it")
"""Stands for a task that was not to run, and of which the store has no result."""


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """Says that an attempt of a task began; `attempt` counts from 0, `host` is "" for the machine of the run."""

    task: TaskId
    attempt: int = 0
    host: str = ""


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class PassedOn:
    """Says how a task dealt with objects that it changed and that more than one name reaches.

    `changed` holds the digests of the components that held these objects before. `names` holds the names that reach
    them and were stored anew, each with the digest of its artifact before. `tied` holds constants of ordinary cells
    that share objects with what the task made: a later change of these objects changes the constants as well.
    """

    changed: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    tied: tuple[ArtifactRef, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.names or self.tied)

    def covers(self, artifacts: Iterable[ArtifactRef]) -> bool:
        """Tell whether every one of these artifacts that reaches a changed object was stored anew."""
        return all((one.name, one.digest) in self.names for one in artifacts if self.concerns(one))

    def concerns(self, artifact: ArtifactRef) -> bool:
        """Tell whether an artifact reaches an object that was changed."""
        return not set(self.changed).isdisjoint(artifact.shares)


NOTHING_PASSED_ON = PassedOn()


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    """Says that a task succeeded. `learned` holds names that it changed in place and that the graph did not know."""

    task: TaskId
    artifacts: tuple[ArtifactRef, ...]
    again: bool = False  # of a loop: True if one more turn follows
    learned: tuple[str, ...] = ()
    seconds: float = 0.0
    chose: str = ""  # of a switch in a script: the step to which it leads
    passed_on: PassedOn = NOTHING_PASSED_ON


@dataclass(frozen=True, slots=True)
class TaskReused:
    """Says that nothing ran, because an earlier task had the same key: `source`, as "run/number"."""

    task: TaskId
    artifacts: tuple[ArtifactRef, ...]
    source: str
    again: bool = False
    skipped: bool = False
    seconds: float = 0.0  # how long it took when it ran
    outputs: str | None = None  # digest of the stored output
    chose: str = ""
    passed_on: PassedOn = NOTHING_PASSED_ON
    memory: int | None = None  # the most bytes that its process held when it ran
    cpu_seconds: float | None = None  # the processor time that it took when it ran


@dataclass(frozen=True, slots=True)
class ForeachSplit:
    """Says that a foreach expression was evaluated; the items are artifacts that are named by their index."""

    task: TaskId
    items: tuple[ArtifactRef, ...]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskSkipped:
    """Says that a task had nothing to do."""

    task: TaskId
    reason: str


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """Says that an attempt of a task failed; `left_out`: in an earlier run, and this run does without the task."""

    task: TaskId
    failure: Failure
    attempt: int = 0
    seconds: float = 0.0
    artifacts: tuple[ArtifactRef, ...] = ()  # what the task had bound before it failed
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """Says that the run is to end, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class TaskMissing:
    """Says that a task that may only be reused was not found in the store."""

    task: TaskId


Event = TaskStarted | TaskSucceeded | TaskReused | ForeachSplit | TaskSkipped | TaskFailed | TaskMissing | RunCancelled


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Level:
    """Says on which item of a foreach around it a task works; `width` is the number of items.

    `source` is the digest of the artifact that had the items, if it was one.
    """

    index: int
    width: int
    item: ArtifactRef
    source: str = ""


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class TaskDone:
    """Describes a finished task as a join sees it."""

    task: TaskId
    artifacts: tuple[ArtifactRef, ...]
    stack: tuple[Level, ...] = ()  # of a task of a script


class Reuse(StrEnum):
    """Says which stored task may stand for a task, so that it need not run."""

    NEVER = "never"
    OWN = "own"  # only an equal task of the same run, which has started again
    ANY = "any"  # any task with the same key
    ONLY = "only"  # like ANY, but the task does not run if none is found


@dataclass(frozen=True, slots=True)
class StartTask:
    """Tells the executor to start a task, or to reuse a stored one.

    `inputs` is in reading order. `joined` holds the tasks that a join sees. `stack` holds the foreachs around a task of
    a script, outermost first. `partners` are visible artifacts that the task does not read but that share objects with
    its inputs: a change of these objects also changes the partners. `failure` is set in the extra attempt of a step
    with `@catch` whose process died: that attempt only handles the failure.
    """

    task: TaskId
    inputs: tuple[ArtifactRef, ...] = ()
    joined: tuple[TaskDone, ...] = ()
    attempt: int = 0
    reuse: Reuse = Reuse.NEVER
    stack: tuple[Level, ...] = ()
    partners: tuple[ArtifactRef, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class CancelTasks:
    """Tells the executor to stop these tasks, whose answers do not count any more. They may all the same arrive."""

    tasks: tuple[TaskId, ...]


class Outcome(StrEnum):
    """Says how a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FinishRun:
    """Tells the executor that the run is over."""

    outcome: Outcome


Instruction = StartTask | CancelTasks | FinishRun
