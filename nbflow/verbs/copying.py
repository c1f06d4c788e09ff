"""Defines the verbs that copy runs between stores: push, pull."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from nbflow.history.archive import Archive
from nbflow.progress.pictures import count
from nbflow.store.homes import store_at
from nbflow.store.run_copies import Copied, copy_runs
from nbflow.store.store import Store
from nbflow.verbs.workspace import NOTEBOOK, find_workspace

_RUNS = click.argument("runs", metavar="[RUN]...", nargs=-1)


@click.command()
@NOTEBOOK
@_RUNS
@click.option("--to", "place", metavar="URL|FOLDER", required=True, help="The store to which they are copied.")
def push(notebook: Path, runs: Sequence[str], place: str) -> None:
    """Copy runs, with their values, from the store of NOTEBOOK to another one: s3://bucket/folder, or a folder.

    Without RUN, all runs of the notebook are copied. A run that is there already stays as it is. One that goes on is
    left out: push again when it has ended.
    """
    workspace = find_workspace(notebook)
    with Store.open(workspace.root, create=False) as source, Store.open(store_at(place, Path.cwd())) as target:
        _copy(source, target, workspace.flow.name, runs, f"to {place}")


@click.command()
@NOTEBOOK
@_RUNS
@click.option("--from", "place", metavar="URL|FOLDER", required=True, help="The store from which they are copied.")
def pull(notebook: Path, runs: Sequence[str], place: str) -> None:
    """Copy runs, with their values, from another store to that of NOTEBOOK; it is made if it is not there.

    Without RUN, all runs of the notebook are copied. A run that is there already stays as it is.
    """
    workspace = find_workspace(notebook)
    with (
        Store.open(store_at(place, Path.cwd()), create=False) as source,
        Store.open(workspace.root) as target,
    ):
        _copy(source, target, workspace.flow.name, runs, f"from {place}")


def _copy(source: Store, target: Store, flow: str, runs: Sequence[str], where: str) -> None:
    archive = Archive(source.history, flow, source.root)
    rows = {row.id: row for row in map(archive.run, runs)}.values() if runs else archive.runs() or archive.none()
    copied = copy_runs(source, target, rows)
    for line in _told(copied, where):
        click.echo(line)


def _told(copied: Copied, where: str) -> Iterator[str]:
    yield f"copied {count(len(copied.new), 'run')} {where}{_numbers(copied.new)}"
    if copied.known:
        yield f"{count(len(copied.known), 'run')} there already{_numbers(copied.known)}"
    if copied.deleted:
        yield f"{count(len(copied.deleted), 'run')} left out, deleted there{_numbers(copied.deleted)}"
    if copied.going_on:
        yield f"{count(len(copied.going_on), 'run')} left out, not ended yet{_numbers(copied.going_on)}"


def _numbers(numbers: Iterable[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return f": {listed}" if listed else ""
