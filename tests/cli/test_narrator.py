"""What is told of events, without running anything."""

from collections.abc import Iterable
from dataclasses import replace

from nbflow.cli.terminal import LineProgress
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.progress.narrator import Memory, Narrator
from nbflow.progress.printed import text_of_outputs
from nbflow.progress.table import steps_table
from nbflow.progress.tally import Tally
from nbflow.run.events.events import (
    Event,
    Failure,
    FailureKind,
    ForeachSplit,
    Outcome,
    RunCancelled,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.task.job import Result
from nbflow.store.values.artifact_ref import ArtifactRef, Lost, Summary
from tests.flows import FOREACH, LINEAR, LOOP

ITEM = ArtifactRef("0", "digest", 0, 1, Summary("int", "1"))
MEMORY = Memory(lambda source: f"run {source.partition('/')[0]}, 2 h ago", lambda digest: [text(f"output {digest}\n")])
FAILURE = Failure(FailureKind.ERROR, "ValueError", "no\nreally", (), "Traceback:\n  line\nValueError: no\n")


def text(content: str, name: str = "stdout") -> dict[str, object]:
    return {"output_type": "stream", "name": name, "text": content}


def narrate(graph: Graph, events: Iterable[Event | Result], brief: bool = False) -> tuple[Narrator, str]:
    """All that is told; a Result stands before the event it belongs to."""
    narrator = Narrator(graph, Tally(graph, graph.links), MEMORY, "flow.ipynb", brief)
    told, result = [], None
    for event in events:
        if isinstance(event, Result):
            result = event
        elif narrator.tally.add(event):
            told += narrator.tell(event, result)
            result = None
    return narrator, "".join(told)


def split(width: int) -> ForeachSplit:
    return ForeachSplit(TaskId("fit", split=True), (ITEM,) * width)


def fit(index: int, seconds: float = 0.5) -> TaskSucceeded:
    return TaskSucceeded(TaskId("fit", (index,)), (), seconds=seconds)


START, SHOUT = TaskId("start"), TaskId("shout")


def test_a_finished_task_is_one_line_with_its_output_beneath() -> None:
    done = TaskSucceeded(START, (), seconds=1.2)
    _, told = narrate(LINEAR.graph, [TaskStarted(START), Result(START, outputs=[text("a\nb\n")]), done])
    assert told == "start · 1.2 s\n  a\n  b\n"


def test_on_a_terminal_only_output_is_told() -> None:
    events = [TaskSucceeded(START, ()), Result(SHOUT, outputs=[text("a\n")]), TaskSucceeded(SHOUT, (), seconds=3)]
    assert narrate(LINEAR.graph, events, brief=True)[1] == "shout · 3.0 s\n  a\n"


def test_a_reused_task_says_from_where_and_replays_its_output() -> None:
    event = TaskReused(START, (), "7/12", seconds=7080, outputs="d1")
    assert narrate(LINEAR.graph, [event])[1] == "start · from run 7, 2 h ago, saved 1 h 58 m\n  output d1\n"


def test_what_took_no_time_saved_none() -> None:
    assert narrate(LINEAR.graph, [TaskReused(START, (), "7/1")])[1] == "start · from run 7, 2 h ago\n"


def test_few_tasks_of_a_foreach_are_told_one_by_one() -> None:
    _, told = narrate(FOREACH.graph, [split(3), fit(0), fit(2), fit(1)])
    assert told == "fit[0] · 0.50 s\nfit[2] · 0.50 s\nfit[1] · 0.50 s\n"


def test_of_many_tasks_every_tenth_part_is_told() -> None:
    loud = [each for i in range(40) for each in (Result(TaskId("fit", (i,)), outputs=[text("x\n")]), fit(i))]
    _, told = narrate(FOREACH.graph, [split(40), *loud])
    lines = told.splitlines()
    assert lines[:2] == ["fit · 4/40", "fit · 8/40"]
    assert lines[-1] == "fit · 40/40 · 20.0 s in all · what they printed: nbflow logs flow.ipynb fit"
    assert len(lines) == 10


def test_reused_and_failed_ones_among_many_are_counted() -> None:
    reused = [TaskReused(TaskId("fit", (i,)), (), "1/2") for i in range(5)]
    failed = [TaskFailed(TaskId("fit", (i,)), FAILURE) for i in range(5, 10)]
    _, told = narrate(FOREACH.graph, [split(20), *reused, *failed, *map(fit, range(10, 20))])
    lines = told.splitlines()
    assert lines[0] == "fit · 2/20 · 2 from earlier runs"
    assert lines[-1] == "fit · 15/20 · 5 from earlier runs · 5 failed · 5.0 s in all"
    assert lines.count("  ValueError: no") == 3
    assert [line for line in lines if line.startswith("fit[8]")] == ["fit[8] · failed · ValueError: no"]


def test_a_failure_shows_output_then_traceback() -> None:
    events = [Result(START, outputs=[text("before\n")]), TaskFailed(START, FAILURE, seconds=0.25)]
    assert narrate(LINEAR.graph, events)[1] == (
        "start · failed after 0.25 s\n  before\n  Traceback:\n    line\n  ValueError: no\n"
    )


def test_an_attempt_that_is_repeated_is_no_failure() -> None:
    graph = link(read_flow([Cell(1, "%%step a --retry 1\nx = 1")], "flow", "flow.ipynb"))
    task = TaskId("a")
    events = [TaskStarted(task), TaskFailed(task, FAILURE), TaskStarted(task, 1), TaskSucceeded(task, (), seconds=1)]
    narrator, told = narrate(graph, events)
    assert told == "a · attempt 1 of 2 failed · ValueError: no\na · 1.0 s\n"
    assert narrator.tally.counts["a"].failed == 0


def test_lost_leaves_and_changes_in_place_are_said_once() -> None:
    lost = Lost("message['lock']", "_thread.lock", "a lock belongs to this process")
    unread = replace(lost, path="file")
    done = TaskSucceeded(START, (), learned=("box",))
    _, told = narrate(LINEAR.graph, [Result(START, lost=(lost, unread)), done, done])
    lines = told.splitlines()
    assert lines.pop(1) == (
        "start · message['lock'], a _thread.lock, could not be stored (a lock belongs to this process): "
        "reading it will fail"
    )
    assert lines == [
        "start · 0.00 s",
        "start · changes box in place: it is now an artifact of start, and tasks that used the old value run again",
        "start · 0.00 s",
    ]


def test_a_run_that_takes_up_its_own_tasks_counts_them_once() -> None:
    narrator, told = narrate(LINEAR.graph, [TaskSucceeded(START, ()), TaskReused(START, (), "3/1")])
    assert told == "start · 0.00 s\n"
    assert (narrator.tally.counts["start"].ran, narrator.tally.counts["start"].reused) == (1, 0)


def test_of_many_turns_the_round_ones_are_told() -> None:
    turns = [TaskSucceeded(TaskId("grow", turn=n), (), again=n < 999) for n in range(1000)]
    narrator, told = narrate(LOOP.graph, turns)
    assert len(told.splitlines()) == 10 + 9 + 9 + 1
    assert told.splitlines()[-1] == "grow@999 · 0.00 s"
    assert narrator.tally.counts["grow"].ran == 1


def test_skips_missing_tasks_and_interrupts_are_said() -> None:
    events = [TaskSkipped(START, "its condition did not hold"), TaskMissing(SHOUT), RunCancelled("interrupted")]
    assert narrate(LINEAR.graph, events)[1].splitlines() == [
        "start · skipped: its condition did not hold",
        "shout · the store has no valid result of it: nbflow run flow.ipynb --to shout",
        "interrupted: stopping; finished tasks are kept",
    ]


def test_the_summary_of_a_failed_run_says_how_to_go_on() -> None:
    events = [TaskSucceeded(START, ()), TaskFailed(SHOUT, FAILURE)]
    narrator, _ = narrate(LINEAR.graph, events)
    assert list(narrator.summary(7, Outcome.FAILED, 61)) == [
        "run 7 failed · 1 ran · 0 reused · 1 failed · 1 m 1 s\n",
        "not run: end\n",
        "to continue: nbflow resume flow.ipynb 7\n",
    ]
    count = narrator.tally.counts["end"]
    count.total = 0  # as it is in a foreach without items
    assert [line for line in narrator.summary(7, Outcome.FAILED, 61) if line.startswith("not run")] == []
    assert list(narrate(LINEAR.graph, [])[0].summary(8, Outcome.SUCCEEDED, 1)) == [
        "run 8 succeeded · 0 ran · 0 reused · 1.0 s\n"
    ]


def test_the_table_has_a_state_for_every_step() -> None:
    tally = Tally(FOREACH.graph, FOREACH.graph.links)
    for event in (TaskReused(TaskId("grid"), (), "1/1"), split(2), TaskStarted(TaskId("fit", (0,))), fit(0)):
        tally.add(event)
    assert {step: count.status for step, count in tally.counts.items()} == {
        "grid": "reused", "fit": "waiting", "best": "waiting",
    }  # fmt: skip
    assert steps_table(tally, {"fit": 3.0}).row_count == 3


def test_the_table_counts_failed_tasks_apart() -> None:
    tally = Tally(FOREACH.graph, FOREACH.graph.links)
    for event in (split(3), fit(0), TaskFailed(TaskId("fit", (1,)), FAILURE)):
        tally.add(event)
    assert "1/3, 1 failed" in [*steps_table(tally, {}).columns[3].cells]


def test_outputs_become_plain_text() -> None:
    assert text_of_outputs(
        [
            text("10%\r50%\r100%\ndone"),
            {"output_type": "display_data", "data": {"text/plain": "<Figure>", "image/png": "abc"}},
            {"output_type": "execute_result", "data": {"text/plain": "   a\n0  1", "text/html": "<table>"}},
        ]
    ) == "100%\ndone\n[figure]\n   a\n0  1\n"  # fmt: skip


def test_a_hundred_thousand_tasks_are_told_in_ten_lines(capsys) -> None:
    number = 100_000
    lines = LineProgress(narrate(FOREACH.graph, [split(number)])[0])
    events = [(TaskStarted(TaskId("fit", (i,))), fit(i)) for i in range(number)]
    for started, done in events:
        lines(started, None)
        lines(done, None)
    assert len(capsys.readouterr().out.splitlines()) == 10
