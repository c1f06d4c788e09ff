"""Computes the keys of tasks: two tasks with equal keys must give the same results, so one of them need not run."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from blake3 import blake3

from nbflow.flow.effects.random_use import GENERATORS
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.flow.syntax.specs import Options, StepSpec
from nbflow.run.events.events import StartTask, TaskDone, TaskId
from nbflow.run.program.local_modules import digest_modules
from nbflow.run.program.program import Program
from nbflow.run.surroundings.disk import files_of_pattern
from nbflow.store.values.artifact_ref import ArtifactRef

_FORMAT = 2
"""Is part of every key, and grows when the meaning of keys changes: then nothing stored before is reused."""


def _digest(*parts: object) -> str:
    """Return a digest of parts with their types and lengths, so that ("ab", "c") differs from ("a", "bc")."""
    tagged = (f"{type(part).__name__} {len(text)}:{text}" for part in parts for text in (str(part),))
    return str(blake3("".join(tagged).encode("utf-8", "surrogatepass")).hexdigest(16))


class Keys:
    """Computes the keys of one run. What all tasks of a step have in common is digested once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps: dict[tuple[str, bool], str] = {}
        self._watched: dict[str, str] = {}

    def key(self, start: StartTask) -> str:
        """Return the key of a task.

        It covers the code, the options that change its meaning, the prelude, local modules, parameters, inputs and
        watched files.
        """
        task = start.task
        if self.program.graph.steps[task.step].flowing:
            return self._of_flowing(start)
        return _digest(
            self._of_step(task.step, task.split),
            self._watch(self.program.graph.steps[task.step].options),
            task.turn,
            _seeded(self.program.graph.steps[task.step], task),
            *_named(start.inputs),
            *(part for done in start.joined for part in (str(done.task), *_named(done.artifacts))),
        )

    def _of_flowing(self, start: StartTask) -> str:
        """Return the key of a task of a script: of the visible artifacts only those that its source names.

        It covers the items of the foreachs around the task, and their positions if the source asks for them.
        """
        task, step = start.task, self.program.graph.steps[start.task.step]
        asks = step.dynamic or not step.reads.isdisjoint(("index", "foreach_stack", "_foreach_stack"))
        return _digest(
            self._of_step(task.step, task.split),
            task.turn,
            step.foreach.code if task.split and step.foreach else "",
            *(part for one in start.stack for part in (one.item.digest, str((one.index, one.width)) if asks else "")),
            *_named(sorted(_read_by(step, start.inputs, task.split), key=lambda one: one.name)),
            *(part for done in start.joined for part in self._joined(step, done)),
        )

    def _joined(self, step: StepSpec, done: TaskDone) -> Iterable[str]:
        yield str(done.task)
        yield from _named(done.artifacts if step.merges else _read_by(step, done.artifacts))

    def _of_step(self, name: str, split: bool) -> str:
        if (name, split) not in self._steps:
            self._steps[name, split] = self._digest_step(self.program.graph.steps[name], split)
        return self._steps[name, split]

    def _digest_step(self, step: StepSpec, split: bool) -> str:
        closure, parameters = self._needs(step, split)
        linked = self.program.graph.links[step.name]
        return _digest(
            _FORMAT,
            "split" if split else "body",
            step.foreach.expr if split and step.foreach else step.code,
            repr((step.foreach and step.foreach.var, step.join, step.guard, step.loop, step.options.seed)),
            repr((sorted(step.reads), sorted(step.writes | linked.passing))) if not split else "",
            repr((sorted(linked.draws), sorted(linked.writes & GENERATORS))) if not split else "",
            digest_definitions(closure),
            repr(self._modules(step, closure)),
            *self._values(parameters),
            f"{sys.version_info.major}.{sys.version_info.minor}",
        )

    def _modules(self, step: StepSpec, closure: Iterable[Definition]) -> tuple[tuple[str, str], ...]:
        return digest_modules(self.program.modules(step.name, closure), self.program.project)

    def files(self, name: str) -> dict[str, str]:
        """Return the local modules and the watched patterns of a step, each with the digest of its content."""
        step = self.program.graph.steps[name]
        watched = {pattern: self._files(pattern) for pattern in step.options.watch}
        return dict(self._modules(step, self.program.closure(name))) | watched

    def _needs(self, step: StepSpec, split: bool) -> tuple[tuple[Definition, ...], frozenset[str]]:
        """Return the prelude and the parameters that a task needs; only a split needs what its expression reads."""
        linked, prelude = self.program.graph.links[step.name], self.program.graph.prelude_of(step.name)
        if step.flowing and (split or not step.dynamic):
            named = step.foreach.reads if split and step.foreach else step.reads
            return prelude.closure(() if split else linked.prelude), linked.parameters & named
        if step.foreach is None or step.flowing:
            return prelude.closure(linked.prelude), linked.parameters
        named = step.names_in(split=split) | (frozenset() if split else linked.draws)
        closure = prelude.closure(linked.prelude & named)
        return closure, linked.parameters & named.union(*(definition.wants for definition in closure))

    def _values(self, parameters: Iterable[str]) -> Iterable[str]:
        for name in sorted(parameters):
            yield name
            yield canonical(self.program.parameters[name])

    def _watch(self, options: Options) -> str:
        return _digest(*(self._files(pattern) for pattern in options.watch)) if options.watch else ""

    def _files(self, pattern: str) -> str:
        if pattern not in self._watched:
            files = files_of_pattern(pattern, self.program.folder)
            names = (os.path.relpath(path, self.program.folder) for path in files)
            pairs = zip(names, map(_digest_file, files), strict=True)
            self._watched[pattern] = _digest(*(part for pair in pairs for part in pair))
        return self._watched[pattern]


