"""The run machine: lists of events in, instructions out."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.run.events.events import (
    CancelTasks,
    FinishRun,
    ForeachSplit,
    Outcome,
    Reuse,
    RunCancelled,
    StartTask,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.machine.capacity import BATCH_SECONDS, Capacity
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import Resources, RunPlan, plan_run
from tests.flows import (
    BRANCH,
    CHAIN,
    DIAMOND,
    EMPTY,
    FAILING,
    FLATTENED,
    FOREACH,
    LINEAR,
    LOOP,
    MUTATED,
    NESTED,
    SHAPES,
    SWITCH,
    TOLERATED,
    Shape,
)
from tests.run.driving import BOOM, World, artifact, contents, drive, everything, states

WORLD = World(
    widths={"fit": 3, "each": 2, "inner": 3, "make": 2, "work": 4, "divide": 3, "use": 2},
    turns={"grow": 4},
    fails=frozenset({"divide[1]"}),
    skips=frozenset({"short"}),
    learns={"hidden": ("box",)},
)


def started(instructions: list[object]) -> list[str]:
    return [str(one.task) for one in instructions if isinstance(one, StartTask)]


def fresh(shape: Shape, slots: int = 100) -> RunMachine:
    return RunMachine(shape.graph, everything(shape.graph, slots))


def test_a_step_starts_when_all_it_reads_is_there() -> None:
    run = fresh(BRANCH)
    assert started(run.start()) == ["load"]
    assert started(run.handle(TaskSucceeded(TaskId("load"), (artifact("n", "4"),)))) == ["left", "right"]
    assert started(run.handle(TaskSucceeded(TaskId("left"), (artifact("a", "5"),)))) == []
    last = run.handle(TaskSucceeded(TaskId("right"), (artifact("b", "40"),)))
    assert last == [StartTask(TaskId("both"), (artifact("a", "5"), artifact("b", "40")))]
    assert run.handle(TaskSucceeded(TaskId("both"), ())) == [FinishRun(Outcome.SUCCEEDED)]


def test_of_two_branches_that_write_a_name_the_nearest_above_is_read() -> None:
    run = fresh(DIAMOND)
    drive(run, WORLD)
    assert contents(run)["end"]["z"] == "end(right(load()) left(load()))"


def test_never_more_tasks_run_than_there_are_slots() -> None:
    run = fresh(FOREACH, slots=2)
    run.start()
    drive_grid = run.handle(TaskSucceeded(TaskId("grid"), (artifact("grid", "g"),)))
    assert started(drive_grid) == ["fit[…]"]
    items = WORLD.answer(run.graph, drive_grid[0])  # type: ignore[arg-type]
    assert started(run.handle(items)) == ["fit[0]", "fit[1]"]
    assert started(run.handle(TaskSucceeded(TaskId("fit", (0,)), ()))) == ["fit[2]"]


def test_a_task_that_asks_for_more_cpus_waits_until_they_are_free() -> None:
    shape = Shape("wide", "%%step a\nx = 1\n---\n%%step b --cpu 2\ny = 1\n---\n%%step c\nz = 1", {})
    run = fresh(shape, slots=2)
    assert started(run.start()) == ["a"]
    assert started(run.handle(TaskSucceeded(TaskId("a"), ()))) == ["b"]
    assert started(run.handle(TaskSucceeded(TaskId("b"), ()))) == ["c"]


def test_brief_tasks_share_a_slot_until_one_of_them_is_not_brief() -> None:
    run = fresh(CHAIN, slots=1)
    split = run.start()[0]
    assert isinstance(split, StartTask)
    assert started(run.handle(WORLD.answer(run.graph, split))) == ["work[0]"]
    assert started(run.handle(TaskSucceeded(TaskId("work", (0,)), (), seconds=0.001))) == [
        "work[1]",
        "work[2]",
        "work[3]",
    ]
    assert started(run.handle(TaskSucceeded(TaskId("work", (1,)), (), seconds=5.0))) == []
    assert started(run.handle(TaskSucceeded(TaskId("work", (2,)), (), seconds=5.0))) == []
    assert len(started(run.handle(TaskSucceeded(TaskId("work", (3,)), (), seconds=5.0)))) == 1


@pytest.mark.parametrize(
    ("seconds", "batch"), [(1e-6, 128), (0.001, 32), (0.002, 16), (0.005, 8), (0.0099, 4), (0.01, 1), (60.0, 1)]
)
def test_a_worker_holds_the_more_tasks_the_briefer_they_are(seconds: float, batch: int) -> None:
    capacity = Capacity(Resources(slots=2))
    assert capacity.batch("work") == 1
    capacity.note_duration("work", seconds)
    assert capacity.batch("work") == batch
    assert batch == 1 or batch * seconds <= BATCH_SECONDS


@given(st.lists(st.floats(1e-6, 0.02), min_size=1, max_size=200))
def test_shares_of_any_batches_leave_no_rest_of_a_slot(durations: list[float]) -> None:
    capacity, work = Capacity(Resources(slots=2)), CHAIN.graph.steps["work"]
    assert capacity.take(TaskId("lasts"), work)
    for number, seconds in enumerate(durations):
        capacity.note_duration("work", seconds)
        if number % 3 == 2:
            capacity.give_back(TaskId("work", (number - 1,)))
        capacity.take(TaskId("work", (number,)), work)
    for number in range(len(durations)):
        capacity.give_back(TaskId("work", (number,)))
    capacity.note_duration("work", 60.0)
    assert capacity.take(TaskId("other"), work)


def test_memory_is_an_admission_limit() -> None:
    text = "\n---\n".join(f"%%step {name} --memory 2GB\n{name}_ = 1" for name in "abc")
    graph = Shape("heavy", text, {}).graph
    run = RunMachine(graph, RunPlan(everything(graph).reuse, slots=8, memory=5_000_000_000))
    assert started(run.start()) == ["a", "b"]


def test_a_join_gets_every_task_by_item_and_a_nested_join_the_tasks_of_its_own_item() -> None:
    run = fresh(NESTED)
    drive(run, WORLD)
    made = contents(run)
    assert made["inner[1,2]"]["word"].startswith("inner[1,2](")
    assert "inner[0,1]" in made["per_letter[0]"]["lengths"]
    assert "inner[1,1]" not in made["per_letter[0]"]["lengths"]
    assert made["end"]["total"].index("per_letter[0]") < made["end"]["total"].index("per_letter[1]")


def test_a_join_of_the_outer_foreach_is_flattened_over_the_inner_one() -> None:
    run = fresh(FLATTENED)
    drive(run, WORLD)
    everything_ = contents(run)["end"]["everything"]
    order = [everything_.index(f"inner[{i},{j}]") for i in range(2) for j in range(3)]
    assert order == sorted(order)


def test_an_empty_foreach_runs_its_join_with_no_inputs() -> None:
    run = fresh(EMPTY)
    drive(run, World(widths={"fit": 0}))
    assert states(run) == {"best": "succeeded", "fit[…]": "succeeded", "grid": "succeeded"}
    assert contents(run)["best"]["scores"] == "best()"


def test_a_chain_inside_a_foreach_goes_on_per_item_without_waiting_for_the_others() -> None:
    run = fresh(CHAIN)
    split = run.start()[0]
    assert isinstance(split, StartTask)
    run.handle(WORLD.answer(run.graph, split))
    assert started(run.handle(TaskSucceeded(TaskId("work", (2,)), (artifact("a", "x"),)))) == ["double[2]"]


def test_what_reads_only_a_skipped_step_is_skipped_and_a_name_of_exclusive_guards_comes_from_the_one_that_ran() -> None:
    run = fresh(SWITCH)
    drive(run, WORLD)
    assert states(run)["short"] == "skipped"
    assert contents(run)["end"]["answer"] == "end(full(load()))"
    both = fresh(SWITCH)
    drive(both, World(skips=frozenset({"short", "full"})))
    assert states(both)["end"] == "skipped"


def test_a_loop_carries_its_own_names_from_turn_to_turn() -> None:
    run = fresh(LOOP)
    drive(run, World(turns={"grow": 3}))
    assert contents(run)["end"]["answer"] == "end(grow@2(grow@1(grow(start()))))"


def test_siblings_of_a_failed_task_finish_and_the_join_does_not_start() -> None:
    run = fresh(FAILING)
    drive(run, WORLD)
    assert run.outcome is Outcome.FAILED
    assert states(run)["divide[0]"] == states(run)["divide[2]"] == "succeeded"
    assert states(run)["end"] == "waiting"


def test_allowed_failures_leave_out_what_follows_at_that_item_only() -> None:
    run = fresh(TOLERATED)
    drive(run, WORLD)
    assert run.outcome is Outcome.SUCCEEDED
    assert states(run)["after[1]"] == "skipped"
    assert states(run)["after[2]"] == "succeeded"
    assert "after[1]" not in contents(run)["end"]["everything"]


def test_one_failure_more_than_allowed_stops_the_run() -> None:
    run = fresh(TOLERATED)
    drive(run, World(widths={"divide": 3}, fails=frozenset({"divide[0]", "divide[1]"})))
    assert run.outcome is Outcome.FAILED
    assert states(run)["end"] == "waiting"


def test_a_failed_task_is_tried_as_often_as_it_asks_for() -> None:
    graph = Shape("again", "%%step a --retry 2\nx = 1", {}).graph
    run = RunMachine(graph, everything(graph))
    run.start()
    assert run.handle(TaskFailed(TaskId("a"), BOOM, 0)) == [StartTask(TaskId("a"), attempt=1)]
    assert run.handle(TaskFailed(TaskId("a"), BOOM, 1)) == [StartTask(TaskId("a"), attempt=2)]
    assert run.handle(TaskFailed(TaskId("a"), BOOM, 2)) == [FinishRun(Outcome.FAILED)]


def test_a_write_found_at_run_time_runs_again_what_had_used_the_old_value() -> None:
    run = fresh(MUTATED)
    events = drive(run, WORLD)
    assert run.learned == {"hidden": frozenset({"box"})}
    assert contents(run)["end"]["total"] == "end(hidden(append(load())))"
    assert sum(isinstance(event, TaskSucceeded) and event.task == TaskId("end") for event in events) >= 1


def test_after_a_found_write_the_run_looks_for_its_own_tasks_first() -> None:
    run = fresh(LINEAR)
    run.start()
    run.handle(TaskSucceeded(TaskId("start"), (artifact("message", "m"),)))
    again = run.handle(
        TaskSucceeded(TaskId("shout"), (artifact("message", "M"), artifact("new", "n")), learned=("new",))
    )
    assert again == [StartTask(TaskId("start"), reuse=Reuse.OWN)]


def test_what_reads_a_name_that_another_task_has_changed_is_cancelled_once_and_runs_again() -> None:
    run = fresh(MUTATED)
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (artifact("box", "1"),)))
    assert started(run.handle(TaskSucceeded(TaskId("append"), (artifact("box", "2"),)))) == ["hidden", "end"]
    changed = TaskSucceeded(TaskId("hidden"), (artifact("box", "3"),), learned=("box",))
    assert run.handle(changed) == [CancelTasks((TaskId("end"),))]
    assert run.is_misled(TaskId("end"))
    assert run.handle(TaskStarted(TaskId("end"))) == []
    assert run.handle(TaskFailed(TaskId("end"), BOOM)) == [StartTask(TaskId("load"), reuse=Reuse.OWN)]
    assert not run.is_misled(TaskId("end"))
    drive(run, WORLD)
    assert run.outcome is Outcome.SUCCEEDED


def test_cancel_names_what_runs_and_ends_the_run() -> None:
    run = fresh(BRANCH)
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (artifact("n", "4"),)))
    assert run.handle(RunCancelled("interrupted")) == [
        CancelTasks((TaskId("left"), TaskId("right"))),
        FinishRun(Outcome.CANCELLED),
    ]
    assert run.handle(RunCancelled("again")) == []


def test_a_reused_task_counts_as_its_original() -> None:
    run = fresh(LINEAR)
    run.start()
    assert started(run.handle(TaskReused(TaskId("start"), (artifact("message", "m"),), "1/1"))) == ["shout"]


def test_what_may_only_be_reused_and_is_not_there_fails_the_run() -> None:
    graph = LINEAR.graph
    run = RunMachine(graph, plan_run(graph, only="end"))
    assert run.start() == [StartTask(TaskId("start"), reuse=Reuse.ONLY)]
    assert run.handle(TaskMissing(TaskId("start"))) == [FinishRun(Outcome.FAILED)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"to": "shout"}, {"start": Reuse.ANY, "shout": Reuse.ANY}),
        ({"start": "shout"}, {"start": Reuse.ANY, "shout": Reuse.NEVER, "end": Reuse.NEVER}),
        ({"only": "shout"}, {"start": Reuse.ONLY, "shout": Reuse.NEVER}),
        ({"fresh": True}, {"start": Reuse.NEVER, "shout": Reuse.NEVER, "end": Reuse.NEVER}),
    ],
)
def test_a_plan_says_which_steps_take_part_and_what_may_come_from_the_store(asked: object, expected: object) -> None:
    assert plan_run(LINEAR.graph, **asked).reuse == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@given(data=st.data())
def test_any_order_of_completion_gives_the_same_result(shape: Shape, data: st.DataObject) -> None:
    expected = fresh(shape)
    drive(expected, WORLD)
    slots = data.draw(st.integers(1, 6))
    run = fresh(shape, slots)
    drive(run, WORLD, lambda waiting: data.draw(st.integers(0, waiting - 1)))
    assert (run.outcome, contents(run), states(run)) == (expected.outcome, contents(expected), states(expected))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_replaying_the_events_gives_the_run(shape: Shape) -> None:
    run = fresh(shape, slots=2)
    events = drive(run, WORLD)
    again = RunMachine.replay(shape.graph, run.plan, events)
    assert (again.outcome, contents(again), states(again)) == (run.outcome, contents(run), states(run))


def test_handling_an_event_costs_the_same_however_many_tasks_there_are() -> None:
    """Work is counted, not timed: the calls made for 4,000 tasks are four times those for 1,000."""
    assert calls_for(4_000) < 4.4 * calls_for(1_000)


def calls_for(width: int) -> int:
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    run = fresh(FOREACH, slots=2)
    world = World(widths={"fit": width})
    sys.setprofile(count)
    try:
        drive(run, world)
    finally:
        sys.setprofile(None)
    return counted


def test_skipped_and_started_events_change_nothing_else() -> None:
    run = fresh(LINEAR)
    run.start()
    assert run.handle(TaskStarted(TaskId("start"))) == []
    assert run.handle(TaskSkipped(TaskId("start"), "no")) == [FinishRun(Outcome.SUCCEEDED)]
    assert states(run) == {"start": "skipped", "shout": "skipped", "end": "skipped"}


SHARED = Shape("shared", """
def offset():
    return base + 1

def numbers():
    return range(width)
---
%%step load
base, width = 2, 2
---
%%step one --foreach k in range(base)
x = k + offset()
---
%%step two --foreach k in numbers()
y = k
""", {})  # fmt: skip


def test_a_split_and_a_body_get_what_the_functions_read_that_they_call() -> None:
    run = fresh(SHARED)
    run.start()
    splits = run.handle(TaskSucceeded(TaskId("load"), (artifact("base", "2"), artifact("width", "2"))))
    assert read(splits) == {"one[…]": ["base"], "two[…]": ["width"]}
    tasks = [task for split in splits for task in run.handle(ForeachSplit(split.task, (artifact("0", "0"),)))]
    assert {"base", "k"} <= {*read(tasks)["one[0]"]}
    assert "k" in read(tasks)["two[0]"]


def read(instructions: list[object]) -> dict[str, list[str]]:
    return {str(one.task): [found.name for found in one.inputs] for one in instructions if isinstance(one, StartTask)}
