"""A task starts when what it asks for is free, gets that and no more, and is told what nobody can give it."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import ResourceMissing
from nbflow.flow.syntax.specs import Site
from nbflow.run.events.events import Outcome, StartTask, TaskFailed, TaskId, TaskSucceeded
from nbflow.run.local_resources import gpus_here
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import Resources, RunPlan
from tests.flows import Shape
from tests.run.driving import BOOM, everything
from tests.run.running import Place, Ran

ASKED = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 4), st.booleans(), st.sampled_from(["", "local"])),
    min_size=1, max_size=8,
)  # fmt: skip
HAD = st.builds(
    Resources,
    st.integers(1, 3),
    st.sampled_from([None, 2 * 10**9]),
    st.sampled_from([None, (), ("0",), ("0", "1", "2")]),
)


def wishes(asked: list[tuple[int, int, int, bool, str]]) -> Shape:
    cells = []
    for number, (cpu, gpu, memory, retries, on) in enumerate(asked):
        words = [f"--cpu {cpu}", *([f"--gpu {gpu}"] * (gpu > 0)), *([f"--memory {memory}GB"] * (memory > 0))]
        words += ["--retry 1"] * retries + [f"--on {on}"] * bool(on)
        cells.append(f"%%step s{number} {' '.join(words)}\nx{number} = 1")
    return Shape("wishes", "\n---\n".join(cells), {})


@settings(max_examples=200, deadline=None)
@given(ASKED, HAD, st.none() | HAD, st.randoms(use_true_random=False))
def test_whatever_tasks_ask_for_all_of_them_run_and_never_more_than_there_is_room_for(
    asked: list[tuple[int, int, int, bool, str]], had: Resources, here: Resources | None, chance: random.Random
) -> None:
    graph = wishes(asked).graph
    run = RunMachine(
        graph, RunPlan(everything(graph).reuse, slots=had.slots, memory=had.memory, gpus=had.gpus, here=here)
    )
    running: dict[TaskId, StartTask] = {}
    ended, instructions = 0, run.start()
    while run.outcome is None:
        running |= {one.task: one for one in instructions if isinstance(one, StartTask)}
        assert running
        local = [task for task in running if here and graph.steps[task.step].options.on is Site.LOCAL]
        refuse_too_much(run, had, [task for task in running if task not in local])
        refuse_too_much(run, here or had, local)
        task, start = chance.choice([*running.items()])
        del running[task]
        is_over = start.attempt or not graph.steps[task.step].options.retry
        ended += bool(is_over)
        instructions = run.handle(TaskSucceeded(task, ()) if is_over else TaskFailed(task, BOOM))
    assert ended == len(asked)
    assert run.outcome is Outcome.SUCCEEDED


def refuse_too_much(run: RunMachine, room: Resources, tasks: list[TaskId]) -> None:
    options = [run.graph.steps[task.step].options for task in tasks]
    given = [run.capacity_of(task.step).gpus_of(task) for task in tasks]
    all_given = [name for names in given for name in names]
    assert len({*all_given}) == len(all_given)
    assert {*all_given} <= {*(room.gpus or ())}
    there = len(room.gpus or ())
    assert [len(one) for one in given] == [one.gpu if one.gpu <= there else 0 for one in options]
    assert len(tasks) <= 1 or sum(min(one.cpu, room.slots) for one in options) <= room.slots
    memory = [one.memory.size for one in options if one.memory]
    assert room.memory is None or sum(min(one, room.memory) for one in memory) <= room.memory


def starts(run: RunMachine, instructions: list[object]) -> list[tuple[str, tuple[str, ...]]]:
    found = [one.task for one in instructions if isinstance(one, StartTask)]
    return [(task.step, run.capacity_of(task.step).gpus_of(task)) for task in found]


def test_a_task_that_waits_for_two_gpus_gets_them_before_later_ones_and_lets_others_pass() -> None:
    cells = ["%%step a --gpu 1\nx = 1", "%%step both --gpu 2\ny = 1", "%%step b --gpu 1\nz = 1", "%%step plain\nq = 1"]
    graph = Shape("gpus", "\n---\n".join(cells), {}).graph
    run = RunMachine(graph, RunPlan(everything(graph).reuse, slots=8, gpus=("4", "7")))
    assert starts(run, run.start()) == [("a", ("4",)), ("plain", ())]
    assert starts(run, run.handle(TaskSucceeded(TaskId("a"), ()))) == [("both", ("4", "7"))]
    assert starts(run, run.handle(TaskSucceeded(TaskId("both"), ()))) == [("b", ("4",))]


@pytest.mark.parametrize(
    ("variable", "gpus"),
    [("0,1", ("0", "1")), ("", ()), ("-1", ()), ("3,-1,2", ("3",)), ("GPU-8f, MIG-2 ", ("GPU-8f", "MIG-2"))],
)
def test_the_variable_says_which_gpus_there_are(
    variable: str, gpus: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", variable)
    assert gpus_here() == gpus


GPUS = Shape("gpus", """
import os
def seen():
    return os.environ.get("CUDA_VISIBLE_DEVICES"), os.getpid()
