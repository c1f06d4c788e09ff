"""`spin`: one step again, with the code as it is now, on what a run has stored for it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow import Flow, Metaflow, Runner, Task, default_metadata, inspect_spin
from nbflow.store.store import Store
from tests.script import shapes
from tests.script.running import Scripts

NESTED = """
factor = Parameter("factor", default=3)

@step
def start(self):
    self.rows = [[1, 2], [3]]
    self.next(self.row, foreach="rows")

@step
def row(self):
    self.cells = self.input
    self.next(self.cell, foreach="cells")

@step
def cell(self):
    self.got = (self.index, self.input, self.factor, [frame[:2] for frame in self.foreach_stack()])
    print("got", self.got)
    self.next(self.inner)

@step
def inner(self, inputs):
    self.got = [one.got for one in inputs]
    print("joined", self.got)
    self.next(self.outer)

@step
def outer(self, inputs):
    self.got = [got for one in inputs for got in one.got]
    self.next(self.end)

@step
def end(self):
    pass
"""


@pytest.fixture(autouse=True)
def runs_are_seen() -> Iterator[None]:
    yield
    default_metadata()


def spin(scripts: Scripts, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return scripts.command(path, "spin", *words)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the task printed and how it ended, without times and numbers."""
    assert done.returncode in (0, 1), done.stderr
    return [line.partition("] ")[2] for line in done.stdout.splitlines() if "(pid " in line]


def test_a_step_in_nested_foreachs_has_the_items_of_the_named_task(scripts: Scripts) -> None:
    path = scripts.write(NESTED)
    scripts.command(path, "run", "--factor", "5")
    first = Flow("F")["1"]["cell"].tasks[1]
    assert f"got {first.data.got}" in said(spin(scripts, path, first.pathspec))
    newest = max(Flow("F")["1"]["inner"].tasks, key=lambda task: int(task.id))
    assert f"joined {newest.data.got}" in said(spin(scripts, path, "inner"))


def test_a_turn_of_a_loop_starts_from_the_turn_before(scripts: Scripts) -> None:
    path = scripts.write(shapes.RECURSION)
    scripts.command(path, "run")
    last = Flow("F")["1"]["grow"].tasks[-1]
    assert spin(scripts, path, "grow", "--persist").returncode == 0
    inspect_spin()
    assert {one.id: one.data for one in Flow("F").latest_run["grow"].task} == {one.id: one.data for one in last}


def test_a_mended_step_is_spun_on_the_inputs_of_the_failed_one(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR.replace('self.trail + ["middle"]', "1 / 0"), "mended.py")
    scripts.command(path, "run")
    failed = spin(scripts, path, "middle", "--persist")
    assert (failed.returncode, "ZeroDivisionError: division by zero" in said(failed)) == (1, True)
    scripts.write(shapes.LINEAR, "mended.py")
    assert spin(scripts, path, "middle", "--persist").returncode == 0
    inspect_spin()
    newest, before = (run["middle"].task for run in Flow("F"))
    assert newest.data.trail == ["start", "middle"]
    assert (before.successful, before.exception.type) == (False, "builtins.ZeroDivisionError")


def test_what_is_spun_is_no_run_and_nothing_is_taken_from_it(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR)
    scripts.command(path, "run")
    spin(scripts, path, "middle", "--persist")
    with Store.open(scripts.folder / ".nbflow", create=False) as store:
        assert store.history.flows() == ("F",)
        assert [row.key for row in store.history.tasks(2, "middle")] == [""]
    assert [run.id for run in Flow("F")] == ["1"]
    assert [flow.id for flow in Metaflow()] == ["F"]
    assert scripts.command(path, "run").returncode == 0
    assert [run.id for run in Flow("F")] == ["3", "1"]
    inspect_spin(str(scripts.folder))
    assert [(run.id, [step.id for step in run]) for run in Flow("F")] == [("2", ["middle"])]
    assert default_metadata() == f"local@{Path.cwd()}"
    assert Flow("F").latest_run.id == "3"


def test_nothing_is_stored_unless_it_is_asked_for(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR)
    scripts.command(path, "run")
    spin(scripts, path, "end")
    spin(scripts, path, "end", "--persist")
    assert "trail" in scripts.command(path, "dump", "3/end").stdout
    inspect_spin()
    kept, forgotten = (run["end"].task for run in Flow("F"))
    assert ({one.id for one in kept}, {one.id for one in forgotten}) == ({"trail"}, set())


def test_a_spun_task_finds_itself_and_sees_runs(scripts: Scripts) -> None:
    body = """
    @step
    def start(self):
        from nbflow import Flow
        self.found = (current.task.pathspec, current.run.pathspec, Flow("F").latest_run.pathspec)
    """
    path = scripts.write(body)
    scripts.command(path, "run")
    spin(scripts, path, "start", "--persist")
    assert Task("F/2/start/1", _spins=True).data.found == ("F/2/start/1", "F/2", "F/1")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["middel"], "no step 'middel': did you mean 'middle'?"),
        (["end"], "step 'end' has not run in run 2: give a run in which it has, such as spin 1/end"),
        (["7/end"], "no run '7'"),
        (["1/end/77"], "no task 'F/1/end/77'"),
        (["G/1/end/3"], "'G/1/end/3' is not a pathspec of the form STEP, RUN/STEP, RUN/STEP/TASK"),
    ],
)
def test_what_cannot_be_spun_is_told_with_its_fix(scripts: Scripts, words: list[str], why: str) -> None:
    path = scripts.write(shapes.LINEAR, "wrong.py")
    scripts.command(path, "run")
    scripts.write(shapes.LINEAR.replace('self.trail + ["middle"]', "1 / 0"), "wrong.py")
    scripts.command(path, "run")
    scripts.write(shapes.LINEAR, "wrong.py")
    done = spin(scripts, path, *words)
    assert (done.returncode, why in done.stderr) == (1, True), done.stderr


