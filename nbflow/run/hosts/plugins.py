"""Runs inside dask: hands the jobs of a run to an agent on each worker, and watches the run on the scheduler."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import nullcontext
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin

from nbflow.errors import HostRefused, NbflowError
from nbflow.run.hosts.agent import CLOSE, shut
from nbflow.run.hosts.host_messages import GivenGpus, HostStore
from nbflow.run.hosts.host_resources import RESOURCE_PLUGIN, ResourcePlugin
from nbflow.run.hosts.host_versions import differences, versions_here
from nbflow.run.hosts.lifeline import Lifeline, operation_of, remove_when_cut
from nbflow.run.workers.workers import HostLost

AGENT_ENDED_AFTER = 6.0
"""An agent that is to end is killed after so many seconds."""

CUT_AGENT_ENDED_AFTER = 1.0
"""An agent that has lost its run may wait for the store in vain, and is killed sooner."""


class RunPlugin(WorkerPlugin):
    """Has the agent of one run on a dask worker. The agent starts and ends with the run."""

    def __init__(self, run: str, store: HostStore, setup: bytes, versions: dict[str, str]) -> None:
        self.name = self._run = run
        self._store, self._setup, self._versions = store, setup, versions
        self._refusal: str | None = None
        self._agent: _AgentProcess | None = None
        self._starting: Any = None
        self._is_over = self._is_cut = False

    async def setup(self, worker: Any) -> None:
        """Start the agent, beside what else dask does; called by dask."""
        self._worker, self._starting = worker, threading.Lock()
        self._lifeline = Lifeline(self._run)
        self._watching = asyncio.ensure_future(self._end_when_cut())
        if not await asyncio.to_thread(self.refusal):
            threading.Thread(target=self._start_early, daemon=True).start()

    async def teardown(self, worker: Any) -> None:
        """End the agent; called by dask when the run is over or the worker closes."""
        await self._lifeline.close()
        await asyncio.to_thread(self._end, AGENT_ENDED_AFTER)

    async def _end_when_cut(self) -> None:
        """End the agent once the scheduler cannot be reached, and the worker, which is lost for dask then."""
        if await self._lifeline.is_cut(self._worker):
            self._is_cut = True
            await asyncio.to_thread(self._end, CUT_AGENT_ENDED_AFTER)
            await self._worker.close(reason="nbflow-network-cut")

    def _end(self, patience: float) -> None:
        with self._starting:
            self._is_over = True
            if self._agent is not None:
                self._agent.stop(patience)

    def refusal(self) -> str:
        """Say why this worker cannot take part in the run; "" if it can."""
        if self._refusal is None:
            self._refusal = self._look_for_refusal()
        return self._refusal

    def _look_for_refusal(self) -> str:
        found = differences(self._versions, versions_here())
        if found:
            return f"{found} on the worker {self._worker.address}"
        try:
            self._store.locate()
        except NbflowError as error:
            return f"the worker {self._worker.address}: {error}"
        return ""

    def perform(self, batch: int, jobs: bytes, gpus: tuple[str, ...]) -> None:
        """Have the agent do a batch with these GPUs; returns when every job of it is answered.

        Raises HostLost if the agent ends before, or the network is cut, and HostRefused if the agent cannot work.
        """
        if refusal := self.refusal():
            raise HostRefused(refusal)
        if self._is_cut:
            raise HostLost((os.uname().nodename,))
        try:
            agent = self._ready_agent()
            if agent is not None:
                agent.perform(batch, jobs, gpus)
        except (OSError, HostRefused) as error:
            where = f"{self._worker.address} (its disk: {self._worker.local_directory})"
            raise HostRefused(f"the worker {where} cannot work for the run: {error}") from None

    def _ready_agent(self) -> _AgentProcess | None:
        """Return the agent, and start it if it is not there; None once the run is over."""
        with self._starting:
            if self._is_over:
                return None
            if self._agent is None or not self._agent.is_alive:
                self._agent = _AgentProcess(self._store, self._setup, self._worker, self._tell)
            return self._agent

    def _start_early(self) -> None:
        with contextlib.suppress(OSError):  # the first batch meets it again, and says it
            self._ready_agent()

    def close_idle(self) -> None:
        """Let the processes that have nothing to do end as Python processes end."""
        if self._agent is not None:
            self._agent.close_idle()

    def _tell(self, told: bytes) -> None:
        self._worker.log_event(self._run, told)


class _AgentProcess:
    """Is the process of an agent, started in a session of its own so that dask's signals do not reach it."""

    def __init__(self, store: HostStore, setup: bytes, worker: Any, tell: Any) -> None:
        self._tell = tell
        self._waiting: dict[int, threading.Event] = {}
        self._is_closed = threading.Event()
        self.is_alive = True
        self._sending = threading.Lock()
        self._refusal = ""
        scratch = tempfile.mkdtemp(prefix="nbflow-", dir=worker.local_directory)
        self._line, theirs = Pipe()
        facts = theirs.fileno(), worker.state.nthreads, scratch, worker.contact_address
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from nbflow.run.hosts.agent import be_agent; be_agent{facts}"],
            stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._send(pickle.dumps(store))
        self._send(setup)
        threading.Thread(target=self._listen, args=(self._line,), daemon=True).start()

    def perform(self, batch: int, jobs: bytes, gpus: tuple[str, ...]) -> None:
        is_over = self._waiting[batch] = threading.Event()
        if gpus:
            self._send(pickle.dumps(GivenGpus(batch, gpus)))
        self._send(jobs)
        if not self.is_alive:
            is_over.set()
        is_over.wait()
        if self._waiting.pop(batch, None) is not None:
            raise HostRefused(self._refusal) if self._refusal else HostLost((os.uname().nodename,))

    def _send(self, data: bytes) -> None:
        with self._sending, contextlib.suppress(OSError):  # `_listen` notices the end
            self._line.send_bytes(data)

    def _listen(self, line: Connection) -> None:
        try:
            while (data := line.recv_bytes()) != CLOSE:
                self._hear(pickle.loads(data))
            self._is_closed.set()
            line.recv_bytes()
        except (EOFError, OSError):
            pass  # the agent has ended, or dask has lost its scheduler and ends this worker
        finally:
            self.is_alive = False
            self._is_closed.set()
            for is_over in [*self._waiting.values()]:
                is_over.set()

    def _hear(self, message: Any) -> None:
        if isinstance(message, str):
            self._refusal = message
            return
        over, told = message
        self._tell(told)
        for batch in over:
            self._waiting.pop(batch).set()

    def close_idle(self) -> None:
        self._send(CLOSE)
        self._is_closed.wait(AGENT_ENDED_AFTER)

    def stop(self, patience: float) -> None:
        """End the agent, which first kills its pool, and everything that it has started, within so many seconds."""
        with contextlib.suppress(OSError):
            shut(self._line)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._line.close()