def prelude_references(prelude: Prelude) -> dict[str, tuple[str, str]]:
    """Return, for each prelude name to which pickles may refer, the digest and the source of all that it needs.

    Definitions that need an artifact are left out: they do not exist yet when artifacts are loaded.
    """
    closures = {name: prelude.closure([name], settings=False) for name in prelude.names}
    return {
        name: (digest_definitions(closure), _source_of(closure))
        for name, closure in closures.items()
        if not any(one.takes for one in closure)
    }


def all_references(prelude: Prelude) -> set[tuple[str, str]]:
    """Return the references of every name as each place in the document sees it."""
    return {reference for view in prelude.views for reference in prelude_references(view).values()}


def digest_definitions(closure: Iterable[Definition]) -> str:
    """Return the digest of the code of several definitions."""
    return _digest(*(definition.code for definition in closure))


def _source_of(closure: Iterable[Definition]) -> str:
    return "\n\n".join(definition.source for definition in closure) + "\n"


def canonical(value: object) -> str:
    """Return a parameter's value as a text that is equal for equal values of equal types."""
    return f"{type(value).__name__}:" + json.dumps(
        value, sort_keys=True, default=lambda other: f"{type(other).__name__}:{other}"
    )


def seed_of(seed: int, path: tuple[int, ...]) -> int:
    """Return the seed of a task: the seed of its step, or for an item of a foreach one that is derived from it."""
    # uses only the standard library, because exported scripts compute it too
    text = " ".join(str(part) for part in (seed, *path))
    return seed if not path else int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _seeded(step: StepSpec, task: TaskId) -> str:
    return "" if step.options.seed is None else repr(task.path)


def _named(artifacts: Iterable[ArtifactRef]) -> Iterable[str]:
    for artifact in artifacts:
        yield artifact.name
        yield artifact.digest


def _read_by(step: StepSpec, artifacts: Iterable[ArtifactRef], split: bool = False) -> Iterable[ArtifactRef]:
    if split and step.foreach is not None:
        return (one for one in artifacts if one.name in step.foreach.reads)
    return artifacts if step.dynamic else (one for one in artifacts if one.name in step.reads)


def _digest_file(path: Path) -> str:
    state = blake3(max_threads=blake3.AUTO)
    state.update_mmap(path)
    return str(state.hexdigest())
