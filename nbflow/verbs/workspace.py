"""Gives a verb its notebook: the flow, its folder and its store."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from nbflow.errors import NoRunYet
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.syntax.specs import FlowSource
from nbflow.history.archive import Archive
from nbflow.history.step_states import resumed_parameters, version_of
from nbflow.history.versions import Version
from nbflow.notebook.arguments import bind_parameters
from nbflow.notebook.read import read_notebook
from nbflow.notebook.stored_flow import find_stored_flow, read_id
from nbflow.run.request import refuse_empty
from nbflow.store.catalog.rows import RunRow
from nbflow.store.homes import address_of
from nbflow.store.store import Store
from nbflow.verbs.context import FLOW, GIVEN, WORKSPACE

NOTEBOOK = click.argument("notebook", type=click.Path(path_type=Path))


@dataclass(frozen=True)
class Workspace:
    """Holds the flow of a notebook, and where its files and its store are.

    `typed` is the notebook's path as the user typed it, `folder` the notebook's folder, `root` the folder of the store.
    """

    typed: str
    folder: Path
    flow: FlowSource
    root: Path

    @property
    def path(self) -> Path | None:
        """Return the file of the notebook; None if it is not known."""
        return Path(self.typed)

    @property
    def command(self) -> str:
        """Return the notebook for commands that messages suggest, quoted if a shell needs that."""
        return shlex.quote(self.typed)

    @cached_property
    def archive(self) -> Archive:
        """Return the stored runs of the flow. Raises NoRunYet if there is no store."""
        if not self.exists:
            raise NoRunYet(self.flow.name, address_of(self.root))
        return Archive(Store.reader(self.root), self.flow.name, self.root)

    @property
    def exists(self) -> bool:
        """Tell whether the store exists."""
        return Store.exists(self.root)

    @cached_property
    def graph(self) -> Graph:
        """Return the graph, with what earlier runs have found out about its steps."""
        return self.archive.link(self.flow) if self.exists else link(self.flow)

    @property
    def proven(self) -> frozenset[str]:
        """Return the steps for which a run has shown which shared objects they change."""
        return self.archive.proven(self.graph) if self.exists else frozenset()

    def version(self, ctx: click.Context, origin: RunRow) -> Version:
        """Return the flow as it is now, with the parameters that `resume` of the run `origin` would use."""
        graph = self.graph  # first, because a run with the same cells has the same graph
        return version_of(graph, self.parameters(ctx, origin), self.folder, self.root, self.archive.reader)

    def parameters(self, ctx: click.Context, origin: RunRow | None = None) -> dict[str, Any]:
        """Return the parameters: the given value, else that of the run `origin`, else the default."""
        given = ctx.meta.get(GIVEN, {})
        if origin is None:
            return bind_parameters(self.flow, given, self.folder)
        return resumed_parameters(self.archive.graph, self.flow, given, self.folder, origin)


def find_workspace(notebook: Path) -> Workspace:
    """Return the workspace of a verb. The notebook is not read again if the command line has read it already."""
    ctx = click.get_current_context()
    if WORKSPACE in ctx.meta:
        workspace: Workspace = ctx.meta[WORKSPACE]
        return workspace
    flow = ctx.meta.get(FLOW) or read_notebook(notebook)
    folder = notebook.resolve().parent
    stored = find_stored_flow(notebook)
    return Workspace(str(notebook), folder, replace(flow, name=stored.name, id=read_id(notebook)), stored.root)


def find_workspace_with_steps(notebook: Path) -> Workspace:
    """Return the workspace of a verb that needs steps. Raises NothingToRun if there are none."""
    workspace = find_workspace(notebook)
    refuse_empty(workspace.flow)
    return workspace
