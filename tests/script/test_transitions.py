"""`self.next` while a flow runs: what cannot be followed fails the step that said it."""

from __future__ import annotations

import pytest

from tests.script import shapes
from tests.script.running import Scripts


def foreach_over(value: str) -> str:
    return shapes.FOREACH.replace('["p", "q", "r"]', value)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("'abc'", ["a", "b", "c"]),
        ("(1, 2)", [1, 2]),
        ("{'x': 1, 'y': 2}", ["x", "y"]),
        ("range(2)", [0, 1]),
        ("{7}", [7]),
        ("[None]", [None]),
    ],
)
def test_a_foreach_goes_over_anything_that_can_be_counted(scripts: Scripts, value: str, seen: list[object]) -> None:
    body = foreach_over(value).replace("self.input * 2", "0")
    assert [x[1] for x, _, _ in scripts.run(body).data.trail] == seen


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[]", "produced zero splits"),
        ("5", "is a int, not a list"),
        ("None", "is a NoneType, not a list"),
        ("(i for i in 'ab')", 'Cannot pickle dump artifact named "items"'),
    ],
)
def test_a_foreach_over_nothing_fails_in_the_step_that_made_it(scripts: Scripts, value: str, message: str) -> None:
    ran = scripts.run(foreach_over(value))
    assert ran.failed == ["start"]
    assert message in ran.error


def test_a_foreach_wider_than_the_limit_says_how_to_raise_it(scripts: Scripts) -> None:
    ran = scripts.run(foreach_over("range(101)"), max_splits=100)
    assert "produced 101 splits, more than the limit of 100: run with --max-num-splits 101" in ran.error


def test_a_foreach_goes_over_a_parameter(scripts: Scripts) -> None:
    body = "items = Parameter('items', default='a,b', separator=',')\n" + shapes.FOREACH.replace(
        'self.items = ["p", "q", "r"]', "pass"
    )
    assert [x[1] for x, _, _ in scripts.run(body).data.trail] == ["a", "b"]


def test_a_value_without_a_case_fails_the_step(scripts: Scripts) -> None:
    ran = scripts.run(shapes.SWITCH, {"way": "sideways"})
    assert ran.failed == ["start"]
    assert ran.error == (
        "RuntimeError: step 'start': self.kind is 'sideways', which is none of the cases 'fast', 'slow', 'none'"
    )


def middle(statement: str) -> str:
    return shapes.LINEAR.replace('self.trail = self.trail + ["middle"]', statement)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("self.next(self.end)", "calls self.next twice"),
        ("self.next()", "self.next needs a step"),
        ("self.next(self.end, frobnicate=1)", "self.next takes no 'frobnicate'"),
        ("self.next(print)", "self.next cannot go to"),
        ("self.next(self.end, foreach=3)", "foreach= takes the name of an artifact as text"),
        ("self.next(self.end, foreach='nothing')", "there is no self.nothing"),
        ("self.next({}, condition='x')", "a switch is self.next"),
        ("self.next({1: self.end}, condition=2)", "condition= must be the name"),
        ("self.next({1: self.end}, condition='nothing')", "there is no self.nothing"),
        ("return", "ended without self.next"),
        ("self.trail = []; self.next = lambda *_: None", "ended without self.next"),
    ],
)
def test_a_transition_that_cannot_be_followed_fails_its_step(scripts: Scripts, statement: str, message: str) -> None:
    ran = scripts.run(middle(statement))
    assert ran.failed == ["middle"]
    assert message in ran.error


def test_siblings_of_a_failed_task_finish(scripts: Scripts) -> None:
    ran = scripts.run(shapes.FOREACH.replace("self.y = self.input * 2", "self.y = 1 / 'pr'.count(self.input)"))
    assert ran.failed == ["after[1]"]
    assert ran.executed == ["after[0]", "after[2]", "start", "work[0]", "work[1]", "work[2]"]


def test_an_artifact_may_have_the_name_of_a_method_which_the_steps_below_see(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        def score(self):
            return 5

        @step
        def start(self):
            self.score = self.score()
            self.start = [self.score]
            self.next(self.a, self.b)

        @step
        def a(self):
            self.score = 6
            self.next(self.join)

        @step
        def b(self):
            self.score = 7
            self.function = self.score_again
            self.next(self.join)

        def score_again(self):
            return self.score + 1

        @step
        def join(self, inputs):
            self.merge_artifacts(inputs)
            self.seen = callable(self.score), callable(self.start), hasattr(inputs.b, "function")
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.error == ""
    assert (ran.run["start"].task.data.start, ran.run["start"].task.data.score) == ([5], 5)
    assert ran.data.seen == (True, True, False)
