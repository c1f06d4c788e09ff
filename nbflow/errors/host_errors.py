"""Defines the errors of runs on other hosts."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors.base import NbflowError


class DaskMissing(NbflowError):
    """Raised when a run is to use a cluster and dask.distributed is not installed."""

    def __init__(self, cluster: str, package: str = "distributed") -> None:
        self.cluster, self.package = cluster, package
        super().__init__(
            f"--on {cluster} needs {package}, which is not installed: pip install 'jupyter-nbflow[dask]' {package}"
        )


class ClusterUnreachable(NbflowError):
    """Raised when no scheduler answers at the address of a cluster."""

    def __init__(self, cluster: str, reason: str) -> None:
        self.cluster, self.reason = cluster, reason
        super().__init__(f"--on {cluster}: {reason}. Start its scheduler (dask scheduler), or correct the address")


class VersionsDiffer(NbflowError):
    """Raised when a process of a cluster has other versions of what values and messages are made of."""

    def __init__(self, cluster: str, where: str, differences: str) -> None:
        self.cluster, self.where, self.differences = cluster, where, differences
        super().__init__(f"--on {cluster}: {differences} on {where}. Install the same versions there as here")


class StoreNotShared(NbflowError):
    """Raised when a host does not see the folder of the store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(
            f"it does not see the store {root}. Keep the store in a bucket (nbflow init --store s3://BUCKET/FOLDER), "
            "or in a folder that all hosts share, to which NBFLOW_HOME is set"
        )


class HostRefused(NbflowError):
    """Raised when a host cannot take part in a run; the reason says what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ResourceMissing(NbflowError):
    """Raised when a step asks for something that the run can never give it."""

    def __init__(self, step: str, asked: str, found: str, fix: str) -> None:
        self.step, self.asked, self.found, self.fix = step, asked, found, fix
        self.message = f"step '{step}' asks for {asked}, but {found}"
        super().__init__(f"{self.message}. {fix}")
