"""Finds the dask cluster that a run is to use, connects to it, and compares what is installed there."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.errors import ClusterUnreachable, DaskMissing, VersionsDiffer
from nbflow.run.hosts.host_versions import COMPARED, OF_SCHEDULER, differences, versions_here, versions_told
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.workers.workers import Driver, Workers

if TYPE_CHECKING:
    from distributed import Client

WINDOW = 200
"""So many tasks of a run are with dask at the same time; more would not be done sooner."""

CONNECTS_WITHIN = "5s"


@dataclass
class Cluster:
    """Is a cluster to which this process is connected. `start` makes the workers of one run."""

    name: str
    client: Client
    own: list[Any] = field(default_factory=list)  # what is to be closed after the run, the last one first

    def start(self, program: Program, plan: RunPlan, receiver: Driver) -> Workers:
        """Return the workers of a run."""
        from nbflow.run.hosts.dask_workers import DaskWorkers  # noqa: PLC0415 - imports what only runs need

        return DaskWorkers(self.client, self.close, program, plan, receiver)

    def close(self) -> None:
        """Close what was opened for the run."""
        while self.own:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                self.own.pop().close()


def connect_cluster(address: str) -> Cluster:
    """Connect to a scheduler, and refuse it if values could not cross.

    Raises:
        DaskMissing: dask.distributed is not installed.
        ClusterUnreachable: Nothing answers at the address.
        VersionsDiffer: A process of the cluster has other versions of what values are made of.
    """
    client = _client_of(address)
    cluster = Cluster(address, client, [client])
    try:
        refuse_differences(client, address)
    except BaseException:
        cluster.close()
        raise
    return cluster


def _client_of(address: str) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415 - a run that is not asked to use a cluster does not pay for it
    except ImportError as error:
        raise DaskMissing(address) from error
    try:
        with warnings.catch_warnings(action="ignore"):  # of versions, which `refuse_differences` compares
            return Client(address, timeout=CONNECTS_WITHIN, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterUnreachable(address, str(error).splitlines()[0] if str(error) else type(error).__name__) from error


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
