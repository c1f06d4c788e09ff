"""Remembers that everything a step needs is stored, so that executing an unchanged cell again takes no time."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.syntax.specs import CacheMode
from nbflow.jupyter.kernel.interactive import LiveJournal
from nbflow.jupyter.kernel.known import KnownTasks, find_stored
from nbflow.run.events.events import StartTask, TaskReused
from nbflow.run.machine.machine import RunMachine
from nbflow.run.program.keys import Keys
from nbflow.run.program.local_modules import digest_modules
from nbflow.run.program.program import Program


@dataclass(frozen=True)
class LookUp:
    """Holds a look-up that found all tasks of a step and of those above.

    `own` are the tasks of the step itself; `modules` are the modules that the steps import, none of which is local.
    """

    step: str
    program: Program
    journal: LiveJournal
    changes: int
    modules: frozenset[frozenset[str]]
    own: tuple[tuple[StartTask, TaskReused], ...]
    run: RunMachine
    known: KnownTasks


class LookUpMemory:
    """Keeps the last look-up as long as a new one would find the same."""

    def __init__(self) -> None:
        self._last: LookUp | None = None

    def recall(self, program: Program, journal: LiveJournal, step: str) -> tuple[RunMachine, KnownTasks] | None:
        """Return the look-up of a step if nothing can have changed since; its own tasks are looked up in any case."""
        last = self._last
        if last is None or last.step != step or last.program is not program or last.journal is not journal:
            return None
        if last.changes != journal.changes or any(digest_modules(names, program.project) for names in last.modules):
            return None
        keys = Keys(program)
        is_same = all(find_stored(start, last.run, keys, journal) == found for start, found in last.own)
        return (last.run, last.known) if is_same else None

    def keep(
        self, program: Program, journal: LiveJournal, step: str, starts: list[StartTask], run: RunMachine,
        known: KnownTasks,
    ) -> None:  # fmt: skip
        """Keep a look-up, unless it depends on files or on the time of day. `starts` are the tasks of the step."""
        self._last = None
        graph, found = program.graph, {one.task: one for one in known.found}
        steps = list(dict.fromkeys(one.task.step for one in known.found))
        options = [graph.steps[name].options for name in steps]
        if known.start is not None or known.missing or journal.holds_files(found):
            return
        if any(one.watch or one.cache.mode is not CacheMode.AUTO for one in options):
            return
        modules = frozenset(program.modules(name, program.closure(name)) for name in steps)
        if not any(digest_modules(names, program.project) for names in modules):
            own = tuple((start, found[start.task]) for start in starts)
            self._last = LookUp(step, program, journal, journal.changes, modules, own, run, known)
