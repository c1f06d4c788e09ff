"""A change to a shared object reaches every name of the object, in whatever order the tasks end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.run.events.events import (
    FinishRun,
    Outcome,
    PassedOn,
    Reuse,
    StartTask,
    TaskFailed,
    TaskId,
    TaskReused,
    TaskSucceeded,
)
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.store.values.artifact_ref import ArtifactRef, Summary
from tests.flows import Shape
from tests.run.driving import BOOM

TIED = "%%step load\na = []\n---\n%%step tie\nb = {'a': a}\n---\n%%step change\nf(a)\n---\n%%step use\nprint(a, b)"


def graph_of(text: str) -> Graph:
    return Shape("tied", text, {}).graph


def held(name: str, component: str, *bases: str) -> ArtifactRef:
    return ArtifactRef(name, component, 0, 1, Summary("list", "[]"), shares=(component, *bases))


def run_of(graph: Graph, reuse: Reuse = Reuse.NEVER) -> RunMachine:
    return RunMachine(graph, RunPlan(dict.fromkeys(graph.links, reuse), slots=10))


A, B = held("a", "A"), held("b", "B", "A")
TIE = TaskSucceeded(TaskId("tie"), (B,))


class World:
    """Tasks that keep what they made under what they read, as the store does."""

    def __init__(self, run: RunMachine) -> None:
        self.run = run
        self.stored: dict[str, TaskSucceeded] = {}
        self.ran: list[str] = []

    def answer(self, start: StartTask) -> TaskSucceeded | TaskReused:
        key = f"{start.task}({','.join(one.digest for one in start.inputs)})"
        known = self.stored.get(key)
        if known is not None and start.reuse is Reuse.OWN:
            found = TaskReused(start.task, known.artifacts, "1/1", passed_on=known.passed_on)
            if self.run.accepts(found):
                return found
        self.ran.append(start.task.step)
        made = self.perform(start)
        self.stored[key] = made
        return made

    def perform(self, start: StartTask) -> TaskSucceeded:
        match start.task.step:
            case "load":
                return TaskSucceeded(start.task, (A,))
            case "tie":
                return TIE
            case "change":
                return changed(start)
            case _:
                return TaskSucceeded(start.task, ())

    def drive(self, choose: Iterable[int]) -> None:
        """Run to the end; of the running tasks the one that is chosen ends next."""
        running = [one for one in self.run.start() if isinstance(one, StartTask)]
        numbers = iter(choose)
        while self.run.outcome is None:
            start = running.pop(next(numbers, 0) % len(running))
            running += [one for one in self.run.handle(self.answer(start)) if isinstance(one, StartTask)]


def changed(start: StartTask) -> TaskSucceeded:
    """A task that has changed what it reads as `a`, and stored anew all names that it was told of."""
    visible = [one for one in (*start.inputs, *start.partners) if "A" in one.shares]
    facts = PassedOn(("A",), tuple((one.name, one.digest) for one in visible))
    anew = tuple(held(one.name, "C") for one in visible)
    return TaskSucceeded(start.task, anew, learned=tuple(one.name for one in visible), passed_on=facts)


@given(st.lists(st.integers(0, 5), max_size=12))
def test_any_order_ends_with_every_name_changed(choose: list[int]) -> None:
    run = run_of(graph_of(TIED))
    World(run).drive(choose)
    assert run.outcome is Outcome.SUCCEEDED
    assert run.learned == {"change": {"a", "b"}}
    made = run.tasks[TaskId("change")].artifacts or {}
    assert {name: one.component for name, one in made.items()} == {"a": "C", "b": "C"}
    assert {binding.name: binding.writers[0] for binding in run.graph.links["use"].bindings} == {
        "a": "change",
        "b": "change",
    }


def test_what_earlier_runs_have_learned_stays_when_a_run_learns_more() -> None:
    """A step that is reused learns nothing again."""
    flow = graph_of(TIED).flow
    run = run_of(link(flow, {"tie": frozenset({"a"})}))
    World(run).drive([])
    assert run.learned == {"change": {"a", "b"}}
    assert run.graph.learned == {"tie": {"a"}, "change": {"a", "b"}}
    assert [one.writers for one in run.graph.links["change"].bindings if one.name == "a"] == [("tie", "load")]


def test_a_task_that_was_told_of_all_partners_runs_once() -> None:
    world = World(run_of(graph_of(TIED.replace("%%step change", "%%step change --after tie"))))
    world.drive([])
    assert world.ran.count("change") == 1


def test_sharing_alone_makes_nobody_wait_and_teaches_nothing() -> None:
    run = run_of(graph_of(TIED))
    run.start()
    both = run.handle(TaskSucceeded(TaskId("load"), (A,)))
    assert [one.task.step for one in both if isinstance(one, StartTask)] == ["tie", "change"]
    run.handle(TIE)
    run.handle(TaskSucceeded(TaskId("change"), ()))
    assert run.learned == {}


def test_partners_are_the_visible_names_that_share() -> None:
    text = TIED.replace("%%step change", "%%step other\nc = 1\n---\n%%step change --after tie,other")
    run = run_of(graph_of(text))
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (A,)))
    run.handle(TIE)
    (start,) = run.handle(TaskSucceeded(TaskId("other"), (held("c", "X"),)))
    assert isinstance(start, StartTask)
    assert (start.inputs, start.partners) == ((A,), (B,))


def test_a_name_that_was_rebound_is_no_partner() -> None:
    text = TIED.replace("%%step change", "%%step again\nb = 5\n---\n%%step change --after tie,again")
    run = run_of(graph_of(text))
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (A,)))
    run.handle(TIE)
    (start, _) = run.handle(TaskSucceeded(TaskId("again"), (held("b", "N"),)))
    assert isinstance(start, StartTask)
    assert start.partners == ()


OLD = PassedOn(("A",), (("a", "A:0"), ("b", "B:0")))


@pytest.mark.parametrize(
    ("passed_on", "fits"),
    [
        (PassedOn(), True),
        (OLD, True),
        (PassedOn(("A",), (("a", "A:0"),)), False),  # b is tied to it by now
        (PassedOn(("A",), (("a", "A:0"), ("b", "Q:0"))), False),  # b holds something else by now
        (PassedOn(("A",), (*OLD.names, ("z", "Z:0"))), False),  # there is no z any more
        (PassedOn(("Q",), ()), True),
    ],
)
def test_a_stored_task_counts_while_the_same_names_share_what_it_changed(passed_on: PassedOn, fits: bool) -> None:
    run = run_of(graph_of(TIED.replace("%%step change", "%%step change --after tie")), Reuse.ANY)
    run.start()
    run.handle(TaskReused(TaskId("load"), (A,), "1/1"))
    run.handle(TaskReused(TaskId("tie"), (B,), "1/2"))
    assert run.accepts(TaskReused(TaskId("change"), (held("a", "C"),), "1/3", passed_on=passed_on)) is fits


def test_a_change_that_the_steps_below_could_not_read_is_objected_to() -> None:
    text = (
        "%%step load\nkept = []\nitems = [1]\n---\n%%step each --foreach one in items\nf(kept)\n---\n"
        "%%step other --foreach two in items\nv = two\n---\n%%step use\nprint(kept, v)"
    )
    run = run_of(graph_of(text))
    error = run.objection("each", ["kept"])
    assert error is not None
    assert "step 'each' changes 'kept' in place, and the steps below cannot see that" in str(error)
    assert run.objection("other", ["items"]) is None


def test_a_failed_task_passes_nothing_on() -> None:
    run = run_of(graph_of(TIED))
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (A,)))
    run.handle(TIE)
    run.handle(TaskFailed(TaskId("change"), BOOM))
    assert run.handle(TaskSucceeded(TaskId("use"), ())) == [FinishRun(Outcome.FAILED)]
    assert run.learned == {}


def test_a_constant_that_an_artifact_shares_is_a_partner_until_a_cell_defines_it_anew() -> None:
    tie = PassedOn(tied=(held("LIMITS", "A"),))
    steps = "%%step load\na = LIMITS\n---\n%%step use\nprint(a)\n---\nLIMITS = [2]\n---\n%%step later\nf(a)"
    run = run_of(graph_of("LIMITS = [1]\ndef f(x): pass\n---\n" + steps))
    run.start()
    instructions = run.handle(TaskSucceeded(TaskId("load"), (A,), passed_on=tie))
    starts = {one.task.step: one for one in instructions if isinstance(one, StartTask)}
    assert [one.name for one in starts["use"].partners] == ["LIMITS"]
    assert starts["later"].partners == ()
    assert run.learned == {}


def test_a_step_hands_on_a_constant_that_a_step_below_changes_while_an_artifact_holds_it() -> None:
    shared, apart = held("LIMITS", "A"), held("LIMITS", "L")
    steps = "%%step load\na = LIMITS\n---\n%%step grow\nLIMITS.append(2)\n---\n%%step use\nprint(a)"
    run = run_of(graph_of("LIMITS = [1]\n---\n" + steps))
    run.start()
    run.handle(TaskSucceeded(TaskId("grow"), (apart,)))  # nobody has told it that the list is shared
    load = TaskSucceeded(TaskId("load"), (A,), passed_on=PassedOn(tied=(shared,)))
    run.handle(load)
    assert run.learned == {"load": frozenset({"LIMITS"})}
    instructions = run.handle(load)
    starts = {one.task.step: one for one in instructions if isinstance(one, StartTask)}
    assert starts["grow"].inputs == (shared,)
    assert starts["grow"].partners == (A,)


def test_a_constant_that_steps_only_share_is_not_handed_on() -> None:
    tie = PassedOn(tied=(held("LIMITS", "A"),))
    run = run_of(graph_of("LIMITS = [1]\n---\n%%step load\na = LIMITS\n---\n%%step use\nprint(a, LIMITS)"))
    run.start()
    run.handle(TaskSucceeded(TaskId("load"), (A,), passed_on=tie))
    assert run.learned == {}
