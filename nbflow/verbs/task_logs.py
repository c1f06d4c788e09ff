"""Defines the verbs about single tasks: logs, dump."""

from __future__ import annotations

import pprint
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import cloudpickle

from nbflow.errors import UnknownName
from nbflow.history.address import read_address
from nbflow.history.archive import task_name
from nbflow.history.differences import describe_artifact
from nbflow.notebook.write import write_whole
from nbflow.progress.numbers import duration, format_size, indent, table
from nbflow.progress.printed import text_of_outputs
from nbflow.run.events.replay import read_failure
from nbflow.run.output.live_output import last_words
from nbflow.store.catalog.evictions import describe_eviction, read_evicted
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace

_PAUSE = 0.2
"""Seconds to wait before a followed task is read again."""


@click.command()
@NOTEBOOK
@click.argument("task", metavar="STEP[ITEM]")
@click.option("-f", "--follow", is_flag=True, help="Keep printing until the task ends.")
def logs(notebook: Path, task: str, follow: bool) -> None:
    """Print the output of a task, and the traceback if it failed. For several tasks, print those that have output."""
    workspace = find_workspace(notebook)
    row, tasks = workspace.archive.find(read_address(task))
    for one in tasks:
        is_told = len(tasks) == 1
        for text in _follow(workspace, row, one) if follow else [log_of(workspace, row, one)]:
            if text and not is_told:
                click.echo(heading(row, one))
                is_told = True
            click.echo(text if len(tasks) == 1 or not text else indent(text), nl=False)


def log_of(workspace: Workspace, row: RunRow, task: TaskRow) -> str:
    """Return the output of a task; while it runs, its output so far."""
    if task.status is TaskStatus.RUNNING:
        return text_of_outputs(last_words(workspace.root / "live" / str(row.id), task_name(task)))
    reader = workspace.archive.reader
    return text_of_outputs(stored_outputs(reader, task)) + _failure(task)


def _failure(task: TaskRow) -> str:
    if not task.failure:
        return ""
    failure = read_failure(task.failure)
    text = failure.traceback or f"{failure.type}: {failure.message}"
    return text.rstrip("\n") + "\n"


def _follow(workspace: Workspace, row: RunRow, task: TaskRow) -> Iterator[str]:
    """Yield the new output after each pause, until no more can come."""
    reader, told = workspace.archive.reader, 0
    while True:
        is_last = (
            task.status is not TaskStatus.RUNNING or workspace.archive.run(row.number).status is not RunStatus.RUNNING
        )
        text = log_of(workspace, row, task)
        yield text[told:]
        told = len(text)
        if is_last:
            return
        time.sleep(_PAUSE)
        task = reader.task(task.id) or task


def heading(row: RunRow, task: TaskRow) -> str:
    """Return the line that names a task, its run, its status, its duration, what it took, and its host."""
    source = f", from run {task.source.partition('/')[0]}" if task.source else ""
    seconds = f" · {duration(task.seconds)}" if task.seconds else ""
    memory = f" · {format_size(task.memory)}" if task.memory else ""
    processor = f" · CPU {duration(task.cpu_seconds)}" if task.cpu_seconds else ""
    host = f" · on {task.host}" if task.host else ""
    return f"{task_name(task)} · run {row.number} · {task.status}{source}{seconds}{memory}{processor}{host}"


@click.command()
@NOTEBOOK
@click.argument("task", metavar="STEP[ITEM]")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--value", is_flag=True, help="Load the values and print them.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Load the values and pickle them.")
def dump(notebook: Path, task: str, names: Sequence[str], value: bool, file: Path | None) -> None:
    """Print the type, size and beginning of a task's artifacts.

    --file pickles the value of a single NAME, or a dictionary {NAME: value} of one task.
    """
    workspace = find_workspace(notebook)
    row, tasks = workspace.archive.find(read_address(task))
    evicted = read_evicted(workspace.archive.reader)
    if file is not None:
        if len(tasks) > 1:
            raise click.UsageError(f"--file takes one task, such as {task_name(tasks[0])}: {task} names {len(tasks)}")
        _write(file, _load(workspace, row, tasks[0], artifacts_of(workspace, tasks[0], names)), len(names) == 1)
        click.echo(f"{heading(row, tasks[0])}: written to {file}")
        return
    for one in tasks:
        click.echo(heading(row, one))
        artifacts = artifacts_of(workspace, one, names)
        text = (
            "".join(_values(_load(workspace, row, one, artifacts)))
            if value
            else "\n".join(table(_line(artifact, evicted) for artifact in artifacts))
        )
        click.echo(indent(text or "no artifacts"), nl=False)


def artifacts_of(workspace: Workspace, task: TaskRow, names: Sequence[str]) -> list[ArtifactRef]:
    """Return the artifacts of these names, or all if there are none. Raises UnknownName."""
    artifacts = {
        artifact.name: artifact for artifact in workspace.archive.reader.artifacts(task.id) if artifact.is_named
    }
    for name in names:
        if name not in artifacts:
            raise UnknownName(f"artifact of {task_name(task)}", name, artifacts)
    return [artifact for name, artifact in artifacts.items() if not names or name in names]


def _load(workspace: Workspace, row: RunRow, task: TaskRow, artifacts: Sequence[ArtifactRef]) -> dict[str, Any]:
    """Load the values, with the notebook's classes as they were in that run. Raises Untrusted."""
    with Store.open(workspace.root, create=False) as store:
        store.gate.admit(artifacts)
        sys.path.insert(0, str(workspace.folder))  # for the notebook's local modules, which now may be imported
        wanted = {artifact.name: artifact for artifact in artifacts}
        return store.load(wanted, workspace.archive.home(row, workspace.folder))


def _values(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        text = pprint.pformat(value, width=100)
        yield f"{name} =\n{indent(text)}" if "\n" in text else f"{name} = {text}\n"


def _write(file: Path, values: dict[str, Any], single: bool) -> None:
    content = next(iter(values.values())) if single else values
    write_whole(file, cloudpickle.dumps(content), force=True)


def _line(artifact: ArtifactRef, evicted: Mapping[str, float]) -> Iterator[str]:
    yield artifact.name
    yield artifact.summary.type.removeprefix("builtins.")
    yield format_size(artifact.size)
    lost = "".join(f"  ({one.path} could not be stored: {one.reason})" for one in artifact.lost)
    gone = f"  ({describe_eviction(evicted[artifact.component])})" if artifact.component in evicted else ""
    yield (describe_artifact(artifact) if artifact.summary.columns else artifact.summary.text) + lost + gone
