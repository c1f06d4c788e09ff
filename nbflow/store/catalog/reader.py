"""Reads the catalog: runs, tasks, artifacts, files and content that writers in any process have committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbflow.store.catalog import schema
from nbflow.store.catalog.columns import (
    ARTIFACT_COLUMNS,
    COMPONENT_COLUMNS,
    TASK_COLUMNS,
    TaskPath,
    artifact_of,
    by_place,
    bytes_of,
    component_of,
    end_of,
    event_row_of,
    mapping_of,
    path_of,
    reads_row,
    step_row_of,
    task_of,
    time_of,
)
from nbflow.store.catalog.content_reader import ContentReader
from nbflow.store.catalog.rows import (
    EventRow,
    FileRow,
    RunKind,
    RunRow,
    RunStatus,
    StepRow,
    TaskRow,
    TaskStatus,
    task_id,
)
from nbflow.store.catalog.run_marks import read_run_marks, read_silence
from nbflow.store.catalog.signatures import Batch
from nbflow.store.catalog.trust import Seal, SignedRecord, Trusts, accepts
from nbflow.store.drivers import Process, is_gone
from nbflow.store.values.artifact_ref import ArtifactRef, Component

_RUN = (
    "id, flow, number, document, kind, status, started, finished, parameters, origin, user, host, pid, pid_start, "
    "code, environment, uid"
)
_FROM_TASKS = "FROM tasks JOIN names ON names.id = tasks.step"
_DONE = f"tasks.status IN ('{TaskStatus.SUCCEEDED}', '{TaskStatus.REUSED}')"
_SETTLED = f"tasks.status IN ('{TaskStatus.SUCCEEDED}', '{TaskStatus.REUSED}', '{TaskStatus.SKIPPED}')"


def _always(component: Component) -> bool:
    return True


class CatalogReader(ContentReader):
    """Reads one catalog file.

    `usable` tells whether the blobs of a component are there, `trusts` whether what a task made may be unpickled.
    """

    def __init__(self, path: Path, usable: Callable[[Component], bool] = _always, trusts: Trusts = accepts) -> None:
        super().__init__(path)
        self._usable = usable
        self._trusts = trusts
        self._checked: tuple[TaskRow, tuple[SignedRecord, Seal | None]] | None = None

    # ---- runs

    def flows(self) -> tuple[str, ...]:
        query = f"SELECT DISTINCT flow FROM runs WHERE kind != '{RunKind.SPIN}' ORDER BY flow"
        return tuple(row[0] for row in self.query(query))

    def notebook_of(self, flow: str) -> str | None:
        """Return the path, without suffix, where the notebook of a flow was when it last ran; None if it never ran."""
        return self._word("SELECT value FROM meta WHERE key = ?", f"notebook of {flow}")

    def places_of(self, flow: str) -> tuple[str, ...]:
        """Return where the notebooks of a flow were when they last ran, without suffix: first that which ran last."""
        query = """SELECT value FROM meta WHERE key = 'notebook of ' || ?1 UNION ALL SELECT place.value FROM meta AS id
            JOIN meta AS place ON place.key = 'place with id ' || substr(id.key, 14)
            WHERE id.value = ?1 AND id.key GLOB 'flow with id *'"""
        return tuple(dict.fromkeys(str(place) for (place,) in self.query(query, flow)))

    def flow_at(self, place: str) -> str | None:
        """Return the flow whose notebook was at a place, without suffix, when it last ran; None if there is none."""
        return self._word("SELECT substr(key, 13) FROM meta WHERE value = ? AND key GLOB 'notebook of *'", place)

    def flow_with_id(self, id: str) -> str | None:
        """Return the flow of the notebook with an id; None if it never ran."""
        return self._word("SELECT value FROM meta WHERE key = ?", f"flow with id {id}")

    def place_with_id(self, id: str) -> str | None:
        """Return the path, without suffix, where the notebook with an id was when it last ran; None if it never ran."""
        return self._word("SELECT value FROM meta WHERE key = ?", f"place with id {id}")

    def ids_of(self, flow: str) -> frozenset[str]:
        """Return the ids of the notebooks whose runs belong to a flow."""
        rows = self.query("SELECT substr(key, 14) FROM meta WHERE value = ? AND key GLOB 'flow with id *'", flow)
        return frozenset(str(id) for (id,) in rows)

    def runs(self, flow: str | None = None, limit: int = -1) -> tuple[RunRow, ...]:
        """Return runs of a flow, or of all, newest first; at most `limit` of them, where -1 means all."""
        where, values = ("WHERE flow = ?", [flow]) if flow is not None else ("", [])
        rows = self.query(f"SELECT {_RUN} FROM runs {where} ORDER BY id DESC LIMIT ?", *values, limit)
        return tuple(self._run(row) for row in rows.fetchall())

    def run(self, flow: str, number: int) -> RunRow | None:
        """Return the run of a flow with this number."""
        row = self._one(f"SELECT {_RUN} FROM runs WHERE flow = ? AND number = ?", flow, number)
        return None if row is None else self._run(row)

    def run_of_id(self, run: int) -> RunRow | None:
        """Return the run with this row."""
        row = self._one(f"SELECT {_RUN} FROM runs WHERE id = ?", run)
        return None if row is None else self._run(row)

    def run_with_uid(self, uid: str) -> RunRow | None:
        """Return the run with this id, which it has in every store."""
        row = self._one(f"SELECT {_RUN} FROM runs WHERE uid = ?", uid)
        return None if row is None else self._run(row)

    @reads_row("a run")
    def _run(self, row: Sequence[Any]) -> RunRow:
        run, flow, number, document, kind, status, started, finished, parameters, origin = row[:10]
        user, host, pid, pid_start, code, environment, uid = row[10:]
        seen = RunStatus(status)
        if seen is RunStatus.RUNNING and is_gone(Process(host, pid, pid_start), read_silence(self.query, run)):
            seen = self._end(run, RunKind(kind))
        return RunRow(
            run, flow, number, document, RunKind(kind), seen, time_of(started), end_of(finished),
            mapping_of(parameters), origin, self.tags(run), user, host, pid, pid_start, code, environment, uid or "",
            *read_run_marks(self.query, run),
        )  # fmt: skip

    def _end(self, run: int, kind: RunKind) -> RunStatus:
        """Return how a run ended whose process is gone. An idle kernel may be killed; during a task it is a crash."""
        query = "SELECT 1 FROM tasks WHERE run = ? AND status = 'running' LIMIT 1"
        is_idle = kind is RunKind.INTERACTIVE and self._one(query, run) is None
        return RunStatus.SUCCEEDED if is_idle else RunStatus.CRASHED

    def tags(self, run: int) -> tuple[str, ...]:
        return tuple(tag for (tag,) in self.query("SELECT tag FROM tags WHERE run = ? ORDER BY tag", run))

    def events(self, run: int, after: int = 0, kind: str = "") -> tuple[EventRow, ...]:
        """Return the events of a run in their order; only those with an id larger than `after`, and of one kind."""
        query = "SELECT id, run, time, kind, payload FROM events WHERE run = ? AND id > ? AND kind LIKE ? ORDER BY id"
        return tuple(map(event_row_of, self.query(query, run, after, kind or "%")))

    # ---- tasks

    def tasks(
        self, run: int, step: str | None = None, superseded: bool = False, path: tuple[int, ...] | None = None
    ) -> tuple[TaskRow, ...]:
        """Return the tasks of a run in the order in which they began, for one step or one path if given.

        Only the newest task of each place (step, path, turn, split) is returned, unless `superseded` is true.
        """
        wanted = {"names.text": step, "tasks.path": None if path is None else schema.pack_path(path)}
        where = "".join(f" AND {column} = ?" for column, value in wanted.items() if value is not None)
        values = [value for value in wanted.values() if value is not None]
        newest = "" if superseded else ", max(tasks.number)"  # SQLite reads the other columns from that row
        group = "" if superseded else "GROUP BY tasks.step, tasks.path, tasks.turn, tasks.split"
        query = (
            f"SELECT {TASK_COLUMNS} {newest} {_FROM_TASKS} WHERE tasks.run = ? {where} {group} ORDER BY tasks.number"
        )
        return tuple(task_of(row) for row in self.query(query, run, *values))

    def attempts(self, task: TaskRow) -> tuple[TaskRow, ...]:
        """Return the attempts of a task up to this one, the first one first."""
        if not task.attempt:
            return (task,)
        place = (task.turn, task.split)
        rows = self.tasks(task.run, task.step, superseded=True, path=task.path)
        before = [row for row in rows if (row.turn, row.split) == place and row.number <= task.number]
        first = max((n for n, row in enumerate(before) if not row.attempt), default=0)
        return tuple(before[first:])

    def steps(self, run: int) -> tuple[StepRow, ...]:
        """Return, per step and status, the sums over the newest tasks of a run; quick for any number of tasks."""
        newest = """SELECT step, split, status, seconds, started, finished, items, again, max(number) FROM tasks
            WHERE run = ? GROUP BY step, path, turn, split"""
        query = f"""SELECT names.text, newest.split, newest.status, count(*), total(newest.seconds),
            max(newest.finished), total(newest.items), min(newest.started), total(newest.again)
            FROM ({newest}) AS newest JOIN names ON names.id = newest.step
            GROUP BY newest.step, newest.split, newest.status"""
        return tuple(map(step_row_of, self.query(query, run)))

    def task(self, task: int) -> TaskRow | None:
        """Return the task with this row."""
        row = self._one(f"SELECT {TASK_COLUMNS} {_FROM_TASKS} WHERE tasks.id = ?", task)
        return None if row is None else task_of(row)

    def find_key(
        self, key: str, within_run: int | None = None, holds: Callable[[TaskRow], bool] = lambda row: True
    ) -> TaskRow | None:
        """Return the newest trusted task with this key that succeeded or was skipped, and whose objects are all there.

        `within_run` is the row of the run to which the search is limited. `holds` may refuse a task for other reasons.
        """
        where, values = ("AND tasks.run = ?", [within_run]) if within_run is not None else ("", [])
        query = f"SELECT {TASK_COLUMNS} {_FROM_TASKS} WHERE tasks.key = ? AND {_SETTLED} {where} ORDER BY tasks.id DESC"
        return self._first_usable(self.query(query, key, *values), holds)

    def newest_with_key(self, key: str) -> TaskRow | None:
        """Return the task with this key that began last, however it ended; the run of a kernel goes on after others."""
        query = f"SELECT {TASK_COLUMNS} {_FROM_TASKS} WHERE tasks.key = ? ORDER BY tasks.started DESC LIMIT 1"
        return next(map(task_of, self.query(query, key)), None)

    def find_pinned(self, flow: str, step: str, path: tuple[int, ...] = (), item: str | None = None) -> TaskRow | None:
        """Return the newest successful task of a step for this foreach item, or at this path, whatever its key is."""
        where = "tasks.item = ?" if item is not None else "tasks.path = ?"
        query = f"""SELECT {TASK_COLUMNS} {_FROM_TASKS} JOIN runs ON runs.id = tasks.run
            WHERE runs.flow = ? AND names.text = ? AND {where} AND tasks.split = 0 AND {_DONE} ORDER BY tasks.id DESC"""
        wanted = item if item is not None else schema.pack_path(path)
        return self._first_usable(self.query(query, flow, step, wanted))

    def _first_usable(
        self, rows: Iterable[Sequence[Any]], holds: Callable[[TaskRow], bool] = lambda row: True
    ) -> TaskRow | None:
        usable = (one for one in map(task_of, rows) if self.is_intact(one.id) and self.signed_row(one) is not None)
        return next((one for one in usable if holds(one)), None)

    def is_intact(self, task: int) -> bool:
        """Return whether everything that the task made is still in the store."""
        query = f"""SELECT DISTINCT artifacts.component, artifacts.shares, {COMPONENT_COLUMNS} FROM artifacts
            LEFT JOIN components ON components.digest = artifacts.component WHERE artifacts.task = ?"""
        rows = self.query(query, task).fetchall()
        reached = {digest for row in rows for digest in (row[1] or "").split()} - {row[0] for row in rows}
        own = all(row[2] is not None and self._usable(component_of(row[2:])) for row in rows)
        return own and all(map(self._is_usable, reached))

    def _is_usable(self, digest: str) -> bool:
        component = self.component(digest)
        return component is not None and self._usable(component)

    def durations(self, flow: str) -> dict[str, float]:
        """Return how many seconds all tasks of each step took in the newest run that executed the step."""
        query = f"""SELECT names.text, sum(tasks.seconds), max(tasks.run) {_FROM_TASKS} JOIN runs ON runs.id = tasks.run
            WHERE runs.flow = ? AND tasks.status = '{TaskStatus.SUCCEEDED}' AND tasks.seconds IS NOT NULL
            GROUP BY tasks.run, tasks.step ORDER BY tasks.run"""
        return {step: seconds for step, seconds, _ in self.query(query, flow)}

    # ---- artifacts

    def artifacts(self, task: int) -> tuple[ArtifactRef, ...]:
        """Return the artifacts of the task with this row, in the order in which they were stored."""
        query = f"""SELECT {ARTIFACT_COLUMNS} FROM artifacts JOIN names ON names.id = artifacts.name
            WHERE artifacts.task = ? ORDER BY artifacts.position"""
        return tuple(artifact_of(row) for row in self.query(query, task))

    def artifact(self, task: int, name: str) -> ArtifactRef | None:
        """Return the artifact of this name that the task with this row has."""
        query = f"""SELECT {ARTIFACT_COLUMNS} FROM artifacts JOIN names ON names.id = artifacts.name
            WHERE artifacts.task = ? AND names.text = ?"""
        row = self._one(query, task, name)
        return None if row is None else artifact_of(row)

    def has_artifact(self, run: int, step: str, name: str) -> bool:
        """Return whether a task of the step has stored an artifact of this name in the run."""
        return any(self.artifact(task.id, name) is not None for task in self.tasks(run, step))

    def views(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef]]]:
        """Yield ((step, path), artifacts by name) of the newest tasks below `prefix` that succeeded, sorted by path."""
        return self._views(run, steps, prefix, _DONE.replace("tasks.", "newest."))

    def failures(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef], str]]:
        """Yield what `views` yields, but for the tasks that failed, each with the JSON of its failure."""
        failed = f"newest.status = '{TaskStatus.FAILED}'"
        told = f"""SELECT names.text, tasks.path AS place, tasks.failure {_FROM_TASKS}
            WHERE tasks.run = ? AND tasks.failure IS NOT NULL ORDER BY tasks.number"""
        why = {(step, path_of(path)): failure for step, path, failure in self.query(told, run)}
        for place, artifacts in self._views(run, steps, prefix, failed) if why else ():
            yield place, artifacts, why.get(place) or "{}"

    def _views(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...], status: str
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef]]]:
        wanted = tuple(steps)
        packed = schema.pack_path(prefix)
        newest = f"""SELECT max(tasks.number), tasks.id AS task, names.text AS step, tasks.path AS path, tasks.status
            {_FROM_TASKS} WHERE tasks.run = ? AND names.text IN ({", ".join("?" * len(wanted))}) AND tasks.split = 0
            AND (? = 0 OR substr(tasks.path, 1, ?) = ?) GROUP BY tasks.step, tasks.path"""
        query = f"""SELECT newest.step, newest.path AS place, {ARTIFACT_COLUMNS} FROM ({newest}) AS newest
            LEFT JOIN artifacts ON artifacts.task = newest.task LEFT JOIN names ON names.id = artifacts.name
            WHERE {status} ORDER BY newest.step, newest.path, artifacts.position"""
        return by_place(self.query(query, run, *wanted, len(packed), len(packed), packed))

    # ---- files

    def files(self, task: int) -> tuple[FileRow, ...]:
        """Return the files that a task read and wrote."""
        query = "SELECT path, access, digest, size, mtime, ctime, inode FROM files WHERE task = ?"
        return tuple(FileRow(*row) for row in self.query(query, task))

    def files_of_run(self, run: int) -> dict[str, tuple[FileRow, ...]]:
        """Return the files that the newest tasks of each step in a run read and wrote."""
        newest = "SELECT id, step, max(number) FROM tasks WHERE run = ? GROUP BY step, path, turn, split"
        query = f"""SELECT DISTINCT names.text, path, access, digest, size, mtime, ctime, inode
            FROM ({newest}) AS newest JOIN files ON files.task = newest.id JOIN names ON names.id = newest.step"""
        found: dict[str, tuple[FileRow, ...]] = {}
        has_any = "SELECT 1 FROM files WHERE task BETWEEN ? AND ? LIMIT 1"  # most runs have none
        if self._one(has_any, task_id(run, 0), task_id(run + 1, 0)) is None:
            return found
        for step, *row in self.query(query, run):
            found[step] = (*found.get(step, ()), FileRow(*row))
        return found

    def left_by(self, flow: str, path: str, digest: str) -> frozenset[str]:
        """Return the steps of a flow that have left a file with this digest at this path."""
        query = f"""SELECT DISTINCT names.text {_FROM_TASKS} JOIN files ON files.task = tasks.id
            JOIN runs ON runs.id = tasks.run WHERE files.path = ? AND files.digest = ? AND runs.flow = ?
            AND files.access NOT IN ('read', 'find', 'list')"""
        rows = self.query(query, path, digest, flow)
        return frozenset(step for (step,) in rows)

    def written(self, flow: str) -> dict[str, dict[str, str]]:
        """Return, for each path, the steps of a flow that ever wrote the file, with the digest that each left last."""
        query = f"""SELECT files.path, names.text, files.digest {_FROM_TASKS} JOIN files ON files.task = tasks.id
            JOIN runs ON runs.id = tasks.run
            WHERE runs.flow = ? AND files.access NOT IN ('read', 'find', 'list', 'make') ORDER BY tasks.id"""
        found: dict[str, dict[str, str]] = {}
        for path, step, digest in self.query(query, flow):
            found.setdefault(path, {})[step] = digest
        return found

    # ---- signatures

    def made(self, task: int) -> tuple[tuple[str, str], ...]:
        """Return (name, digest) of each artifact that a task made, in the order in which they were stored."""
        query = """SELECT names.text, artifacts.component, artifacts.idx FROM artifacts
            JOIN names ON names.id = artifacts.name WHERE artifacts.task = ? ORDER BY artifacts.position"""
        return tuple((name, f"{component}:{index}") for name, component, index in self.query(query, task))

    def seal(self, task: int) -> Seal | None:
        """Return the signature of a task, if it has one."""
        query = """SELECT signer, key, code, mac, hashes, signature FROM seals
            LEFT JOIN batches ON batches.digest = seals.batch WHERE task = ?"""
        row = self._one(query, task)
        if row is None:
            return None
        signer, key, code, mac, hashes, signature = row
        batch = None if signature is None else Batch(bytes_of(hashes), bytes_of(signature))
        return Seal(signer, key or "", code or "", bytes_of(mac), batch=batch)

    def sealed(self, task: int) -> tuple[SignedRecord, Seal | None] | None:
        """Return the record of a task that is signed, with its signature if any; None if there is no such task."""
        row = self.task(task)
        return None if row is None else self.sealed_row(row)

    def sealed_row(self, row: TaskRow) -> tuple[SignedRecord, Seal | None] | None:
        """Return the same for a task whose row is known."""
        run = self._one("SELECT flow, number, code, uid FROM runs WHERE id = ?", row.run)
        if run is None:
            return None
        flow, number, code, uid = run
        seal = self.seal(row.id)
        key, code = (seal.key, seal.code) if seal else (row.key, code or "")
        place, made = (row.step, row.path, row.turn, row.split), self.made(row.id)
        return SignedRecord(flow, number, *place, key, code, made, row.outputs or "", uid or ""), seal

    def signed_artifacts(self, task: int) -> frozenset[tuple[str, str]] | None:
        """Return (name, digest) of each artifact in the record of a trusted task; None if the task is not trusted.

        It is trusted if what it made may be unpickled, and the key in its row is the key that was signed. The artifacts
        are those that the signature was compared with, even if somebody changes the rows meanwhile.
        """
        row = self.task(task)
        return None if row is None else self.signed_row(row)

    def signed_row(self, row: TaskRow) -> frozenset[tuple[str, str]] | None:
        """Return the same for a task whose row is known."""
        found = self.sealed_row(row)
        if found is None or row.key not in ("", found[0].key) or not self._trusts(*found):
            return None
        self._checked = row, found
        return frozenset(found[0].artifacts)

    def just_checked(self, row: TaskRow) -> tuple[SignedRecord, Seal | None] | None:
        """Return the record of the task that was found to be trusted last, if it is this one.

        Who reuses a task asks right afterwards whether its outputs are signed.
        """
        return self._checked[1] if self._checked is not None and self._checked[0] == row else None

    def random(self, task: int) -> str | None:
        """Return the state of the random generators after a task, if it was kept."""
        row = self._one("SELECT state FROM randoms WHERE task = ?", task)
        return None if row is None else self.text(row[0])

    def task_ids(self) -> list[int]:
        """Return the rows of all tasks that are over."""
        return [task for (task,) in self.query("SELECT id FROM tasks WHERE status != 'running'")]
