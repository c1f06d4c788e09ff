"""A resume keeps what still holds: it looks at code, inputs and parameters, and runs only what they concern."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import MetaflowNotFound, UnknownName
from nbflow.store.catalog.rows import RunStatus
from tests.script import shapes
from tests.script.running import Scripts

BROKEN = "raise ValueError('not yet')"


def test_a_resume_goes_on_from_the_failed_step(scripts: Scripts) -> None:
    first = scripts.run(shapes.LINEAR.replace('self.trail + ["middle"]', "1 / 0"))
    assert first.failed == ["middle"]
    again = scripts.resume(shapes.LINEAR)
    assert (again.reused, again.executed) == (["start"], ["end", "middle"])
    assert again.data.trail == ["start", "middle", "end"]


def test_a_resumed_task_names_the_task_it_was_taken_from(scripts: Scripts) -> None:
    scripts.run(shapes.LINEAR)
    again = scripts.resume(shapes.LINEAR, "end")
    tasks = {step.id: step.task for step in again.run}
    assert (again.reused, again.executed) == (["middle", "start"], ["end"])
    assert tasks["start"].origin_pathspec == "F/1/start/1"
    assert tasks["start"].metadata_dict["origin-run-id"] == "1"
    assert tasks["end"].origin_pathspec is None
    assert tasks["end"].metadata_dict["origin-run-id"] == "1"
    assert "origin-task-id" not in tasks["end"].metadata_dict
    assert again.run.origin_run_id == "1"


def test_a_second_resume_starts_from_the_newest_run(scripts: Scripts) -> None:
    scripts.run(shapes.LINEAR)
    scripts.resume(shapes.LINEAR, "middle")
    third = scripts.resume(shapes.LINEAR)
    assert third.executed == []
    assert third.run.origin_run_id == "2"


PARAMETERS = """
alpha = Parameter("alpha", default=1)
beta = Parameter("beta", default=1)

@step
def start(self):
    self.next(self.a, self.b)

@step
def a(self):
    self.x = self.alpha
    self.next(self.join)

@step
def b(self):
    self.x = self.helper()
    self.next(self.join)

def helper(self):
    return self.beta * scale()

@step
def join(self, inputs):
    self.trail = [one.x for one in inputs]
    self.next(self.end)

@step
def end(self):
    self.done = 1
