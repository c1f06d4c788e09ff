"""Rows go in, rows come out; two writers never clash, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.errors import StoreBroken, StoreFull, StoreReadOnly, StoreTooNew
from nbflow.store.catalog import schema
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.trust import Seal, SignedRecord
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, Summary

from .test_blobs import file_size_limit


def everybody(record: SignedRecord, seal: Seal | None) -> bool:
    return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    schema.create(tmp_path / "catalog.db")
    return tmp_path / "catalog.db"


@pytest.fixture
def writer(path: Path) -> Iterator[CatalogWriter]:
    with CatalogWriter(path) as writer:
        yield writer


@pytest.fixture
def reader(path: Path) -> Iterator[CatalogReader]:
    with CatalogReader(path, trusts=everybody) as reader:
        yield reader


@pytest.fixture
def run(writer: CatalogWriter) -> RunRow:
    return writer.begin_run("demo", "demo.ipynb", parameters={"alpha": 0.1, "day": None})


def artifact(name: str, component: str = "c" * 32, index: int = 0) -> ArtifactRef:
    return ArtifactRef(name, component, index, 10, Summary("int", "1"))


def done(run: RunRow, step: str, path: tuple[int, ...] = (), **facts: object) -> TaskRow:
    return TaskRow(run.id, step, path, status=TaskStatus.SUCCEEDED, **facts)  # type: ignore[arg-type]


class TestRuns:
    def test_a_run_is_read_as_it_was_begun(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        assert reader.run("demo", 1) == run
        assert reader.runs() == reader.runs("demo") == (run,)
        assert reader.flows() == ("demo",)
        assert run.status is RunStatus.RUNNING
        assert run.pid == os.getpid()

    def test_numbers_count_per_flow_and_newest_comes_first(self, writer: CatalogWriter, reader: CatalogReader) -> None:
        begun = [(flow, writer.begin_run(flow, kind=RunKind.RESUME).number) for flow in ("a", "b", "a")]
        assert begun == [("a", 1), ("b", 1), ("a", 2)]
        assert [run.number for run in reader.runs("a")] == [2, 1]

    def test_update_and_tags(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        writer.update_run(run.id, status=RunStatus.SUCCEEDED, finished=5.0, environment="e")
        writer.tag(run.id, "best", "kept", "best")
        writer.untag(run.id, "kept")
        writer.commit()
        expected = replace(run, status=RunStatus.SUCCEEDED, finished=5.0, environment="e", tags=("best",))
        assert reader.run("demo", 1) == expected

    def test_a_run_whose_process_died_has_crashed(self, path: Path, reader: CatalogReader) -> None:
        script = (
            "from pathlib import Path; from nbflow.store.catalog.writer import CatalogWriter; "
            f"CatalogWriter(Path({str(path)!r})).begin_run('x')"
        )
        subprocess.run([sys.executable, "-c", script], check=True)
        assert reader.runs("x")[0].status is RunStatus.CRASHED

    def test_a_kernel_session_that_was_killed_has_crashed_only_while_a_task_ran(
        self, path: Path, writer: CatalogWriter, reader: CatalogReader
    ) -> None:
        session = writer.begin_run("x", kind=RunKind.INTERACTIVE)
        writer.put_task(TaskRow(session.id, "a", number=1, status=TaskStatus.SUCCEEDED))
        writer.commit()
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE runs SET pid_start = pid_start - 1")
        connection.close()
        assert reader.runs()[0].status is RunStatus.SUCCEEDED
        writer.put_task(TaskRow(session.id, "b", number=2))
        writer.commit()
        assert reader.runs()[0].status is RunStatus.CRASHED

    def test_a_later_process_with_the_same_pid_is_not_the_driver(
        self, path: Path, reader: CatalogReader, run: RunRow
    ) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE runs SET pid_start = pid_start - 1")
        connection.close()
        assert reader.runs()[0].status is RunStatus.CRASHED


class TestTasks:
    def test_a_task_is_read_as_it_was_written(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        task = done(run, "fit", (3, 70_000), turn=2, attempt=1, key="k", started=1.0, finished=2.5, seconds=1.5,
                    item="cfg", failure="{}", outputs="o", source="1/2", items=4, again=True)  # fmt: skip
        row = writer.put_task(task)
        writer.commit()
        assert reader.tasks(run.id) == (replace(task, id=row, number=1),)
        assert reader.task(row) == replace(task, id=row, number=1)

    def test_what_became_of_it_replaces_the_row(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        number = writer.next_number(run.id)
        row = writer.put_task(TaskRow(run.id, "fit", number=number))
        assert writer.put_task(done(run, "fit", number=number)) == row
        assert writer.put_task(TaskRow(run.id, "fit", id=row, status=TaskStatus.FAILED)) == row
        writer.commit()
        assert [task.status for task in reader.tasks(run.id)] == [TaskStatus.FAILED]

    def test_a_task_done_again_hides_the_older_one_but_keeps_it(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        for seconds in (1.0, 2.0):
            writer.put_task(done(run, "fit", (1,), seconds=seconds))
        writer.put_task(done(run, "fit", (2,), seconds=3.0))
        writer.put_task(TaskRow(run.id, "fit", (1,), split=True))
        writer.commit()
        assert [(t.path, t.split, t.seconds) for t in reader.tasks(run.id, "fit")] == [
            ((1,), False, 2.0), ((2,), False, 3.0), ((1,), True, None),
        ]  # fmt: skip
        assert [t.number for t in reader.tasks(run.id, superseded=True)] == [1, 2, 3, 4]
        assert reader.tasks(run.id, "other") == ()

    def test_a_key_finds_the_newest_success(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        older = writer.put_task(done(run, "fit", key="k"))
        other = writer.begin_run("demo")
        newer = writer.put_task(replace(done(other, "fit", key="k"), status=TaskStatus.REUSED))
        writer.put_task(TaskRow(other.id, "fit", key="k", status=TaskStatus.FAILED))
        writer.commit()
        assert reader.find_key("k").id == newer  # type: ignore[union-attr]
        assert reader.find_key("k", within_run=run.id).id == older  # type: ignore[union-attr]
        assert reader.find_key("other") is None
        assert reader.find_key("") is None

    def test_a_task_without_its_objects_is_not_found(self, path: Path, writer: CatalogWriter, run: RunRow) -> None:
        row = writer.put_task(done(run, "fit", key="k"))
        writer.put_artifacts(row, [artifact("a")])
        writer.commit()
        present = Component("c" * 32, b"x", members=("a",))
        with CatalogReader(path, trusts=everybody) as reader:
            assert reader.find_key("k") is None
            writer.put_component(present)
            writer.commit()
            assert reader.find_key("k").id == row  # type: ignore[union-attr]
        with CatalogReader(path, usable=lambda component: component != present, trusts=everybody) as reader:
            assert reader.find_key("k") is None

    def test_pinned_by_path_or_item(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        first = writer.put_task(done(run, "fit", (0,), item="a", key="x"))
        second = writer.put_task(done(run, "fit", (1,), item="b", key="y"))
        writer.commit()
        assert reader.find_pinned("demo", "fit", (0,)).id == first  # type: ignore[union-attr]
        assert reader.find_pinned("demo", "fit", item="b").id == second  # type: ignore[union-attr]
        assert reader.find_pinned("other", "fit", (0,)) is None

    def test_last_durations(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        writer.put_task(done(run, "load", seconds=9.0))
        writer.put_task(done(run, "fit", seconds=1.0))
        other = writer.begin_run("demo")
        for i in range(3):
            writer.put_task(done(other, "fit", (i,), seconds=2.0))
        writer.commit()
        assert reader.durations("demo") == {"load": 9.0, "fit": 6.0}


class TestArtifacts:
    def test_they_come_back_whole_and_in_order(self, writer: CatalogWriter, reader: CatalogReader, run: RunRow) -> None:
        summary = Summary("pandas.DataFrame", "2 rows", (2, 1), None, (("a", "int64"),), "<table>")
        made = [
            artifact("b"),
            ArtifactRef("a", "d" * 32, 1, 5, summary, (Lost("a['x']", "lock", "why"),)),
            ArtifactRef("0", "e" * 32, 0, 5, Summary("numpy.ndarray", "3 f8", (3,), "float64")),
            ArtifactRef("f", "f" * 32, 0, 5, Summary("matplotlib.figure.Figure", "a figure", image="iVBO")),
        ]
        row = writer.put_task(done(run, "fit"))
        writer.put_artifacts(row, made)
        writer.commit()
        assert reader.artifacts(row) == tuple(made)
        assert reader.artifact(row, "a") == made[1]
        assert reader.artifact(row, "nothing") is None
        writer.put_artifacts(row, made[:1])
        writer.commit()
        assert reader.artifacts(row) == (made[0],)

    def test_components(self, writer: CatalogWriter, reader: CatalogReader) -> None:
        long = Component("a" * 32, b"", ("x-1", "y-2"), 9, ("n", "m=D:0"), "fit", "z-3")
        short = Component("b" * 32, b"stream", members=("n",))
        for component in (long, short, short):
            writer.put_component(component)
        writer.commit()
        assert reader.component("a" * 32) == long
        assert sorted(reader.components(), key=lambda c: c.digest) == [long, short]

    def test_views_stream_the_newest_task_of_every_path(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        for turn, name in enumerate(["old", "new"]):
            writer.put_artifacts(writer.put_task(done(run, "fit", (0, 2), turn=turn)), [artifact(name)])
        writer.put_artifacts(writer.put_task(done(run, "fit", (0, 10))), [artifact("x"), artifact("y")])
        writer.put_artifacts(writer.put_task(done(run, "fit", (1, 0))), [artifact("other branch")])
        writer.put_artifacts(writer.put_task(done(run, "prepare", (0, 2))), [])
        writer.put_artifacts(writer.put_task(TaskRow(run.id, "fit", (0, 3), status=TaskStatus.FAILED)), [artifact("f")])
        writer.commit()
        found = [(place, sorted(view)) for place, view in reader.views(run.id, ["fit", "prepare"], (0,))]
        assert found == [(("fit", (0, 2)), ["new"]), (("fit", (0, 10)), ["x", "y"]), (("prepare", (0, 2)), [])]
        assert len(list(reader.views(run.id, ["fit"]))) == 3


class TestTheRest:
    def test_texts_code_environment_events_learned(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        text = "line ä\n" * 1000
        digest = writer.put_text(text)
        code = writer.put_code("x = 1")
        environment = writer.put_environment({"python": "3.11", "packages": {"b": 1, "a": 2}})
        writer.add_event(run.id, "TaskStarted", {"task": "fit"})
        writer.add_event(run.id, "RunCancelled")
        writer.learn("demo", "fit", "c1", "df")
        writer.learn("demo", "fit", "c1", "model")
        writer.commit()
        assert reader.text(digest) == text
        assert reader.text("nothing") is None
        assert reader.code(code) == "x = 1"
        assert reader.environment(environment) == {"python": "3.11", "packages": {"a": 2, "b": 1}}
        assert [(e.kind, e.payload) for e in reader.events(run.id)] == [
            ("TaskStarted", {"task": "fit"}), ("RunCancelled", None),
        ]  # fmt: skip
        first = reader.events(run.id)[0].id
        assert len(reader.events(run.id, after=first)) == 1
        assert reader.learned("demo") == {("fit", "c1"): frozenset({"df", "model"})}

    def test_rows_appear_with_the_commit_and_not_before(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        writer.put_task(done(run, "fit"))
        assert reader.tasks(run.id) == ()
        writer.commit()
        assert len(reader.tasks(run.id)) == 1

    def test_rollback_takes_back_what_was_not_committed(
        self, writer: CatalogWriter, reader: CatalogReader, run: RunRow
    ) -> None:
        writer.put_task(done(run, "kept"))
        writer.commit()
        writer.put_task(done(run, "dropped"))
        writer.rollback()
        writer.put_task(done(run, "dropped"))  # its name is written again as well
        writer.commit()
        assert [(t.step, t.number) for t in reader.tasks(run.id)] == [("kept", 1), ("dropped", 2)]


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


def test_any_text_is_kept_and_found_again(writer: CatalogWriter, reader: CatalogReader) -> None:
    """What UTF-8 cannot say is its escape, which in JSON is the character itself."""
    row = writer.begin_run("caf\udce9", "caf\udce9.ipynb", parameters={"name": "\udc80é"}, tags=["\udfff"])
    writer.add_event(row.id, "Failed", {"message": "\ud800"})
    writer.put_task(TaskRow(row.id, "a", item="\udc81", key="k"))
    writer.commit()
    [found] = reader.runs("caf\udce9")
    assert (found.flow, found.document, found.parameters) == ("caf\\udce9", "caf\\udce9.ipynb", {"name": "\udc80é"})
    assert reader.events(row.id)[-1].payload == {"message": "\ud800"}
    assert [task.item for task in reader.tasks(row.id)] == ["\\udc81"]


def test_a_signature_holds_for_the_text_that_is_kept() -> None:
    record = SignedRecord("caf\udce9", 1, "a", (), 0, False, "k", "c", ())
    assert record.message() == replace(record, flow="caf\\udce9").message()


class TestFormatOne:
    """A catalog that the first release wrote."""

    @pytest.fixture
    def old(self, path: Path, writer: CatalogWriter, run: RunRow) -> Path:
        writer.put_artifacts(writer.put_task(done(run, "fit")), [artifact("model")])
        writer.put_component(Component("c" * 32, b"stream", members=("model",), scope="fit"))
        writer.commit()
        with sqlite3.connect(path) as connection:
            for table, column in schema.ADDED:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            connection.execute("DROP TABLE files")
            connection.execute("PRAGMA user_version = 1")
        return path

    def test_is_read_as_it_is(self, old: Path) -> None:
        with CatalogReader(old, trusts=everybody) as reader:
            (task,) = reader.tasks(1)
            assert (task.step, task.passed_on) == ("fit", None)
            assert reader.artifacts(task.id) == (artifact("model"),)
            assert reader.component("c" * 32) == Component("c" * 32, b"stream", members=("model",), scope="fit")
        with sqlite3.connect(old) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)

    def test_is_brought_up_to_date_by_a_writer_while_others_read(self, old: Path) -> None:
        with CatalogReader(old, trusts=everybody) as reader:
            with CatalogWriter(old) as writer:
                shared = replace(artifact("model"), shares=("c" * 32, "d" * 32))
                writer.put_artifacts(writer.put_task(TaskRow(1, "use", passed_on="[]")), [shared])
            assert [task.step for task in reader.tasks(1)] == ["fit", "use"]
        with CatalogReader(old, trusts=everybody) as reader:
            last = reader.tasks(1)[-1]
            assert last.passed_on == "[]"
            assert reader.artifacts(last.id) == (shared,)
