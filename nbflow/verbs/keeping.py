"""Defines the verbs about the store: gc, verify, trust."""

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
@click.option(
    "--keep", type=click.IntRange(0, 10**9), default=10, show_default=True, help="How many runs of each flow stay."
)
@click.option("--dry-run", is_flag=True, help="Only print what would be deleted.")
def gc(place: Path, keep: int, dry_run: bool) -> None:
    """Delete old runs of all flows in the store of NOTEBOOK or of this folder, and what no remaining run needs."""
    with open_store(place) as store:
        swept = store.gc(keep, dry_run)
    runs = f"{count(len(swept.runs), 'run')}" + (f" ({', '.join(swept.runs)})" if swept.runs else "")
    objects = count(swept.components + swept.texts + swept.blobs, "object")
    click.echo(f"{'would delete' if dry_run else 'deleted'} {runs}, {objects}, {format_size(swept.bytes)}")


@click.command()
@_PLACE
@click.option("--keep-damaged", is_flag=True, help="Only report damaged objects; leave them in use.")
def verify(place: Path, keep_damaged: bool) -> None:
    """Read every stored object and check that it is intact. The exit code is 1 if one is damaged.

    Damaged objects are not used any more: the tasks that need them run again when they are needed next.
    """
    with open_store(place) as store:
        damage = store.verify()
        for one in damage:
            click.echo(str(one))
        if damage and not keep_damaged:
            store.forget(damage)
    if not damage:
        click.echo("every stored object is intact")
        return
    tasks = {(hit.flow, hit.run, hit.step, hit.path) for one in damage for hit in one.hits}
    after = "affected tasks run again when they are needed next" if not keep_damaged else "they are still in use"
    click.echo(f"{count(len(damage), 'damaged object')}, {count(len(tasks), 'task')} affected: {after}")
    sys.exit(1)


@click.command()
@_PLACE
def trust(place: Path) -> None:
    """Trust everything that is in the store now, whoever signed it, so that it can be loaded and reused.

    NOTEBOOK may also be the store itself. What is added or changed there later is not trusted by this.
    """
    with Store.open(place, create=False) if Store.exists(place) else open_store(place) as store:
        number = trust_store(store.history)
        root = store.root
    click.echo(
        f"{count(number, 'task')} of {root} trusted from now on" if number else f"all of {root} was trusted already"
    )


def open_store(place: Path) -> Store:
    """Open the store of a notebook or folder; raise StoreError if there is none."""
    folder = place if place.is_dir() else place.resolve().parent
    return Store.open(Store.locate(folder), create=False)
