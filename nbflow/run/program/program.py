"""Defines the program of a run: the flow with its parameters and its folder, which is all that a worker needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from nbflow.flow.effects.library_calls import import_folders
from nbflow.flow.files.pathtexts import fill_in
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.definition import Definition
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.store.catalog.writer import LIVE_FOLDER
from nbflow.store.homes import project_of


@dataclass(frozen=True)
class ProjectTree:
    """Says how the steps of a program see the folders of their project.

    Relative paths lie in `working_folder`, and the steps may rely on how `folders` lie to each other. `is_read` tells
    whether the graph says which files a step names.
    """

    working_folder: Path
    folders: tuple[Path, ...]
    is_read: bool = True


@dataclass(frozen=True)
class Program:
    """Holds what a worker needs to run any task of a run.

    `folder` is the folder in which the steps run, as Jupyter runs a notebook in its folder; `root` is the folder of the
    store; `run` is the row of the run in the catalog.
    """

    graph: Graph
    parameters: Mapping[str, Any]
    folder: Path
    root: Path
    run: int = 0
    performer: str = "nbflow.run.workers.cell_performer:perform_cells"  # called in a worker; makes the performer
    locks: Mapping[str, EnvironmentLock] = field(default_factory=dict)  # of the steps that have environments
    scratch: Path | None = None  # where the workers of another host write what their tasks print

    @property
    def crosses(self) -> bool:
        """Return whether values may go from step to step between different versions of packages."""
        return any(step.options.env for step in self.graph.steps.values())

    @property
    def live(self) -> Path:
        """Return the folder to which the workers of this run write what their tasks print."""
        return (self.scratch or self.root) / LIVE_FOLDER / str(self.run)

    @property
    def is_elsewhere(self) -> bool:
        """Return whether the tasks are performed on a host of a cluster."""
        return self.scratch is not None

    @property
    def is_copied(self) -> bool:
        """Return whether the folder is a copy of the project on another host."""
        return self.scratch is not None and self.folder.is_relative_to(self.scratch)

    @property
    def tree(self) -> ProjectTree:
        """Return how the steps see the project, which a host may have to copy."""
        return ProjectTree(self.folder, self.own_folders)

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """Return the folder of the flow and those of its local modules above it."""
        return (self.folder, *(path for path in self.project if self.folder.is_relative_to(path)))

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Return the files that every worker needs, whatever the steps name."""
        return ()

    def apart(self) -> Self:
        """Return the program as it is in an environment that has other packages than this process."""
        return self

    def moved(self, source: Path, target: Path) -> Self:
        """Return the program as it is where the folder `source` of the project lies at `target`."""
        return replace(self, folder=move_path(self.folder, source, target))

    @cached_property
    def project(self) -> tuple[Path, ...]:
        """Return the folders of local modules, the nearest first."""
        added = (self.folder / name for name in import_folders(self.graph.prelude.definitions))
        return tuple(
            dict.fromkeys((self.folder, project_of(self.root, self.folder), *(path for path in added if path.is_dir())))
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all parameters and artifacts."""
        return frozenset(self.parameters).union(*(linked.writes for linked in self.graph.links.values()))

    def looked_at(self, step: str, besides: frozenset[str] = frozenset()) -> frozenset[str]:
        """Return the prelude names that a step uses and may change; shared cells are left out, a worker keeps them.

        A name counts even if no step below uses it: such a step may be written later, when this one is already stored.
        """
        closure = self.graph.prelude_of(step).closure(self.graph.links[step].prelude | besides)
        return frozenset(name for one in closure if one.kind not in ("import", "shared") for name in one.names)

    def modules(self, step: str, closure: Iterable[Definition]) -> frozenset[str]:
        """Return the modules that a step and its part of the prelude import."""
        named = (fill_in(use.path, self.parameters) for use in self.graph.links[step].modules)
        return self.graph.steps[step].source.modules.union(*(one.modules for one in closure), named)

    def closure(self, step: str) -> tuple[Definition, ...]:
        """Return the part of the prelude that a step needs."""
        return self.graph.closure(step)


def move_path(path: Path, source: Path, target: Path) -> Path:
    """Return the path of a file if the folder `source` lies at `target`; a path outside of it stays as it is."""
    return target / path.relative_to(source) if path.is_relative_to(source) else path
