"""Broadcasts the progress of runs in this kernel as small, complete snapshots, from a thread.

The comm has a fixed id, so the front end need not open it or answer. A page that was loaded in the middle of a run is
up to date within two seconds. A kernel that runs no flow has no thread and sends nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from comm import create_comm

from nbflow.flow.graph.graph import Graph
from nbflow.jupyter.panel.flow_shape import shape_of
from nbflow.jupyter.panel.status_lines import line_of_run, step_line_of
from nbflow.jupyter.protocol.messages import COMM, PROTOCOL, FlowShape, Snapshot, StepLine
from nbflow.jupyter.protocol.wire import to_data
from nbflow.progress.status import RunStatus, StepStatus
from nbflow.progress.tally import Count, Tally
from nbflow.run.events.events import Event, RunCancelled, TaskFailed, TaskId, TaskStarted
from nbflow.store.catalog.rows import RunRow

BROADCAST_PAUSE = 0.2
"""The least number of seconds between two messages."""

HEARTBEAT = 1.0
"""The number of seconds after which a message is sent even without news."""

SHARE = 0.005
"""The share of a kernel's time that messages may use; large flows send fewer messages, but at least one a second."""

LARGE_FLOW = 50
"""The number of steps above which the graph is not sent with every message."""

DRAWING = 2.0
"""The number of seconds after which a large graph is sent again, for pages that were loaded in the middle of a run."""

line_data = lru_cache(maxsize=2048)(to_data)
"""A cached `to_data`: most lines of a large flow are the same as in the message before."""

Sink = Callable[[Mapping[str, Any]], None]
"""A function that takes a snapshot as JSON data; any thread may call it."""


@cache
def open_channel() -> Sink:
    """Return the sink that sends on the kernel's only comm; the front end knows its id and never opens or closes it."""
    comm = create_comm(target_name=COMM, comm_id=COMM, primary=False)
    return lambda snapshot: comm.send(dict(snapshot))


class Broadcast:
    """Sends snapshots of all active runs of a session to its sinks; without sinks it does nothing.

    `client` tells which front end has sent the request that is executed now.
    """

    def __init__(self, *sinks: Sink, client: Callable[[], str] = str) -> None:
        self.sinks, self.client = [*sinks], client
        self._going: list[Going] = []
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._drawn: tuple[Graph, FlowShape, Any] | None = None

    def begin(self, row: RunRow, tally: Tally, path: str, client: str = "") -> Going:
        """Return the `Going` of a run that begins or continues with another step; its first event starts messages.

        `client` is the front end whose request has started the run.
        """
        with self._lock:
            known = next((one for one in self._going if one.row.id == row.id), None)
        if known is None:
            return Going(self, row, tally, path, client)
        known.go_on(row, tally)
        return known

    @contextmanager
    def step(self, row: RunRow, tally: Tally, path: str) -> Iterator[Going]:
        """Report a step of a kernel session while the block executes it, and how the block ended."""
        going = self.begin(row, tally, path)
        try:
            yield going
        except BaseException as error:
            going.end(RunStatus.CANCELLED if isinstance(error, KeyboardInterrupt) else RunStatus.FAILED)
            raise
        going.end(RunStatus.SUCCEEDED)

    def wake(self, going: Going) -> None:
        """Have the thread send a message soon, because there is news of a run."""
        if not self.sinks or (self._news.is_set() and going in self._going):
            return  # the next message reads the newest state anyway
        with self._lock:
            if going not in self._going:
                self._going.append(going)
            if self._thread is None:
                self._thread = threading.Thread(target=self._tell, name="nbflow broadcast", daemon=True)
                self._thread.start()
        self._news.set()

    def _tell(self) -> None:
        """Send messages until all runs are over and the last message of each was sent."""
        pause = BROADCAST_PAUSE
        while True:
            self._news.wait(HEARTBEAT - pause)
            self._news.clear()
            began = time.thread_time()
            with self._lock:
                said = {one: one.finished for one in self._going}
            for one in said:
                self.publish(one.snapshot())
            used = time.thread_time() - began
            pause = min(max(BROADCAST_PAUSE * len(said), used / SHARE), HEARTBEAT)
            time.sleep(pause)
            with self._lock:  # a run that continued meanwhile has another end, which was not sent yet
                self._going = [one for one in self._going if not one.finished or said.get(one) != one.finished]
                if not self._going:
                    self._thread = None
                    return

    def draw(self, graph: Graph) -> tuple[FlowShape, Any]:
        """Return the graph as a message and as JSON data; both are made once for all messages."""
        if self._drawn is None or self._drawn[0] is not graph:
            shape = shape_of(graph)
            self._drawn = graph, shape, to_data(shape)
        return self._drawn[1:]

    def publish(self, snapshot: Snapshot) -> None:
        """Send a snapshot to every sink."""
        data = to_data(replace(snapshot, shape=None, lines=()))
        data["lines"] = [line_data(line) for line in snapshot.lines]
        if snapshot.shape is not None and self._drawn is not None:
            data["shape"] = self._drawn[2] if snapshot.shape is self._drawn[1] else to_data(snapshot.shape)
        for sink in list(self.sinks):
            sink(data)