def test_without_a_run_there_is_nothing_to_spin(scripts: Scripts) -> None:
    done = spin(scripts, scripts.write(shapes.LINEAR), "end")
    assert (done.returncode, "flow F has no run in " in done.stderr) == (1, True), done.stderr


def test_a_step_that_has_become_a_join_is_refused(scripts: Scripts) -> None:
    scripts.command(path := scripts.write(shapes.LINEAR, "moved.py"), "run")
    scripts.write(shapes.BRANCH.replace("def join", "def middle").replace("self.join", "self.middle"), "moved.py")
    done = spin(scripts, path, "middle")
    assert (done.returncode, "has other inputs now than in run 1" in done.stderr) == (1, True), done.stderr


def test_inputs_of_a_join_are_given_by_their_pathspec(scripts: Scripts) -> None:
    path = scripts.write(NESTED)
    scripts.command(path, "run")
    first = Flow("F")["1"]["cell"].tasks[2].pathspec.partition("/")[2]
    (scripts.folder / "given.py").write_text(f"ARTIFACTS = {{{first!r}: {{'got': 'given'}}, 'got': 'no'}}")
    joined = Flow("F")["1"]["inner"].tasks[1].pathspec
    assert "joined ['given']" in said(spin(scripts, path, joined, "--artifacts-module", "given.py"))


def test_a_module_without_artifacts_is_told(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR)
    scripts.command(path, "run")
    (scripts.folder / "given.py").write_text("artifacts = {}")
    done = spin(scripts, path, "end", "--artifacts-module", "given.py")
    assert (done.returncode, "given.py has no dictionary ARTIFACTS: write ARTIFACTS = {" in done.stdout) == (1, True)


def test_files_say_which_run_it_was(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR)
    scripts.command(path, "run", "--runner-attribute-file", "run.json")
    spin(scripts, path, "end", "--run-id-file", "id", "--runner-attribute-file", "spin.json")
    folder = scripts.folder
    run = {"run_id": "1", "flow_name": "F", "metadata": f"local@{folder}"}
    task = {"step_name": "end", "task_id": "1", "run_id": "2", "metadata": f"spin@{folder}"}
    assert json.loads((folder / "run.json").read_text()) == run
    assert json.loads((folder / "spin.json").read_text()) == run | task
    assert (folder / "id").read_text() == "2"


def test_a_runner_spins(scripts: Scripts) -> None:
    path = scripts.write(NESTED)
    Runner(path).run(factor=2)

    async def beside() -> tuple[str, int | None]:
        async with await Runner(path).async_spin("1/outer") as executing:
            await executing.wait()
        return executing.status, executing.returncode

    with Runner(path).spin("outer", persist=True) as executing:
        assert (executing.status, executing.returncode, executing.stderr) == ("successful", 0, "")
        assert executing.task is not None
        assert executing.task.data.got == Flow("F").latest_run["outer"].task.data.got
        assert "Task finished successfully." in executing.stdout
    assert asyncio.run(beside()) == ("successful", 0)
    with pytest.raises(RuntimeError, match="no step 'nowhere'"):
        Runner(path).spin("nowhere")


# clones


def test_a_clone_has_what_has_finished_and_runs_nothing(scripts: Scripts) -> None:
    path = scripts.write(NESTED, "cloned.py")
    scripts.command(path, "run", "--factor", "5")
    scripts.write(NESTED.replace("self.got = (", "self.got = (None,"), "cloned.py")
    assert scripts.command(path, "resume", "--clone-only").returncode == 0
    first, clone = Flow("F")["1"], Flow("F")["2"]
    assert [(step.id, len(step.tasks)) for step in clone] == [(step.id, len(step.tasks)) for step in first]
    assert {task.origin_pathspec.rpartition("/")[0] for step in clone for task in step.tasks} == {
        f"F/1/{step.id}" for step in clone
    }
    assert (clone.successful, clone.origin_run_id, clone.parameters) == (True, "1", first.parameters)
    assert clone["outer"].task.data.got == first["outer"].task.data.got
    assert clone["outer"].task.data.factor == 5
    assert clone.code == first.code


def test_a_clone_ends_above_a_step(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR)
    scripts.command(path, "run")
    scripts.command(path, "resume", "--clone-only", "middle")
    clone = Flow("F")["2"]
    assert (clone.successful, [step.id for step in clone]) == (False, ["start"])
    assert scripts.command(path, "resume", "--clone-only", "middel").returncode == 1
