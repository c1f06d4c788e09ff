"""Compares runs, or one step of them. It reads only the catalog and loads no value."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive
from nbflow.history.versions import diff_code, diff_values
from nbflow.progress.pictures import count
from nbflow.run.environments.environment_lock import EnvironmentLock, locks_in, task_locks_in
from nbflow.run.events.events import TaskId
from nbflow.store.catalog.reprs import readable
from nbflow.store.catalog.rows import RunRow
from nbflow.store.values.artifact_ref import ArtifactRef

_FEW = 4
"""The number of differing tasks of one step that are listed one by one; for more, only their number is given."""

_WIDTH = 60
"""The number of characters shown of each value of a difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Describes one difference: what each run has, the oldest run first. `-` stands for a missing value.

    If there are no values, `note` says it all.
    """

    name: str
    values: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        """Return the text to show after the name: `5 → 7`."""
        if not self.note:
            return " → ".join(self.values)
        return f"{self.values[0]}, {self.note}" if self.values else self.note


@dataclass(frozen=True, slots=True)
class Differences:
    """Holds everything that differs between some runs, the oldest run first.

    `code` has one unified diff per definition or step, between each run and the next one.
    """

    runs: tuple[RunRow, ...]
    parameters: tuple[Difference, ...]
    code: tuple[str, ...]
    artifacts: tuple[Difference, ...]
    environment: tuple[Difference, ...]


def compare_runs(archive: Archive, rows: Iterable[RunRow], step: str | None = None) -> Differences:
    """Compare runs, or one step of them; the order in which they are given does not matter.

    Raises UnknownName if none of them has the step.
    """
    runs = in_order_of_time(rows)
    known = {name for row in runs for name in archive.graph(row).links}
    if step is not None and step not in known:
        raise UnknownName("step", step, known)
    return Differences(
        runs,
        _changes(list(_parameters(archive, runs, step))),
        tuple(text for then, now in pairwise(runs) for text in _code(archive, then, now, step)),
        tuple(_artifacts(archive, runs, step)),
        _changes([_environment(archive, row) for row in runs]),
    )


def in_order_of_time(rows: Iterable[RunRow]) -> tuple[RunRow, ...]:
    """Return runs, each once, in the order in which they began."""
    return tuple(sorted({row.id: row for row in rows}.values(), key=lambda row: (row.started, row.id)))


def _changes(values: Sequence[Mapping[str, Any]]) -> tuple[Difference, ...]:
    return tuple(Difference(*one) for one in diff_values(*values))


def _parameters(archive: Archive, runs: Sequence[RunRow], step: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield the parameters of each run, only those that the step reads if one is given."""
    links = [archive.graph(row).links.get(step) for row in runs] if step is not None else []
    read = frozenset().union(*(linked.parameters for linked in links if linked))
    for row in runs:
        yield {name: value for name, value in row.parameters.items() if step is None or name in read}


def _code(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> tuple[str, ...]:
    labels = (f"run {then.number}", f"run {now.number}")
    return tuple(text.rstrip("\n") for text in diff_code(archive.graph(then), archive.graph(now), labels, step))


def _environment(archive: Archive, row: RunRow) -> dict[str, str]:
    facts = archive.reader.environment(row.environment) or {}
    shown = {"Python": facts.get("python", "-"), "platform": facts.get("platform", "-"), **facts.get("packages", {})}
    for owner, lock in _locks_by_owner(facts):
        held = {"Python": lock.python, **lock.packages}
        shown |= {f"{name} of {owner}": version for name, version in held.items()}
    return shown


def _locks_by_owner(facts: Mapping[str, Any]) -> Iterator[tuple[str, EnvironmentLock]]:
    yield from ((f"step '{step}'", lock) for step, lock in locks_in(facts).items())
    yield from ((f"task {task}", one.lock) for task, one in task_locks_in(facts).items())


def _artifacts(archive: Archive, runs: Sequence[RunRow], step: str | None) -> Iterator[Difference]:
    """Yield the steps that not all runs finished alike, and the artifacts whose descriptions or stored bytes differ."""
    steps = dict.fromkeys(name for row in reversed(runs) for name in archive.graph(row).links)
    for name in [step] if step else list(steps):
        held = [_held(archive, row, name) for row in runs]
        yield from _finished(name, held)
        for artifact, paths in _differing(held).items():
            if len(paths) > _FEW:
                yield Difference(
                    f"{name}.{artifact}", note=f"differs in {len(paths):,} of {max(map(len, held)):,} tasks"
                )
                continue
            for path in paths:
                found = [tasks.get(path, {}).get(artifact) for tasks in held]
                yield _change(f"{TaskId(name, path)}.{artifact}", found)


Held = Mapping[tuple[int, ...], Mapping[str, ArtifactRef]]
"""Maps the path of each task of a step to its artifacts by name."""


def _held(archive: Archive, row: RunRow, step: str) -> Held:
    return {path: artifacts for (_, path), artifacts in archive.reader.views(row.id, [step])}


def _finished(step: str, held: Sequence[Held]) -> Iterator[Difference]:
    """Yield how many tasks of a step each run finished, if not all finished the same ones."""
    if any(tasks.keys() != held[0].keys() for tasks in held):
        counts = tuple(f"{count(len(tasks), 'task')} finished" if tasks else "-" for tasks in held)
        yield Difference(step, counts, "of other items" if len(set(counts)) == 1 else "")


def _differing(held: Sequence[Held]) -> dict[str, list[tuple[int, ...]]]:
    """Return artifact -> the paths of tasks that at least two runs finished, and whose digests are not all the same."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for path in sorted({path for tasks in held for path in tasks}):
        both = [tasks[path] for tasks in held if path in tasks]
        for name in sorted({name for artifacts in both for name in artifacts}) if len(both) > 1 else ():
            if len({one[name].digest if name in one else None for one in both}) > 1:
                found.setdefault(name, []).append(path)
    return found


def _change(name: str, found: Sequence[ArtifactRef | None]) -> Difference:
    """Describe a change. Digests compare stored bytes, so artifacts can differ and still look the same."""
    texts = tuple("-" if one is None else describe_artifact(one) for one in found)
    look_alike = len(set(texts)) == 1
    have_shapes = all(one is not None and one.summary.shape for one in found)
    note = "same shape, different values" if have_shapes else "looks the same, stored differently"
    return Difference(name, texts, note if look_alike else "")


def describe_artifact(artifact: ArtifactRef) -> str:
    """Return the type and shape of an artifact, such as `DataFrame 5 × 9`, or else its short text."""
    summary = artifact.summary
    if summary.shape:
        return f"{summary.type.rpartition('.')[2]} {' × '.join(map(str, summary.shape))}"
    return textwrap.shorten(readable(summary.text), _WIDTH, placeholder=" …")