---
%%step before
first = seen()
---
%%step one --gpu 1 --foreach i in range(3)
given = seen()
---
%%step two --gpu 2 --join one
both, ones = seen(), inputs.given
---
%%step after
last = seen(), both
---
%%step three --gpu 3
never = 1
""", {})  # fmt: skip


def test_a_task_sees_the_gpus_that_it_is_given_in_a_process_of_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,6")
    ran = place.run(GPUS)
    ones, both = ran.value("two.ones"), ran.value("two.both")
    assert {seen for seen, _ in ones} <= {"5", "6"}
    assert both[0] == "5,6"
    assert len({pid for _, pid in (*ones, both)}) == 4
    assert ran.value("before.first")[0] == ran.value("after.last")[0][0] == "5,6"
    assert failures(ran) == {"three": str(ResourceMissing(
        "three", "--gpu 3", "this machine has 2 (5, 6)", "Run the flow on a cluster that has them (--on CLUSTER), "
        "write --gpu 2, or name the GPUs in CUDA_VISIBLE_DEVICES",
    ))}  # fmt: skip


def test_results_of_steps_with_gpus_are_reused_where_there_are_none(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    shape = Shape("gpus", GPUS.text.rpartition("---")[0], {})
    place.run(shape)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert place.run(shape, reuse=True).executed == []


def failures(ran: Ran) -> dict[str, str]:
    return {str(one.task): one.failure.message for one in ran.events if isinstance(one, TaskFailed)}


def test_a_step_for_a_cluster_says_that_the_run_has_none(place: Place) -> None:
    ran = place.run(Shape("there", "%%step far --on cluster\nx = 1\n---\n%%step near --on local\ny = 1", {}))
    assert failures(ran) == {"far": str(ResourceMissing(
        "far", "--on cluster", "the run has no cluster", "Give the run a cluster (--on CLUSTER), or write --on local",
    ))}  # fmt: skip
    assert ran.value("near.y") == 1


LIMITED = Shape("limited", """
import os
---
%%step large --memory 400MB!
first = b"x" * (100 << 20)
size = len(first)
print("so far", flush=True)
second = b"x" * (500 << 20)
---
%%step child --memory 400MB!
os.close(2)
os.abort()
---
%%step small --memory 2MB!
nothing = 1
---
%%step other --memory 400MB!
{}["memory allocated"]
---
%%step library --memory 400MB!
raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")
---
%%step fits --memory 400MB!
third = len(b"x" * (100 << 20))
---
%%step asks --memory 1MB
fourth = len(b"x" * (500 << 20))
""", {})  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit the memory of a process")
def test_a_task_gets_no_more_memory_than_its_limit_and_says_how_much_it_held(place: Place) -> None:
    ran = place.run(LIMITED, slots=1)
    found = failures(ran)
    assert "may take 400 MB (--memory with '!'), and its process held" in found["large"]
    assert "give it more, such as --memory 800MB!, or remove the '!'" in found["large"]
    held = int(found["large"].split("held ")[1].split(" MB")[0])
    assert 100 <= held <= 400
    assert ran.text("large") == "so far\n"
    assert found["child"].startswith("its process died: it was killed by SIGABRT. It may take 400 MB")
    assert "may take" not in found["other"]
    assert "you tried to allocate 8 bytes; step 'library' may take 400 MB" in found["library"]
    assert found["small"].startswith(
        "step 'small' may take 2 MB (--memory with '!'), but with what the notebook imports"
    )
    assert (ran.value("fits.third"), ran.value("asks.fourth")) == (100 << 20, 500 << 20)


def test_the_limit_that_a_message_advises_is_enough(place: Place) -> None:
    pytest.importorskip("resource")
    cell = "%%step small --memory {}!\nnothing = 1"
    told = failures(place.run(Shape("limited", cell.format("2MB"), {})))["small"]
    advised = told.rpartition("--memory ")[2].rstrip("!")
    assert failures(place.run(Shape("limited", cell.format(advised), {}))) == {}


def test_a_flow_that_asks_for_nothing_looks_for_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    ran = place.run(Shape("plain", "%%step a\nx = 1", {}))
    assert (ran.finished.run.plan.gpus, ran.finished.run.plan.memory) == (None, None)
