"""Defines the errors of runs on other hosts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

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


class ClusterUnknown(NbflowError):
    """Raised when a cluster is asked for that is neither an address nor a name in the settings of the project."""

    def __init__(self, cluster: str, known: Sequence[str]) -> None:
        self.cluster, self.known = cluster, tuple(known)
        have = f"the settings know {', '.join(known)}" if known else "the settings of the project name none"
        super().__init__(
            f"--on {cluster}: there is no such cluster: {have}. Give an address, such as tcp://HOST:8786, in a "
            f"notebook the name of a variable that holds a client, or add the "
            f'table [tool.nbflow.clusters.{cluster}] with  class = "dask_jobqueue.SLURMCluster"  to pyproject.toml'
        )


class ClusterSettingsWrong(NbflowError):
    """Raised when a cluster cannot be made as the settings of the project say."""

    def __init__(self, cluster: str, file: Path, reason: str) -> None:
        self.cluster, self.file, self.reason = cluster, file, reason
        where = f"[clusters.{cluster}] in {file}" if cluster else str(file)
        super().__init__(f"{where}: {reason}")


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


class FileElsewhere(NbflowError):
    """Raised when a step reads a file by an absolute path, and another machine has the file that a step has written."""

    def __init__(self, path: str, reader: str, writer: str, host: str) -> None:
        self.path, self.reader, self.writer, self.host = path, reader, writer, host
        super().__init__(
            f"step '{reader}' reads {path}, which step '{writer}' has written on another machine: {host} does not have "
            f"it so. Let both steps name it by a path relative to the notebook, such as '{PurePath(path).name}': such "
            "files are sent"
        )


class ResourceMissing(NbflowError):
    """Raised when a step asks for something that the run can never give it."""

    def __init__(self, step: str, asked: str, found: str, fix: str) -> None:
        self.step, self.asked, self.found, self.fix = step, asked, found, fix
        self.message = f"step '{step}' asks for {asked}, but {found}"
        super().__init__(f"{self.message}. {fix}")
