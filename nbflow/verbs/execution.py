"""Defines the verbs that start a run: run, resume, rerun."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from nbflow.errors import HeaderError
from nbflow.flow.syntax.units import read_size
from nbflow.history.address import Address, read_address
from nbflow.history.archive import Archive
from nbflow.progress.narrator import Memory
from nbflow.progress.numbers import ago
from nbflow.run.events.events import TaskFailed
from nbflow.run.left_out import as_left_out
from nbflow.run.machine.plan import plan_run
from nbflow.run.request import RunRequest
from nbflow.store.catalog.foreign import read_outputs
from nbflow.store.catalog.rows import RunKind, RunRow, TaskStatus
from nbflow.store.catalog.tag_rules import check_tags
from nbflow.store.store import Store
from nbflow.verbs.context import CLUSTER, NOTEBOOK_VARIABLES, PERFORM, WORKSPACE
from nbflow.verbs.options import FlowCommand, require_step
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace_with_steps

if TYPE_CHECKING:
    from nbflow.history.executed_file import ExecutedFile

FRESH = "Compute everything (default in a shell), or reuse results that are still valid (default in a notebook)."


def _is_live() -> bool:
    return WORKSPACE in click.get_current_context().meta


class Size(click.ParamType[int]):
    """Reads a size such as `4GB` or `512MB` as a number of bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else read_size("--memory", value)
        except HeaderError as error:
            self.fail(str(error), param, ctx)


