"""Makes the dask clusters that the settings of a project name: LocalCluster, SLURMCluster, any class like these."""

from __future__ import annotations

import inspect
import logging
import shutil
import signal
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from nbflow.errors import ClusterSettingsWrong, ClusterUnknown, DaskMissing
from nbflow.run.workers.fork_server import start_tracker
from nbflow.run.workers.process import without_main
from nbflow.store.homes import FOLDER, PROJECT, SETTINGS

_OF_DASK = ("dask", "distributed")


@dataclass(frozen=True)
class ClusterSettings:
    """Says how to make a cluster.

    Attributes:
        name: The name under which people ask for it.
        file: The file that says so.
        kind: Its class, with the module: `dask_jobqueue.SLURMCluster`.
        workers: How many workers it is to have; None if `adapt` or the class says so.
        adapt: What its method `adapt` is given; None for a fixed number of workers.
        arguments: What else its class is given.
    """

    name: str
    file: Path
    kind: str
    workers: int | None = None
    adapt: Mapping[str, Any] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Any:
        """Start the cluster, and return it once it takes workers.

        Raises:
            DaskMissing: The package of its class is not installed.
            ClusterSettingsWrong: The settings, or this machine, do not fit the class.
        """
        cls = self._class()
        self._refuse_missing_command(cls)
        arguments = {**_silent(cls), **self.arguments, **self._first_workers(cls)}
        try:
            with warnings.catch_warnings(action="ignore"), without_main(), _apart_from_terminal():
                cluster = cls(**arguments)
                if self.adapt is not None:
                    cluster.adapt(**self.adapt)
                elif self.workers is not None and "n_workers" not in arguments:
                    cluster.scale(self.workers)
        except Exception as error:
            raise self._wrong(f"{type(error).__name__}: {str(error).strip() or 'no reason'}".splitlines()[0]) from error
        return cluster

    def _class(self) -> Any:
        module, _, name = self.kind.rpartition(".")
        top = module.partition(".")[0]
        try:
            return getattr(import_module(module), name)
        except ImportError as error:
            package = "distributed" if top in _OF_DASK else top.replace("_", "-")
            raise DaskMissing(self.name, package) from error
        except (AttributeError, ValueError):
            raise self._wrong(f"there is no class {self.kind}") from None

    def _refuse_missing_command(self, cls: Any) -> None:
        command = str(getattr(getattr(cls, "job_cls", None), "submit_command", "")).partition(" ")[0]
        if command and shutil.which(command) is None:
            raise self._wrong(f"{self.kind} needs the command {command}, which this machine does not have")

    def _first_workers(self, cls: Any) -> dict[str, int]:
        """Return how many workers the class is asked for at once, if it can be asked."""
        known = inspect.signature(cls).parameters.get("n_workers")
        if self.workers is None and self.adapt is None and "n_workers" not in self.arguments:
            if known is None or known.default == 0:
                raise self._wrong("it would have no workers: add  workers = 2  or  adapt = {minimum = 1, maximum = 4}")
            return {}
        if known is None or "n_workers" in self.arguments:
            return {}
        return {"n_workers": self.workers if self.adapt is None and self.workers is not None else 0}

    def _wrong(self, reason: str) -> ClusterSettingsWrong:
        return ClusterSettingsWrong(self.name, self.file, reason)


def _silent(cls: Any) -> dict[str, int]:
    """Return the argument that keeps dask from writing to the terminal what is told as an error of the run."""
    return {"silence_logs": logging.CRITICAL} if "silence_logs" in inspect.signature(cls).parameters else {}


@contextmanager
def _apart_from_terminal() -> Iterator[None]:
    """Let no Ctrl-C reach threads that start now, nor the processes that these start: the run ends them in its order.

    A Ctrl-C in the meantime takes effect at the end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    start_tracker()  # else multiprocessing would start it now, and let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def find_cluster_settings(name: str, folder: Path) -> ClusterSettings:
    """Return the settings of the cluster with this name.

    Raises:
        ClusterUnknown: No settings name it.
        ClusterSettingsWrong: They cannot be read.
    """
    known = {name: (file, table) for file, table_of in reversed([*_tables(folder)]) for name, table in table_of.items()}
    if name not in known:
        raise ClusterUnknown(name, sorted(known))
    file, table = known[name]
    return _read(name, file, table)


def cluster_names(folder: Path) -> tuple[str, ...]:
    """Return the names of all clusters that the settings of a project name; none if they cannot be read."""
    try:
        return tuple(dict.fromkeys(name for _, tables in _tables(folder) for name in tables))
    except ClusterSettingsWrong:
        return ()


def _tables(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the files that have clusters, from the nearest on, each with the table of every cluster."""
    for place in (folder.absolute(), *folder.absolute().parents):
        for file in (place / FOLDER / SETTINGS, place / PROJECT):
            if file.is_file() and (found := _clusters_in(file)):
                yield file, found


def _clusters_in(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text("utf-8")
        found: Any = tomllib.loads(text) if "clusters" in text else {}
    except (OSError, ValueError) as error:
        raise ClusterSettingsWrong("", file, f"it cannot be read ({error})") from None
    for key in ("tool", "nbflow") if file.name == PROJECT else ():
        found = found.get(key, {}) if isinstance(found, dict) else {}
    found = found.get("clusters", {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _read(name: str, file: Path, table: object) -> ClusterSettings:
    given = dict(table) if isinstance(table, dict) else {}
    kind, workers, adapt = given.pop("class", None), given.pop("workers", None), given.pop("adapt", None)
    if not isinstance(kind, str) or "." not in kind:
        raise ClusterSettingsWrong(name, file, 'it needs a class with its module: class = "dask_jobqueue.SLURMCluster"')
    if workers is not None and (type(workers) is not int or workers < 1):
        raise ClusterSettingsWrong(name, file, f"workers = {workers!r} is not a number of workers")
    if adapt is not None and not isinstance(adapt, dict):
        raise ClusterSettingsWrong(name, file, "adapt is not a table: write  adapt = {minimum = 1, maximum = 4}")
    return ClusterSettings(name, file, kind, workers, adapt, given)