def perform_batch(run: str, batch: int, jobs: bytes, gpus: int) -> None:
    """Do a batch of jobs on this worker, with so many of its GPUs; do nothing if the run is over."""
    worker = get_worker()
    plugin, resources = worker.plugins.get(run), worker.plugins.get(RESOURCE_PLUGIN)
    if isinstance(plugin, RunPlugin):
        with resources.gpus(gpus) if isinstance(resources, ResourcePlugin) else nullcontext(()) as given:
            plugin.perform(batch, jobs, given)


def close_idle(run: str, dask_worker: Any) -> None:
    """Let the idle processes of a run end on this worker."""
    plugin = dask_worker.plugins.get(run)
    if plugin is not None:
        plugin.close_idle()


def refusal_of(run: str, dask_worker: Any) -> str:
    """Say why this worker cannot take part in a run; "" if it can."""
    plugin = dask_worker.plugins.get(run)
    return "" if plugin is None else plugin.refusal()


class RunKeeper(SchedulerPlugin):
    """Ends a run on all workers when its driver is gone, and lets the driver decide what a lost host means.

    Without it, dask would do a job again on another host, unseen, and keep the agents of a driver that was killed.
    """

    def __init__(self, run: str, client: str) -> None:
        self.name = f"{run}-keeper"
        self._run, self._client = run, client

    async def start(self, scheduler: Any) -> None:
        """Remember the scheduler; called by dask."""
        self._scheduler = scheduler
        scheduler.handlers[operation_of(self._run)] = self._hold_lifeline

    async def _hold_lifeline(self, comm: Any, worker: str) -> None:
        await remove_when_cut(self._scheduler, comm, worker)

    async def close(self) -> None:
        """Take no more lifelines; called by dask when the run is over or the scheduler closes."""
        self._scheduler.handlers.pop(operation_of(self._run), None)

    def transition(self, key: Any, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
        """Have dask report a batch as failed, instead of doing it again, once its worker is lost."""
        if finish == "processing" and str(key).startswith(self._run):
            self._scheduler.tasks[key].suspicious = self._scheduler.allowed_failures

    def remove_client(self, scheduler: Any, client: str) -> None:
        """End the run if this is the client of its driver; called by dask."""
        if client == self._client:
            self._ending = asyncio.ensure_future(end_run(self._run, scheduler))


async def end_run(run: str, dask_scheduler: Any) -> None:
    """End the agents of a run on all workers, and forget the run."""
    if f"{run}-keeper" in dask_scheduler.plugins:
        await dask_scheduler.plugins[f"{run}-keeper"].close()
        dask_scheduler.remove_plugin(name=f"{run}-keeper")
    if run in dask_scheduler.worker_plugins:
        await dask_scheduler.unregister_worker_plugin(comm=None, name=run)
    dask_scheduler._broker.truncate(run)  # the messages of the run; dask keeps them as long as the scheduler lives
