"""Keeps a store within its limit: evicts results that can be computed again, the oldest first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from nbflow.errors import HeaderError, NbflowError, StoreError
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import CacheMode
from nbflow.flow.syntax.units import read_size
from nbflow.history.archive import Archive
from nbflow.history.step_states import version_of
from nbflow.history.versions import explain
from nbflow.progress.numbers import format_size
from nbflow.progress.pictures import count
from nbflow.store.catalog.evictions import newest_runs_of_steps, read_holds
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus
from nbflow.store.store import Store


def evict_beyond(store: Store, variable: str, text: str) -> Iterator[str]:
    """Evict results if the store is larger than a limit such as `20GB`, and yield the line that says so.

    `variable` is the name of the setting, for the message if the limit cannot be read.
    """
    try:
        yield from _evict(store, read_size(variable, text))
    except (HeaderError, StoreError) as error:
        yield f"nothing was evicted from the store: {error}\n"


def _evict(store: Store, limit: int) -> Iterator[str]:
    before = store.size()
    evicted = store.evict(limit, lambda: evictable(store)) if before > limit else None
    if evicted is None:
        return
    what = (
        f"evicted {count(evicted.components, 'old result')}" if evicted.components else "removed what killed runs left"
    )
    said = [f"{what}, {format_size(evicted.bytes)}"] if evicted.bytes else []
    if before - evicted.bytes > limit:
        said.append("nothing else can be evicted: nbflow du shows what takes the space")
    yield f"the store took {format_size(before)}, its limit is {format_size(limit)} · {' · '.join(said)}\n"


def evictable(store: Store) -> list[str]:
    """Return the components that can be computed again and that nothing needs now, the one used longest ago first.

    What a tagged run, a running run (a live kernel session is one) or the newest run of a flow holds stays, with the
    newest result of each step, which that run may not have; and so does every result that cannot be computed again.
    """
    reader = store.history
    runs = reader.runs()
    needed, rows = needed_runs(runs), {row.id: row for row in runs}
    newest = newest_runs_of_steps(reader)

    @cache
    def repeatable(run: int, code: str) -> frozenset[str]:
        return _repeatable(reader, store.root, replace(rows[run], code=code))

    used: dict[str, float] = {}
    kept: set[str] = set()
    for hold in read_holds(reader):
        is_needed = hold.run in needed or newest.get((rows[hold.run].flow, hold.step)) == hold.run
        if is_needed or not hold.has_key or hold.step not in repeatable(hold.run, hold.code):
            kept.update(hold.components)
        else:
            used |= {one: max(used.get(one, 0.0), hold.finished) for one in hold.components}
    return sorted(used.keys() - kept, key=used.__getitem__)


def needed_runs(rows: Iterable[RunRow]) -> frozenset[int]:
    """Return the rows of the runs of which nothing is evicted; `rows` are newest first."""
    found: set[int] = set()
    seen: set[tuple[str, bool]] = set()
    for row in rows:
        kind = (row.flow, row.kind is RunKind.INTERACTIVE)  # a kernel session does not stand for the newest run
        if row.status is RunStatus.RUNNING or row.tags or kind not in seen:
            found.add(row.id)
        seen.add(kind)
    return frozenset(found)


def _repeatable(reader: CatalogReader, root: Path, row: RunRow) -> frozenset[str]:
    """Return the steps of a run that would give the same results again, from what is in the store and on the disk."""
    archive = Archive(reader, row.flow, root)
    try:
        then = archive.version(row)
        now = version_of(then.graph, row.parameters, _folder_of(reader, root, row.flow), root, reader)
        now = replace(now, parameters=then.parameters)
        changed = [step for step in then.graph.links if explain(step, then, now)]
    except (NbflowError, OSError):  # the code of the run is damaged or of another version, or a file cannot be read
        return frozenset()
    return repeatable_steps(then.graph, changed)


def repeatable_steps(graph: Graph, changed: Iterable[str]) -> frozenset[str]:
    """Return the steps that give the same results again, if what `changed` depend on is not what it was.

    A step that draws random numbers without a seed, or is pinned, is not repeated; the steps below it can be, because
    its own results stay. Below a step that has changed, or whose results expire, nothing can.
    """
    options = {step: graph.steps[step].options.cache.mode for step in graph.links}
    lost = {*changed, *(step for step, mode in options.items() if mode in (CacheMode.OFF, CacheMode.TTL))}
    lost |= {below for step in lost for below in graph.descendants(step)}
    stay = {step for step, mode in options.items() if mode is CacheMode.PIN or _is_unseeded(graph, step)}
    return frozenset(graph.links.keys() - lost - stay)


def _is_unseeded(graph: Graph, step: str) -> bool:
    return bool(graph.steps[step].random.draws - graph.links[step].draws)


def _folder_of(reader: CatalogReader, root: Path, flow: str) -> Path:
    """Return the folder of a flow's notebook; for a script, the folder of the store."""
    place = reader.notebook_of(flow)
    top = root.resolve().parent
    return Path(os.path.normpath(top / place)).parent if place else top
