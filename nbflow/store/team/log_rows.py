"""Turns rows of a catalog into a log object that another catalog can take over, and back.

In a log object runs are named by their ids, tasks by their numbers, and names by their texts, because the numbers of
rows differ between catalogs. Each table names its columns, so that other versions leave out what they do not know.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbflow.errors import LogObjectDamaged
from nbflow.store.catalog.rows import task_id
from nbflow.store.team.outbox import Noted

TableRows = dict[str, Any]
"""Holds `columns`, and `rows` with the value of each."""

_LARGEST = 1 << 30  # bytes: a body of some kilobytes may claim to unpack to any length

_OF_RUN = (
    "flow", "number", "document", "kind", "status", "started", "finished", "parameters", "origin", "user", "host",
    "pid", "pid_start", "code", "environment", "uid",
)  # fmt: skip
_OF_TASKS = {
    "tasks": (
        "number", "step", "path", "turn", "split", "attempt", "key", "status", "started", "finished", "seconds",
        "item", "failure", "outputs", "source", "items", "again", "passed_on", "memory",
        "cpu_seconds", "host",
    ),
    "artifacts": ("task", "name", "position", "component", "idx", "size", "summary", "lost", "shares"),
    "seals": ("task", "signer", "key", "code", "mac", "batch"),
    "files": ("task", "path", "access", "digest", "size", "mtime", "ctime", "inode"),
    "randoms": ("task", "state"),
}  # fmt: skip
_NAMES = {"tasks": "step", "artifacts": "name"}  # the columns that name a text by its row
_CONTENT = {
    "components": ("digest", "stream", "blob", "buffers", "size", "members", "scope", "refs"),
    "texts": ("digest", "body"),
    "code": ("digest", "body"),
    "code_seals": ("digest", "signer", "mac", "signature"),
    "batches": ("digest", "hashes", "signature"),
    "users": ("signer", "key", "name"),
    "environment": ("digest", "body"),
    "learned": ("flow", "step", "code", "name"),
}


# reading


def export_noted(db: sqlite3.Connection, noted: Noted) -> dict[str, Any]:
    """Return what others are to be told of the rows that have changed."""
    keys = noted.keys
    by_run: defaultdict[int, list[int]] = defaultdict(list)
    for run, task in db.execute(f"SELECT run, id FROM tasks WHERE id IN {_LISTED}", _listed(keys.get("task", ()))):
        by_run[run].append(task)
    found: dict[str, Any] = {
        "runs": _select(db, "runs", _OF_RUN, f"uid IN {_LISTED}", _listed(keys.get("run", ()))),
        "dropped": list(keys.get("drop", ())),
        "gone": list(keys.get("gone", ())),
        "tasks": {_uid(db, run): _tasks(db, tasks) for run, tasks in by_run.items()},
        "events": _events(db, f"events.id IN {_LISTED}", _listed(keys.get("event", ()))),
        "tags": [one for key in keys.get("tag", ()) for one in _tag(db, *json.loads(str(key)))],
        "meta": [one for key in keys.get("meta", ()) for one in _meta(db, str(key))],
    }
    for table in ("code", "environment"):
        found[table] = _content(db, table, keys.get(table, ()))
    found["code_seals"] = _content(db, "code_seals", keys.get("code", ()))
    rows = [json.loads(str(key)) for key in keys.get("learned", ())]
    found["learned"] = {"columns": list(_CONTENT["learned"]), "rows": rows}
    return _with_content(db, found)


def export_run(db: sqlite3.Connection, uid: str) -> dict[str, Any]:
    """Return all that a catalog holds of a run."""
    (run,) = db.execute("SELECT id FROM runs WHERE uid = ?", (uid,)).fetchone()
    tasks = [task for (task,) in db.execute("SELECT id FROM tasks WHERE run = ?", (run,))]
    tags = db.execute("SELECT tag FROM tags WHERE run = ?", (run,)).fetchall()
    found: dict[str, Any] = {
        "whole": [uid],
        "runs": _select(db, "runs", _OF_RUN, "id = ?", (run,)),
        "tasks": {uid: _tasks(db, tasks)},
        "events": _events(db, "events.run = ?", (run,)),
        "tags": [[uid, tag, True] for (tag,) in tags],
        "meta": [one for what in ("note", "pin") for one in _meta(db, f"{what} of run {run}") if one[1] is not None],
    }
    return _with_content(db, found)


def add_code(db: sqlite3.Connection, found: dict[str, Any], flow: str) -> dict[str, Any]:
    """Add all source of a store, to which pickles refer, and what it has learned of a flow and its notebooks."""
    for table in ("code", "code_seals"):
        found[table] = _select(db, table, _CONTENT[table], "1", ())
    found["learned"] = _select(db, "learned", _CONTENT["learned"], "flow = ?", (flow,))
    ids = db.execute("SELECT key, value FROM meta WHERE key GLOB 'flow with id *' AND value = ?", (flow,))
    found["meta"] += map(list, ids)
    return found


_LISTED = "(SELECT value FROM json_each(?))"


def _listed(keys: Iterable[object]) -> tuple[str]:
    return (json.dumps(list(keys)),)


def _select(db: sqlite3.Connection, table: str, columns: Sequence[str], where: str, values: Sequence[Any]) -> TableRows:
    rows = db.execute(f"SELECT {_as_it_is(columns)} FROM {table} WHERE {where}", values)
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def _as_it_is(columns: Iterable[str]) -> str:
    """Return columns for a SELECT whose values go on as they are: who reads them there checks them."""
    return ", ".join(f"{column} AS value_{number}" for number, column in enumerate(columns))


def _content(db: sqlite3.Connection, table: str, digests: Iterable[object]) -> TableRows:
    return _select(db, table, _CONTENT[table], f"digest IN {_LISTED}", _listed(digests))


def _uid(db: sqlite3.Connection, run: int) -> str | None:
    row = db.execute("SELECT uid FROM runs WHERE id = ?", (run,)).fetchone()
    return None if row is None else str(row[0])


def _tasks(db: sqlite3.Connection, tasks: Sequence[int]) -> dict[str, TableRows]:
    return {table: _rows_of_tasks(db, table, tasks) for table in _OF_TASKS}


def _rows_of_tasks(db: sqlite3.Connection, table: str, tasks: Sequence[int]) -> TableRows:
    columns = _OF_TASKS[table]
    named = _NAMES.get(table)
    wanted = [
        "tasks.number" if one == "task" else "names.text" if one == named else f"{table}.{one}" for one in columns
    ]
    joined = "" if table == "tasks" else f"JOIN tasks ON tasks.id = {table}.task"
    texts = f"JOIN names ON names.id = {table}.{named}" if named else ""
    rows = db.execute(
        f"SELECT {_as_it_is(wanted)} FROM {table} {joined} {texts} WHERE tasks.id IN {_LISTED}", _listed(tasks)
    )
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def _events(db: sqlite3.Connection, where: str, values: Sequence[Any]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = f"SELECT runs.uid, time, events.kind, payload FROM events JOIN runs ON runs.id = events.run WHERE {where}"
    for uid, *event in db.execute(f"{query} ORDER BY events.id", values):
        found[uid].append(event)
    return found


def _tag(db: sqlite3.Connection, run: int, tag: str) -> Iterable[list[Any]]:
    uid = _uid(db, run)
    has = db.execute("SELECT 1 FROM tags WHERE run = ? AND tag = ?", (run, tag)).fetchone() is not None
    return [[uid, tag, has]] if uid else []


def _meta(db: sqlite3.Connection, key: str) -> Iterable[list[Any]]:
    """Return what is to be told of a row of `meta`: its key, in which the id of a run stands for its row, and value."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    what, is_of_run, run = key.partition(" of run ")
    if is_of_run:
        uid = _uid(db, int(run))
        return [[f"{what} of run {uid}", row and row[0]]] if uid else []
    return [[key, row and row[0]]]


