"""Finds who writes a name: the chain of steps above that a read goes through, nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nbflow.flow.syntax.specs import Comparison, Guard, StepSpec


@dataclass(frozen=True, slots=True)
class NameWriter:
    """Represents a step as a writer of names. It binds the names in `certain` whenever it runs."""

    step: StepSpec
    writes: frozenset[str]
    certain: frozenset[str]
    always: bool  # whether it runs in every run
    answers: tuple[str, ...] = ()  # for `--else`: the guarded steps of which none may run
    ends: frozenset[str] = frozenset()  # names that no longer exist after it has run without binding them
    local: frozenset[str] = frozenset()  # state that only steps of the same item see
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRead:
    """Represents one read of a step: the steps that may have bound or deleted the name, nearest first."""

    name: str
    writers: tuple[str, ...]
    required: bool
    sure: bool  # whether some writer has bound it, whatever was skipped
    always: bool  # whether some writer runs in every run, though it may leave the name unbound
    ended: str = ""  # the step that deleted the name, if it no longer exists


def find_writers(name: str, above: Iterable[NameWriter], *, required: bool) -> NameRead:
    """Return the writers of a name, from the nearest up to one that always runs and surely binds or deletes it.

    `above` are the steps above, nearest first.
    """
    found: list[NameWriter] = []
    certain = _Guarded()
    for writer in above:
        if name in writer.writes or name in writer.ends:
            found.append(writer)
            if name in writer.certain | writer.ends:
                certain.add(writer)
                if writer.always or certain.is_complete:
                    return _read(name, found, required, is_whole=True)
    return _read(name, found, required, is_whole=False)


def _read(name: str, found: Sequence[NameWriter], required: bool, *, is_whole: bool) -> NameRead:
    ender = next((writer for writer in found if name in writer.ends), None)
    is_gone = ender is not None and (found[0] is ender and ender.always and name not in ender.writes)
    if ender is not None and (is_gone or not any(name in writer.writes for writer in found)):
        return NameRead(name, (), required, sure=False, always=False, ended=ender.step.name)
    writers = tuple(writer.step.name for writer in found)
    return NameRead(name, writers, required, sure=is_whole and ender is None, always=is_whole or _one_runs(found))


def _one_runs(found: Sequence[NameWriter]) -> bool:
    guarded = _Guarded()
    for writer in found:
        guarded.add(writer)
    return guarded.is_complete or any(writer.always for writer in found)


class _Guarded:
    """Holds writers, nearest first, and knows whether one of them runs in every run."""

    def __init__(self) -> None:
        self.is_complete = False
        self._waiting: dict[str, list[set[str]]] = {}  # by guarded step: the rests of the answers that it belongs to
        self._tests: set[tuple[str, Comparison]] = set()

    def add(self, writer: NameWriter) -> None:
        """Add the next writer above."""
        for rest in self._waiting.pop(writer.step.name, ()):
            rest.discard(writer.step.name)
            self.is_complete |= not rest
        rest = set(writer.answers)
        for name in rest:
            self._waiting.setdefault(name, []).append(rest)
        if guard := writer.step.control.guard:
            self._tests.add((guard.name, guard.test))
            self.is_complete |= {(guard.name, Comparison.TRUE), (guard.name, Comparison.FALSE)} <= self._tests


def answered(step: StepSpec, above: Sequence[StepSpec]) -> Mapping[str, Guard]:
    """Return the guarded steps that an `--else` answers: those on its name since the last `--else` on it."""
    if step.control.guard is None or step.control.guard.test is not Comparison.ELSE:
        return {}
    found: dict[str, Guard] = {}
    for other in reversed(above):
        if other.control.guard and other.control.guard.name == step.control.guard.name:
            if other.control.guard.test is Comparison.ELSE:
                break
            found[other.name] = other.control.guard
    return dict(reversed(found.items()))
