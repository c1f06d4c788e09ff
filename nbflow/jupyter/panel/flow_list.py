"""Lists all flows of a server with their newest runs, and tells what their stores take on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.history.archive import Archive
from nbflow.jupyter.panel.notebook_place import NotBelowRoot, find_place
from nbflow.jupyter.panel.past_runs import PastMemory, recall_totals
from nbflow.jupyter.panel.run_list import LISTED
from nbflow.jupyter.panel.server_stores import server_stores
from nbflow.jupyter.panel.status_lines import Totals, run_line
from nbflow.jupyter.protocol.overview_messages import FlowLine, FlowList, SpaceList, StoreSpace, StoreTrouble
from nbflow.plain import plain_text
from nbflow.run.events.replay import read_failure
from nbflow.store.catalog.flow_names import NOTEBOOKS
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskStatus
from nbflow.store.catalog.schema import meaning_of_errors
from nbflow.store.homes import locate_store
from nbflow.store.store import CATALOG, Store

_LONGEST_ERROR = 200  # characters of an error that are shown

_lines, _spaces = PastMemory(2000), PastMemory(2000)


@dataclass(frozen=True)
class _Stored:
    """Holds the line of a flow, and the place of its notebook as the store has it."""

    line: FlowLine
    place: Path | None


def flow_list(top: Path, allow_hidden: bool, *, look: bool) -> FlowList:
    """Return the flows of all stores, those that ran last first; with `look`, search for new stores."""
    top = top.absolute()
    stores = server_stores(top, look=look)
    flows: list[FlowLine] = []
    troubles: list[StoreTrouble] = []
    for root in stores.roots:
        try:
            flows += _shown(root, top, allow_hidden)
        except (NbflowError, OSError) as error:
            troubles.append(StoreTrouble(_name_of(root, top), plain_text(error)))
    flows.sort(key=lambda line: (not line.is_busy, -line.run.started))
    return FlowList(tuple(flows), tuple(troubles), stores.is_cut)


def _shown(root: Path, top: Path, allow_hidden: bool) -> Iterator[FlowLine]:
    """Yield the flows of a store; of one that is above the folder of the server, only those below that folder.

    Of notebooks that share a flow, those that are gone are left out; if all are, the last one stands for them.
    """
    is_above = top.is_relative_to(root.parent) and root.parent != top
    for _, several in groupby(_read(root, top), lambda stored: stored.line.flow):
        flows = [(stored.line, _path_of(stored.place, top, allow_hidden) if stored.place else "") for stored in several]
        there = [replace(line, path=path, name=path) for line, path in flows if path]
        yield from there or ([] if is_above else [flows[0][0]])


def _read(root: Path, top: Path) -> list[_Stored]:
    """Return the flows of a store; they are read again only if its catalog has changed, or while a run goes on."""

    def make() -> list[_Stored]:
        with Store(root).new_reader() as reader, meaning_of_errors(reader.path):
            return [*_flows(reader, root, top)]

    found = _lines.recall((root, top, _stamp(root)), make)
    is_over = all(one.line.run.status is not RunStatus.RUNNING for one in found)
    return found if is_over else make()


def _stamp(root: Path) -> tuple[tuple[int, int], ...]:
    """Return what changes whenever the catalog of a store changes."""
    catalog = root / CATALOG
    files = (catalog, catalog.with_name(f"{catalog.name}-wal"))
    return tuple((status.st_mtime_ns, status.st_size) for file in files if file.exists() for status in (file.stat(),))


def _flows(reader: CatalogReader, root: Path, top: Path) -> Iterator[_Stored]:
    """Yield the flow of each notebook that has run, those of one flow one after another."""
    for flow in reader.flows():
        archive = Archive(reader, flow, root)
        places: Sequence[Path | None] = _places(reader, flow, root) or [None]
        rows = archive.runs(LISTED if len(places) > 1 else 1)
        for place in places if rows else ():
            of_place = (row for row in rows if place is not None and Path(row.document).stem == place.name)
            yield _stored(archive, next(of_place, rows[0]), place, top)


def _stored(archive: Archive, row: RunRow, place: Path | None, top: Path) -> _Stored:
    totals = recall_totals(archive, row)
    is_begun = row.status is RunStatus.RUNNING and row.kind is not RunKind.INTERACTIVE
    step, error = _first_failure(archive, totals)
    file = Path(row.document or row.flow) if place is None else Path(f"{place}{Path(row.document).suffix}")
    named = (_name_of(file, top), row.flow, _name_of(archive.root, top))
    is_busy = totals.is_busy or is_begun
    return _Stored(FlowLine("", *named, run_line(archive, totals), is_busy, step, error), place)


def _places(reader: CatalogReader, flow: str, root: Path) -> list[Path]:
    """Return where the notebooks of a flow were when they last ran, without suffix."""
    places = (place for place in reader.places_of(flow) if "\0" not in place)
    return [Path(os.path.normpath(root.absolute().parent / place)) for place in places]


def _path_of(place: Path, top: Path, allow_hidden: bool) -> str:
    """Return the path below `top` of the notebook at a place; "" if there is none that the server would show."""
    if not place.is_relative_to(top):
        return ""
    for suffix in NOTEBOOKS:
        path = f"{place.relative_to(top).as_posix()}{suffix}"
        try:
            find_place(top, path, allow_hidden)
        except NotBelowRoot:
            continue
        return path
    return ""


def _first_failure(archive: Archive, totals: Totals) -> tuple[str, str]:
    """Return the first step of which a task failed, and the first line of its error."""
    failed = [one.step for rows in totals.steps.values() for one in rows if one.status is TaskStatus.FAILED]
    if not failed:
        return "", ""
    tasks = archive.reader.tasks(totals.row.id, failed[0])
    texts = (task.failure for task in tasks if task.status is TaskStatus.FAILED and task.failure)
    failure = read_failure(next(texts, None) or '{"kind": "error", "type": "", "message": ""}')
    message = plain_text(f"{failure.type}: {failure.message}").strip().partition("\n")[0]
    return failed[0], message if len(message) <= _LONGEST_ERROR else f"{message[:_LONGEST_ERROR]}…"


# space


def space_list(top: Path) -> SpaceList:
    """Return what the stores take on disk; those that cannot be read are left out."""
    top = top.absolute()
    found: list[StoreSpace] = []
    for root in server_stores(top, look=False).roots:
        try:
            found.append(_spaces.recall((root, top, _stamp(root)), lambda root=root: _space(root, top)))  # type: ignore[misc]
        except (NbflowError, OSError):
            continue  # `flow_list` tells why
    return SpaceList(tuple(found))


def _space(root: Path, top: Path) -> StoreSpace:
    with Store.open(root, create=False) as store:
        use = store.disk_use(Kept())
    catalog = sum(size for _, size in _stamp(root))
    flows = {flow: taken.bytes for flow, taken in use.flows.items()}
    return StoreSpace(_name_of(root, top), use.blobs + catalog, use.free, use.old, flows, _folder_of(root, top))


def _folder_of(root: Path, top: Path) -> str | None:
    """Return the folder of a store below that of the server, from which a kernel finds the store; else None."""
    folder = root.parent
    is_own = folder.is_relative_to(top) and locate_store(folder) == root
    return folder.relative_to(top).as_posix() if is_own else None


def _name_of(path: Path, top: Path) -> str:
    """Return what a store or a file is called: its path below the folder of the server, else its whole path."""
    return plain_text(path.relative_to(top).as_posix() if path.is_relative_to(top) else path)
