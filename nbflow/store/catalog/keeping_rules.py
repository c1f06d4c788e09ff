"""Decides which runs gc deletes, and which it keeps."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nbflow.store.catalog.pieces import Ask
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.catalog.run_marks import PINNED_RUNS, read_silence
from nbflow.store.drivers import Process, is_gone

NEWEST = 10
"""The number of runs of each flow that gc keeps unless it is told otherwise."""

_END = "coalesce(finished, (SELECT max(coalesce(finished, started)) FROM tasks WHERE run = runs.id), started)"
_BEYOND = f"""SELECT id, flow, number, status, host, pid, pid_start FROM (
    SELECT *, {_END} AS ended, row_number() OVER (PARTITION BY flow ORDER BY number DESC) AS age FROM runs)
    WHERE age > """


@dataclass(frozen=True, slots=True)
class Kept:
    """Says which runs gc keeps; a run goes only if no field keeps it.

    `newest` is the number of runs of each flow. `since` keeps runs that ended later, in seconds since 1970; None keeps
    no run for its age. `tagged` keeps runs to which a user has given a tag. Running and pinned runs are always kept.
    """

    newest: int = NEWEST
    since: float | None = None
    tagged: bool = False


EVERY_RUN = Kept(newest=1 << 62)
"""Keeps all runs, so that gc only deletes what none of them needs."""


def kept_by_options(keep: int | None, older: float | None, tagged: bool) -> Kept:
    """Return what the options of gc keep: the newest `keep` runs, and those that ended less than `older` seconds ago.

    Without `keep` it is the newest 10, but none if `older` says which runs are old.
    """
    if older is None:
        return Kept(NEWEST if keep is None else keep, tagged=tagged)
    return Kept(keep or 0, time.time() - older, tagged)


def runs_to_delete(ask: Ask, kept: Kept) -> dict[int, str]:
    """Return the runs that are not kept, each as the id of its row with `flow/number`."""
    query = f"{_BEYOND} {kept.newest:d}"
    if kept.since is not None:
        query += f" AND ended < {kept.since!r}"
    if kept.tagged:
        query += " AND id NOT IN (SELECT run FROM tags)"
    rows = ask(f"{query} AND id NOT IN ({PINNED_RUNS})")
    return {
        run: f"{flow}/{number}"
        for run, flow, number, status, *driver in rows
        if status != RunStatus.RUNNING or is_gone(Process(*driver), read_silence(ask, run))
    }
