"""Finds the dask cluster that a run is to use, connects to it, and compares what is installed there."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import ClusterUnreachable, DaskMissing, VersionsDiffer
from nbflow.flow.graph.graph import Graph
from nbflow.run.hosts.both_sides import BothSides, steps_here
from nbflow.run.hosts.host_versions import COMPARED, OF_SCHEDULER, differences, versions_here, versions_told
from nbflow.run.hosts.named_clusters import find_cluster_settings
from nbflow.run.local_resources import resources_here
from nbflow.run.machine.plan import Resources, RunPlan
from nbflow.run.program.program import Program
from nbflow.run.workers.workers import Driver, Workers

if TYPE_CHECKING:
    from distributed import Client

WINDOW = 200
"""So many tasks of a run are with dask at the same time; more would not be done sooner."""

_ADDRESS = re.compile(r"://|:\d+$")

_SCHEMES = ("tcp", "tls", "ws", "wss", "ucx", "inproc")

CONNECTS_WITHIN = "5s"

FIRST_WORKER_WITHIN = 10.0
"""The first worker of a cluster that is made for a run is awaited for so many seconds."""


@dataclass
class Cluster:
    """Is a cluster to which this process is connected. `start` makes the workers of one run.

    Attributes:
        name: What the user calls it.
        client: The connection.
        own: What is to be closed after the run, the last one first.
        tell: Is given a line that the user is to read.
    """

    name: str
    client: Client
    own: list[Any] = field(default_factory=list)
    tell: Callable[[str], object] = field(default=lambda line: None)

    def start(self, program: Program, plan: RunPlan, receiver: Driver) -> Workers:
        """Return the workers of a run: those of the cluster, and processes here for steps that say `--on local`."""
        from nbflow.run.hosts.dask_workers import DaskWorkers  # noqa: PLC0415 - imports what only runs need

        there = DaskWorkers(self.client, self.close, self.say, program, plan, receiver)
        if plan.here is None or not steps_here(program.graph, plan):
            return there
        return BothSides(there, program, plan, receiver)

    def say(self, words: str) -> None:
        """Tell the user something about the cluster."""
        self.tell(f"--on {self.name}: {words}")

    def close(self) -> None:
        """Close what was opened for the run."""
        _close(self.own)


def find_cluster(name: str, folder: Path, variables: Mapping[str, Any], tell: Callable[[str], object]) -> Cluster:
    """Connect to a cluster: at an address, of a variable of the notebook, or made as the project's settings say.

    `tell` is given a line if the cluster has no worker yet, or has none any more while tasks wait.

    Raises:
        DaskMissing: dask.distributed, or the package of the cluster's class, is not installed.
        ClusterUnknown: There is no cluster of this name.
        ClusterSettingsWrong: The settings do not fit its class, or this machine.
        ClusterUnreachable: Nothing answers at the address.
        VersionsDiffer: A process of the cluster has other versions of what values are made of.
    """
    cluster = replace(_open_cluster(name, folder, variables), tell=tell)
    try:
        _await_worker(cluster)
    except BaseException:
        cluster.close()
        raise
    return cluster


def _open_cluster(name: str, folder: Path, variables: Mapping[str, Any]) -> Cluster:
    if _ADDRESS.search(name):
        return connect_cluster(name)
    if (found := _of_notebook(name, variables.get(name))) is not None:
        return found
    made = find_cluster_settings(name, folder).make()
    return connect_cluster(name, made, [made])


def connect_cluster(name: str, target: Any = None, own: Iterable[Any] = ()) -> Cluster:
    """Connect to the scheduler at an address, or to that of a cluster object, and refuse it if values could not cross.

    `own` is what is to be closed with the connection. Raises DaskMissing, ClusterUnreachable and VersionsDiffer.
    """
    opened = [*own]
    try:
        client = _client_of(name, name if target is None else target)
        opened.append(client)
        refuse_differences(client, name)
    except BaseException:
        _close(opened)
        raise
    return Cluster(name, client, opened)


def _close(opened: list[Any]) -> None:
    while opened:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            opened.pop().close()


def is_cluster(value: object) -> bool:
    """Return whether a value is a client or a cluster of dask, on which a run can be performed."""
    distributed = sys.modules.get("distributed")
    return distributed is not None and isinstance(value, distributed.Client | distributed.deploy.Cluster)


def _of_notebook(name: str, given: object) -> Cluster | None:
    """Return the cluster of a variable that holds a client or a cluster of dask; it stays open after the run."""
    if not is_cluster(given):
        return None
    from distributed import Client  # noqa: PLC0415 - the notebook has imported it

    if isinstance(given, Client):
        if given.asynchronous:
            raise ClusterUnreachable(name, "it is an asynchronous client, and a run needs one that waits")
        refuse_differences(given, name)
        return Cluster(name, given)
    return connect_cluster(name, given)


def _await_worker(cluster: Cluster) -> None:
    """Wait a moment for the first worker, if there is none yet, and compare what is installed there."""
    if cluster.client.nthreads():
        return
    try:
        cluster.client.wait_for_workers(1, timeout=FIRST_WORKER_WITHIN)
    except TimeoutError:
        cluster.say("no worker has joined yet; the tasks wait until one does")
    refuse_differences(cluster.client, cluster.name)


def _client_of(name: str, target: Any) -> Client:
    if isinstance(target, str) and "://" in target and target.partition("://")[0] not in _SCHEMES:
        raise ClusterUnreachable(name, f"a scheduler has no address with {target.partition('://')[0]}://")
    try:
        from distributed import Client  # noqa: PLC0415 - a run that is not asked to use a cluster does not pay for it
    except ImportError as error:
        raise DaskMissing(name) from error
    try:
        with warnings.catch_warnings(action="ignore"):  # of versions, which `refuse_differences` compares
            return Client(target, timeout=CONNECTS_WITHIN, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterUnreachable(name, str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def with_cluster(plan: RunPlan, graph: Graph, slots: int) -> RunPlan:
    """Return the plan of a run on a cluster, in which so many tasks of steps with `--on local` run here at once."""
    here = resources_here(Resources(slots), (graph.steps[name] for name in steps_here(graph, plan)))
    return replace(plan, here=here)


def refuse_differences(client: Client, name: str) -> None:
    """Raise VersionsDiffer if the scheduler or a worker has other versions than this process."""
    told: Any = client.get_versions(packages=[*COMPARED])
    ours = versions_here()
    of_scheduler = {name: one for name, one in ours.items() if name in OF_SCHEDULER}
    found = differences(of_scheduler, versions_told(told["scheduler"]["packages"]))
    if found:
        raise VersionsDiffer(name, "its scheduler", found)
    for address, one in told["workers"].items():
        found = differences(ours, versions_told(one["packages"]))
        if found:
            raise VersionsDiffer(name, f"its worker {address}", found)
