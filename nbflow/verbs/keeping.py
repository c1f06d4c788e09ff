"""Verbs about the store: gc, verify, trust."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nbflow.progress.numbers import format_size
from nbflow.progress.pictures import count
from nbflow.store.catalog.foreign import trust_store
from nbflow.store.store import Store

_PLACE = click.argument("place", metavar="[NOTEBOOK]", type=click.Path(exists=True, path_type=Path), default=Path())


@click.command()
@_PLACE
@click.option("--keep", type=click.IntRange(0), default=10, show_default=True, help="Runs of each flow that are kept.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def gc(place: Path, keep: int, dry_run: bool) -> None:
    """Delete what no kept run needs. It concerns all flows of the store that the notebook, or this folder, uses."""
    with open_store(place) as store:
        swept = store.gc(keep, dry_run)
    runs = f"{count(len(swept.runs), 'run')}" + (f" ({', '.join(swept.runs)})" if swept.runs else "")
    objects = count(swept.components + swept.texts + swept.blobs, "object")
    click.echo(f"{'would delete' if dry_run else 'deleted'} {runs}, {objects}, {format_size(swept.bytes)}")


@click.command()
@_PLACE
@click.option("--keep-damaged", is_flag=True, help="Only look: leave in use what is damaged.")
def verify(place: Path, keep_damaged: bool) -> None:
    """Read every stored object and compare it with its name. Exit code 1 when one is damaged.

    What is damaged is not used any more: the tasks concerned run again when they are needed next.
    """
    with open_store(place) as store:
        damage = store.verify()
        for one in damage:
            click.echo(str(one))
        if damage and not keep_damaged:
            store.forget(damage)
    if not damage:
        click.echo("every object is what its name says")
        return
    tasks = {(hit.flow, hit.run, hit.step, hit.path) for one in damage for hit in one.hits}
    after = "they run again when they are needed next" if not keep_damaged else "they are still in use"
    click.echo(f"{count(len(damage), 'damaged object')}, {count(len(tasks), 'task')} concerned: {after}")
    sys.exit(1)


@click.command()
@_PLACE
def trust(place: Path) -> None:
    """Trust all that the store holds now, whoever signed it, so that it may be loaded and reused.

    PLACE may be the store itself. What is added or changed there later is not trusted by this.
    """
    with Store.open(place, create=False) if Store.exists(place) else open_store(place) as store:
        number = trust_store(store.history)
        root = store.root
    click.echo(
        f"{count(number, 'task')} of {root} trusted from now on" if number else f"all of {root} was trusted before"
    )


def open_store(place: Path) -> Store:
    folder = place if place.is_dir() else place.resolve().parent
    return Store.open(Store.locate(folder), create=False)
