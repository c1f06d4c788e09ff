"""Runs a flow for a shell and shows its progress: as lines in a log, or as a live table on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from nbflow.flow.graph.graph import Graph
from nbflow.history.archive import Archive
from nbflow.history.store_limit import keep_within_limit
from nbflow.progress.narrator import Narrator
from nbflow.progress.pictures import count
from nbflow.progress.streams import fall_silent, let_controls_through
from nbflow.progress.tally import Tally
from nbflow.run.diskcheck import warnings_of
from nbflow.run.events.events import Event, Outcome
from nbflow.run.executor import Executor
from nbflow.run.launch import launch, refuse_errors
from nbflow.run.machine.plan import RunPlan
from nbflow.run.request import RunRequest
from nbflow.run.task.job import Result
from nbflow.store.catalog.flow_names import explain_name
from nbflow.store.catalog.rows import RunRow
from nbflow.store.store import Store
from nbflow.verbs.execution import memory_of
from nbflow.verbs.workspace import Workspace

if TYPE_CHECKING:
    from rich.console import Console

    from nbflow.cli.live_table import TableProgress
    from nbflow.history.executed_file import ExecutedFile


class LineProgress:
    """Prints one line per finished task, in the order in which they finish."""

    def __init__(self, narrator: Narrator) -> None:
        self.narrator, self.tally = narrator, narrator.tally

    def __call__(self, event: Event, result: Result | None) -> None:
        if self.tally.add(event):
            self.say(self.narrator.tell(event, result))

    def say(self, texts: Iterable[str]) -> None:
        """Print texts. If they cannot be written any more, go on in silence: the run matters more than its report."""
        try:
            for text in texts:
                click.echo(text, nl=False)
        except OSError:
            fall_silent()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress while the block runs."""
        yield


def perform_in_terminal(workspace: Workspace, request: RunRequest, executed: ExecutedFile | None) -> None:
    """Run a request with progress, then end the process: exit code 0 if the run succeeded, else 1.

    The code is also 1 if the executed notebook could not be written.
    """
    refuse_errors(workspace.graph)
    with Store.open(workspace.root) as store:
        outcome = _perform(workspace, request, store, executed)
        sys.exit(1 if outcome is not Outcome.SUCCEEDED or (executed and executed.trouble) else 0)


def _perform(workspace: Workspace, request: RunRequest, store: Store, executed: ExecutedFile | None) -> Outcome:
    began = time.monotonic()
    console = _console()
    narrator = _narrator(workspace, request.plan, store, brief=console is not None)
    progress = _progress(narrator, console)

    def started(row: RunRow, executor: Executor) -> None:
        if executed is not None:
            executed.begin(Archive(store.history, row.flow, workspace.root), row)
        name = explain_name(row.flow, row.document) if row.number == 1 else ""
        progress.say([_heading(row, workspace.graph, request) + name])
        progress.say(
            f"warning: {problem}\n" for problem in warnings_of(workspace.graph, workspace.folder, request.plan.reuse)
        )

    def listen(event: Event, result: Result | None) -> None:
        progress(event, result)
        if executed is not None:
            executed.heard(event, narrator.tally)

    with progress.shown():
        finished = launch(workspace.graph, request, store, workspace.folder, listen, started=started)
    progress.say(narrator.summary(finished.row.number, finished.outcome, time.monotonic() - began))
    progress.say([executed.end()] if executed is not None else [])
    progress.say(keep_within_limit(store))
    return finished.outcome


def _console() -> Console | None:
    """Return the terminal, or None if the output goes elsewhere: then rich, which draws tables, is not loaded."""
    if not (os.isatty(1) or os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE")):
        return None
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    if not console.is_terminal:
        return None
    let_controls_through()
    return console


def _progress(narrator: Narrator, console: Console | None) -> LineProgress | TableProgress:
    if console is None:
        return LineProgress(narrator)
    from nbflow.cli.live_table import TableProgress  # noqa: PLC0415

    return TableProgress(narrator, console)


def _narrator(workspace: Workspace, plan: RunPlan, store: Store, brief: bool) -> Narrator:
    tally = Tally(workspace.graph, plan.reuse)
    return Narrator(workspace.graph, tally, memory_of(store, workspace.flow.name), workspace.command, brief)


def _heading(row: RunRow, graph: Graph, request: RunRequest) -> str:
    steps = count(len(request.plan.reuse), "step")
    origin = f" · resumes run {request.origin}" if request.origin else ""
    place = f"on {request.place}" if request.place else count(request.plan.slots, "worker")
    return f"run {row.number} of {graph.flow.name} · {steps} · {place}{origin}\n"
