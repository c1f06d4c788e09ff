"""What happened in a run (past tense) and what to do next (imperative). The event list is the run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbflow.store.artifact import Artifact


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


@dataclass(frozen=True, slots=True)
class TaskStarted:
    task: TaskId
    key: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    """`learned` are the names found mutated in place that the graph did not know as writes."""

    task: TaskId
    artifacts: tuple[Artifact, ...]
    again: bool = False  # of a loop: its condition still holds
    learned: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskReused:
    """Nothing ran: an earlier task had the same key. `source` is its pathspec "run/id"."""

    task: TaskId
    artifacts: tuple[Artifact, ...]
    source: str
    key: str = ""
    again: bool = False
    items: int | None = None
    skipped: bool = False


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


Event = TaskStarted | TaskSucceeded | TaskReused | ForeachSplit | TaskSkipped | TaskFailed | RunCancelled