@dataclass(frozen=True, slots=True)
class SentLine:
    """Keeps the line of a step together with the facts it was made from."""

    count: Count
    began: float | None
    reasons: tuple[str, ...]
    line: StepLine

    def is_still(self, count: Count, began: float | None, reasons: tuple[str, ...]) -> bool:
        """Tell whether a line made from these facts would be the same."""
        return self.count == count and self.began == began and self.reasons == reasons


class Going:
    """Follows a run that goes on in this kernel, and makes its snapshots; the tally may belong to another listener."""

    def __init__(self, broadcast: Broadcast, row: RunRow, tally: Tally, path: str, client: str) -> None:
        self._broadcast, self.row, self._path, self._client = broadcast, row, path, client
        self._running: dict[TaskId, float] = {}
        self._reasons: dict[str, str] = {}
        self._counts: dict[str, Count] = {}
        self._told: dict[str, SentLine] = {}
        self._shown = 0.0
        self._lock = threading.Lock()  # without it a message could report one step's end as the end of the next
        self.go_on(row, tally)

    def go_on(self, row: RunRow, tally: Tally) -> None:
        """Continue with another step of a kernel session; lines that were sent before are made again."""
        with self._lock:
            self.row, self._tally = row, tally
            self._counts |= tally.counts
            self._told.clear()
            self._status = RunStatus.RUNNING
            self.finished: float | None = None
            self._stopped: frozenset[str] = frozenset()
            for step in tally.counts:
                self._reasons.pop(step, None)

    def count(self, event: Event) -> None:
        """Add an event to the tally and report it."""
        self._tally.add(event)
        self.heard(event)

    def stop(self) -> None:
        """Report that the running tasks were interrupted."""
        self.count(RunCancelled("interrupted"))

    def heard(self, event: Event) -> None:
        """Report an event that the tally has counted already."""
        match event:
            case TaskStarted():
                self._running[event.task] = time.time()
            case RunCancelled():
                self._stopped = frozenset(task.step for task in self._running)
                self._running.clear()
            case _:
                self._running.pop(event.task, None)
        if isinstance(event, TaskFailed):
            reason = f"{event.task} failed · {event.failure.type}: {event.failure.message}".split("\n", 1)[0]
            self._reasons.setdefault(event.task.step, reason)
        self._broadcast.wake(self)

    def end(self, status: RunStatus) -> None:
        """Report the end of the run once; later calls do nothing."""
        if self.finished:
            return
        with self._lock:
            self._stopped |= frozenset(task.step for task in self._running)
            self._status, self.finished = status, time.time()
        self._broadcast.wake(self)

    def snapshot(self) -> Snapshot:
        """Return the state of the run as one complete message."""
        with self._lock:
            return self._snapshot()

    def _snapshot(self) -> Snapshot:
        counts = dict(self._counts)
        line = line_of_run(self.row, counts.values())
        run = replace(line, status=self._status, finished=self.finished)
        lines = tuple(self._line(step, count) for step, count in counts.items())
        shape, _ = self._broadcast.draw(self._tally.graph)
        drawn = shape if self._is_due(shape) else None
        return Snapshot(PROTOCOL, self._path, shape.version, run, lines, drawn, self._client)

    def _is_due(self, shape: FlowShape) -> bool:
        now = time.monotonic()
        is_due = len(shape.steps) <= LARGE_FLOW or self.finished is not None or now - self._shown >= DRAWING
        self._shown = now if is_due else self._shown
        return is_due

    def _line(self, step: str, count: Count) -> StepLine:
        running = [began for task, began in list(self._running.items()) if task.step == step and not self.finished]
        began = min(running, default=None)
        reasons = (self._reasons[step],) if step in self._reasons and count.failed else ()
        told = self._told.get(step)
        if told is None or self.finished or not told.is_still(count, began, reasons):
            line = step_line_of(step, count, self._stands(step, count), began, self.row.number, reasons)
            told = self._told[step] = SentLine(replace(count), began, reasons, line)
        return told.line

    def _stands(self, step: str, count: Count) -> StepStatus:
        """Return the status of a step; in a run that is over, no step waits or runs."""
        if not self.finished or count.status not in (StepStatus.WAITING, StepStatus.RUNNING):
            return count.status
        return StepStatus.CANCELLED if step in self._stopped else StepStatus.MISSING
