"""Decorators that scripts write: code around steps, and mutators of steps and flows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow import FlowMutator, FlowSpec, Parameter, StepMutator, UserStepDecorator, step, user_step_decorator
from nbflow.errors import MetaflowException
from nbflow.script.preparing.settling import settle_class
from tests.script.beside import run_with
from tests.script.running import Scripts

FLOW = """
import functools
import os
from LIBRARY import (
    USER_SKIP_STEP, Config, FlowMutator, FlowSpec, Parameter, StepMutator, UserStepDecorator, catch, config_expr,
    current, environment, step, user_step_decorator,
)
print_ = print
print = functools.partial(print, ">")

def note(*args):
    with open("mutated.txt", "a") as f:
        print_(*args, file=f)

@user_step_decorator
def timing(step_name, flow, inputs, attributes=None):
    print("before", step_name, attributes)
    yield
    flow.seen = getattr(flow, "seen", []) + [step_name]
    print("after", step_name)

@user_step_decorator
def guard(step_name, flow, inputs):
    try:
        yield
    except ValueError as error:
        print("caught", error)
        flow.caught = str(error)

@user_step_decorator
def skip(step_name, flow, inputs, attributes):
    if attributes.get("when"):
        yield USER_SKIP_STEP
    else:
        yield

@user_step_decorator
def replace_it(step_name, flow, inputs):
    def instead(flow):
        flow.x = "replaced"
        return True
    yield instead

class Around(UserStepDecorator):
    def init(self, *args, **kwargs):
        self.word = kwargs.get("word", "none")
    def pre_step(self, step_name, flow, inputs=None):
        print("pre", self.word, step_name, inputs is None)
    def post_step(self, step_name, flow, exception=None):
        print("post", self.word, exception)
        flow.word = self.word
        return exception

class AddEnv(FlowMutator):
    def init(self, *args, **kwargs):
        self.vars = kwargs.get("vars", {})
    def pre_mutate(self, mutable_flow):
        for name, value in mutable_flow.configs:
            note("config", name, value)
        mutable_flow.add_parameter("added", Parameter("added", default=5))
        mutable_flow.remove_parameter("gone")
        mutable_flow.add_decorator("project:name=movies")
        note("parameters", sorted(n for n, _ in mutable_flow.parameters))
    def mutate(self, mutable_flow):
        for name, step in mutable_flow.steps:
            step.add_decorator(environment, deco_kwargs={"vars": self.vars})
            step.add_decorator("retry:times=1")
            if name == "start":
                note("specs", name, sorted((n, a) for n, fq, a, k in step.decorator_specs))
        mutable_flow.end.add_decorator(timing)

class NoRetry(StepMutator):
    def init(self, *args, **kwargs):
        pass
    def pre_mutate(self, mutable_step):
        mutable_step.remove_decorator("catch")
    def mutate(self, mutable_step):
        mutable_step.add_decorator("environment", deco_kwargs={"vars": {"Z": "mutated"}}, duplicates=3)

@AddEnv(vars=config_expr("cfg.env"))
class F(FlowSpec):
    cfg = Config("cfg", default_value={"env": {"Z": "from config"}, "skip": True})
    gone = Parameter("gone", default=1)

    @timing(a=1)
    @Around(word=cfg.env.Z)
    @step
    def start(self):
        print("start", self.added, os.environ.get("Z"), current.project_name)
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    @skip(when=cfg.skip)
    @step
    def skipped(self):
        print("not seen")
        self.next(self.replaced)

    @timing
    @guard
    @step
    def work(self):
        self.got = self.input
        if self.input == 2:
            raise ValueError("two")
        self.next(self.join)

    @Around
    @step
    def join(self, inputs):
        self.got = [i.got for i in inputs]
        self.caught = [getattr(i, "caught", None) for i in inputs]
        self.next(self.skipped)

    @replace_it
    @step
    def replaced(self):
        self.x = "own"
        self.next(self.end)

    @NoRetry
    @catch(var="bad")
    @step
    def end(self):
        print(self.x, self.got, self.caught, os.environ.get("Z"), hasattr(self, "bad"), hasattr(self, "gone"))

if __name__ == "__main__":
    F()
"""


def test_decorators_of_scripts_do_what_they_do_under_metaflow(tmp_path: Path) -> None:
    pytest.importorskip("metaflow")
    theirs, ours = (run_with(one, tmp_path, FLOW, json.dumps(["--no-pylint", "run"])) for one in ("metaflow", "nbflow"))
    assert ours.seen == theirs.seen, ours.output + theirs.output
    assert ours.code == 0, ours.output
    noted = [set((tmp_path / one / "mutated.txt").read_text().splitlines()) for one in ("metaflow", "nbflow")]
    assert noted[0] == noted[1]


AROUND = """
from nbflow import user_step_decorator

@user_step_decorator
def around(step_name, flow, inputs):
    yield
    flow.x += {}

