"""The file of the catalog: which one is refused, who may write it at once, and what a killed writer leaves."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.errors import BlobCorrupt, StoreBroken, StoreFull, StoreReadOnly, StoreTooNew
from nbflow.store.catalog import catalog_tables, schema
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow
from nbflow.store.catalog.trust import Seal
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.values.artifact_ref import Component

from .cataloging import artifact, done, everybody
from .test_blobs import file_size_limit


class TestRefusals:
    def test_a_newer_format_says_which_nbflow_it_needs(self, path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 9")
            connection.execute("UPDATE meta SET value = '7.1' WHERE key = 'needs'")
        connection.close()
        for connect in (CatalogReader, CatalogWriter):
            with pytest.raises(StoreTooNew, match=r"format 9.*install nbflow 7.1"):
                connect(path)

    def test_what_is_not_a_database(self, tmp_path: Path) -> None:
        other = tmp_path / "catalog.db"
        other.write_text("hello" * 1000)
        with pytest.raises(StoreBroken, match="not a database"):
            CatalogReader(other)

    def test_somebody_elses_database(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "catalog.db") as connection:
            connection.execute("CREATE TABLE t (x)")
        connection.close()
        schema.create(tmp_path / "catalog.db")
        with pytest.raises(StoreBroken, match="not nbflow's"):
            CatalogReader(tmp_path / "catalog.db")

    @pytest.mark.parametrize(
        "change",
        [
            "CREATE TRIGGER t AFTER INSERT ON artifacts BEGIN UPDATE artifacts SET idx = 1; END",
            "CREATE TRIGGER note_0 AFTER INSERT ON runs BEGIN DELETE FROM tags; END",
            "CREATE VIEW v AS SELECT 1",
            "ALTER TABLE tags RENAME TO moved; CREATE VIEW tags AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM r) SELECT i AS run, i AS tag FROM r",
            "ALTER TABLE artifacts RENAME COLUMN component TO kept; "
            "ALTER TABLE artifacts ADD COLUMN component TEXT AS (upper(kept))",
            "CREATE VIRTUAL TABLE words USING fts5(text)",
            "CREATE INDEX extra ON tasks (abs(number))",
        ],
    )
    def test_what_nbflow_has_not_made_in_it(self, path: Path, change: str) -> None:
        with sqlite3.connect(path) as connection:
            connection.executescript(change)
        connection.close()
        for connect in (CatalogReader, CatalogWriter):
            with pytest.raises(StoreBroken, match=r"nbflow has not made the .* Drop it"):
                connect(path)

    @pytest.mark.parametrize("name", ["catalog.db", "catalog.db-wal", "catalog.db-journal", "catalog.seal"])
    def test_a_link_leaves_nothing_beside_its_target(self, path: Path, tmp_path: Path, name: str) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "c.db").write_bytes(path.read_bytes())
        path.with_name(name).unlink(missing_ok=True)
        path.with_name(name).symlink_to(outside / "c.db")
        for connect in (CatalogReader, CatalogWriter, schema.create):
            with pytest.raises(StoreBroken, match="it is a symbolic link"):
                connect(path)
        assert [file.name for file in outside.iterdir()] == ["c.db"]

    @pytest.mark.parametrize("name", ["catalog.db", "catalog.db-wal", "catalog.seal"])
    def test_a_pipe(self, path: Path, name: str) -> None:
        path.with_name(name).unlink(missing_ok=True)
        os.mkfifo(path.with_name(name))
        for connect in (CatalogReader, CatalogWriter):
            with pytest.raises(StoreBroken, match="it is not a file"):
                connect(path)

    @pytest.mark.parametrize(
        "text",
        ['{"catalog.db": [1]}', '{"catalog.db": 1}', '{"catalog.db": [[], {}, 1]}', "[1]", "[" * 9_999, "1" * 9_999],
    )
    def test_a_seal_that_makes_no_sense_seals_nothing(self, path: Path, text: str) -> None:
        path.with_suffix(".seal").write_text(text)
        CatalogReader(path).close()

    def test_a_text_that_unpacks_to_more_than_it_should(self, path: Path) -> None:
        with CatalogWriter(path) as writer:
            digest = writer.put_text("short")
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE texts SET body = ?", (zlib.compress(b"x" * (64 << 20), 9),))
        connection.close()
        tracemalloc.start()
        with CatalogReader(path) as reader, pytest.raises(BlobCorrupt, match="not the one that was stored"):
            reader.text(digest)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert held < 40 << 20

    def test_no_catalog(self, tmp_path: Path) -> None:
        with pytest.raises(StoreBroken, match="there is no catalog"):
            CatalogReader(tmp_path / "catalog.db")

    def test_a_catalog_that_is_about_to_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "catalog.db").touch()
        with pytest.raises(StoreBroken, match="there is no catalog"):
            CatalogReader(tmp_path / "catalog.db")
        schema.create(tmp_path / "catalog.db")
        CatalogReader(tmp_path / "catalog.db").close()

    def test_a_reader_cannot_write(self, reader: CatalogReader) -> None:
        with pytest.raises(StoreReadOnly):
            reader.query("DELETE FROM runs")

    def test_a_full_disk(self, path: Path, writer: CatalogWriter, run: RunRow) -> None:
        with file_size_limit(path.stat().st_size + 100_000), pytest.raises(StoreFull, match="gc"):
            fill(writer, run)
        writer.add_event(run.id, "z")
        writer.commit()

    def test_a_catalog_is_for_its_owner_only(self, path: Path, writer: CatalogWriter, run: RunRow) -> None:
        assert {oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()} == {"0o600"}

    def test_the_seal_of_a_catalog_is_for_those_who_may_write_to_the_catalog(self, path: Path) -> None:
        path.chmod(0o660)
        CatalogWriter(path).close()
        assert oct(path.with_suffix(".seal").stat().st_mode & 0o777) == "0o660"


def fill(writer: CatalogWriter, run: RunRow) -> None:
    for _ in range(2000):
        writer.add_event(run.id, "x", "y" * 1000)
        writer.commit()


DRIVER = """
import sys, pathlib
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.catalog.rows import TaskRow
writer = CatalogWriter(pathlib.Path(sys.argv[1]))
run = writer.begin_run("f")
print(run.number, flush=True)
i = 0
while sys.argv[2] != "count" or i < 300:
    writer.put_task(TaskRow(run.id, "fit", (i,)))
    writer.add_event(run.id, "task", i)
    i += 1
    if i % 3 == 0:
        writer.commit()
        print(i, flush=True)
