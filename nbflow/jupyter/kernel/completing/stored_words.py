"""Finds what the store of a notebook holds for the words of a `%flow` line: runs, tags, tasks and artifacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from nbflow.history.address import read_address
from nbflow.history.archive import Archive, task_name
from nbflow.jupyter.kernel.session import Session
from nbflow.store.catalog.rows import RunRow
from nbflow.store.store import Store

_RUNS = 50  # the newest ones, of which numbers and tags are offered
_RUNS_WITH_STEPS = 10  # the newest ones, of which the steps are offered as well
_FEW_ITEMS = 20  # more items of a step are offered only behind its bracket
_MOST_ITEMS = 1000


def run_names(session: Session) -> list[str]:
    """Return the numbers and tags of the newest runs."""
    rows = _rows(session)
    return [str(row.number) for row in rows] + [tag for row in rows for tag in row.tags]


def run_tags(session: Session) -> list[str]:
    """Return the tags of the newest runs."""
    return [tag for row in _rows(session) for tag in row.tags]


def flow_names(session: Session) -> Iterable[str]:
    """Return the flows in the store."""
    return session.store().history.flows() if Store.exists(session.root) else ()


def addresses(session: Session, typed: str) -> Iterator[str]:
    """Yield the addresses of tasks that can begin with what was typed: `fit`, `fit[3]`, `7/fit[3]`."""
    archive = _archive(session)
    if archive is None:
        return
    run, slash, rest = typed.rpartition("/")
    rows = archive.runs(_RUNS)
    if slash:
        for row in (row for row in rows if str(row.number) == run):
            yield from (f"{run}/{name}" for name in _in_run(archive, row, rest))
        return
    seen: set[str] = set()
    for row in rows[:_RUNS_WITH_STEPS]:
        names = [name for name in _in_run(archive, row, rest) if name.partition("[")[0] not in seen]
        seen |= {name.partition("[")[0] for name in names}
        yield from names
    for row in rows[:_RUNS_WITH_STEPS]:
        yield from (f"{row.number}/{step}" for step in _tasks(archive, row))


def artifacts_at(session: Session, address: str) -> list[str]:
    """Return the names of the artifacts that the tasks at an address have."""
    archive = _archive(session)
    if archive is None:
        return []
    _, tasks = archive.find(read_address(address))
    return [one.name for one in archive.reader.artifacts(tasks[0].id) if not one.name.startswith("_")]


def _archive(session: Session) -> Archive | None:
    if not Store.exists(session.root):
        return None
    return Archive(session.store().history, session.graph().flow.name, session.root)


def _rows(session: Session) -> tuple[RunRow, ...]:
    archive = _archive(session)
    return archive.runs(_RUNS) if archive else ()


def _in_run(archive: Archive, row: RunRow, typed: str) -> Iterator[str]:
    """Yield the steps of a run, and the items of those that have few or whose bracket was typed."""
    asked, bracket, _ = typed.partition("[")
    for step, tasks in _tasks(archive, row).items():
        yield step
        if 1 < tasks <= _FEW_ITEMS or (bracket and step == asked):
            found = archive.reader.tasks(row.id, step)
            yield from [task_name(task) for task in found if task.path and not task.split][:_MOST_ITEMS]


def _tasks(archive: Archive, row: RunRow) -> Counter[str]:
    """Return the number of tasks of each step in a run."""
    found: Counter[str] = Counter()
    for one in archive.reader.steps(row.id):
        if not one.split and not one.step.startswith("_"):
            found[one.step] += one.tasks
    return found
