"""What the catalog keeps and gives back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.trust import SignedRecord
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, Summary

from .cataloging import artifact, done, everybody


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
        assert reader.tasks(run.id) == (task._replace(id=row, number=1),)
        assert reader.task(row) == task._replace(id=row, number=1)

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
        newer = writer.put_task(done(other, "fit", key="k")._replace(status=TaskStatus.REUSED))
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
            writer.put_components([present])
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
            writer.put_components([component])
        writer.commit()
        assert reader.component("a" * 32) == long
        assert sorted(reader.components(), key=lambda c: c.digest) == [long, short]
        assert list(reader.components(["b" * 32, "c" * 32])) == [short]
        assert list(reader.components([])) == []

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
