"""Remembers what was found above an executed step, so that executing it again, edited or not, looks only at itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile

from nbflow.flow.graph.graph import Graph, Link
from nbflow.flow.syntax.exact_values import canonical
from nbflow.flow.syntax.specs import CacheMode
from nbflow.jupyter.kernel.interactive import InteractiveRun, LiveJournal
from nbflow.jupyter.kernel.known import find_stored, look_up
from nbflow.run.events.events import Reuse
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.keys import Keys
from nbflow.run.program.local_modules import digest_modules
from nbflow.run.program.program import Program


@dataclass(frozen=True)
class FoundAbove:
    """Holds a run that has found all tasks of its steps, which are recorded. `keys` are the keys of the tasks.

    `modules` are the modules that the steps import, with the digests of those that are local.
    """

    run: RunMachine
    program: Program
    keys: frozenset[str] = frozenset()
    modules: Mapping[frozenset[str], tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def steps(self) -> Collection[str]:
        """Return the steps whose tasks were found."""
        return self.run.plan.reuse

    def holds(self, program: Program, journal: LiveJournal, step: str) -> bool:
        """Return whether the same would be found again, and nothing above a step has changed in the program."""
        known = self.program
        before, now = (
            (canonical(one.parameters), one.locks, one.folder, one.root, one.graph.flow.prelude)
            for one in (known, program)
        )
        if journal.standing is not self.keys or before != now or not _is_same_above(known.graph, program.graph, step):
            return False
        return all(digest_modules(names, program.project) == digests for names, digests in self.modules.items())


class LookUpMemory:
    """Keeps what was found above the step that was executed last."""

    def __init__(self) -> None:
        self._last: FoundAbove | None = None

    def find_above(self, program: Program, here: InteractiveRun, plan: RunPlan, step: str) -> RunMachine | None:
        """Return a run that has found all tasks above a step, which are recorded.

        Return None if some are missing, or if others may be found although nothing that is remembered has changed.
        """
        above = [name for name in plan.reuse if name != step]
        last, self._last = self._last, None
        if last is None or not last.holds(program, here.journal, step) or not _can_go_on(last.steps, above):
            last = FoundAbove(RunMachine(program.graph, replace(plan, reuse={})), program)
        further = [name for name in above if name not in last.steps]
        self._last = _look_further(last, program, here, further) if further else replace(last, program=program)
        return self._last.run if self._last else None


def _can_go_on(known: Collection[str], wanted: Collection[str]) -> bool:
    """Return whether few steps are added to those that are known; what is known is copied for that."""
    return len(wanted) <= len(known) + 8 and {*wanted}.issuperset(known)


def _look_further(
    before: FoundAbove, program: Program, here: InteractiveRun, steps: Collection[str]
) -> FoundAbove | None:
    """Look up further steps, and record their tasks; return None if what is found cannot be remembered."""
    graph, keys, journal = program.graph, Keys(program), here.journal
    options = [graph.steps[name].options for name in steps]
    if any(one.watch or one.cache.mode is not CacheMode.AUTO for one in options):
        return None
    plan = replace(before.run.plan, reuse=dict.fromkeys((*before.steps, *steps), Reuse.ONLY))
    run = RunMachine(graph, plan, before=before.run)
    known = look_up(run, "", lambda start: find_stored(start, run, keys, journal))
    tasks = [one.task for one in known.found]
    if known.missing or run.learned or journal.holds_files(tasks):
        return None
    journal.standing = before.keys.union(map(journal.key_of, tasks))
    for event in known.found:
        journal.record(event, None)
    here.keep_files({name: keys.files(name) for name in steps}, program.locks)
    names = {program.modules(name, program.closure(name)) for name in steps}
    modules = {one: digest_modules(one, program.project) for one in names}
    return FoundAbove(run, program, journal.standing, {**before.modules, **modules})


def _is_same_above(before: Graph, now: Graph, step: str) -> bool:
    """Return whether all steps above a step are as they were, and linked as they were."""
    known = iter(before.links.items())
    above = takewhile(lambda item: item[0] != step, now.links.items())
    return all(_is_same(before, now, next(known, None), item) for item in above)


def _is_same(before: Graph, now: Graph, known: tuple[str, Link] | None, found: tuple[str, Link]) -> bool:
    """Return whether a step is as it was; the link of a step that was not linked again is the same object."""
    name, linked = found
    if known is None:
        return False
    return known[1] is linked or (known == found and before.steps[name] == now.steps[name])