def _with_content(db: sqlite3.Connection, found: dict[str, Any]) -> dict[str, Any]:
    """Add what the rows name by a digest, so that each log object can be read by itself."""
    parts = list(found["tasks"].values())
    components = {
        digest
        for part in parts
        for _, _, _, component, *_, shares in part["artifacts"]["rows"]
        for digest in (component, *(shares or "").split())
    }
    texts = {row[13] for part in parts for row in part["tasks"]["rows"] if row[13]}
    texts |= {state for part in parts for _, state in part["randoms"]["rows"]}
    found["components"] = _content(db, "components", sorted(components))
    found["texts"] = _content(db, "texts", sorted(texts))
    batches = {row[5].hex().upper() for part in parts for row in part["seals"]["rows"] if row[5]}
    found["batches"] = _select(
        db, "batches", _CONTENT["batches"], f"hex(digest) IN {_LISTED}", _listed(sorted(batches))
    )
    found["users"] = _select(db, "users", _CONTENT["users"], "1", ())
    if "whole" in found:
        runs = found["runs"]["rows"]
        codes = {row[13] for row in runs} | {row[3] for part in parts for row in part["seals"]["rows"]}
        listed = sorted(filter(None, codes))
        found |= {table: _content(db, table, listed) for table in ("code", "code_seals")}
        found["environment"] = _content(db, "environment", sorted(filter(None, (row[14] for row in runs))))
    return found


# as bytes


def pack_log(found: Mapping[str, Any]) -> bytes:
    """Return a log object as bytes."""
    return zlib.compress(json.dumps({"format": 1, **found}, default=_encoded, separators=(",", ":")).encode(), 1)


def _encoded(value: object) -> object:
    assert isinstance(value, bytes), "a catalog holds numbers, texts and bytes"
    return {"base64": base64.b64encode(value).decode()}


def unpack_log(url: str, name: str, data: memoryview) -> dict[str, Any]:
    """Return what a log object tells. Raises LogObjectDamaged if it is none."""
    try:
        found = json.loads(zlib.decompressobj().decompress(data, _LARGEST), object_hook=_decoded)
    except (zlib.error, ValueError, RecursionError) as error:
        raise LogObjectDamaged(url, name, str(error)) from None
    if not isinstance(found, dict) or found.get("format") != 1:
        raise LogObjectDamaged(url, name, "this version cannot read its format")
    return found


