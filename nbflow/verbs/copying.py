"""Defines the verbs that copy runs between stores: push, pull."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from nbflow.errors import StoreBroken
from nbflow.history.archive import Archive
from nbflow.progress.pictures import count
from nbflow.store.homes import address_of, is_url, store_at
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
    workspace, root = find_workspace(notebook), store_at(place, Path.cwd())
    with Store.open(workspace.root, create=False) as source, Store.open(root) as target:
        _copy(source, target, workspace.flow.name, runs, f"to {_written(root)}")


@click.command()
@NOTEBOOK
@_RUNS
@click.option("--from", "place", metavar="URL|FOLDER", required=True, help="The store from which they are copied.")
def pull(notebook: Path, runs: Sequence[str], place: str) -> None:
    """Copy runs, with their values, from another store to that of NOTEBOOK; it is made if it is not there.

    Without RUN, all runs of the notebook are copied. A run that is there already stays as it is.
    """
    workspace, root = find_workspace(notebook), store_at(place, Path.cwd())
    if not Store.exists(root):
        fix = "Write behind --from the URL of a store, the folder of a store, or a folder that has one in it"
        raise StoreBroken(address_of(root), "there is no store", fix)
    with Store.open(root, create=False) as source, Store.open(workspace.root) as target:
        _copy(source, target, workspace.flow.name, runs, f"from {_written(root)}")


def _written(root: Path) -> str:
    """Return where a store is in the form that NBFLOW_HOME takes: its URL, or its folder as seen from here."""
    address = address_of(root)
    return address if is_url(address) else os.path.relpath(address)


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
