"""Defines the verbs that mark or delete single runs: tag, note, pin, delete."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from nbflow.progress.numbers import format_size
from nbflow.store.store import Store
from nbflow.verbs.workspace import NOTEBOOK, find_workspace


@click.command()
@NOTEBOOK
@click.argument("run")
@click.argument("name")
def tag(notebook: Path, run: str, name: str) -> None:
    """Give a run a name. `resume`, `diff` and `runs --tag` accept this name instead of the number."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    if not name.strip():
        raise click.UsageError("a tag is a text that is not empty: write for example  nbflow tag NOTEBOOK RUN best")
    if name.isdecimal():
        raise click.UsageError(f"'{name}' could be the number of a run: use a name with a letter in it")
    with Store.open(workspace.root, create=False) as store, store.writer() as writer:
        writer.tag(row.id, name)
    click.echo(f"run {row.number} is tagged {name}")


@click.command()
@NOTEBOOK
@click.argument("run")
@click.argument("text", nargs=-1)
@click.option("--clear", is_flag=True, help="Remove the note.")
def note(notebook: Path, run: str, text: Sequence[str], clear: bool) -> None:
    """Write a note on a run, in place of its last one, which is printed; without TEXT, print the note."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    if not text and not clear:
        click.echo(row.note or f"run {row.number} has no note")
        return
    if text and clear:
        raise click.UsageError("give a text or --clear, not both")
    with Store.open(workspace.root, create=False) as store, store.writer() as writer:
        writer.note(row.id, " ".join(text).strip())
    before = f"{', in place of' if text else ' any more'}: {row.note}" if row.note else ""
    click.echo(f"run {row.number} has {'a new' if text else 'no'} note{before}")


@click.command()
@NOTEBOOK
@click.argument("run")
@click.option("--off", is_flag=True, help="Take your pin away.")
def pin(notebook: Path, run: str, off: bool) -> None:
    """Pin a run: gc keeps it, and the panel lists it first. It stays pinned as long as one user has pinned it."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    with Store.open(workspace.root, create=False) as store, store.writer() as writer:
        users = writer.pin(row.id, not off)
    still = f"still pinned by {', '.join(users)}" if users else "not pinned any more"
    click.echo(f"run {row.number} is {still if off else 'pinned'}")


@click.command()
@NOTEBOOK
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
def delete(notebook: Path, runs: Sequence[str]) -> None:
    """Delete runs, with the results that no other run needs. A run that goes on stays, and so do all that are named.

    While another run goes on, the results stay until the next `nbflow gc`.
    """
    workspace = find_workspace(notebook)
    rows = list({row.id: row for row in map(workspace.archive.run, runs)}.values())
    with Store.open(workspace.root, create=False) as store:
        swept = store.delete_runs(rows)
    named = f"{'run' if len(rows) == 1 else 'runs'} {', '.join(str(row.number) for row in rows)}"
    freed = "nbflow gc frees the space when nothing runs" if swept is None else f"{format_size(swept.bytes)} freed"
    click.echo(f"deleted {named}: {freed}")