"""
HEAD = "def scale():\n    return SCALE\n\nSCALE = 10\n\nclass F(FlowSpec):\n"


def script(body: str = PARAMETERS, head: str = HEAD) -> str:
    return head + "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())


def test_a_changed_parameter_runs_its_readers_only(scripts: Scripts) -> None:
    scripts.run(script())
    again = scripts.resume(script(), given={"beta": "5"})
    assert (again.executed, again.data.trail) == (["b", "join"], [1, 50])
    assert again.run.parameters == {"alpha": 1, "beta": 5}


def test_a_resume_keeps_the_parameters_of_its_origin(scripts: Scripts) -> None:
    scripts.run(script(), {"alpha": "3"})
    again = scripts.resume(script(), given={"beta": "2"})
    assert again.data.trail == [3, 20]


@pytest.mark.parametrize(
    ("body", "head", "executed"),
    [
        (PARAMETERS.replace("self.x = self.alpha", "self.x = self.alpha + 1"), HEAD, ["a", "join"]),
        (PARAMETERS.replace("self.beta * scale()", "self.beta + scale()"), HEAD, ["b", "join"]),
        (PARAMETERS, HEAD.replace("= 10", "= 11"), ["b", "join"]),
        (PARAMETERS.replace("self.x = self.alpha", "self.x = self.alpha  # the same"), HEAD, []),
        (PARAMETERS.replace("@step\ndef a(", "@retry(times=1)\n@step\ndef a("), HEAD, []),
        (PARAMETERS.replace("self.done = 1", "self.done = 2"), HEAD, ["end"]),
    ],
)
def test_changed_code_runs_what_it_concerns(scripts: Scripts, body: str, head: str, executed: list[str]) -> None:
    scripts.run(script())
    assert scripts.resume(script(body, head)).executed == executed


def test_an_artifact_that_nobody_reads_flows_through_what_is_kept(scripts: Scripts) -> None:
    """`middle` does not read `x`, so it is kept; the end sees the new one all the same."""
    body = """
        @step
        def start(self):
            self.x, self.y = 1, 2
            self.next(self.middle)

        @step
        def middle(self):
            self.z = self.y
            self.next(self.end)

        @step
        def end(self):
            self.seen = self.x
        """
    scripts.run(body)
    again = scripts.resume(body.replace("1, 2", "7, 2"))
    assert (again.reused, again.data.seen) == (["middle"], 7)


@pytest.mark.parametrize(
    "statement",
    ["getattr(self, 'a' + 'lpha')", "vars(self) and self.alpha", "read(self)", "self.__getattribute__('alpha')"],
)
def test_a_read_that_the_source_does_not_show_counts_as_one(scripts: Scripts, statement: str) -> None:
    head = HEAD.replace("def scale", "def read(flow):\n    return flow.alpha\n\ndef scale")
    body = script(PARAMETERS.replace("self.x = self.alpha", f"self.x = {statement}"), head)
    scripts.run(body)
    assert scripts.resume(body, given={"alpha": "9"}).data.trail == [9, 10]


def nested(place: str) -> tuple[str, str]:
    """The nested foreach, broken at one place; the second text is whole."""
    return shapes.NESTED_FOREACH.replace(place, f"{BROKEN}\n    {place}"), shapes.NESTED_FOREACH


@pytest.mark.parametrize(
    ("place", "executed"),
    [
        ('self.leaf = f"{self.o}{self.m}{self.input}"', 36 + 6 + 2 + 1 + 1),
        ("self.inner = ", 6 + 36 + 6 + 2 + 1 + 1),
        ("self.leaves = [one.leaf for one in inputs]", 6 + 2 + 1 + 1),
        ("self.trail = sum", 1 + 1),
    ],
)
def test_a_nested_foreach_resumes_at_the_leaf_the_split_and_the_joins(
    scripts: Scripts, place: str, executed: int
) -> None:
    broken, whole = nested(place)
    assert not scripts.run(broken).succeeded
    again = scripts.resume(whole)
    assert len(again.executed) == executed
    assert again.data.trail == shapes.TRAILS["nested foreach"][1]


def test_only_the_failed_items_of_a_foreach_run_again(scripts: Scripts) -> None:
    body = shapes.FOREACH.replace(
        "self.y = self.input * 2", "import os\n    assert self.input != 'q' or os.path.exists('ready')\n    self.y = 1"
    )
    assert scripts.run(body).failed == ["after[1]"]
    (scripts.folder / "ready").touch()
    assert scripts.resume(body).executed == ["after[1]", "end", "join"]


def test_a_new_item_costs_one_task(scripts: Scripts) -> None:
    body = shapes.FOREACH.replace("(self.index, self.input, self.foreach_stack())", "(0, self.input)")
    scripts.run(body)
    again = scripts.resume(body.replace('"r"]', '"r", "s"]'))
    assert again.executed == ["after[3]", "join", "start", "work[3]"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("items = Parameter('items', default='a,b', separator=',')",) * 2,
        ("items = ['a', 'b']", "items = ['a', 'c']"),
    ],
)
def test_a_foreach_over_what_the_class_holds_sees_it_change(scripts: Scripts, first: str, second: str) -> None:
    body = shapes.FOREACH.replace('self.items = ["p", "q", "r"]', "pass").replace(", self.foreach_stack()", "")
    scripts.run(first + body)
    again = scripts.resume(second + body, given={"items": "a,c"} if "Parameter" in first else {})
    assert again.executed == ["after[1]", "join", "start", "work[1]"]
    assert [x[1] for x, _, _ in again.data.trail] == ["a", "c"]


def test_a_recursion_resumes_at_the_failed_turn(scripts: Scripts) -> None:
    body = shapes.RECURSION.replace(
        "self.more =", "import os\n    assert len(self.trail) < 3 or os.path.exists('ready')\n    self.more ="
    )
    assert scripts.run(body).failed == ["grow@2"]
    (scripts.folder / "ready").touch()
    again = scripts.resume(body)
    assert (again.reused, again.executed) == (["grow", "grow@1", "start"], ["end", "grow@2", "grow@3"])
    assert again.data.trail == [0, 1, 2, 3, "end"]


def test_a_switch_that_is_kept_leads_where_it_led(scripts: Scripts) -> None:
    scripts.run(shapes.SWITCH, {"way": "slow"})
    again = scripts.resume(shapes.SWITCH, "slow")
    assert (again.reused, again.executed) == (["start"], ["end", "slow"])


def test_a_run_that_was_killed_is_resumed(scripts: Scripts) -> None:
    body = shapes.LINEAR.replace(
        'self.trail = self.trail + ["middle"]',
        "import os, signal\n    if not os.path.exists('ready'):\n"
        "        os.kill(int(open('pid').read()), signal.SIGKILL)\n        signal.pause()",
    )
    head = (
        "import os\nif __name__ == '__main__':\n    if not os.path.exists('pid'):\n"
        "        open('pid', 'w').write(str(os.getpid()))\n"
    )
    path = scripts.write(head + _class(body))
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, str(path), "run"]
    killed = subprocess.run(words, cwd=scripts.folder, env=env, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert Flow("F", scripts.folder)[1].status is RunStatus.CRASHED
    (scripts.folder / "ready").touch()
    done = scripts.command(path, "resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Cloning results of a previously run task 1/start/1" in done.stdout


def _class(body: str) -> str:
    return "class F(FlowSpec):\n" + "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())


def test_there_must_be_something_to_resume(scripts: Scripts) -> None:
    with pytest.raises(MetaflowNotFound, match="flow F has no run in"):
        scripts.resume(shapes.LINEAR)
    scripts.run(shapes.LINEAR)
    with pytest.raises(MetaflowNotFound, match="flow F has no run 9: it has 1"):
        scripts.resume(shapes.LINEAR, origin=9)
    with pytest.raises(UnknownName, match="no step 'midle': did you mean 'middle'"):
        scripts.resume(shapes.LINEAR, "midle")


INHERITED = """
class Base(FlowSpec):
    def helper(self):
        return 1

    @step
    def start(self):
        self.y = 1
        self.next(self.end)

    @step
    def end(self):
        pass

class F(Base):
    def helper(self):
        return super().helper() + 1

    @step
    def start(self):
        self.x = self.helper()
        self.next(self.end)
"""


def test_a_method_that_is_reached_by_super_counts_as_code(scripts: Scripts) -> None:
    assert scripts.run(INHERITED).data.x == 2
    assert scripts.resume(INHERITED.replace("self.y = 1", "self.y = 2")).executed == []
    again = scripts.resume(INHERITED.replace("return 1", "return 10"))
    assert (again.executed, again.data.x) == (["start"], 11)
