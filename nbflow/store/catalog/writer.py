"""Writes the catalog: one writer per run, whose rows others see once it commits."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Protocol

from nbflow.errors import NbflowError, StoreBroken
from nbflow.store.catalog import schema
from nbflow.store.catalog.columns import as_json, write_summary
from nbflow.store.catalog.rows import FileRow, RunKind, RunRow, RunStatus, TaskRow, spun, task_id
from nbflow.store.catalog.run_marks import write_note, write_pin
from nbflow.store.catalog.seal_rows import write_code_seal, write_seals, write_user
from nbflow.store.catalog.texts import pack_text
from nbflow.store.catalog.trust import Code, Seal, digest_text, keyring
from nbflow.store.catalog.trusted_users import User
from nbflow.store.catalog.user import user_name
from nbflow.store.drivers import this_process
from nbflow.store.symlinks import refuse_links
from nbflow.store.values.artifact_ref import ArtifactRef, Component

LIVE_FOLDER = "live"
"""The folder beside the catalog that has a folder for each run with what its running tasks print."""

_TASK_COLUMNS = (
    "id, run, number, step, path, turn, split, attempt, key, status, started, finished, seconds, item, failure, "
    "outputs, source, items, again, passed_on, memory, cpu_seconds, host"
)
_PUT_TASK = (
    f"INSERT INTO tasks ({_TASK_COLUMNS}) VALUES ({', '.join('?' * 23)}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _TASK_COLUMNS.split(", ")[3:])
)
_COMPONENT_COLUMNS = "stream, blob, buffers, size, members, scope, refs"
_PUT_COMPONENT = (  # as for texts: what was written just now counts
    f"INSERT INTO components (digest, {_COMPONENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (digest) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COMPONENT_COLUMNS.split(", "))
    + " WHERE "
    + " OR ".join(f"{column} IS NOT excluded.{column}" for column in _COMPONENT_COLUMNS.split(", "))
)
_PUT_TEXT = (  # a row under this digest that has another body is damaged, or was put there by somebody else
    "INSERT INTO texts (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET body = excluded.body "
    "WHERE body IS NOT excluded.body"
)
_ADD_ARTIFACT = (
    "INSERT INTO artifacts (task, name, position, component, idx, size, summary, lost, shares) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Told(Protocol):
    """Hears what a writer does, to tell other machines. `begin` returns the number of a run, `least` or a later one."""

    def begin(self, uid: str, flow: str, least: int) -> int: ...
    def committed(self) -> None: ...
    def finish(self) -> None: ...


class CatalogWriter:
    """Writes the rows of one run, or rows that belong to no run.

    Everything but `begin_run` is written by `commit`. Commit soon, because other writers wait. After an error the rows
    since the last commit are lost.
    """

    def __init__(self, path: Path, outward: Told | None = None) -> None:
        self.path = path
        self._outward = outward
        self._db = schema.connect(path, write=True)
        self._identity = schema.identity(path)
        self._names: dict[str, int] = {}
        self._numbers: dict[int, int] = {}  # run -> last task number

    @property
    def version(self) -> int:
        """Return a number that is another one after any other connection, of any process, has written."""
        return int(self._execute("PRAGMA data_version").fetchone()[0])

    # ---- transactions

    def commit(self) -> None:
        """Write the rows since the last commit.

        Raises StoreBroken if the catalog file was deleted: SQLite would go on writing to a file that nobody can open.
        """
        if self._db.in_transaction:
            if schema.identity(self.path) != self._identity:
                self.rollback()
                raise StoreBroken(
                    self.path, "it was deleted during a run, and the results of the run are lost", "Run it again"
                )
            self._execute("COMMIT")
            if self._outward:
                self._outward.committed()

    def rollback(self) -> None:
        """Drop the rows since the last commit."""
        self._names.clear()
        self._numbers.clear()
        if self._db.in_transaction:
            self._db.rollback()

    def close(self) -> None:
        """Commit and close the file."""
        self.commit()
        schema.close_writer(self._db, self.path)
        if self._outward:
            self._outward.finish()

    def __enter__(self) -> CatalogWriter:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is not None:
            self.rollback()
        self.close()

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except schema.DATABASE_ERRORS as error:
            self.rollback()
            raise schema.meaning(error, self.path) from error

    def _write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if not self._db.in_transaction:
            self._execute("BEGIN IMMEDIATE")
        return self._execute(statement, values)

    def _write_all(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        if not self._db.in_transaction:
            self._execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(statement, rows)
        except schema.DATABASE_ERRORS as error:
            self.rollback()
            raise schema.meaning(error, self.path) from error

    # ---- runs

    def keep_notebook(self, flow: str, place: str, id: str = "") -> None:
        """Record where the notebook of a flow is, and its id, unless another flow has it: then this one is a copy."""
        self._write("DELETE FROM meta WHERE value = ? AND key GLOB 'notebook of *'", (place,))
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"notebook of {flow}", place))
        if id:
            known = (f"flow with id {id}", flow)
            self._write("INSERT OR IGNORE INTO meta VALUES (?, ?)", known)
            is_own = "EXISTS (SELECT 1 FROM meta WHERE key = ? AND value = ?)"
            values = (f"place with id {id}", place, *known)
            self._write(f"INSERT OR REPLACE INTO meta SELECT ?, ? WHERE {is_own}", values)

    def begin_run(
        self,
        flow: str,
        document: str = "",
        kind: RunKind = RunKind.RUN,
        *,
        parameters: Mapping[str, Any] | None = None,
        origin: int | None = None,
        tags: Iterable[str] = (),
        code: str = "",
        environment: str = "",
    ) -> RunRow:
        """Record a run of this process under the next number of the flow, and commit it; return its row.

        A run of a single task (`RunKind.SPIN`) has numbers of its own, and is kept under another name. `code` and
        `environment` are digests of stored texts; `origin` is the number of the run that this one resumes.
        """
        self.commit()
        me, uid = this_process(), secrets.token_hex(8)
        number = self._next_run(flow, uid)
        kept_as = spun(flow) if kind is RunKind.SPIN else flow
        row = RunRow(
            0, kept_as, number, document, kind, RunStatus.RUNNING, time.time(), None, dict(parameters or {}), origin,
            tuple(tags), user_name(), me.host, me.pid, me.start, code, environment, uid,
        )  # fmt: skip
        run = self._insert_run(row)
        self.tag(run, *row.tags)
        self.put_user()
        self._refuse_link(run)
        self.commit()
        return replace(row, id=run)

    def _refuse_link(self, run: int) -> None:
        """Raise StoreBroken if a link stands where the run would write what its tasks print."""
        try:
            refuse_links(self.path.parent / LIVE_FOLDER / str(run))
        except StoreBroken:
            self.rollback()
            raise

    def _next_run(self, flow: str, uid: str) -> int:
        counted = (
            "INSERT INTO flows VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last + 1, ?2) RETURNING last"
        )
        least = 1
        if self._outward:
            known = self._execute("SELECT last FROM flows WHERE name = ?", (flow,)).fetchone()
            least = self._outward.begin(uid, flow, known[0] + 1 if known else 1)
        return int(self._write(counted, (flow, least)).fetchone()[0])

    def _insert_run(self, row: RunRow) -> int:
        columns = [f.name for f in fields(RunRow) if f.name not in ("id", "tags", "note", "pinned")]
        values = [_column(row, column) for column in columns]
        cursor = self._write(
            f"INSERT INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", values
        )
        return int(cursor.lastrowid or 0)

    def update_run(
        self,
        run: int,
        *,
        status: RunStatus | None = None,
        finished: float | None = None,
        parameters: Mapping[str, Any] | None = None,
        code: str | None = None,
        environment: str | None = None,
        document: str | None = None,
    ) -> None:
        """Change the given fields. A run that gets the status RUNNING again belongs to this process from now on."""
        facts = {"status": status, "finished": finished, "code": code, "environment": environment, "document": document}
        changes: dict[str, Any] = {column: value for column, value in facts.items() if value is not None}
        if parameters is not None:
            changes["parameters"] = as_json(parameters)
        if status is RunStatus.RUNNING:
            me = this_process()
            changes |= {"host": me.host, "pid": me.pid, "pid_start": me.start, "finished": None}
        if changes:
            assignments = ", ".join(f"{column} = ?" for column in changes)
            self._write(f"UPDATE runs SET {assignments} WHERE id = ?", (*changes.values(), run))

    def tag(self, run: int, *tags: str) -> None:
        """Add tags to a run."""
        self._write_all("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(run, tag) for tag in tags])

    def untag(self, run: int, *tags: str) -> None:
        """Remove tags from a run."""
        self._write_all("DELETE FROM tags WHERE run = ? AND tag = ?", [(run, tag) for tag in tags])

    def note(self, run: int, text: str) -> None:
        """Replace the note of a run; an empty text removes it."""
        write_note(self._write, run, text)

    def pin(self, run: int, pinned: bool) -> tuple[str, ...]:
        """Pin a run, so that gc keeps it, or take the pin of this user away; return who has pinned it now."""
        return write_pin(self._write, run, pinned, user_name())

    # ---- tasks and what they made

    def next_number(self, run: int) -> int:
        """Return a task number that the run has not used yet."""
        if run not in self._numbers:
            row = self._execute("SELECT max(number) FROM tasks WHERE run = ?", (run,)).fetchone()
            self._numbers[run] = max(int(row[0] or 0), 0)  # tasks that no process ran have numbers below 1
        self._numbers[run] += 1
        return self._numbers[run]

    def put_task(self, task: TaskRow) -> int:
        """Write a new task, or update the one with this `number` or `id`. Return its row."""
        number = task.number or (self._number_of(task.id) if task.id else self.next_number(task.run))
        if task.run in self._numbers:
            self._numbers[task.run] = max(number, self._numbers[task.run])
        self.put_tasks((task._replace(number=number),))
        return task_id(task.run, number)

    def put_tasks(self, tasks: Iterable[TaskRow]) -> None:
        """Write or update tasks that have their numbers."""
        rows = [
            (
                task_id(task.run, task.number), task.run, task.number, self._name(task.step),
                schema.pack_path(task.path), task.turn, task.split, task.attempt, task.key or None, task.status,
                task.started, task.finished, task.seconds, task.item or None, task.failure, task.outputs, task.source,
                task.items, task.again, task.passed_on, task.memory, task.cpu_seconds, task.host or None,
            )
            for task in tasks
        ]  # fmt: skip
        self._write_all(_PUT_TASK, rows)

    def _number_of(self, task: int) -> int:
        row = self._execute("SELECT number FROM tasks WHERE id = ?", (task,)).fetchone()
        if row is None:
            raise NbflowError(f"there is no task row {task} to update: write it without an id")
        return int(row[0])

    def put_artifacts(self, task: int, artifacts: Iterable[ArtifactRef]) -> None:
        """Replace the artifacts of a task by these."""
        self._write("DELETE FROM artifacts WHERE task = ?", (task,))
        self.add_artifacts([(task, artifacts)])

    def add_artifacts(self, made: Iterable[tuple[int, Iterable[ArtifactRef]]]) -> None:
        """Write the artifacts of tasks that have none yet."""
        placed = [(task, *place) for task, artifacts in made for place in enumerate(artifacts)]
        self._number_names({artifact.name for _, _, artifact in placed})
        self._write_all(_ADD_ARTIFACT, [self._artifact_row(*place) for place in placed])

    def _artifact_row(self, task: int, position: int, artifact: ArtifactRef) -> tuple[Any, ...]:
        lost = as_json([[one.path, one.was, one.reason] for one in artifact.lost]) if artifact.lost else None
        summary = write_summary(artifact.summary)
        name = self._name(artifact.name)
        shares = " ".join(artifact.shares) or None
        return task, name, position, artifact.component, artifact.index, artifact.size, summary, lost, shares

    def put_components(self, components: Iterable[Component]) -> None:
        """Write components, except those that are there already."""
        rows = [
            (
                one.digest, one.stream, one.blob or None, "\n".join(one.buffers) or None,
                one.size, "\n".join(one.members), one.scope, "\n".join(one.refs) or None,
            )
            for one in components
        ]  # fmt: skip
        self._write_all(_PUT_COMPONENT, rows)

    def _name(self, text: str) -> int:
        if text not in self._names:
            self._number_names({text})
        return self._names[text]

    def _number_names(self, texts: Set[str]) -> None:
        """Read the numbers of names, and number new ones: a foreach of 10,000 items has 10,000 at once."""
        unknown = {schema.storable(text): text for text in texts if text not in self._names}
        if not unknown:
            return
        listed = (as_json([*unknown]),)
        self._write("INSERT OR IGNORE INTO names (text) SELECT value FROM json_each(?)", listed)
        found = self._execute("SELECT text, id FROM names WHERE text IN (SELECT value FROM json_each(?))", listed)
        self._names.update((unknown[text], int(number)) for text, number in found)

    # ---- everything else

    def put_text(self, text: str) -> str:
        """Store a long text, such as captured output, and return its digest."""
        digest, body = pack_text(text)
        self._write(_PUT_TEXT, (digest, body))
        return digest

    def put_user(self) -> None:
        """Store the name and the public key of the user who signs."""
        write_user(self._write, User(user_name(), keyring().public_key))

    def put_seals(self, seals: Iterable[tuple[int, Seal]]) -> None:
        """Store the signatures of what tasks made."""
        write_seals(self._write_all, seals, keyring())

    def put_files(self, files: Iterable[tuple[int, Iterable[FileRow]]]) -> None:
        """Store the files that tasks read and wrote."""
        rows = [
            (task, one.path, one.access, one.digest, one.size, one.mtime, one.ctime, one.inode)
            for task, found in files
            for one in found
        ]
        self._write_all("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def put_random(self, task: int, state: str) -> None:
        """Store the state of the random generators after a task."""
        self._write("INSERT OR REPLACE INTO randoms VALUES (?, ?)", (task, self.put_text(state)))

    def put_code(self, text: str, digest: str = "") -> str:
        """Store a source and return its digest, or the given `digest` by which pickles refer to it."""
        if digest:
            write_code_seal(self._write, Code(digest, text), keyring())
        digest = digest or digest_text(text)
        self._write("INSERT OR REPLACE INTO code VALUES (?, ?)", (digest, text))
        return digest

    def put_environment(self, facts: Mapping[str, Any]) -> str:
        """Store facts about the environment of a run, and return their digest."""
        body = json.dumps(facts, sort_keys=True, ensure_ascii=False)
        digest = digest_text(body)
        self._write("INSERT OR IGNORE INTO environment VALUES (?, ?)", (digest, body))
        return digest

    def add_event(self, run: int, kind: str, payload: Any = None) -> None:
        """Add an event that happens now. `payload` is written as JSON."""
        self.add_events(run, [(time.time(), kind, payload)])

    def add_events(self, run: int, events: Iterable[tuple[float, str, Any]]) -> None:
        """Add events, given as (time, kind, payload) in the order in which they happened."""
        rows = [(run, when, kind, as_json(payload)) for when, kind, payload in events]
        self._write_all("INSERT INTO events (run, time, kind, payload) VALUES (?, ?, ?, ?)", rows)

    def learn(self, flow: str, step: str, code: str, name: str) -> None:
        """Record that a step with this code writes `name`, although its text does not show it."""
        self._write("INSERT OR IGNORE INTO learned VALUES (?, ?, ?, ?)", (flow, step, code, name))


def _column(row: RunRow, column: str) -> Any:
    value = getattr(row, column)
    return as_json(value) if column == "parameters" else value
