"""Attempts of a task, and what a script finds out about itself while it runs."""

from __future__ import annotations

import pytest

from nbflow import DataArtifact, Flow, Metaflow, Task, default_namespace, namespace
from nbflow.errors import NotInClient
from tests.script import shapes
from tests.script.running import Scripts

TWICE = """
@retry(times=1)
@step
def start(self):
    print("attempt", current.retry_count)
    self.value = current.retry_count
    if current.retry_count == 0:
        self.invisible = True
        raise ValueError("not yet")
    self.next(self.end)

@step
def end(self):
    self.ids = current.run["start"].task.id
"""

KILLING = """
@step
def start(self):
    self.outer = range(4)
    self.next(self.split, foreach="outer")

@step
def split(self):
    self.inner = range(6)
    self.next(self.work, foreach="inner")

@catch(var="problem", print_exception=False)
@retry(times=1)
@step
def work(self):
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
    self.next(self.close)

@step
def close(self, inputs):
    self.kinds = [one.problem.type for one in inputs]
    self.next(self.join)

@step
def join(self, inputs):
    self.kinds = sum((one.kinds for one in inputs), [])
    self.next(self.end)

@step
def end(self):
    pass
"""


def test_an_attempt_keeps_its_output_and_its_artifacts(scripts: Scripts) -> None:
    run = scripts.run(TWICE).run
    task = run["start"].task
    assert (task.id, task.current_attempt, task.stdout) == ("1", 1, "attempt 1\n")
    assert [one.value for one in task.metadata if one.type == "attempt"] == ["0", "1"]
    first = Task(task.pathspec, attempt=0)
    assert (first.id, first.stdout, first.data.value, first.data.invisible) == ("1", "attempt 0\n", 0, True)
    assert (first.exception.type, first.exception.exception) == ("builtins.ValueError", "not yet")
    assert "not yet" in first.exception.stacktrace
    assert "ValueError: not yet" in first.stderr
    assert ("invisible" in task, task.exception, task.data.value) == (False, None, 1)
    assert DataArtifact(f"{task.pathspec}/value", attempt=0).data == 0
    assert run["end"].task.data.ids == task.id
    with pytest.raises(NotInClient, match="no attempt '2 of F/1/start/1'"):
        Task(task.pathspec, attempt=2)


def test_what_is_not_there_is_a_key_error(scripts: Scripts) -> None:
    run = scripts.run(TWICE).run
    for look in (lambda: run["x"], lambda: run["start"]["9"], lambda: run["start"].task["x"], lambda: run.flow["9"]):
        with pytest.raises(KeyError):
            look()


def test_tasks_that_kill_themselves_under_catch_do_not_hurt_the_others(scripts: Scripts) -> None:
    ran = scripts.run(KILLING)
    assert ran.error == ""
    assert ran.data.kinds == ["nbflow.errors.FailureHandledByCatch"] * 24
    task = ran.run["work"].task
    assert sorted(one.value for one in task.metadata if one.type == "attempt") == ["0", "1", "2"]
    assert (task.successful, task.exception, ran.run.successful) == (False, None, True)


@pytest.mark.parametrize("ending", ["sys.exit(3)", "raise KeyboardInterrupt", "self.lines = (x for x in 'ab')"])
def test_a_task_that_exits_or_stores_a_generator_under_catch_is_handled_by_an_attempt_more(
    scripts: Scripts, ending: str
) -> None:
    ran = scripts.run(KILLING.replace("os.kill(os.getpid(), signal.SIGKILL)", f"import sys; {ending}"))
    assert ran.error == ""
    assert ran.data.kinds == ["nbflow.errors.FailureHandledByCatch"] * 24


def test_a_fault_in_compiled_code_is_told_in_the_log(scripts: Scripts) -> None:
    body = "import ctypes; print('before'); ctypes.string_at(0)\n    self.next(self.end)"
    ran = scripts.run(shapes.LINEAR.replace('self.trail = ["start"]', body.partition("\n")[0]))
    task = ran.run["start"].task
    assert task.stdout == "before\n"
    assert "segmentation fault" in task.stderr


def test_a_retry_waits_only_if_it_is_told_to(scripts: Scripts, capsys: pytest.CaptureFixture[str]) -> None:
    scripts.run(TWICE)
    assert "Waiting" not in capsys.readouterr().out
    scripts.run(TWICE.replace("times=1", "times=1, minutes_between_retries=0.001"))
    assert "Waiting 0.001 minutes before the next attempt, as @retry asks." in capsys.readouterr().out


def test_a_task_finds_itself_and_those_beside_it(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.items = range(8)
            self.next(self.work, foreach="items")

        @step
        def work(self):
            from nbflow import Run, Task
            task = Task(current.pathspec)
            task.parent.parent.add_tag(f"t{self.index}")
            beside = Run(f"{current.flow_name}/{current.run_id}")["work"]
            self.found = task.id in [one.id for one in beside], f"t{self.index}" in current.run.user_tags
            self.next(self.join)

        @step
        def join(self, inputs):
            self.found = {one.found for one in inputs}
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.error == ""
    assert ran.data.found == {(True, True)}


def test_steps_know_their_neighbours_and_all_know_their_tags(scripts: Scripts) -> None:
    run = scripts.run(shapes.LINEAR, tags=("mine",)).run
    middle = run["middle"]
    assert [one.id for one in middle.parent_steps] == ["start"]
    assert [one.id for one in middle.child_steps] == ["end"]
    assert (middle.path_components, middle.origin_pathspec) == (["F", "1", "middle"], None)
    for one in (run, middle, middle.task, middle.task["trail"]):
        assert one.user_tags == {"mine"}
        assert {"mine", "user:tester"} <= one.tags
    assert run.flow.tags == frozenset()
    assert [one.id for one in run.steps("mine")] == ["end", "middle", "start"]
    assert [*run.steps("other"), *middle.tasks("other")] == []
    assert [flow.id for flow in Metaflow().flows] == ["F"]
    assert middle.task.artifacts.trail.data == ["start", "middle"]
    assert middle.task == Task(middle.task.pathspec)
    namespace("nobody")
    assert Metaflow().flows == []
    assert Flow("F", _namespace_check=False).latest_run == run
    default_namespace()


def test_the_graph_has_the_names_that_metaflow_has_for_it(scripts: Scripts) -> None:
    flow = scripts.flow(shapes.FOREACH)
    graph = flow._graph
    assert sorted(step.name for step in flow) == sorted(node.name for node in graph)
    kinds = {node.name: (node.type, sorted(node.in_funcs), node.out_funcs) for node in graph}
    assert kinds["start"] == ("foreach", [], graph["start"].out_funcs)
    assert graph[graph["start"].matching_join].type == "join"
    assert graph["end"].type == "end"
    assert str(flow) == "<flow F>"
