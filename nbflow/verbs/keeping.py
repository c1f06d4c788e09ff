"""Defines the verbs about the store: gc, verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nbflow.errors import HeaderError
from nbflow.flow.syntax.units import read_duration
from nbflow.progress.numbers import format_size
from nbflow.progress.pictures import count
from nbflow.store.catalog.audit import Damage
from nbflow.store.catalog.keeping_rules import NEWEST, kept_by_options
from nbflow.store.homes import locate_store
from nbflow.store.store import Store

_PLACE = click.argument("place", metavar="[NOTEBOOK]", type=click.Path(exists=True, path_type=Path), default=Path())


class Age(click.ParamType[float]):
    """Reads an age such as `30d` or `12h` as a number of seconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return value if isinstance(value, float) else read_duration("--older", value)
        except HeaderError as error:
            self.fail(str(error), param, ctx)


@click.command()
@_PLACE
@click.option(
    "--keep",
    type=click.IntRange(0, 10**9),
    help=f"How many runs of each flow stay.  [default: {NEWEST}, with --older 0]",
)
@click.option("--older", type=Age(), help="Delete only runs that ended longer ago than this: 30d, 12h.")
@click.option("--keep-tagged", is_flag=True, help="Keep every run that has a tag.")
@click.option("--dry-run", is_flag=True, help="Only print what would be deleted.")
def gc(place: Path, keep: int | None, older: float | None, keep_tagged: bool, dry_run: bool) -> None:
    """Delete old runs of all flows in the store of NOTEBOOK or of this folder, and what no remaining run needs.

    Runs that are running stay. `nbflow du` shows what takes the space.
    """
    with open_store(place) as store:
        swept = store.gc(kept_by_options(keep, older, keep_tagged), dry_run)
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
    with Store.tolerating_change(_root_of(place)) as changed:
        if changed is not None:
            click.echo(f"{changed} has other bytes than were written; what no signature covers may be wrong")
        damage = _find_damage(place, not keep_damaged, changed is not None)
    if not damage and not changed:
        click.echo("every stored object is intact")
        return
    tasks = {(hit.flow, hit.run, hit.step, hit.path) for one in damage for hit in one.hits}
    after = "affected tasks run again when they are needed next" if not keep_damaged else "they are still in use"
    click.echo(f"{count(len(damage), 'damaged object')}, {count(len(tasks), 'task')} affected: {after}")
    sys.exit(1)


def _find_damage(place: Path, forget: bool, has_changed: bool) -> Sequence[Damage]:
    """Return what is damaged, and say what it is; with `forget` it is not used any more."""
    with open_store(place) as store:
        damage = store.verify()
        for one in damage:
            click.echo(str(one))
        if (damage or has_changed) and forget:
            store.forget(damage)
    return damage


def open_store(place: Path) -> Store:
    """Open the store of a notebook or folder; raise StoreError if there is none."""
    return Store.open(_root_of(place), create=False)


def _root_of(place: Path) -> Path:
    """Return the folder of the store of a notebook or folder, which need not exist."""
    return locate_store(place if place.is_dir() else place.resolve().parent)
