"""Compares two versions of a flow and says what a run would compute again. It is pure: it reads no files."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.graph.graph import Graph, reach
from nbflow.flow.syntax.definition import Definition, counted
from nbflow.flow.syntax.environment_braces import depends_on_values
from nbflow.flow.syntax.exact_values import is_same_value
from nbflow.flow.syntax.specs import CacheMode, StepSpec
from nbflow.progress.pictures import mark
from nbflow.progress.status import StepStatus
from nbflow.run.environments.environment_lock import EnvironmentLock, TaskLock


@dataclass(frozen=True)
class Version:
    """Holds everything that the keys of a flow's tasks are made of, as it is now or was in a run.

    `parameters` are values in the form that the catalog records. `files` maps each step to the local modules and the
    watched files it uses, by name with the digest of the content. `python` is a version such as "3.11". `task_locks`
    holds the environments of single tasks. Of the version of now, `since` returns which files of a step have changed
    since a run, and `lock_of` the lock of requirements.
    """

    graph: Graph
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    python: str = ""
    locks: Mapping[str, EnvironmentLock] = field(default_factory=dict)  # of the steps that have environments
    task_locks: Mapping[str, TaskLock] = field(default_factory=dict)
    run: int = 0  # the catalog's id of the run that had this version; 0 for the version of now
    since: Callable[[int, str], Iterable[str]] = field(default=lambda run, step: (), compare=False)
    lock_of: Callable[[tuple[str, ...]], EnvironmentLock | None] = field(default=lambda words: None, compare=False)


# why a step would run


def explain(step: str, then: Version, now: Version) -> list[str]:
    """Return what changed about the step itself, without what it reads from other steps."""
    if step not in then.graph.links:
        return ["it is new"]
    return [
        *_code(then.graph.steps[step], now.graph.steps[step]),
        *_prelude(step, then.graph, now.graph),
        *_parameters(step, then, now),
        *_bindings(step, then.graph, now.graph),
        *_files(then.files.get(step, {}), now.files.get(step, {})),
        *now.since(then.run, step),
        *_environment(then, now, step),
    ]


def explain_all(step: str, then: Version, now: Version) -> list[str]:
    """Return what changed about the step itself, then what changed in the steps above it, nearest first."""
    return VersionPair(then, now).explain_all(step)


class VersionPair:
    """Compares two versions step by step, each step once, however many steps stand below it."""

    def __init__(self, then: Version, now: Version) -> None:
        self.then, self.now = then, now
        self._ancestry = now.graph.ancestry
        self._pinned = frozenset(
            name for name, one in now.graph.steps.items()
            if one.options.cache.mode is CacheMode.PIN and name in then.graph.links
        )  # fmt: skip
        self._found: dict[str, list[str]] = {}
        self._seen = self._changed = 0  # sets of the ancestry

    def explain_all(self, step: str) -> list[str]:
        """Return what `explain_all` returns for these versions."""
        found = [*self._explain(step)]
        changed = self._changed_of(self._above(step))
        for name in reversed([*self._ancestry.steps_of(changed)]):
            found += [f"{name}, above it: {reason}" for reason in self._explain(name)]
        return found

    def is_same(self, step: str) -> bool:
        """Return whether nothing has changed about a step and those above it."""
        return not self._explain(step) and not self._changed_of(self._above(step))

    def _explain(self, step: str) -> list[str]:
        if step not in self._found:
            self._found[step] = [] if step in self._pinned else explain(step, self.then, self.now)
        return self._found[step]

    def _above(self, step: str) -> int:
        """Return the steps above whose changes count. A pinned step stays as it is, whatever changes above it."""
        if not self._pinned:
            return self._ancestry.above(step)
        links = self.now.graph.links
        found = reach((step,), lambda name: () if name in self._pinned else links[name].upstream)
        return self._ancestry.set_of(found - {step})

    def _changed_of(self, steps: int) -> int:
        """Return those of a set of steps that have changed themselves."""
        for name in self._ancestry.steps_of(steps & ~self._seen):
            if self._explain(name):
                self._changed |= self._ancestry.set_of([name])
        self._seen |= steps
        return steps & self._changed


class ChangesSince:
    """Keeps the comparisons of the version of now with versions of runs."""

    def __init__(self, now: Version) -> None:
        self.now = now
        self._made: dict[int, VersionPair] = {}

    def explain_all(self, step: str, past: Past) -> list[str]:
        """Return what has changed for a step since a run."""
        return self._with(past.version_of(step)).explain_all(step)

    def is_same(self, step: str, past: Past) -> bool:
        """Return whether a step has the meaning that it had in a run."""
        return self._with(past.version_of(step)).is_same(step)

    def _with(self, then: Version) -> VersionPair:
        found = self._made.get(id(then))  # a comparison keeps its version, so no other can have the same id
        if found is None:
            found = self._made[id(then)] = VersionPair(then, self.now)
        return found


def _code(then: StepSpec, now: StepSpec) -> Iterator[str]:
    if now.options.cache.mode is CacheMode.OFF:
        yield "it runs each time (--cache off)"
    if then.source.code != now.source.code:
        yield "its code changed"
    if mark(then) != mark(now):
        yield f"its header says '{mark(now)}', before '{mark(then)}'"
    if then.options.seed != now.options.seed:
        yield f"its seed is {now.options.seed}, before {then.options.seed}"
    elif then.source.code == now.source.code and _read_and_written(then) != _read_and_written(now):
        yield "what it reads or writes changed"


def _read_and_written(step: StepSpec) -> tuple[frozenset[str], frozenset[str]]:
    return step.names.reads, step.names.writes


def _prelude(step: str, then: Graph, now: Graph) -> Iterator[str]:
    if then.closure(step) == now.closure(step):
        return
    before, after = (_definitions(graph, step) for graph in (then, now))
    for label, definition in after.items():
        if label not in before:
            yield f"{label} is new in what it uses ({_place(definition)})"
        elif before[label].code != definition.code:
            yield f"{label} changed ({_place(definition)})"
    yield from (f"it no longer uses {label}" for label in before if label not in after)


def _definitions(graph: Graph, step: str) -> dict[str, Definition]:
    return {label_of(definition): definition for definition in counted(graph.closure(step), graph.links[step].prelude)}


def label_of(definition: Definition) -> str:
    """Return how to name a definition: `function appeal`, `constant WORDS`, `import pd`."""
    names = ", ".join(sorted(definition.names))
    if definition.kind == "effect":
        return f"'{definition.source.splitlines()[0]}'"
    return f"{definition.kind} {names}" if names else f"{definition.kind} cell {definition.place.cell}"


def _place(definition: Definition) -> str:
    return f"cell {definition.place.cell}, line {definition.place.line}"


def _parameters(step: str, then: Version, now: Version) -> Iterator[str]:
    for name in sorted(now.graph.links[step].parameters):
        before, after = then.parameters.get(name, _UNSET), now.parameters.get(name, _UNSET)
        if not is_same_value(before, after):
            yield f"parameter {name} is {after!r}, before {before!r}"


class _Unset:
    def __repr__(self) -> str:
        return "not set"


_UNSET = _Unset()


def _bindings(step: str, then: Graph, now: Graph) -> Iterator[str]:
    before = {binding.name: binding.writers for binding in then.links[step].bindings}
    after = {binding.name: binding.writers for binding in now.links[step].bindings}
    for name, writers in after.items():
        if name in before and before[name] != writers:
            yield f"{name} comes from {' or '.join(writers)}, before from {' or '.join(before[name])}"


def _files(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            yield f"{name} is gone"
        elif then.get(name) != now[name]:
            yield f"{name} changed" if name in then else f"{name} is new"


def _python(then: str, now: str) -> Iterator[str]:
    if then and now and then != now:
        yield f"Python is {now}, before {then}"


def _environment(then: Version, now: Version, step: str) -> Iterator[str]:
    """Yield how what runs a step differs: its Python, and which packages of its environment have other versions."""
    before, after = (one.graph.steps[step] for one in (then, now))
    is_per_task = depends_on_values(after)
    is_other = before.options.env != after.options.env
    if is_other and (is_per_task or depends_on_values(before) or not (before.options.env and after.options.env)):
        yield f"it runs with {_packages(after)}, before with {_packages(before)}"
    elif is_per_task:
        asked = {one.words: one.lock for name, one in then.task_locks.items() if name.partition("[")[0] == step}
        for words, lock in asked.items():
            yield from (f"{reason} ({' '.join(words)})" for reason in _locked(lock, now.lock_of(words)))
    elif after.options.env:
        yield from _locked(then.locks.get(step), now.locks.get(step))
    else:
        yield from _python(then.python, now.python)


def _packages(step: StepSpec) -> str:
    return " ".join(step.options.env or ("the packages of the flow",))


def _locked(old: EnvironmentLock | None, new: EnvironmentLock | None) -> Iterator[str]:
    if new is None:
        yield "its environment is not resolved yet"
    elif old is None:
        yield "nothing is known of the environment that it had"
    elif old.digest != new.digest:
        yield from _python(old.python, new.python)
        changed = diff_values(old.packages, new.packages)
        for name, (before, after) in changed:
            yield f"{name} is {after}, before {before}"
        if not changed and old.python == new.python:
            yield "its environment is locked to other files"


# where each step stands


@dataclass(frozen=True, slots=True)
class Lived:
    """Says what became of one step in one run.

    `complete` means that all its tasks are there and none failed; `evicted` that they were, and that a result was
    removed since to keep the store within its limit; `cancelled` that some were stopped or died with
    their run. `error` tells why the step is neither complete nor running. Of `total` tasks, `passed` ended without a
    failure, and `failed` with one. `seconds` is the time of all tasks together, `finished` the end of the last one in
    seconds since 1970.
    """

    complete: bool
    failed: int = 0
    cancelled: bool = False
    running: bool = False
    evicted: bool = False
    seconds: float = 0.0
    finished: float = 0.0
    error: str = ""
    passed: int = 0
    total: int = 1
    skipped: bool = False  # its condition did not hold, so nothing was computed


@dataclass(frozen=True)
class Past:
    """Holds one run: its number, the flow as it was, and what became of each step.

    In a kernel session the notebook can change between two steps: `at` has the version when each step ran.
    """

    number: int
    version: Version
    steps: Mapping[str, Lived]
    at: Mapping[str, Version] = field(default_factory=dict)

    def version_of(self, step: str) -> Version:
        """Return the version of the flow when the step ran."""
        return self.at.get(step, self.version)


@dataclass(frozen=True, slots=True)
class StepState:
    """Gives the status of one step today. `past` is the number of the run that decides it.

    `outdated` means that it failed, and that something it depends on has changed since. Then `reasons` lists the
    changes, and the error comes last.
    """

    step: str
    status: StepStatus
    reasons: tuple[str, ...] = ()
    past: int | None = None
    lived: Lived | None = None
    outdated: bool = False


def current_state(step: str, now: Version | ChangesSince, pasts: Iterable[Past]) -> StepState:
    """Return the status of a step; `pasts` are newest first, and no more of them are asked for than are needed.

    A complete and unchanged result in any of them is done; a step that did not run for its condition was skipped.
    """
    compared = now if isinstance(now, ChangesSince) else ChangesSince(now)
    lived: list[tuple[Past, Lived]] = []
    for past in pasts:
        then = past.steps.get(step)
        if then is None:
            continue
        if not lived and then.running:
            return StepState(step, StepStatus.RUNNING, (), past.number, then)
        if then.complete and compared.is_same(step, past):
            return StepState(step, StepStatus.SKIPPED if then.skipped else StepStatus.DONE, (), past.number, then)
        lived.append((past, then))
    return _not_done(step, compared, lived)


def _not_done(step: str, compared: ChangesSince, lived: Sequence[tuple[Past, Lived]]) -> StepState:
    if not lived:
        return StepState(step, StepStatus.MISSING, ("it has never run",))
    newest, last = lived[0]
    for past, then in lived:
        if (then.failed or then.cancelled or then.evicted) and compared.is_same(step, past):
            return StepState(step, _left(then), (then.error,), past.number, then)
    changes = tuple(compared.explain_all(step, newest))
    if last.failed:
        return StepState(step, StepStatus.FAILED, (*changes, last.error), newest.number, last, outdated=True)
    for past, then in lived:
        if then.complete:
            return StepState(step, StepStatus.STALE, tuple(compared.explain_all(step, past)), past.number, then)
    return StepState(step, StepStatus.MISSING, changes or ("it never finished",), newest.number, last)


def _left(then: Lived) -> StepStatus:
    """Return the status of a step that has not changed, and of which no complete result is left."""
    if then.failed:
        return StepStatus.FAILED
    return StepStatus.CANCELLED if then.cancelled else StepStatus.MISSING


# what differs between two runs


def diff_code(then: Graph, now: Graph, labels: tuple[str, str], only: str | None = None) -> Iterator[str]:
    """Yield one unified diff for each step and definition that differs in more than layout and comments."""
    before, after = _sources(then, only), _sources(now, only)
    for what in [*after, *(what for what in before if what not in after)]:
        old, new = before.get(what, ("", "")), after.get(what, ("", ""))
        if old[0] != new[0]:
            yield _unified(what, old[1], new[1], labels)


def _sources(graph: Graph, only: str | None) -> dict[str, tuple[str, str]]:
    """Return the label of each step and definition -> (digest, source)."""
    cells = {cell.number: cell.source for cell in graph.flow.cells}
    wanted = [step for name, step in graph.steps.items() if only in (None, name)]
    definitions: Iterable[Definition] = graph.prelude.definitions
    if only is not None:
        definitions = _definitions(graph, only).values() if only in graph.links else ()
    found = {label_of(d): (d.code, d.source) for d in definitions}
    return found | {
        f"step {s.name}": (f"{s.source.code} {mark(s)} {s.options}", cells.get(s.place.cell, s.source.body))
        for s in wanted
    }


def _unified(what: str, old: str, new: str, labels: tuple[str, str]) -> str:
    before, after = (f"{what} · {label}" for label in labels)
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), before, after, lineterm="")
    return "\n".join(lines) + "\n"


def diff_values(*versions: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (name, values) for each value that differs, sorted by name; `-` stands for a missing value."""
    names = sorted({name for values in versions for name in values})
    held = ((name, [values.get(name, _UNSET) for values in versions]) for name in names)
    return [
        (name, tuple(_shown(values, name) for values in versions))
        for name, (first, *others) in held
        if not all(is_same_value(other, first) for other in others)
    ]


def _shown(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, _UNSET)
    return "-" if value is _UNSET else value if isinstance(value, str) else repr(value)