class F(FlowSpec):
    @around
    @step
    def start(self):
        self.x = 1
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_the_code_of_a_decorator_belongs_to_its_step(scripts: Scripts) -> None:
    ran = scripts.run(AROUND.format(1))
    assert (ran.succeeded, ran.data.x) == (True, 2)
    assert scripts.resume(AROUND.format(1)).executed == []
    again = scripts.resume(AROUND.format(2))
    assert (again.executed[0], again.data.x) == ("start", 3)


def test_with_puts_a_decorator_of_the_script_above_every_step(scripts: Scripts) -> None:
    path = scripts.write(AROUND.format(1).replace("    @around\n", "").replace("        pass", "        print(self.x)"))
    done = scripts.command(path, "run", "--with", "around")
    assert (done.returncode, "] 2\n" in done.stdout) == (0, True), done.stdout + done.stderr


def test_with_puts_a_decorator_of_another_module_above_every_step(scripts: Scripts) -> None:
    text = AROUND.format(1).replace("    @around\n", "").replace("        pass", "        print(self.x)")
    above, _, flow = text.partition("class F")
    path = scripts.write(f"from nbflow import FlowSpec, step\nclass F{flow}")
    (path.parent / "beside.py").write_text(above)
    done = scripts.command(path, "run", "--with", "beside.around")
    assert (done.returncode, "] 2\n" in done.stdout) == (0, True), done.stdout + done.stderr
    missing = scripts.command(path, "run", "--with", "nowhere.around")
    assert "Could not import user decorator nowhere.around" in missing.stdout + missing.stderr


# what is refused


class Adds(FlowMutator):
    def pre_mutate(self, mutable_flow):  # type: ignore[no-untyped-def]
        self.change(mutable_flow)

    def mutate(self, mutable_flow):  # type: ignore[no-untyped-def]
        self.late(mutable_flow)

    change = late = staticmethod(lambda _flow: None)


def mutated(change: object) -> type:
    class F(FlowSpec):
        n = Parameter("n", default=1)

        @step
        def start(self) -> None:
            pass

    mutator = type("Changes", (Adds,), {"change": staticmethod(change)})
    settle_class(mutator(F))
    return F


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda flow: flow.add_parameter("n", Parameter("n")), "already has a class member 'n'"),
        (lambda flow: flow.add_parameter("m", 1), "Only a Parameter or an IncludeFile can be added"),
        (lambda flow: flow.add_decorator("schedule"), "@schedule is not part of nbflow"),
        (lambda flow: flow.start.add_decorator("retry:times=1", deco_kwargs={"times": 2}), "give no other arguments"),
        (lambda flow: flow.remove_decorator("Changes"), "Cannot remove FlowMutator"),
    ],
)
def test_a_mutator_is_told_what_it_cannot_do(change: object, message: str) -> None:
    with pytest.raises(MetaflowException, match=message):
        mutated(change)


def test_a_mutator_changes_parameters_and_decorators() -> None:
    seen: list[object] = []

    def change(flow):  # type: ignore[no-untyped-def]
        flow.add_parameter("m", Parameter("m", default=2))
        seen.append([name for name, _ in flow.parameters])
        seen.append(flow.remove_parameter("n"))
        flow.start.add_decorator("retry:times=1")
        seen.append(flow.start.add_decorator("retry:times=2"))
        flow.start.add_decorator("retry", deco_kwargs={"times": 3}, duplicates=flow.OVERRIDE)
        seen.append(list(flow.start.decorator_specs))
        seen.append((flow.start.has_decorator("retry"), flow.start.remove_decorator("retry"), flow.has_decorator("x")))

    cls = mutated(change)
    assert seen == [["n", "m"], True, None, [("retry", "nbflow.retry", [], {"times": 3})], (True, True, False)]
    assert not hasattr(cls, "n")


def test_late_mutators_leave_the_flow_alone(scripts: Scripts) -> None:
    late = scripts.write(
        "from nbflow import FlowMutator\nclass Late(FlowMutator):\n    def mutate(self, flow):\n"
        "        flow.remove_parameter('n')\n\n@Late\n"
        "class F(FlowSpec):\n    @step\n    def start(self):\n        pass\n"
    )
    assert "only allowed in the `pre_mutate` method" in scripts.command(late, "run").stderr


def test_what_is_no_decorator_is_refused_where_it_is_made() -> None:
    with pytest.raises(MetaflowException, match="only decorate generator functions"):
        user_step_decorator(lambda step_name, flow, inputs: None)
    with pytest.raises(MetaflowException, match="3 or 4 arguments"):

        @user_step_decorator
        def short(flow):  # type: ignore[no-untyped-def]
            yield

    for kind in (UserStepDecorator, StepMutator):
        with pytest.raises(MetaflowException, match="can only be applied to a step"):
            type("Own", (kind,), {})()(len)
