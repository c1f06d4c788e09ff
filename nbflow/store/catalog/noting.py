"""Defines the tables and triggers by which the copy of a store in a bucket notes what has changed."""

from __future__ import annotations

_TABLES = (
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key NOT NULL)",
    "CREATE INDEX IF NOT EXISTS outbox_key ON outbox (kind, key)",
    "CREATE TABLE IF NOT EXISTS log (name TEXT PRIMARY KEY, uid TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS dropped (uid TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS receiving (now INTEGER)",
    "CREATE TABLE IF NOT EXISTS sending (name TEXT NOT NULL, last INTEGER NOT NULL)",
)
_NOTED = (
    ("runs", "INSERT", "run", "NEW.uid", ""),
    ("runs", "UPDATE", "run", "NEW.uid", ""),
    ("runs", "DELETE", "drop", "OLD.uid", ""),
    ("tasks", "INSERT", "task", "NEW.id", ""),
    ("tasks", "UPDATE", "task", "NEW.id", ""),
    *((table, "INSERT", "task", "NEW.task", "") for table in ("artifacts", "seals", "files", "randoms")),
    ("events", "INSERT", "event", "NEW.id", ""),
    ("tags", "INSERT", "tag", "json_array(NEW.run, NEW.tag)", ""),
    ("tags", "DELETE", "tag", "json_array(OLD.run, OLD.tag)", ""),
    ("meta", "INSERT", "meta", "NEW.key", "NEW.key"),
    ("meta", "UPDATE", "meta", "NEW.key", "NEW.key"),
    ("meta", "DELETE", "meta", "OLD.key", "OLD.key"),
    ("code", "INSERT", "code", "NEW.digest", ""),
    ("code_seals", "INSERT", "code", "NEW.digest", ""),
    ("environment", "INSERT", "environment", "NEW.digest", ""),
    ("learned", "INSERT", "learned", "json_array(NEW.flow, NEW.step, NEW.code, NEW.name)", ""),
)
"""Lists table, change, kind of note, its key, and the column that says whether a row of `meta` concerns others."""

_CONCERNS_OTHERS = ("note of run *", "pin of run *", "flow with id *")


def _trigger(number: int, table: str, change: str, kind: str, key: str, concerns: str) -> str:
    others = " OR ".join(f"{concerns} GLOB '{pattern}'" for pattern in _CONCERNS_OTHERS) if concerns else "1"
    # no `INSERT OR REPLACE`: the conflict clause of the statement that fires a trigger would replace it
    return f"""CREATE TRIGGER IF NOT EXISTS note_{number} AFTER {change} ON {table}
        WHEN NOT EXISTS (SELECT 1 FROM receiving) AND ({others}) BEGIN
        DELETE FROM outbox WHERE kind = '{kind}' AND key = {key};
        INSERT INTO outbox (kind, key) VALUES ('{kind}', {key}); END"""


NOTING = (*_TABLES, *(_trigger(number, *noted) for number, noted in enumerate(_NOTED)))
"""Makes the tables and triggers, unless they are there already."""