def _keep_cluster(ctx: click.Context, option: click.Parameter, name: str | None) -> None:
    ctx.meta[CLUSTER] = name


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _resources(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every verb of this module has."""
    jobs = click.option(
        "-j", "--jobs", type=click.IntRange(1), default=processors, show_default="one per processor",
        help="How many worker processes to use.",
    )  # fmt: skip
    output = click.option(
        "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        help="Keep the executed notebook in this .ipynb file; {NAME} in it stands for the value of a parameter.",
    )  # fmt: skip
    memory = click.option("--memory", type=Size(), help="Run tasks at the same time only while they fit into it: 8GB.")
    on = click.option(
        "--on", metavar="CLUSTER", expose_value=False, callback=_keep_cluster,
        help="Run the tasks on a dask cluster: its name in the project's settings, or the address tcp://HOST:8786.",
    )  # fmt: skip
    tag = click.option(
        "--tag", "tags", multiple=True, callback=_check_tags, help="Give the run a name; may be repeated."
    )
    return jobs(on(memory(tag(output(command)))))


def _check_tags(_ctx: click.Context, _option: click.Parameter, tags: tuple[str, ...]) -> tuple[str, ...]:
    check_tags((), tags, (), ())
    return tags


@click.command(cls=FlowCommand)
@NOTEBOOK
@click.option("--to", metavar="STEP", help="Run only this step and the steps it needs.")
@click.option("--from", "start", metavar="STEP", help="Run this step and what depends on it; load the rest.")
@click.option("--only", metavar="STEP", help="Run this step alone; what it needs must be in the store.")
@click.option("--fresh/--reuse", default=lambda: not _is_live(), help=FRESH)
@_resources
@click.pass_context
def run(
    ctx: click.Context, notebook: Path, to: str | None, start: str | None, only: str | None, fresh: bool, jobs: int,
    memory: int | None, tags: tuple[str, ...], output: Path | None,
) -> None:  # fmt: skip
    """Run the flow, or a part of it.

    The parameters of the notebook are options too: `nbflow run NOTEBOOK --help` lists them.
    """
    if sum(name is not None for name in (to, start, only)) > 1:
        raise click.UsageError("use only one of --to, --from and --only", ctx)
    workspace = find_workspace_with_steps(notebook)
    for name in (to, start, only):
        require_step(workspace.flow, name)
    parameters = workspace.parameters(ctx)
    plan = plan_run(workspace.graph, fresh=fresh, to=to, start=start, only=only, slots=jobs, memory=memory)
    perform(workspace, RunRequest(plan, parameters, tags), output)


@click.command(cls=FlowCommand)
@NOTEBOOK
@click.argument("origin", metavar="[RUN]", required=False)
@click.option(
    "--without-failed", "without", metavar="STEP", multiple=True,
    help="Leave out the items of this foreach that failed in RUN; may be repeated.",
)  # fmt: skip
@_resources
@click.pass_context
def resume(
    ctx: click.Context, notebook: Path, origin: str | None, without: tuple[str, ...], jobs: int, memory: int | None,
    tags: tuple[str, ...], output: Path | None,
) -> None:  # fmt: skip
    """Start a new run that reuses every result that is still valid, of RUN (default: the newest) and other runs.

    It uses the parameters of RUN, except those that you give. With --without-failed, the tasks of a foreach that failed
    do not run again unless their code or inputs have changed: the join gets the other items.
    """
    workspace = find_workspace_with_steps(notebook)
    for name in without:
        require_step(workspace.flow, name)
    row = workspace.archive.run(origin)
    parameters = workspace.parameters(ctx, row)
    left_out = failed_tasks(workspace.archive, row, without)
    plan = plan_run(workspace.graph, left_out=left_out, slots=jobs, memory=memory)
    perform(workspace, RunRequest(plan, parameters, tags, RunKind.RESUME, row.number), output)


def failed_tasks(archive: Archive, row: RunRow, steps: Iterable[str]) -> dict[str, TaskFailed]:
    """Return how the foreach tasks of these steps failed in a run, by their keys.

    Raises click.UsageError for a step without such a task.
    """
    found: dict[str, TaskFailed] = {}
    for step in steps:
        tasks = [task for task in archive.reader.tasks(row.id, step) if task.path and not task.split]
        failed = [task for task in tasks if task.status is TaskStatus.FAILED and task.failure]
        if not failed:
            raise click.UsageError(f"no foreach task of '{step}' failed in run {row.number}: omit --without-failed")
        found |= {task.key: as_left_out(archive.reader, task) for task in failed}
    return found


@click.command(cls=FlowCommand)
@NOTEBOOK
@click.argument("task", metavar="STEP[ITEM]")
@_resources
@click.pass_context
def rerun(
    ctx: click.Context, notebook: Path, task: str, jobs: int, memory: int | None, tags: tuple[str, ...],
    output: Path | None,
) -> None:  # fmt: skip
    """Compute a step, or one of its foreach items, again; then the steps below whose inputs have changed.

    It uses the parameters of the newest run, except those that you give.
    """
    workspace = find_workspace_with_steps(notebook)
    address = read_address(task)
    require_step(workspace.flow, address.step)
    row = workspace.archive.run(address.run)
    parameters = workspace.parameters(ctx, row)
    anew = tasks_anew(workspace, address)
    plan = plan_run(workspace.graph, rerun=anew, slots=jobs, memory=memory)
    perform(workspace, RunRequest(plan, parameters, tags, RunKind.RESUME, row.number), output)


def tasks_anew(workspace: Workspace, address: Address) -> list[tuple[str, tuple[int, ...]]]:
    """Return (step, path) of each task to compute again, with the splits of a foreach.

    A step inside a foreach takes its paths from the tasks that the store has; any other step has the path ().
    """
    if not workspace.graph.links[address.step].scope:
        return [(address.step, ())]
    _, tasks = workspace.archive.find(address)
    paths = {task.path for task in tasks}
    if address.path is None and workspace.graph.steps[address.step].control.foreach:
        paths |= {path[:-1] for path in paths}
    return [(address.step, path) for path in sorted(paths)]


Perform = Callable[[Workspace, RunRequest, "ExecutedFile | None"], None]
"""Performs a request in the way of one front end, and keeps the executed notebook in a file if one is given."""


def perform(workspace: Workspace, request: RunRequest, output: Path | None) -> None:
    """Pass the request to the front end in which the verb is used. `output` may hold names of parameters in braces.

    Raises TargetNameWrong, TargetIsInput and TargetUnwritable before anything runs.
    """
    ctx = click.get_current_context()
    front_end: Perform = ctx.meta[PERFORM]
    executed = None if output is None else _executed_file(output, workspace, request)
    if ctx.meta.get(CLUSTER) is None:
        front_end(workspace, request, executed)
    else:
        with _on_cluster(ctx, workspace, request) as elsewhere:
            front_end(workspace, elsewhere, executed)


def _executed_file(output: Path, workspace: Workspace, request: RunRequest) -> ExecutedFile:
    from nbflow.history.executed_file import ExecutedFile, target_of  # noqa: PLC0415 - most runs write none

    target = target_of(output, workspace.flow, request.parameters, workspace.path)
    return ExecutedFile(target, workspace.path, workspace.command)


@contextmanager
def _on_cluster(ctx: click.Context, workspace: Workspace, request: RunRequest) -> Iterator[RunRequest]:
    """Give the request to run on the cluster of `--on`. The cluster is closed if the run does not begin.

    Raises the errors of `find_cluster` before anything runs.
    """
    from nbflow.run.hosts.clusters import WINDOW, find_cluster, with_cluster  # noqa: PLC0415 - a run here pays nothing

    tell = partial(click.echo, err=True)
    cluster = find_cluster(ctx.meta[CLUSTER], workspace.folder, ctx.meta.get(NOTEBOOK_VARIABLES, {}), tell)
    is_limited = ctx.get_parameter_source("jobs") is ParameterSource.COMMANDLINE
    plan = request.plan if is_limited else replace(request.plan, slots=WINDOW)
    try:
        plan = with_cluster(plan, workspace.graph, processors())
        yield replace(request, plan=plan, workers=cluster.start, place=cluster.name)
    except BaseException:
        cluster.close()
        raise


def memory_of(store: Store, flow: str) -> Memory:
    """Return how a narrator looks up the earlier runs of a flow."""
    return Memory(whence_of(store, flow), lambda digest: read_outputs(store.history, digest))


def whence_of(store: Store, flow: str) -> Callable[[str], str]:
    """Return a function that tells which run a reused task comes from, and how long ago that run began."""

    @cache
    def whence(run: int) -> str:
        row = store.history.run(flow, run)
        return f"run {row.number}, {ago(time.time() - row.started)}" if row else "a run that was deleted"

    return lambda source: whence(int(source.partition("/")[0]))
