"""Prints a run as Metaflow prints it: each line has a time, the task, and what the task says."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import (
    Event,
    ForeachSplit,
    RunCancelled,
    TaskFailed,
    TaskId,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.output.live_output import attempt_in, label_in, live_tasks
from nbflow.run.task.job import Result

LOOK_EVERY = 0.1  # seconds to wait before it looks again at the output of running tasks


def stamp() -> str:
    """Return the present time as Metaflow prints it."""
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@dataclass
class _Told:
    """Counts how many bytes of the output of a running task have been printed, for each stream."""

    name: str = ""
    pid: int = 0
    attempt: int = 0
    stdout: int = 0
    stderr: int = 0


@dataclass
class Console:
    """Prints the events of a run and, in a thread of its own, the output of running tasks."""

    run: str
    live: Path
    graph: Graph
    number_of: Callable[[str], int | None] = lambda _task: None
    quiet: bool = False
    _numbers: dict[str, int] = field(default_factory=dict)
    _told: dict[str, _Told] = field(default_factory=dict)
    _steps: dict[str, str] = field(default_factory=dict)
    _attempts: dict[str, int] = field(default_factory=dict)
    _ended: dict[tuple[str, tuple[int, ...]], str] = field(
        default_factory=dict
    )  # the printed names of tasks that are over
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _over: threading.Event = field(default_factory=threading.Event)

    def say(self, text: str) -> None:
        """Print a line without a time."""
        if not self.quiet:
            _write(text)

    def tell(self, text: str, task: str = "") -> None:
        """Print a line with the time and the task."""
        with self._lock:
            _write(f"{stamp()} {task}{text}")

    # events

    def __call__(self, event: Event, result: Result | None) -> None:
        with self._lock:
            match event:
                case TaskStarted() if not event.task.split:
                    self._steps[str(event.task)] = event.task.step
                    self._attempts[str(event.task)] = event.attempt
                    self._told.pop(str(event.task), None)
                case TaskSucceeded() if result is not None:
                    self._finish(result, "Task finished successfully.")
                    self._ended[event.task.step, event.task.path] = self._name(result, event.task.step)
                case TaskFailed() if result is not None:
                    self._fail(event, result)
                case TaskReused() if not event.task.split and not event.skipped:
                    self._reuse(event)
                case ForeachSplit():
                    self.tell(f"Foreach yields {len(event.items)} child steps.", self._name_of_splitter(event.task))
                case RunCancelled():
                    self.tell(
                        f"Workflow {event.reason}: finished tasks are kept, and the command resume continues the run."
                    )
                case TaskSkipped() | _:
                    pass

    def _name_of_splitter(self, task: TaskId) -> str:
        """Return the name in other lines of the task that has made the list."""
        above = self.graph.links[task.step].led[0]
        path = task.path[: len(self.graph.links[above].scope)]
        return self._ended.get((above, path), f"[{self.run}/{above}] ")

    def _reuse(self, event: TaskReused) -> None:
        path = f"[{','.join(map(str, event.task.path))}]" if event.task.path else ""
        run, _, number = event.source.partition("/")
        origin = f"{run}/{event.task.step}/{number}"
        self.tell(f"Cloning results of a previously run task {origin}", f"[{self.run}/{event.task.step}{path}] ")

    def _fail(self, event: TaskFailed, result: Result) -> None:
        step = event.task.step
        self._finish(result, "")
        name = self._name(result, event.task.step)
        self.tell("Task failed.", name)
        options = self.graph.steps[step].options
        if event.attempt < options.retry and not event.task.split:
            self._told.pop(str(event.task), None)
            if options.retry_wait:
                self.tell(f"Waiting {options.retry_wait / 60:g} minutes before the next attempt, as @retry asks.", name)

    def _finish(self, result: Result, text: str) -> None:
        """Print the rest of the output of a task, and that the task is over."""
        task = str(result.task)
        name = self._name(result, result.task.step)
        told = self._told.pop(task, None) or _Told()
        if not told.pid:
            self.tell(self._beginning(task, result.task.step), name)
        for stream in ("stdout", "stderr"):
            full = "".join(one["text"] for one in result.outputs if one.get("name") == stream)
            rest = full.encode("utf-8", "replace")[getattr(told, stream) :].decode("utf-8", "replace")
            for line in rest.rstrip("\n").split("\n") if rest.strip("\n") else ():
                self.tell(line, name)
        if text:
            self.tell(text, name)

    def _beginning(self, task: str, step: str) -> str:
        attempt = self._attempts.get(task, 0)
        if attempt > self.graph.steps[step].options.retry:
            return "Task fallback is starting to handle the failure."
        return "Task is starting (retry)." if attempt else "Task is starting."

    def _name(self, result: Result, step: str) -> str:
        number = f"/{result.number}" if result.number else ""
        pid = f" (pid {result.pid})" if result.pid else ""
        return f"[{self.run}/{step}{number}{pid}] "

    # output of running tasks

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Print the output of running tasks as long as the `with` statement lasts."""
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _follow(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            with self._lock:
                for path in live_tasks(self.live):
                    self._look(path)

    def _look(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            task = label_in(path)
            number = self.number_of(task)
            if task not in self._steps or number is None or not self._is_about(path, task):
                return
            fresh = {name: _tail(path, name, self._told.get(task)) for name in ("stdout", "stderr")}
            if not self._is_about(path, task) or self.number_of(task) != number:
                return  # the worker has gone on to another task meanwhile
            self._tell_live(task, int(path.stem), number, fresh)

    def _is_about(self, path: Path, task: str) -> bool:
        """Tell whether a worker runs this task, in the attempt that was announced."""
        return label_in(path) == task and attempt_in(path) == self._attempts.get(task)

    def _tell_live(self, task: str, pid: int, number: int, fresh: dict[str, bytes]) -> None:
        name = f"[{self.run}/{self._steps[task]}/{number} (pid {pid})] "
        told = self._told.get(task)
        if told is None or told.pid != pid:
            told = self._told[task] = _Told(pid=pid)
            self.tell(self._beginning(task, self._steps[task]), name)
        for stream, data in fresh.items():
            whole = data[: data.rfind(b"\n") + 1]
            setattr(told, stream, getattr(told, stream) + len(whole))
            for line in whole.decode("utf-8", "replace").splitlines():
                self.tell(line, name)


def _tail(path: Path, stream: str, told: _Told | None) -> bytes:
    with path.with_suffix(".out" if stream == "stdout" else ".err").open("rb") as file:
        file.seek(getattr(told, stream) if told else 0)
        return file.read(1 << 20)


def _write(text: str) -> None:
    """Write a line to the terminal. The run goes on if the reader of the output has gone."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
