"""Every rule: a class that breaks it is refused with what is wrong, where, and what to do."""

from __future__ import annotations

import pytest

from nbflow.errors import FlowRefused, InvalidDecorator
from nbflow.script.execution.script_program import flow_in, load_script
from nbflow.script.preparing.lint import Lint
from nbflow.script.preparing.prepared import prepare, refuse_script_errors
from tests.script import shapes
from tests.script.running import Scripts

LINEAR = shapes.LINEAR
MIDDLE = "self.next(self.end)\n\n@step\ndef end"


def middle(transition: str) -> str:
    return LINEAR.replace(MIDDLE, f"{transition}\n\n@step\ndef end")


JOIN_AT_END = LINEAR.replace("def end(self)", "def end(self, inputs)")
EXTRA = "\n@step\ndef lost(self):\n    self.next(self.end)\n"

RULES = {
    "reserved name": (LINEAR.replace("middle", "input"), "'input' has a name that FlowSpec itself uses"),
    "no start": (LINEAR.replace("def start", "def begin"), "flow F has no start step"),
    "no end": (LINEAR.replace("def end", "def finish").replace("self.end", "self.finish"), "flow F has no end step"),
    "no steps": ("x = 1", "flow F has no start step"),
    "two starts": (
        LINEAR.replace("@step", "@step(start=True)"),
        "'middle' is the second one with @step(start=True)",
    ),
    "annotated start and a start": (
        LINEAR.replace("@step\ndef middle", "@step(start=True)\ndef middle"),
        "'middle' is annotated as the start, but there is a step named 'start' too",
    ),
    "an end with next": (LINEAR + "    self.next(self.middle)\n", "'end' is the end, but calls self.next"),
    "an end with a bad next": (LINEAR + "    self.next()\n", "'end' is the end, but calls self.next"),
    "an end that joins": (JOIN_AT_END, "'end' is the end, but also a join"),
    "upper case": (LINEAR.replace("middle", "Middle"), "'Middle' has a name that a step cannot have"),
    "underscore": (LINEAR.replace("middle", "_middle"), "'_middle' has a name that a step cannot have"),
    "no argument": (LINEAR.replace("def middle(self)", "def middle()"), "'middle' takes no argument"),
    "three arguments": (LINEAR.replace("def middle(self)", "def middle(self, a, b)"), "'middle' takes 3 arguments"),
    "no transition": (middle("pass"), "'middle' does not end with self.next"),
    "transition in a block": (middle("if True:\n        self.next(self.end)"), "out of its block"),
    "num_parallel": (
        middle("self.next(self.end, num_parallel=2)"),
        "num_parallel= needs several machines, which nbflow has not. Use foreach= with a list",
    ),
    "unknown keyword": (middle("self.next(self.end, each='x')"), "self.next takes no 'each'"),
    "no target": (middle("self.next()"), "'self.next()' is not a transition"),
    "a target that is no step": (middle("self.next(end)"), "self.next cannot go to 'end'"),
    "foreach by a list": (middle("self.next(self.end, foreach=5)"), "foreach= must be the name"),
    "switch without condition": (middle("self.next({1: self.end})"), "a switch needs condition="),
    "switch by a computed case": (
        middle("self.next({1 + 1: self.end, 2: self.end}, condition='x')"),
        "a case of self.next is not a text, number or bool",
    ),
    "switch with foreach": (
        middle("self.next({1: self.end, 2: self.middle}, condition='x', foreach='y')"),
        "is not a transition",
    ),
    "unknown step": (middle("self.next(self.ende)"), "leads to 'ende', which is not a step (did you mean 'end'?)"),
    "back to start": (middle("self.next(self.start)"), "'middle' leads back to the start 'start'"),
    "cycle": (
        LINEAR.replace("self.next(self.middle)", "self.next({1: self.middle, 2: self.end}, condition='x')").replace(
            MIDDLE, "self.next(self.other)\n\n@step\ndef other(self):\n    self.next(self.middle)\n\n@step\ndef end"
        ),
        "lies on a cycle: ",
    ),
    "a step onto itself": (
        LINEAR.replace("self.next(self.middle)", "self.next({1: self.middle, 2: self.end}, condition='x')").replace(
            MIDDLE, "self.next(self.middle)\n\n@step\ndef end"
        ),
        "'middle' leads to itself",
    ),
    "orphan": (LINEAR + EXTRA, "'lost' cannot be reached from the start"),
    "switch of one case": (middle("self.next({1: self.end}, condition='x')"), "is a switch with a single case"),
    "foreach into a join": (
        shapes.FOREACH.replace(
            'self.next(self.work, foreach="items")', 'self.next(self.join, foreach="items")'
        ).replace("self.next(self.after)", "self.next(self.join)"),
        "leads its foreach straight into the join 'join'",
    ),
    "empty branch": (
        shapes.BRANCH.replace("self.next(self.b, self.a)", "self.next(self.a, self.join)"),
        "leads a branch straight into the join 'join'",
    ),
    "switch into a join": (
        shapes.FOREACH.replace("self.next(self.after)", "self.next({1: self.after, 2: self.join}, condition='x')"),
        "is a switch that leads straight into the join 'join'",
    ),
    "end inside a foreach": (
        shapes.FOREACH.replace("self.next(self.join)", "self.next(self.end)").replace(
            "def join(self, inputs)", "def join(self)"
        ),
        "'end' is reached while the split of 'start' is open",
    ),
    "join without a split": (
        LINEAR.replace("def middle(self)", "def middle(self, inputs)"),
        "'middle' is a join, but there is no split to join",
    ),
    "a branch that is not joined": (
        shapes.BRANCH.replace("self.next(self.b, self.a)", "self.next(self.b, self.a, self.c)")
        + "\n@step\ndef c(self):\n    self.next(self.end)\n",
        "but 'start' splits into b, a, c",
    ),
    "branches that meet without a join": (
        shapes.BRANCH.replace("def join(self, inputs)", "def join(self)"),
        "'join' is reached from several branches (a, b) at once",
    ),
    "unrelated splits": (
        shapes.NESTED_BRANCHES.replace("self.next(self.ja1)", "self.next(self.ja)"),
        "joins unrelated splits",
    ),
    "join and split at once": (
        shapes.FOREACH.replace(
            "self.seen = (self.index, self.input)\n    self.next(self.end)", "self.next(self.p, self.q)"
        )
        + "\n@step\ndef p(self):\n    self.next(self.r)\n\n@step\ndef q(self):\n    self.next(self.r)\n"
        + "\n@step\ndef r(self, inputs):\n    self.next(self.end)\n",
        "'join' is both a join and a split",
    ),
    "catch on a foreach": (
        shapes.FOREACH.replace("@step\ndef start", "@catch\n@step\ndef start"),
        "'start' has @catch and is a foreach",
    ),
    "catch on a switch": (
        shapes.SWITCH.replace("@step\ndef start", "@catch\n@step\ndef start"),
        "'start' has @catch and is a switch",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_a_rule_is_refused_by_name_and_line(scripts: Scripts, rule: str) -> None:
    body, message = RULES[rule]
    path = scripts.write(body)
    with pytest.raises(FlowRefused) as refused:
        refuse_script_errors(prepare(flow_in(load_script(path, path.stem))))
    assert message in str(refused.value)
    if "flow F has no" not in message or rule == "no start":
        assert f"{path.name}, line " in str(refused.value)


@pytest.mark.parametrize("shape", shapes.TRAILS)
def test_every_shape_is_right(scripts: Scripts, shape: str) -> None:
    path = scripts.write(shapes.TRAILS[shape][0])
    refuse_script_errors(prepare(flow_in(load_script(path, path.stem))))


def test_a_decorator_below_step_is_refused(scripts: Scripts) -> None:
    path = scripts.write(LINEAR.replace("@step\ndef middle", "@step\n@retry\ndef middle"))
    with pytest.raises(InvalidDecorator, match="@retry must stand above @step"):
        load_script(path, path.stem)


def test_undefined_names_are_found_with_their_lines(scripts: Scripts) -> None:
    path = scripts.write(LINEAR.replace('["start"]', "undefined_thing"))
    assert Lint(path).undefined_names() == [
        f"{path.name}:7:21: E0602: Undefined variable 'undefined_thing' (undefined-variable)"
    ]