"""


def drive(path: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(path), how], stdout=subprocess.PIPE, text=True)


def test_two_drivers_at_once_never_clash(path: Path, reader: CatalogReader) -> None:
    drivers = [drive(path, "count") for _ in range(3)]
    numbers = [driver.communicate()[0].split()[0] for driver in drivers]
    assert sorted(numbers) == ["1", "2", "3"]
    assert [len(reader.tasks(run.id)) for run in reader.runs()] == [300, 300, 300]


def test_killed_at_any_time_nothing_acknowledged_is_lost(path: Path) -> None:
    for wait in (1, 5, 40):
        driver = drive(path, "forever")
        assert driver.stdout is not None
        number = int(driver.stdout.readline())
        acknowledged = [int(driver.stdout.readline()) for _ in range(wait)]
        driver.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in driver.communicate()[0].split("\n")[:-1]]
        with CatalogReader(path) as reader:
            run = reader.run("f", number)
            assert run is not None
            assert run.status is RunStatus.CRASHED
            tasks = reader.tasks(run.id)
            assert len(tasks) >= acknowledged[-1]
            assert len(tasks) % 3 == 0
            assert len(reader.events(run.id)) == len(tasks)
            assert reader.query("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("form", [1, 2, 3, 4])
class TestEarlierFormats:
    """A catalog that an earlier version wrote."""

    @pytest.fixture
    def old(self, path: Path, writer: CatalogWriter, run: RunRow, form: int) -> Path:
        writer.put_artifacts(writer.put_task(done(run, "fit")), [artifact("model")])
        writer.put_components([Component("c" * 32, b"stream", members=("model",), scope="fit")])
        writer.commit()
        with sqlite3.connect(path) as connection:
            connection.execute("INSERT INTO seals (task, signer, mac) SELECT id, 'me', CAST('mac' AS BLOB) FROM tasks")
            connection.execute("DROP INDEX runs_uid")
            for since, table, column, _ in catalog_tables.ADDED:
                if since > form:
                    connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            for table, (since, _) in catalog_tables.ADDED_TABLES.items():
                if since > form:
                    connection.execute(f"DROP TABLE {table}")
            connection.execute(f"PRAGMA user_version = {form}")
        return path

    def test_is_read_as_it_is(self, old: Path, form: int) -> None:
        with CatalogReader(old, trusts=everybody) as reader:
            (task,) = reader.tasks(1)
            assert (task.step, task.passed_on, task.memory) == ("fit", None, None)
            assert (task.cpu_seconds, task.host) == (None, "")
            assert [bool(run.uid) for run in reader.runs()] == [form == 4]
            assert reader.seal(task.id) == Seal("me", "", "", b"mac")
            assert bool(reader.users()) == (form == 4)
            assert reader.artifacts(task.id) == (artifact("model"),)
            assert reader.component("c" * 32) == Component("c" * 32, b"stream", members=("model",), scope="fit")
        with sqlite3.connect(old) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (form,)

    def test_is_brought_up_to_date_by_a_writer_while_others_read(self, old: Path) -> None:
        with CatalogReader(old, trusts=everybody) as reader:
            with CatalogWriter(old) as writer:
                shared = replace(artifact("model"), shares=("c" * 32, "d" * 32))
                writer.put_artifacts(
                    writer.put_task(TaskRow(1, "use", passed_on="[]", memory=812, cpu_seconds=0.5, host="node7")),
                    [shared],
                )
            assert [task.step for task in reader.tasks(1)] == ["fit", "use"]
        with CatalogReader(old, trusts=everybody) as reader:
            last = reader.tasks(1)[-1]
            assert (last.passed_on, last.memory, last.cpu_seconds, last.host) == ("[]", 812, 0.5, "node7")
            assert reader.artifacts(last.id) == (shared,)
            (uid,) = (run.uid for run in reader.runs())
        CatalogWriter(old).close()
        with CatalogReader(old, trusts=everybody) as reader:
            assert len(uid) == 16
            assert [run.uid for run in reader.runs()] == [uid]
