"""What happened in a run (past tense) and what to do next (imperative). The event list is the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nbflow.store.artifact import Artifact, pickled_by_fields


@pickled_by_fields
@dataclass(frozen=True, slots=True, order=True)
class TaskId:
    """A step in a run: `fit[3]`, `score[0,2]`; `again@4` is the fifth turn of a loop; `fit[…]` splits a foreach."""

    step: str
    path: tuple[int, ...] = ()
    turn: int = 0
    split: bool = False

    def __str__(self) -> str:
        inside = [str(i) for i in self.path] + (["…"] if self.split else [])
        place = f"[{','.join(inside)}]" if inside else ""
        return f"{self.step}{place}" + (f"@{self.turn}" if self.turn else "")


class FailureKind(StrEnum):
    ERROR = "error"  # the body raised
    CRASH = "crash"  # the process died
    TIMEOUT = "timeout"
    STORE = "store"  # what it made could not be written


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback in the user's coordinates."""

    where: str  # "movie_recommender.ipynb · step clean · cell 6, line 3"
    function: str
    source: str


@dataclass(frozen=True, slots=True)
class Failure:
    kind: FailureKind
    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    traceback: str = ""  # ready to print

    @property
    def exception(self) -> str:
        """The message, under the name that Metaflow's client has for it."""
        return self.message

    @property
    def stacktrace(self) -> str:
        return self.traceback

    def __str__(self) -> str:
        return f"{self.type.removeprefix('builtins.')}: {self.message}"


@dataclass(frozen=True, slots=True)
class TaskStarted:
    task: TaskId
    attempt: int = 0


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class PassedOn:
    """How a task dealt with objects that it changed and that more than one name reaches.

    `changed` are the digests of the components that held these objects before. `names` are the names that reach them
    and were stored anew, each with the digest of its artifact before. `tied` are constants of ordinary cells that share
    objects with what the task made: a later change to these objects changes the constants as well.
    """

    changed: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    tied: tuple[Artifact, ...] = ()

    def covers(self, artifacts: Iterable[Artifact]) -> bool:
        """Tell whether each of the artifacts that reaches into something changed was stored anew."""
        return all((one.name, one.digest) in self.names for one in artifacts if self.concerns(one))

    def concerns(self, artifact: Artifact) -> bool:
        """Tell whether an artifact reaches into something that was changed."""
        return not set(self.changed).isdisjoint(artifact.shares)


NOTHING_PASSED_ON = PassedOn()


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    """`learned` are the names found mutated in place that the graph did not know as writes."""

    task: TaskId
    artifacts: tuple[Artifact, ...]
    again: bool = False  # of a loop: its condition still holds
    learned: tuple[str, ...] = ()
    seconds: float = 0.0
    chose: str = ""  # of a flowing step that is a switch: where it leads
    passed_on: PassedOn = NOTHING_PASSED_ON


@dataclass(frozen=True, slots=True)
class TaskReused:
    """Nothing ran: an earlier task had the same key. `source` is that task, "run/number"."""

    task: TaskId
    artifacts: tuple[Artifact, ...]
    source: str
    again: bool = False
    skipped: bool = False
    seconds: float = 0.0  # what it took when it ran
    outputs: str | None = None  # digest of what it displayed then
    chose: str = ""
    passed_on: PassedOn = NOTHING_PASSED_ON


@dataclass(frozen=True, slots=True)
class ForeachSplit:
    """A foreach expression was evaluated; its items are artifacts named by their index."""

    task: TaskId
    items: tuple[Artifact, ...]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskSkipped:
    task: TaskId
    reason: str


@dataclass(frozen=True, slots=True)
class TaskFailed:
    task: TaskId
    failure: Failure
    attempt: int = 0
    seconds: float = 0.0
    artifacts: tuple[Artifact, ...] = ()  # what had been bound before


@dataclass(frozen=True, slots=True)
class RunCancelled:
    reason: str


@dataclass(frozen=True, slots=True)
class TaskMissing:
    """A task that may only be reused was not found in the store."""

    task: TaskId


Event = TaskStarted | TaskSucceeded | TaskReused | ForeachSplit | TaskSkipped | TaskFailed | TaskMissing | RunCancelled


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Level:
    """One foreach around a task: which of its items the task works on."""

    index: int
    width: int
    item: Artifact


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class TaskDone:
    """A finished task as a join sees it."""

    task: TaskId
    artifacts: tuple[Artifact, ...]
    stack: tuple[Level, ...] = ()  # of a flowing task


class Reuse(StrEnum):
    """Where a task may come from instead of being run."""

    NEVER = "never"
    OWN = "own"  # an equal task of this very run, after a graph that grew
    ANY = "any"  # any task with the same key
    ONLY = "only"  # as any, and it is not run otherwise


@dataclass(frozen=True, slots=True)
class StartTask:
    """`inputs` in reading order; a join reads the tasks of `joined` below `task.path` from the catalog besides.

    `stack` are the foreachs around a flowing task, outermost first. `partners` are visible artifacts that the task does
    not read and that share objects with its inputs: a change to these objects is a change to the partners. `failure` is
    what a task has to speak for whose own process is gone.
    """

    task: TaskId
    inputs: tuple[Artifact, ...] = ()
    joined: tuple[TaskDone, ...] = ()
    attempt: int = 0
    reuse: Reuse = Reuse.NEVER
    stack: tuple[Level, ...] = ()
    partners: tuple[Artifact, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class CancelTasks:
    tasks: tuple[TaskId, ...]


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FinishRun:
    outcome: Outcome


Instruction = StartTask | CancelTasks | FinishRun
