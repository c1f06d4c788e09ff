"""Lists the statements that make the tables of a catalog, and what catalogs of earlier formats lack."""

from __future__ import annotations

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE flows (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, flow TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL,
    kind TEXT NOT NULL, status TEXT NOT NULL, started REAL NOT NULL, finished REAL, parameters TEXT NOT NULL,
    origin INTEGER, user TEXT, host TEXT, pid INTEGER, pid_start INTEGER, code TEXT, environment TEXT, uid TEXT,
    UNIQUE (flow, number));
CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, number INTEGER NOT NULL, step INTEGER NOT NULL,
    path BLOB NOT NULL, turn INTEGER NOT NULL, split INTEGER NOT NULL, attempt INTEGER NOT NULL, key TEXT,
    status TEXT NOT NULL, started REAL, finished REAL, seconds REAL, item TEXT, failure TEXT, outputs TEXT,
    source TEXT, items INTEGER, again INTEGER NOT NULL, passed_on TEXT, memory INTEGER, cpu_seconds REAL,
    host TEXT);
CREATE INDEX tasks_place ON tasks (run, step, path, turn, split, number);
CREATE INDEX tasks_key ON tasks (key) WHERE key IS NOT NULL;
CREATE TABLE artifacts (
    task INTEGER NOT NULL, name INTEGER NOT NULL, position INTEGER NOT NULL, component TEXT NOT NULL,
    idx INTEGER NOT NULL, size INTEGER NOT NULL, summary TEXT NOT NULL, lost TEXT, shares TEXT,
    PRIMARY KEY (task, name)) WITHOUT ROWID;
CREATE TABLE components (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, stream BLOB, blob TEXT, buffers TEXT, size INTEGER NOT NULL,
    members TEXT NOT NULL, scope TEXT, refs TEXT);
CREATE TABLE seals (
    task INTEGER PRIMARY KEY, signer TEXT NOT NULL, key TEXT, code TEXT, mac BLOB NOT NULL, batch BLOB);
CREATE TABLE code_seals (
    digest TEXT, signer TEXT, mac BLOB NOT NULL, signature BLOB, PRIMARY KEY (digest, signer)) WITHOUT ROWID;
CREATE TABLE randoms (task INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL, payload TEXT);
CREATE INDEX events_run ON events (run);
CREATE TABLE texts (digest TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE code (digest TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE environment (digest TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE learned (
    flow TEXT NOT NULL, step TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (flow, step, code, name)) WITHOUT ROWID;
CREATE TABLE tags (run INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
"""
ADDED_TABLES = {
    "files": (2, """task INTEGER NOT NULL, path TEXT NOT NULL, access TEXT NOT NULL, digest TEXT NOT NULL,
        size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, inode INTEGER NOT NULL,
        PRIMARY KEY (task, path)"""),
    "batches": (4, "digest BLOB PRIMARY KEY, hashes BLOB NOT NULL, signature BLOB NOT NULL"),
    "users": (4, "signer TEXT PRIMARY KEY, key BLOB NOT NULL, name TEXT NOT NULL"),
}  # fmt: skip
"""Lists the tables that catalogs of earlier formats do not have: since which format, and their columns."""

NEW = (
    *(f"CREATE TABLE IF NOT EXISTS {table} ({columns}) WITHOUT ROWID" for table, (_, columns) in ADDED_TABLES.items()),
    "CREATE INDEX IF NOT EXISTS files_path ON files (path)",
    "UPDATE runs SET uid = lower(hex(randomblob(8))) WHERE uid IS NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS runs_uid ON runs (uid)",
)  # fmt: skip
"""Makes what catalogs of earlier formats do not have, once their tables have all columns."""

ADDED = (
    (2, "tasks", "passed_on", "TEXT"), (2, "artifacts", "shares", "TEXT"), (2, "components", "refs", "TEXT"),
    (3, "tasks", "memory", "INTEGER"), (4, "runs", "uid", "TEXT"), (4, "seals", "batch", "BLOB"),
    (4, "code_seals", "signature", "BLOB"), (5, "tasks", "cpu_seconds", "REAL"), (5, "tasks", "host", "TEXT"),
)  # fmt: skip
"""Lists the columns that catalogs of earlier formats do not have: since which format, table, name and type."""
