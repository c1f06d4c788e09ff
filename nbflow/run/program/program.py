"""A flow with its parameters and its folder: all that a worker needs to run any task, and the keys of the tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbflow.flow.effects.library_calls import import_folders
from nbflow.flow.files.pathtexts import fill_in
from nbflow.flow.graph.link import Graph
from nbflow.flow.syntax.definition import Definition
from nbflow.store.store import LIVE_FOLDER


@dataclass(frozen=True)
class Program:
    """`folder` is where the steps run, as Jupyter runs a notebook; `root` is the store; `run` the catalog's row."""

    graph: Graph
    parameters: Mapping[str, Any]
    folder: Path
    root: Path
    run: int = 0
    performer: str = "nbflow.run.workers.worker:perform_cells"  # makes, in a worker, what performs the tasks

    @property
    def live(self) -> Path:
        """Where the workers of this run write what their tasks print."""
        return self.root / LIVE_FOLDER / str(self.run)

    @cached_property
    def project(self) -> tuple[Path, ...]:
        """Where local modules are looked for, nearest first."""
        added = (self.folder / name for name in import_folders(self.graph.prelude.definitions))
        return tuple(dict.fromkeys((self.folder, self.root.parent, *(path for path in added if path.is_dir()))))

    @cached_property
    def names(self) -> frozenset[str]:
        """All parameters and artifacts."""
        return frozenset(self.parameters).union(*(linked.writes for linked in self.graph.links.values()))

    def looked_at(self, step: str, besides: frozenset[str] = frozenset()) -> frozenset[str]:
        """The names of the prelude that a step uses and may change; what a shared cell makes is that of the worker.

        Whether a step below uses them as well does not matter: it may be written later, when this one is stored.
        """
        closure = self.graph.prelude_of(step).closure(self.graph.links[step].prelude | besides)
        return frozenset(name for one in closure if one.kind not in ("import", "shared") for name in one.names)

    def modules(self, step: str, closure: Iterable[Definition]) -> frozenset[str]:
        """The modules that a step imports, and that its part of the prelude does."""
        named = (fill_in(use.path, self.parameters) for use in self.graph.links[step].modules)
        return self.graph.steps[step].modules.union(*(one.modules for one in closure), named)

    def closure(self, step: str) -> tuple[Definition, ...]:
        """The part of the prelude that a step needs."""
        return self.graph.closure(step)
