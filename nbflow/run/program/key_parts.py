"""Says what the key of a task covers beside what all tasks of its step share: its inputs, and what tells it apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, assert_never

from nbflow.flow.graph.graph import Graph, Passage
from nbflow.flow.syntax.definition import Definition, counted
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.dataflow.sharing_items import reads_sharers
from nbflow.run.events.events import StartTask, TaskDone, TaskId
from nbflow.run.program.watched_files import WatchedFiles
from nbflow.store.values.artifact_ref import ArtifactRef

Needs = tuple[tuple[Definition, ...], frozenset[str]]
"""Holds the part of the prelude and the names of the parameters that a task needs."""

_POSITION = ("index", "foreach_stack", "_foreach_stack")
"""Attributes of a FlowSpec by which a body asks for its place in the foreachs around it."""


class KeyParts(Protocol):
    """Says which artifacts, definitions and parameters count for a task."""

    def of_task(self, start: StartTask) -> Iterator[object]:
        """Yield what tells a task apart from others of its step."""
        ...

    def needs(self, step: StepSpec, *, split: bool) -> Needs:
        """Return the prelude and the parameters that the body needs; with `split`, those of the foreach expression."""
        ...


def key_parts(graph: Graph, watched: WatchedFiles) -> KeyParts:
    """Return the rules for the tasks of a graph."""
    match graph.passage:
        case Passage.BY_NAME:
            return _PartsByName(graph, watched)
        case Passage.BY_EDGE:
            return _PartsByEdge(graph)
        case _:
            assert_never(graph.passage)


@dataclass(frozen=True, slots=True)
class _PartsByName:
    """Lets everything count that a cell is given, because it is given only what it reads."""

    graph: Graph
    watched: WatchedFiles

    def of_task(self, start: StartTask) -> Iterator[object]:
        step = self.graph.steps[start.task.step]
        yield self.watched.digest(step)
        yield start.task.turn
        yield _seeded(step, start.task)
        yield from _named(start.inputs)
        if start.task.split and reads_sharers(self.graph, start):
            yield "shared with the body"
        for done in start.joined:
            yield str(done.task)
            yield from _named(done.artifacts)

    def needs(self, step: StepSpec, *, split: bool) -> Needs:
        linked, prelude = self.graph.links[step.name], self.graph.prelude_of(step.name)
        if step.control.foreach is None:
            return counted(prelude.closure(linked.prelude), linked.prelude), linked.parameters
        named = step.names_in(split=split) | (frozenset() if split else linked.draws)
        closure = prelude.closure(linked.prelude & named)
        return counted(closure, linked.prelude & named), linked.parameters & named.union(
            *(definition.wants for definition in closure)
        )


@dataclass(frozen=True, slots=True)
class _PartsByEdge:
    """Lets of all visible artifacts only those count that the source of a method names, if it names them all.

    The items of the foreachs around a task count, and their positions if the source asks for them.
    """

    graph: Graph

    def of_task(self, start: StartTask) -> Iterator[object]:
        task, step = start.task, self.graph.steps[start.task.step]
        asks = step.method.dynamic or not step.names.reads.isdisjoint(_POSITION)
        yield task.turn
        yield step.control.foreach.code if task.split and step.control.foreach else ""
        for one in start.stack:
            yield one.item.digest
            yield str((one.index, one.width)) if asks else ""
        yield from _named(sorted(_read_by(step, start.inputs, task.split), key=lambda one: one.name))
        for done in start.joined:
            yield from self._joined(step, done)

    def _joined(self, step: StepSpec, done: TaskDone) -> Iterator[str]:
        yield str(done.task)
        yield from _named(done.artifacts if step.method.merges else _read_by(step, done.artifacts))

    def needs(self, step: StepSpec, *, split: bool) -> Needs:
        linked, prelude = self.graph.links[step.name], self.graph.prelude_of(step.name)
        if step.method.dynamic and not split:
            return prelude.closure(linked.prelude), linked.parameters
        named = step.control.foreach.reads if split and step.control.foreach else step.names.reads
        return prelude.closure(() if split else linked.prelude), linked.parameters & named


def _seeded(step: StepSpec, task: TaskId) -> str:
    return "" if step.options.seed is None else repr(task.path)


def _named(artifacts: Iterable[ArtifactRef]) -> Iterator[str]:
    for artifact in artifacts:
        yield artifact.name
        yield artifact.digest


def _read_by(step: StepSpec, artifacts: Iterable[ArtifactRef], split: bool = False) -> Iterable[ArtifactRef]:
    if split and step.control.foreach is not None:
        return (one for one in artifacts if one.name in step.control.foreach.reads)
    return artifacts if step.method.dynamic else (one for one in artifacts if one.name in step.names.reads)
