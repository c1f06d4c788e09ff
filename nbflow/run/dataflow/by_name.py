"""Binds the names that a cell reads to the artifacts that the steps above have made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.graph import Binding
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.dataflow.partners import ComponentSharing
from nbflow.run.events.counters import Path
from nbflow.run.events.events import Level, PassedOn, TaskDone, TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


@dataclass(slots=True)
class ByName:
    """Lets a task read what its names are bound to. Names may share objects, as they do in a notebook."""

    known: Tasks
    _sharing: ComponentSharing = field(init=False)

    def __post_init__(self) -> None:
        self._sharing = ComponentSharing(self.known)

    def continued(self, known: Tasks) -> ByName:
        """Return the same for a run that goes on after these tasks."""
        further = ByName(known)
        further._sharing = self._sharing.continued(known)
        return further

    # what a task reads

    def inputs(self, task: TaskId) -> tuple[ArtifactRef, ...]:
        """Return the artifacts that a task reads, sorted by name."""
        known, step = self.known, self.known.graph.steps[task.step]
        found = dict(self._carried(task))
        linked = known.graph.links[task.step]
        ended = linked.ends if task.turn else frozenset[str]()  # ended in the turn before
        left_out = linked.carried | ended
        for binding in linked.bindings:
            if binding.name not in found.keys() | left_out and self._reads(step, binding.name, split=task.split):
                artifact = self._resolve(binding, task.path)
                if artifact is not None:
                    found[binding.name] = artifact
        if step.control.foreach is not None and not task.split:
            item = known.items[task.step, task.path[:-1]][task.path[-1]]
            found[step.control.foreach.var] = item.renamed(step.control.foreach.var)
        return tuple(found[name] for name in sorted(found))

    def joined(self, task: TaskId) -> Iterator[TaskDone]:
        """Yield the finished tasks that `inputs` shows: the tasks of a foreach, or the branches that a step names."""
        known, linked = self.known, self.known.graph.links[task.step]
        for step in linked.joined or linked.branches:
            scope = known.graph.links[step].scope
            for path in known.progress.below(scope, task.path[: len(scope)]):
                yield TaskDone(TaskId(step, path), tuple((known.made(step, path) or {}).values()))

    def levels(self, task: TaskId) -> tuple[Level, ...]:
        """Return nothing: a cell has its item in the foreach variable."""
        return ()

    def inherited(self, task: TaskId) -> Mapping[str, ArtifactRef]:
        """Return nothing: a task below asks the writers of each name that it reads."""
        return {}

    def _carried(self, task: TaskId) -> Iterator[tuple[str, ArtifactRef]]:
        """Yield the artifacts that a turn of a loop reads from the turn before, with their names."""
        if task.turn:
            before = self.known.entries[task._replace(turn=task.turn - 1)].artifacts or {}
            step = self.known.graph.steps[task.step]
            linked = self.known.graph.links[task.step]
            own = (step.names.maybe_reads | step.names.maybe_writes) & step.names.writes  # perhaps of the turn before
            own |= linked.writes & self.known.graph.prelude_of(task.step).names  # what it has changed of ordinary cells
            for name in dict.fromkeys((*(binding.name for binding in linked.bindings), *linked.draws, *sorted(own))):
                if name in before and self._reads(step, name, split=False):
                    yield name, before[name]

    def _resolve(self, binding: Binding, path: Path) -> ArtifactRef | None:
        for writer in binding.writers:
            made = self.known.made(writer, path)
            artifact = None if made is None else made.get(binding.name)
            if artifact is not None:
                return artifact
            if made is not None and binding.name in self.known.graph.links[writer].ends:
                return None
        return None

    def _reads(self, step: StepSpec, name: str, *, split: bool) -> bool:
        """Return whether the split or the body reads the name, itself or through the prelude that it uses."""
        if step.control.foreach is None:
            return True
        named = step.names_in(split=split)
        if name in named or (not split and name not in step.control.foreach.reads):
            return True
        graph = self.known.graph
        prelude = graph.prelude_of(step.name).closure(graph.links[step.name].prelude & named)
        return any(name in definition.wants for definition in prelude)

    # whether a task is skipped

    def has_nothing_to_work_on(self, task: TaskId) -> bool:
        """Return whether a failure or a skip above, at the same item, removed something that the task must read."""
        known, linked = self.known, self.known.graph.links[task.step]
        if any(self._is_lost(above, task.path[:depth]) for above, depth in known.progress.waits[task.step]):
            return True
        if linked.joined and all(self._was_skipped(above, task.path) for above in linked.joined):
            return True
        required = (one for one in linked.bindings if one.required and not known.steps.isdisjoint(one.writers))
        return any(all(self._has_skipped(one, task.path) for one in binding.writers) for binding in required)

    def _is_lost(self, step: str, path: Path) -> bool:
        """Return whether the step has failed at this place, and the failure is tolerated."""
        if len(path) != len(self.known.graph.links[step].scope):
            return False
        entry = self.known.entries.get(self.known.newest(step, path))
        return entry is not None and entry.tolerated

    def _was_skipped(self, step: str, prefix: Path) -> bool:
        """Return whether a whole foreach did not run; one that had no items did run."""
        scope = self.known.graph.links[step].scope
        if len(scope) <= len(prefix):
            return False
        entry = self.known.entries.get(TaskId(scope[len(prefix)], prefix, split=True))
        return entry is not None and entry.state is TaskPhase.SKIPPED

    def _has_skipped(self, writer: str, path: Path) -> bool:
        """Return whether a step was skipped at the place of a task, or takes no part in the run."""
        scope = self.known.graph.links[writer].scope
        entry = self.known.entries.get(TaskId(writer, path[: len(scope)]))
        return entry is None or entry.state is TaskPhase.SKIPPED

    # names that share objects

    def note(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], passed_on: PassedOn
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Record what a finished task holds, and yield the names that a step must write from now on.

        A change of a shared object then reaches all names of the object, in whatever order the tasks end.
        """
        artifacts = tuple(artifacts)
        self._sharing.note(task, artifacts, passed_on)
        for changer, names in self._sharing.missed_because_of(task, artifacts).items():
            yield changer.step, names
        for step, name in self._sharing.to_hand_on(one.name for one in (*artifacts, *passed_on.tied)):
            yield step, frozenset({name})

    def partners(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], joined: Iterable[TaskDone]
    ) -> tuple[ArtifactRef, ...]:
        """Return the visible artifacts, other than these, that share objects with them or with the joined tasks."""
        return self._sharing.partners_of(task, artifacts, joined)

    def is_current(self, task: TaskId, passed_on: PassedOn) -> bool:
        """Tell whether a stored task passed its changes on to exactly the names that share the changed objects now."""
        return self._sharing.is_current(task, passed_on)