def _decoded(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


# writing


def import_log(db: sqlite3.Connection, found: Mapping[str, Any]) -> None:
    """Write what a log object tells, within a transaction. What it tells of a run that is not there is left out."""
    for row in _as_dicts(found.get("runs")):
        _put_run(db, row)
    for table in _CONTENT:
        _insert(db, table, _as_dicts(found.get(table)), "IGNORE")
    for uid in found.get("whole", ()):
        db.execute("DELETE FROM events WHERE run = (SELECT id FROM runs WHERE uid = ?)", (uid,))
    for uid, tables in found.get("tasks", {}).items():
        if (run := _run_with(db, uid)) is not None:
            _put_tasks(db, run, tables)
    for uid, events in found.get("events", {}).items():
        if (run := _run_with(db, uid)) is not None:
            rows = [(run, *event) for event in events]
            db.executemany("INSERT INTO events (run, time, kind, payload) VALUES (?, ?, ?, ?)", rows)
    for uid, tag, has in found.get("tags", ()):
        if (run := _run_with(db, uid)) is not None:
            statement = (
                "INSERT OR IGNORE INTO tags VALUES (?, ?)" if has else "DELETE FROM tags WHERE run = ? AND tag = ?"
            )
            db.execute(statement, (run, tag))
    for key, value in found.get("meta", ()):
        _put_meta(db, key, value)


def _as_dicts(rows: TableRows | None) -> list[dict[str, Any]]:
    return [dict(zip(rows["columns"], row, strict=True)) for row in rows["rows"]] if rows else []


def _run_with(db: sqlite3.Connection, uid: str) -> int | None:
    row = db.execute("SELECT id FROM runs WHERE uid = ?", (uid,)).fetchone()
    return None if row is None else int(row[0])


def _put_run(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    known = _run_with(db, row["uid"])
    if known is not None:
        row.pop("number")
        changed = [column for column in _OF_RUN if column in row]
        values = [row[column] for column in changed]
        db.execute(f"UPDATE runs SET {', '.join(f'{one} = ?' for one in changed)} WHERE id = ?", (*values, known))
        return
    taken = db.execute("SELECT 1 FROM runs WHERE flow = ? AND number = ?", (row["flow"], row["number"])).fetchone()
    if taken:  # the store that it comes from has counted for itself
        (last,) = db.execute("SELECT max(number) FROM runs WHERE flow = ?", (row["flow"],)).fetchone()
        row["number"] = last + 1
    _insert(db, "runs", [row], "ABORT")
    counted = "INSERT INTO flows VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)"
    db.execute(counted, (row["flow"].removesuffix("/spin"), row["number"]))


def _insert(db: sqlite3.Connection, table: str, rows: list[dict[str, Any]], conflict: str) -> None:
    if not rows:
        return
    known = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})") if name in rows[0]]
    db.executemany(
        f"INSERT OR {conflict} INTO {table} ({', '.join(known)}) VALUES ({', '.join('?' * len(known))})",
        [tuple(row[column] for column in known) for row in rows],
    )


def _put_tasks(db: sqlite3.Connection, run: int, tables: Mapping[str, TableRows]) -> None:
    """Replace tasks of a run, each with all that is told of it."""
    found = {table: _as_dicts(tables.get(table)) for table in _OF_TASKS}
    for row in found["tasks"]:
        row |= {"id": task_id(run, row["number"]), "run": run}
    ids = [(row["id"],) for row in found["tasks"]]
    for table in _OF_TASKS.keys() - {"tasks"}:
        db.executemany(f"DELETE FROM {table} WHERE task = ?", ids)
        for row in found[table]:
            row["task"] = task_id(run, row["task"])
    for table, column in _NAMES.items():
        numbers = _numbers(db, {row[column] for row in found[table]})
        for row in found[table]:
            row[column] = numbers[row[column]]
    for table, rows in found.items():
        _insert(db, table, rows, "REPLACE")


def _numbers(db: sqlite3.Connection, texts: Iterable[str]) -> dict[str, int]:
    listed = _listed(texts)
    db.execute("INSERT OR IGNORE INTO names (text) SELECT value FROM json_each(?)", listed)
    return dict(db.execute(f"SELECT text, id FROM names WHERE text IN {_LISTED}", listed).fetchall())


def _put_meta(db: sqlite3.Connection, key: str, value: str | None) -> None:
    what, is_of_run, uid = key.partition(" of run ")
    if is_of_run:
        run = _run_with(db, uid)
        if run is None or what not in ("note", "pin", "silence"):
            return
        key = f"{what} of run {run}"
    elif not key.startswith("flow with id "):
        return  # what else stands there is this store's own
    if value is None:
        db.execute("DELETE FROM meta WHERE key = ?", (key,))
    else:
        how = "REPLACE" if is_of_run else "IGNORE"  # the flow of a notebook is that of its first run
        db.execute(f"INSERT OR {how} INTO meta VALUES (?, ?)", (key, value))
