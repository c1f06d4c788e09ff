"""Every shape runs, ends with the right values, and is taken whole from the store by a resume."""

from __future__ import annotations

import pytest

from nbflow.store.catalog.rows import TaskStatus
from tests.script import shapes
from tests.script.running import Scripts


@pytest.mark.parametrize("shape", shapes.TRAILS)
def test_a_shape_gives_its_values_and_a_resume_runs_nothing(scripts: Scripts, shape: str) -> None:
    body, trail = shapes.TRAILS[shape]
    first = scripts.run(body)
    assert first.error == ""
    assert first.succeeded
    assert first.data.trail == trail
    again = scripts.resume(body)
    assert again.executed == []
    assert again.reused == first.executed
    assert again.data.trail == trail


@pytest.mark.parametrize(
    ("body", "way", "trail"),
    [
        (shapes.SWITCH, "slow", ["slow", "end"]),
        (shapes.SWITCH, "none", ["end"]),
        (shapes.NESTED_SWITCH, "xq", ["x", "q", "z"]),
        (shapes.NESTED_SWITCH, "y", ["y", "z"]),
        (shapes.BRANCH_IN_SWITCH, "one", ["one", "end"]),
        (shapes.FOREACH_IN_SWITCH, "one", ["one", "end"]),
    ],
)
def test_a_switch_takes_the_path_of_its_case(scripts: Scripts, body: str, way: str, trail: list[str]) -> None:
    assert scripts.run(body, {"way": way}).data.trail == trail


def test_steps_of_a_path_that_was_not_taken_are_skipped(scripts: Scripts) -> None:
    ran = scripts.run(shapes.SWITCH, {"way": "slow"})
    assert ran.tasks(TaskStatus.SKIPPED) == []
    assert ran.executed == ["end", "slow", "start"]


def test_a_foreach_knows_its_item_and_index_until_its_join(scripts: Scripts) -> None:
    ran = scripts.run(shapes.FOREACH)
    stacks = [[(index, 3, item)] for index, item in enumerate("pqr")]
    expected = [((i, c, stacks[i]), c * 2, i) for i, c in enumerate("pqr")]
    assert ran.data.trail == expected
    assert ran.data.seen == (None, None)


def test_a_nested_foreach_knows_every_level(scripts: Scripts) -> None:
    ran = scripts.run(shapes.NESTED_FOREACH)
    assert ran.data.stacks[0] == [(0, 2, "a"), (0, 3, 1), (0, 6, "u")]
    assert ran.data.stacks[-1] == [(1, 2, "b"), (2, 3, 3), (5, 6, "z")]
    assert len(ran.data.stacks) == 36


def test_in_the_join_of_an_inner_foreach_the_index_is_the_outer_one(scripts: Scripts) -> None:
    ran = scripts.run(shapes.NESTED_FOREACH)
    assert ran.run["join2"].tasks[1].data.at == [(0, None), (1, None), (2, None)]


def test_a_single_step_needs_no_start_and_no_end(scripts: Scripts) -> None:
    assert scripts.run(shapes.ONE_STEP).value("only", "trail") == ["only"]


def test_start_and_end_may_have_other_names(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step(start=True)
        def first(self):
            self.x = 1
            self.next(self.last)

        @step(end=True)
        def last(self):
            self.y = self.x + 1
        """
    )
    assert ran.value("last", "y") == 2


def test_a_foreach_of_1200_joins_in_order(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.numbers = list(range(1200))
            self.next(self.square, foreach="numbers")

        @step
        def square(self):
            self.x = self.input ** 2
            self.next(self.join)

        @step
        def join(self, inputs):
            self.squares = [one.x for one in inputs]
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.data.squares == [number**2 for number in range(1200)]


def test_steps_are_inherited(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        class Base(FlowSpec):
            size = 2

            @step
            def start(self):
                self.x = self.size
                self.next(self.work)

            @step
            def work(self):
                self.next(self.end)

            @step
            def end(self):
                self.done = True

        class F(Base):
            @step
            def work(self):
                self.x = self.x * 100
                self.next(self.end)
        """
    )
    assert (ran.data.x, ran.data.done) == (200, True)
