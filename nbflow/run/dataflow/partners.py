"""Tracks names that share objects: a task that changes an object changes it for every name that reaches it.

`partners_of` finds what a task is told before it starts. Steps that do not wait for each other may make names share
objects in any order, so `ComponentSharing` checks again whenever a task has finished: it reports a name that a change
should have reached and did not reach, and the run learns that the step writes this name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from nbflow.run.events.events import PassedOn, TaskDone, TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


@dataclass(slots=True)
class ComponentSharing:
    """Remembers which finished tasks hold each component, and which changed one."""

    known: Tasks
    _holders: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # component -> (step, name)
    _tied: dict[str, dict[TaskId, ArtifactRef]] = field(default_factory=dict)  # constant -> the tasks that share it
    _wrote: dict[str, set[TaskId]] = field(default_factory=dict)  # constant -> tasks that read and stored it
    _stored: set[str] = field(default_factory=set)  # constants that some step has stored
    _changes: dict[TaskId, PassedOn] = field(default_factory=dict)
    _changers: dict[str, set[TaskId]] = field(default_factory=dict)

    def continued(self, known: Tasks) -> ComponentSharing:
        """Return the same for a run that goes on after these tasks."""
        return ComponentSharing(
            known,
            {digest: {*holders} for digest, holders in self._holders.items()},
            {name: {**tasks} for name, tasks in self._tied.items()},
            {name: {*tasks} for name, tasks in self._wrote.items()},
            {*self._stored},
            {**self._changes},
            {digest: {*tasks} for digest, tasks in self._changers.items()},
        )

    def note(self, task: TaskId, artifacts: Iterable[ArtifactRef], passed_on: PassedOn) -> None:
        """Record which components a finished task holds, and which it changed."""
        for artifact in artifacts:
            for digest in artifact.shares:
                self._holders.setdefault(digest, set()).add((task.step, artifact.name))
            if artifact.name in self.known.graph.prelude.names:
                self._stored.add(artifact.name)
            if self._uses(task, artifact.name):
                self._wrote.setdefault(artifact.name, set()).add(task)
        for artifact in passed_on.tied:
            self._tied.setdefault(artifact.name, {})[task] = artifact
            for digest in artifact.shares:
                self._holders.setdefault(digest, set()).add((task.step, artifact.name))
        self._changes.pop(task, None)
        if passed_on.changed:
            self._changes[task] = passed_on
            for digest in passed_on.changed:
                self._changers.setdefault(digest, set()).add(task)

    def partners_of(
        self, task: TaskId, inputs: Iterable[ArtifactRef], joined: Iterable[TaskDone] = ()
    ) -> tuple[ArtifactRef, ...]:
        """Return the visible artifacts, other than its inputs, that share objects with what the task reads or joins."""
        read = {one.name: one for one in inputs}
        seen = (one for done in joined for one in done.artifacts)
        digests = {digest for one in (*read.values(), *seen) for digest in one.shares}
        return tuple(one for one in self._visible_holders(task, digests) if one.name not in read)

    def _visible_holders(self, task: TaskId, digests: Iterable[str]) -> Iterator[ArtifactRef]:
        wanted = set(digests)
        names = {name for digest in wanted for _, name in self._holders.get(digest, ())}
        for name in sorted(names):
            artifact = _visible(self.known, task, name) or self._tied_above(task, name, wanted)
            if artifact is not None and not wanted.isdisjoint(artifact.shares):
                yield artifact

    def missed_by(self, task: TaskId, passed_on: PassedOn) -> frozenset[str]:
        """Return the names that share an object that a task changed, and that the task neither stored nor deleted."""
        found = self._visible_holders(task, passed_on.changed)
        anew = self.known.graph.links[task.step].ends | self.known.graph.defined_in(task.step)
        return frozenset(one.name for one in found if not passed_on.covers([one])) - anew

    def is_current(self, task: TaskId, passed_on: PassedOn) -> bool:
        """Tell whether a stored task passed its changes on to exactly the names that share the changed objects now."""
        if not passed_on.changed:
            return True
        others = [(name, digest) for name, digest in passed_on.names if name not in self._inputs(task)]
        found = ((_visible(self.known, task, name) or self._tied_above(task, name), digest) for name, digest in others)
        return not self.missed_by(task, passed_on) and all(one and one.digest == digest for one, digest in found)

    def to_hand_on(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield (step, constant) for each constant that a step must hand on, because some step changes an object of it.

        A step below that uses the constant must receive it from there, and so must other steps that share it.
        """
        for name in names:
            sharing = {one.step for one in self._tied.get(name, ())}
            if name in self._stored and len(sharing) > 1:
                yield from ((step, name) for step in sharing if name not in self.known.graph.links[step].writes)
            for task in self._wrote.get(name, ()):
                above = self._tying(task, name)
                if above is not None and _visible(self.known, task, name) is None:
                    yield above.step, name

    def _uses(self, task: TaskId, name: str) -> bool:
        """Tell whether a step uses a constant, or other constants that are made of it."""
        graph = self.known.graph
        prelude = graph.prelude_of(task.step)
        if name not in prelude.names:
            return False
        return any(name in one.names for one in graph.closure(task.step)) or bool(prelude.sharers((name,)))

    def _tied_above(self, task: TaskId, name: str, wanted: Collection[str] = ()) -> ArtifactRef | None:
        """Return a constant as the nearest step above shares it; None if a cell in between defines it anew.

        If `wanted` names components, only tasks that share the constant in one of them count.
        """
        above = self._tying(task, name, wanted)
        return None if above is None else self._tied[name][above]

    def _tying(self, task: TaskId, name: str, wanted: Collection[str] = ()) -> TaskId | None:
        """Return the nearest task above that shares a constant, in a wanted component if any are given."""
        graph = self.known.graph
        place = graph.steps[task.step].place
        above = [one for one in self._tied.get(name, ()) if graph.steps[one.step].place < place]
        above = [one for one in above if one.path == task.path[: len(one.path)]]
        if wanted:
            above = [one for one in above if not {*wanted}.isdisjoint(self._tied[name][one].shares)]
        nearest = max(above, key=lambda one: (graph.steps[one.step].place, one.turn), default=None)
        if nearest is None:
            return None
        tied = graph.steps[nearest.step].place
        again = any(tied < defined < place for defined in graph.prelude.places.get(name, ()))
        return None if again else nearest

    def _inputs(self, task: TaskId) -> frozenset[str]:
        """Return the names that a task reads; two tasks with equal keys read the same names."""
        linked, foreach = self.known.graph.links[task.step], self.known.graph.steps[task.step].control.foreach
        read = frozenset(binding.name for binding in linked.bindings) - linked.carried
        return read | {foreach.var} if foreach else read

    def missed_because_of(self, task: TaskId, artifacts: Iterable[ArtifactRef]) -> dict[TaskId, frozenset[str]]:
        """Return the names that the changes of finished tasks did not reach, now that one more task has finished.

        The names are grouped by the task that changed the objects. `artifacts` are those of the task that has just
        finished; it may itself have changed objects.
        """
        bound_names = {one.name for one in artifacts}
        digests = {digest for one in artifacts for digest in one.shares}
        concerned = {other for digest in digests for other in self._changers.get(digest, ())} | {task}
        if self.known.graph.links[task.step].writes - bound_names:  # a name may then hold what a step above bound to it
            concerned |= self._changes.keys()
        missed = {one: self.missed_by(one, self._changes[one]) for one in concerned if one in self._changes}
        return {one: names for one, names in missed.items() if names}


_OVER = (TaskPhase.SUCCEEDED, TaskPhase.SKIPPED, TaskPhase.FAILED)


def _visible(known: Tasks, task: TaskId, name: str) -> ArtifactRef | None:
    """Return what a name holds when a task begins; None while a step above may still bind it, or is not in this run."""
    if task.turn:
        before = known.entries[task._replace(turn=task.turn - 1)].artifacts or {}
        if name in before:
            return before[name]
    scope = known.graph.links[task.step].scope
    for writer in known.graph.writers_above(task.step, name):
        if known.graph.links[writer].scope == scope[: len(known.graph.links[writer].scope)]:
            entry = known.entries.get(known.newest(writer, task.path[: len(known.graph.links[writer].scope)]))
            if entry is None or entry.state not in _OVER:
                return None
            made = known.made(writer, task.path)
            if made is not None and (name in made or name in known.graph.links[writer].ends):
                return made.get(name)
    return None
