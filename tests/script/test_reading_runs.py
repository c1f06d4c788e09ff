"""The client on runs of scripts, tags, and `Runner`."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from nbflow import (
    Flow,
    Metaflow,
    Run,
    Runner,
    Task,
    default_metadata,
    default_namespace,
    get_metadata,
    get_namespace,
    metadata,
    namespace,
)
from nbflow.client import DataArtifact
from nbflow.errors import MetaflowException, MetaflowNamespaceMismatch, MetaflowNotFound, MetaflowTaggingError
from tests.script import shapes
from tests.script.running import Scripts


def test_a_run_is_read_from_its_end_to_its_values(scripts: Scripts) -> None:
    ran = scripts.run(shapes.LINEAR, tags=("t",))
    run = Flow("F").latest_run
    assert run is not None
    assert [step.id for step in run] == ["end", "middle", "start"]
    assert (run.pathspec, run.successful, run.finished, run.status) == ("F/1", True, True, "succeeded")
    assert run.data.trail == Run("F/1").end_task.data.trail == ["start", "middle", "end"]
    assert DataArtifact("F/1/middle/2/trail").data == ["start", "middle"]
    assert {one.id for one in Task("F/1/end/3").artifacts} == {"trail"}
    assert [one.pathspec for one in Flow("F").runs("t")] == ["F/1"]
    assert ran.run.system_tags >= {"user:root"} or any(tag.startswith("user:") for tag in ran.run.system_tags)


def test_a_failed_run_and_its_exception_are_told_apart(scripts: Scripts) -> None:
    scripts.run(shapes.LINEAR.replace('["start"]', "1 / 0"))
    run = Flow("F").latest_run
    assert run is not None
    assert (run.successful, run.finished, run.status, Flow("F").latest_successful_run) == (False, True, "failed", None)
    failure = run["start"].task.exception
    assert (failure.type, failure.message) == ("builtins.ZeroDivisionError", "division by zero")
    assert "1 / 0" in failure.traceback


@pytest.mark.parametrize(
    ("shape", "task", "parents", "children"),
    [
        (shapes.LINEAR, "middle", ["start"], ["end"]),
        (shapes.BRANCH, "join", ["b", "a"], ["end"]),
        (shapes.BRANCH, "start", [], ["b", "a"]),
        (shapes.FOREACH, "start", [], ["work[0]", "work[1]", "work[2]"]),
        (shapes.FOREACH, "join", ["after[0]", "after[1]", "after[2]"], ["end"]),
        (shapes.SWITCH, "end", ["fast"], []),
        (shapes.RECURSION, "end", ["grow@3"], []),
        (shapes.RECURSION, "grow", ["start"], ["grow@1"]),
    ],
)
def test_tasks_know_who_led_to_them(
    scripts: Scripts, shape: str, task: str, parents: list[str], children: list[str]
) -> None:
    found = scripts.run(shape).run[task].tasks[0]
    assert [one._address for one in found.parent_tasks] == parents
    assert [one._address for one in found.child_tasks] == children
    assert str(found) == repr(found) == f"Task('{found.pathspec}')"


def test_times_of_the_client_are_local_and_without_a_zone(scripts: Scripts) -> None:
    before = datetime.now()
    run = scripts.run(shapes.ONE_STEP).run
    assert before < run.created_at < run.finished_at < datetime.now()


def test_streams_are_kept_apart(scripts: Scripts) -> None:
    statement = "import sys; print('o'); print('e', file=sys.stderr); self.trail = []"
    ran = scripts.run(shapes.LINEAR.replace('self.trail = ["start"]', statement))
    task = ran.run["start"].task
    assert (task.stdout, task.stderr) == ("o\n", "e\n")
    assert [line for _, line in task.loglines("stdout", as_unicode=True)] == ["o"]
    assert [line for _, line in task.loglines("stdout", as_unicode=False)] == [b"o"]
    assert list(task.step.control_tasks("tag")) == []
    assert task.metadata[0]._fields == ("name", "value", "created_at", "type", "task")


def test_tags_have_limits_and_change_at_once(scripts: Scripts) -> None:
    run = scripts.run(shapes.ONE_STEP, tags=("a",)).run
    run.replace_tag("a", ["b", "ü"])
    assert run.user_tags == {"b", "ü"}
    with pytest.raises(MetaflowTaggingError, match="use at most 500"):
        run.add_tag("x" * 501)
    with pytest.raises(MetaflowTaggingError, match="it may have 50"):
        run.add_tags([str(number) for number in range(49)])
    with pytest.raises(MetaflowTaggingError, match="is a system tag"):
        run.remove_tag(next(iter(run.system_tags)))
    with pytest.raises(MetaflowTaggingError, match="not empty"):
        run.add_tag("")
    assert run.user_tags == {"b", "ü"}


def test_namespaces_choose_what_is_seen(scripts: Scripts) -> None:
    scripts.run(shapes.ONE_STEP, tags=("mine",))
    namespace("nobody")
    assert get_namespace() == "nobody"
    with pytest.raises(MetaflowNamespaceMismatch):
        Flow("F")
    namespace("mine")
    assert Flow("F").latest_run is not None
    assert default_namespace() == "user:tester"


@pytest.mark.parametrize("pathspec", ["F/9", "G/1"])
def test_what_is_not_there_has_the_name_that_users_catch(scripts: Scripts, pathspec: str) -> None:
    scripts.run(shapes.ONE_STEP)
    with pytest.raises(MetaflowNotFound):
        Run(pathspec)


def test_a_runner_runs_and_resumes_in_a_process_of_its_own(scripts: Scripts) -> None:
    body = "alpha = Parameter('alpha', default=1.0)\n" + shapes.LINEAR.replace('"middle"', "self.alpha")
    path = scripts.write(body, "f.py")
    done = Runner(path).run(alpha=0.1, tags=["t"])
    assert (done.status, done.returncode) == ("successful", 0)
    assert "Done!" in done.stdout
    assert done.run is not None
    assert done.run.data.trail == ["start", 0.1, "end"]
    assert done.run.user_tags == {"t"}
    again = Runner(path).resume(alpha=0.2)
    assert again.run is not None
    assert again.run.data.trail == ["start", 0.2, "end"]


GIVEN = (
    "words = Parameter('words', default='a,b', separator=',')\nanything = Parameter('anything', type=JSONType)\n"
    "several = Parameter('several', type=str, multiple=True)\nnumber = Parameter('number', default=1)\n"
    "dashed = Parameter('with-dash', type=JSONType)\n"
    + shapes.ONE_STEP.replace('["only"]', "None\n    self.given = self.words, self.anything, self.several, self.dashed")
)


def test_a_runner_gives_a_parameter_the_value_it_has_in_python(scripts: Scripts) -> None:
    runner = Runner(scripts.write(GIVEN, "f.py"), show_output=False)
    for anything in ("text", '{"a": 1}', {"a": [1]}, [1, "b"]):
        done = runner.run(words="q,w", anything=anything, several=["a", "b c"], with_dash=anything)
        assert done.run is not None
        assert done.run.data.given == (["q", "w"], anything, ("a", "b c"), anything)


def test_a_runner_that_fails_does_not_raise(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR.replace('["start"]', "1 / 0"), "f.py")

    async def run() -> tuple[str, bool]:
        executing = await Runner(path).async_run()
        lines = [line async for _, line in executing.stream_log("stdout")]
        _, last = [*executing.stream_log("stdout")], lines[-1]
        assert last in executing.stdout
        await executing.wait()
        return executing.status, any("ZeroDivisionError" in line for line in lines)

    assert asyncio.run(run()) == ("failed", True)


def test_a_runner_returns_when_the_run_is_known(scripts: Scripts) -> None:
    path = scripts.write(shapes.LINEAR.replace('["start"]', "[__import__('time').sleep(60)]"), "f.py")

    async def run() -> tuple[bool, str]:
        executing = await Runner(path, show_output=False).async_run()
        known = executing.run is not None and not executing.run.finished
        return known, (await executing.wait(timeout=0.01)).status

    assert asyncio.run(run()) == (True, "timeout")


@pytest.mark.parametrize(
    ("body", "options", "error", "reason"),
    [
        (shapes.LINEAR, {"beta": 1}, ValueError, "beta"),
        (GIVEN, {"words": ["q"]}, TypeError, "Invalid type for 'words', expected: 'str'"),
        (GIVEN, {"number": "5"}, TypeError, "Invalid type for 'number', expected: 'int'"),
        (shapes.LINEAR, {"max_workers": "many"}, TypeError, "many"),
        (shapes.LINEAR.replace("self.next(self.end)", "self.next(self.ned)"), {}, RuntimeError, "ned"),
        ("@step\ndef start(self): 1 +", {}, RuntimeError, "SyntaxError"),
    ],
)
def test_a_script_that_starts_no_run_is_an_error(
    scripts: Scripts, body: str, options: dict[str, object], error: type[Exception], reason: str
) -> None:
    """Metaflow raises these classes, but for what stands in the file: it raises what the import of it raises."""
    runner = Runner(scripts.write(body, "f.py"), show_output=False)
    for begin in (runner.run, lambda **given: asyncio.run(runner.async_run(**given))):
        with pytest.raises(error, match=reason) as raised:
            begin(**options)
        assert isinstance(raised.value, MetaflowException)


def test_a_runner_of_no_script_is_an_error(scripts: Scripts) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.py is not a file"):
        Runner("nowhere.py")
    silent = scripts.folder / "silent.py"
    silent.write_text("pass")
    with pytest.raises(RuntimeError, match="Does it call its flow"):
        Runner(silent).run()


def test_objects_of_the_client_are_artifacts_like_others(scripts: Scripts) -> None:
    scripts.run(shapes.LINEAR)
    ran = scripts.run(
        """
        @step
        def start(self):
            from nbflow import Flow
            self.flow, self.before = Flow("F"), Flow("F")["1"]
            self.task = self.before["start"].task
            self.next(self.end)

        @step
        def end(self):
            self.seen = self.before.data.trail, self.task.data.trail, self.flow.id
        """
    )
    assert ran.error == ""
    assert ran.data.seen == (["start", "middle", "end"], ["start"], "F")


def test_a_run_of_another_namespace_is_refused(scripts: Scripts) -> None:
    scripts.run(shapes.ONE_STEP)
    namespace("nobody")
    with pytest.raises(MetaflowNamespaceMismatch, match=r"call namespace\(None\)"):
        Run("F/1")
    default_namespace()
    assert Run("F/1").id == "1"


def test_a_run_keeps_the_sources_of_its_script(scripts: Scripts) -> None:
    run = scripts.run(shapes.ONE_STEP).run
    assert ["def only(self):" in text for text in run.code.values()] == [True]


def test_runs_are_looked_for_where_metadata_says(
    scripts: Scripts, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts.run("@step\ndef start(self): self.x = 5\n")
    monkeypatch.chdir(elsewhere := tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(MetaflowNotFound):
        Flow("F")
    with pytest.raises(MetaflowNotFound, match=r"nothing has run in .*: give the folder that has \.nbflow in it"):
        metadata(f"local@{elsewhere}")
    try:
        assert metadata(str(scripts.folder)) == get_metadata() == f"local@{scripts.folder}"
        assert (Flow("F").latest_run.data.x, [flow.id for flow in Metaflow().flows]) == (5, ["F"])
    finally:
        assert default_metadata() == f"local@{elsewhere}"
    with pytest.raises(MetaflowException, match="is not on this machine"):
        metadata("service@https://example.org")
