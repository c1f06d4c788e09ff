"""Drive a run without processes: every instruction is answered with an event, in any order one likes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import (
    Event,
    Failure,
    FailureKind,
    FinishRun,
    ForeachSplit,
    StartTask,
    TaskFailed,
    TaskId,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan, plan_run
from nbflow.store.values.artifact_ref import ArtifactRef, Summary

BOOM = Failure(FailureKind.ERROR, "ValueError", "boom")


def artifact(name: str, content: str) -> ArtifactRef:
    return ArtifactRef(name, content, 0, len(content), Summary("str", content))


@dataclass
class World:
    """What tasks do: how wide foreachs split, how often loops turn, what fails, is skipped or learns of a write."""

    widths: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    skips: frozenset[str] = frozenset()
    learns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def answer(self, graph: Graph, start: StartTask) -> Event:
        """An artifact's content says where it came from: `b(a(1))` is b's, made from a's, made from item 1."""
        task, step = start.task, graph.steps[start.task.step]
        if str(task) in self.fails:
            return TaskFailed(task, BOOM, start.attempt)
        if task.step in self.skips and (task.split or step.control.foreach is None):
            return TaskSkipped(task, "its condition did not hold")
        seen = [one.component for one in start.inputs]
        seen += [one.component for done in start.joined for one in done.artifacts]
        if task.split:
            items = range(self.widths[task.step])
            return ForeachSplit(task, tuple(artifact(str(index), f"{task.step}#{index}") for index in items))
        made = f"{task}({' '.join(seen)})"
        names = (*sorted(step.names.writes), *self.learns.get(task.step, ()))
        again = task.turn + 1 < self.turns.get(task.step, 1)
        learned = tuple(name for name in self.learns.get(task.step, ()) if name not in step.names.writes)
        return TaskSucceeded(task, tuple(artifact(name, made) for name in names), again, learned)


def drive(run: RunMachine, world: World, choose: Callable[[int], int] = lambda waiting: 0) -> list[Event]:
    """Run to the end; `choose(n)` says which of n running tasks ends next. Returns the events."""
    events: list[Event] = []
    running: list[StartTask] = []
    instructions = run.start()
    while True:
        for instruction in instructions:
            match instruction:
                case StartTask():
                    running.append(instruction)
                    events.append(TaskStarted(instruction.task, instruction.attempt))
                    assert run.handle(events[-1]) == []
                case FinishRun():
                    return events
        start = running.pop(choose(len(running)))
        events.append(world.answer(run.graph, start))
        instructions = run.handle(events[-1])


def everything(graph: Graph, slots: int = 100) -> RunPlan:
    return plan_run(graph, fresh=True, slots=slots)


def contents(run: RunMachine) -> dict[str, dict[str, str]]:
    """What every finished task made, by address."""
    return {
        str(task): {name: one.component for name, one in (entry.artifacts or {}).items()}
        for task, entry in sorted(run.tasks.items())
    }


def states(run: RunMachine) -> dict[str, str]:
    return {str(task): entry.state.value for task, entry in sorted(run.tasks.items())}


def task(address: str) -> TaskId:
    """`fit[0,2]` as a TaskId."""
    name, _, inside = address.removesuffix("]").partition("[")
    return TaskId(name, tuple(int(one) for one in inside.split(",")) if inside else ())
