"""Defines the verb about space: du."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.errors import NoRunYet
from nbflow.notebook.stored_flow import find_stored_flow
from nbflow.progress.numbers import ago, format_size, table
from nbflow.progress.pictures import count
from nbflow.progress.status import describe_status
from nbflow.store.catalog.disk_use import DiskUse, Taken
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.rows import RunRow
from nbflow.store.homes import address_of, locate_store
from nbflow.store.store import Store
from nbflow.verbs.context import WORKSPACE

if TYPE_CHECKING:
    from nbflow.verbs.workspace import Workspace


@click.command()
@click.argument("place", metavar="[NOTEBOOK]", type=click.Path(path_type=Path), default=Path())
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many lines a list has.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, with sizes in bytes.")
def du(place: Path, limit: int, as_json: bool) -> None:
    """Show what each notebook in the store takes on disk, and what each run, step and name of NOTEBOOK takes.

    What several lines share is counted in each. The second size is what no other line of the list needs: without it,
    so much would be free. The last line tells what `nbflow gc` would free now. No stored object is opened.
    """
    root, flow = _find_place(place)
    with Store.open(root, create=False) as store:
        use, catalog = store.disk_use(Kept()), _size_of_catalog(store)
        if flow is not None and not store.history.runs(flow, 1):
            raise NoRunYet(flow, address_of(root))
        if as_json:
            click.echo(json.dumps(_as_json(root, use, catalog, flow), indent=2))
        else:
            for line in _lines(store, use, catalog, flow, limit):
                click.echo(line)


def _find_place(place: Path) -> tuple[Path, str | None]:
    """Return the folder of a store, and the name of the flow if `place` is a notebook."""
    workspace: Workspace | None = click.get_current_context().meta.get(WORKSPACE)
    if workspace is not None:
        return workspace.root, workspace.flow.name
    if place.is_dir():
        return locate_store(place), None
    stored = find_stored_flow(place)
    return stored.root, stored.name


def _size_of_catalog(store: Store) -> int:
    files = (store.catalog, store.catalog.with_name(f"{store.catalog.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _lines(store: Store, use: DiskUse, catalog: int, flow: str | None, limit: int) -> Iterator[str]:
    parts = f"{format_size(use.blobs)} in blobs, {format_size(catalog)} in the catalog"
    yield f"{store.root} takes {format_size(use.blobs + catalog)}: {parts}"
    runs = Counter(name for name, _ in use.runs)
    yield from _list("notebooks", ((name, size, count(runs[name], "run")) for name, size in _largest(use.flows)), limit)
    if flow is not None:
        told = ((str(row.number), _of_run(use, row), _words(row)) for row in store.history.runs(flow))
        yield from _list(f"runs of {flow}", told, limit)
        yield from _list(f"steps of {flow}", ((*one, "") for one in _largest(_of(use.steps, flow))), limit)
        yield from _list(f"names of {flow}", ((*one, "") for one in _largest(_of(use.names, flow))), limit)
    old = f": {count(len(use.old), 'run')} ({_some(use.old)})" if use.old else ""
    yield ""
    yield f"nbflow gc would free {format_size(use.free)}{old}"


def _list(title: str, rows: Iterable[tuple[str, Taken, str]], limit: int) -> Iterator[str]:
    every = [*rows]
    shown = [(name, format_size(taken.bytes), format_size(taken.own), words) for name, taken, words in every[:limit]]
    yield ""
    yield from table([(title, "size", "only here", ""), *shown])
    if len(every) > limit:
        yield f"and {len(every) - limit:,} more: -n {len(every)} shows all"


def _largest(parts: Mapping[str, Taken]) -> list[tuple[str, Taken]]:
    return sorted(parts.items(), key=lambda one: (-one[1].bytes, one[0]))


def _of(parts: Mapping[tuple[str, str], Taken], flow: str) -> dict[str, Taken]:
    return {name: taken for (of, name), taken in parts.items() if of == flow}


def _of_run(use: DiskUse, row: RunRow) -> Taken:
    return use.runs.get((row.flow, row.number), Taken(0, 0))


def _words(row: RunRow) -> str:
    tags = f" [{', '.join(row.tags)}]" if row.tags else ""
    return f"{describe_status(row)}, {ago(time.time() - row.started)}{tags}"


def _some(runs: tuple[str, ...]) -> str:
    return ", ".join(runs[:5]) + (f" and {len(runs) - 5:,} more" if len(runs) > 5 else "")


def _as_json(root: Path, use: DiskUse, catalog: int, flow: str | None) -> dict[str, Any]:
    def listed(parts: Mapping[tuple[str, Any], Taken], what: str) -> list[dict[str, Any]]:
        wanted = ((one, taken) for one, taken in parts.items() if flow in (None, one[0]))
        return [{"notebook": of, what: name, **taken._asdict()} for (of, name), taken in wanted]

    return {
        "store": str(root),
        "bytes": use.blobs + catalog,
        "blobs": use.blobs,
        "catalog": catalog,
        "notebooks": [{"notebook": name, **taken._asdict()} for name, taken in use.flows.items()],
        "runs": listed(use.runs, "run"),
        "steps": listed(use.steps, "step"),
        "names": listed(use.names, "name"),
        "gc": {"bytes": use.free, "runs": list(use.old)},
    }
