"""The catalog in two processes at once: none takes the log of the other away."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from nbflow.store.catalog.rows import RunKind
from nbflow.store.store import Store

ADD = """import sys
from pathlib import Path
from nbflow.store.catalog.rows import RunKind
from nbflow.store.store import Store
with Store.open(Path(sys.argv[1])) as store, store.writer() as writer:
    writer.begin_run("films", "films.ipynb", RunKind.RUN)
    writer.commit()
"""


def add_here(store: Store) -> None:
    with store.writer() as writer:
        writer.begin_run("films", "films.ipynb", RunKind.RUN)
        writer.commit()


def add_elsewhere(store: Store) -> None:
    subprocess.run([sys.executable, "-c", ADD, str(store.root)], check=True)


def test_a_process_that_ends_leaves_the_log_to_one_that_has_the_catalog_open(tmp_path: Path) -> None:
    with Store.open(tmp_path / ".nbflow") as store:
        for number in range(1, 4):
            add_here(store)
            assert len(store.history.runs()) == 2 * number - 1
            log = os.stat(f"{store.catalog}-wal").st_ino
            add_elsewhere(store)
            assert os.stat(f"{store.catalog}-wal").st_ino == log
            assert len(store.history.runs()) == 2 * number
            with store.new_reader() as reader:
                assert len(reader.runs()) == 2 * number
    with sqlite3.connect(store.catalog) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def open_here(store: Store) -> int:
    """How many descriptors of the catalog this process has."""
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return sum(os.path.exists(link) and os.path.samefile(link, store.catalog) for link in links)


def test_no_descriptor_is_left_when_a_catalog_is_closed(tmp_path: Path) -> None:
    with Store.open(tmp_path / ".nbflow") as store:
        for _ in range(3):
            add_here(store)
        assert open_here(store) >= 1
    assert open_here(store) == 0
