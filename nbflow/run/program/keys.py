"""Computes the keys of tasks: two tasks with equal keys must give the same results, so one of them need not run."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from itertools import chain

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.syntax.definition import Definition, Prelude, counted
from nbflow.flow.syntax.environment_braces import depends_on_values
from nbflow.flow.syntax.exact_values import canonical
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.events.events import StartTask
from nbflow.run.program.digest import digest_all, digest_parts
from nbflow.run.program.key_parts import key_parts
from nbflow.run.program.local_modules import digest_modules
from nbflow.run.program.program import Program
from nbflow.run.program.rscript import r_version
from nbflow.run.program.task_locks import TaskLocks
from nbflow.run.program.watched_files import WatchedFiles

_FORMAT = 2
"""Is part of every key, and grows when the meaning of keys changes: then nothing stored before is reused."""


class Keys:
    """Computes the keys of one run. What all tasks of a step have in common is digested once."""

    def __init__(self, program: Program, locks: TaskLocks | None = None) -> None:
        self.program, self._locks = program, locks or TaskLocks(program)
        self._watched = WatchedFiles(program.folder)
        self._parts = key_parts(program.graph, self._watched)
        self._steps: dict[tuple[str, bool, EnvironmentLock | None], str] = {}

    def key(self, start: StartTask) -> str:
        """Return the key of a task.

        It covers the code, the options that change its meaning, the prelude, local modules, parameters, inputs and
        watched files.
        """
        of_step = self._of_step(start.task.step, start.task.split, self._locks.of(start))
        return digest_all(chain((of_step,), self._parts.of_task(start)))

    def _of_step(self, name: str, split: bool, lock: EnvironmentLock | None) -> str:
        if (name, split, lock) not in self._steps:
            self._steps[name, split, lock] = self._digest_step(self.program.graph.steps[name], split, lock)
        return self._steps[name, split, lock]

    def _digest_step(self, step: StepSpec, split: bool, lock: EnvironmentLock | None) -> str:
        closure, parameters = self._parts.needs(step, split=split)
        linked, control, names = self.program.graph.links[step.name], step.control, step.names
        foreach = control.foreach
        return digest_parts(
            _FORMAT,
            "split" if split else "body",
            foreach.expr if split and foreach else step.source.code,
            repr((foreach and foreach.var, control.join, control.guard, control.loop, step.options.seed)),
            repr((sorted(names.reads), sorted(names.writes | linked.passing))) if not split else "",
            repr((sorted(linked.draws), sorted(linked.writes & GENERATORS))) if not split else "",
            digest_definitions(closure),
            repr(self._modules(step, closure)),
            *self._values(parameters),
            *_environment(step, split, lock),
        )

    def _modules(self, step: StepSpec, closure: Iterable[Definition]) -> tuple[tuple[str, str], ...]:
        return digest_modules(self.program.modules(step.name, closure), self.program.project)

    def files(self, name: str) -> dict[str, str]:
        """Return the local modules and the watched patterns of a step, each with the digest of its content."""
        step = self.program.graph.steps[name]
        return dict(self._modules(step, self.program.closure(name))) | self._watched.by_pattern(step)

    def _values(self, parameters: Iterable[str]) -> Iterable[str]:
        for name in sorted(parameters):
            yield name
            yield canonical(self.program.parameters[name])


def _environment(step: StepSpec, split: bool, lock: EnvironmentLock | None) -> Iterable[str]:
    """Yield what runs a task: a version of Python, the packages of its environment, and the version of R."""
    yield lock.python if lock else f"{sys.version_info.major}.{sys.version_info.minor}"
    if step.options.env and not (split and depends_on_values(step)):
        yield lock.digest if lock else "unresolved"
    if step.source.language == "R":
        yield r_version()


def prelude_references(prelude: Prelude) -> dict[str, tuple[str, str]]:
    """Return, for each prelude name to which pickles may refer, the digest and the source of all that it needs.

    Definitions that need an artifact are left out: they do not exist yet when artifacts are loaded.
    """
    closures = {name: counted(prelude.closure([name], settings=False), [name]) for name in prelude.names}
    return {
        name: (digest_definitions(closure), _source_of(closure))
        for name, closure in closures.items()
        if not any(one.takes for one in closure)
    }


def is_whole_reference(prelude: Prelude, name: str, digest: str) -> bool:
    """Return whether a digest is that of a name with whole imports, as stores of version 0.1 have it."""
    return digest == digest_definitions(prelude.closure([name], settings=False))


def all_references(prelude: Prelude) -> set[tuple[str, str]]:
    """Return the references of every name as each place in the document sees it."""
    return {reference for view in prelude.views for reference in prelude_references(view).values()}


def digest_definitions(closure: Iterable[Definition]) -> str:
    """Return the digest of the code of several definitions."""
    return digest_parts(*(definition.code for definition in closure))


def _source_of(closure: Iterable[Definition]) -> str:
    return "\n\n".join(definition.source for definition in closure) + "\n"


def seed_of(seed: int, path: tuple[int, ...]) -> int:
    """Return the seed of a task: the seed of its step, or for an item of a foreach one that is derived from it."""
    # uses only the standard library, because exported scripts compute it too
    text = " ".join(str(part) for part in (seed, *path))
    return seed if not path else int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
