"""Compares two runs, or one step of them. It reads only the catalog and loads no value."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive
from nbflow.history.versions import diff_code, diff_values
from nbflow.run.events.events import TaskId
from nbflow.store.catalog.rows import RunRow
from nbflow.store.values.artifact_ref import ArtifactRef

_FEW = 4
"""The number of differing tasks of one step that are listed one by one; for more, only their number is given."""

_WIDTH = 60
"""The number of characters shown of a value on each side of a difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Describes one difference. `-` stands for a missing value. If `then` and `now` are empty, `note` says it all."""

    name: str
    then: str = ""
    now: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Return the text to show after the name: `5 → 7`."""
        if not self.note:
            return f"{self.then} → {self.now}"
        return f"{self.then}, {self.note}" if self.then else self.note


@dataclass(frozen=True, slots=True)
class Differences:
    """Holds everything that differs between two runs. `code` has one unified diff per definition or step."""

    parameters: tuple[Difference, ...]
    code: tuple[str, ...]
    artifacts: tuple[Difference, ...]
    environment: tuple[Difference, ...]


def compare_runs(archive: Archive, then: RunRow, now: RunRow, step: str | None = None) -> Differences:
    """Compare two runs, or one step of them. Raises UnknownName if neither has the step."""
    known = {*archive.graph(then).links, *archive.graph(now).links}
    if step is not None and step not in known:
        raise UnknownName("step", step, known)
    return Differences(
        _changes(diff_values(*_parameters(archive, then, now, step))),
        _code(archive, then, now, step),
        tuple(_artifacts(archive, then, now, step)),
        _changes(diff_values(*(_environment(archive, row) for row in (then, now)))),
    )


def _changes(found: Iterable[tuple[str, str, str]]) -> tuple[Difference, ...]:
    return tuple(Difference(*one) for one in found)


def _parameters(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> tuple[Mapping[str, Any], ...]:
    """Return the parameters of each run, only those that the step reads if one is given."""
    if step is None:
        return then.parameters, now.parameters
    links = [archive.graph(row).links.get(step) for row in (then, now)]
    read = frozenset().union(*(linked.parameters for linked in links if linked))
    return tuple({name: v for name, v in row.parameters.items() if name in read} for row in (then, now))


def _code(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> tuple[str, ...]:
    labels = (f"run {then.number}", f"run {now.number}")
    return tuple(text.rstrip("\n") for text in diff_code(archive.graph(then), archive.graph(now), labels, step))


def _environment(archive: Archive, row: RunRow) -> dict[str, str]:
    facts = archive.reader.environment(row.environment) or {}
    return {"Python": facts.get("python", "-"), "platform": facts.get("platform", "-"), **facts.get("packages", {})}


def _artifacts(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> Iterator[Difference]:
    """Yield the artifacts whose descriptions or stored bytes differ."""
    for name in [step] if step else list(archive.graph(now).links):
        before, after = (_held(archive, row, name) for row in (then, now))
        for artifact, paths in _differing(before, after).items():
            if len(paths) > _FEW:
                yield Difference(f"{name}.{artifact}", note=f"differs in {len(paths):,} of {len(after):,} tasks")
                continue
            for path in paths:
                yield _change(f"{TaskId(name, path)}.{artifact}", before[path][artifact], after[path][artifact])


_Artifacts = Mapping[tuple[int, ...], Mapping[str, ArtifactRef]]
"""Maps the path of each task of a step to its artifacts by name."""


def _held(archive: Archive, row: RunRow, step: str) -> _Artifacts:
    return {path: artifacts for (_, path), artifacts in archive.reader.views(row.id, [step])}


def _differing(then: _Artifacts, now: _Artifacts) -> dict[str, list[tuple[int, ...]]]:
    """Return artifact -> the paths where both runs have it with different digests."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for path in sorted(then.keys() & now.keys()):
        for name in sorted(then[path].keys() & now[path].keys()):
            if then[path][name].digest != now[path][name].digest:
                found.setdefault(name, []).append(path)
    return found


def _change(name: str, then: ArtifactRef, now: ArtifactRef) -> Difference:
    """Describe a change. Digests compare stored bytes, so two artifacts can differ and still look the same."""
    before, after = describe_artifact(then), describe_artifact(now)
    return Difference(name, before, after, "same shape, different values" if before == after else "")


def describe_artifact(artifact: ArtifactRef) -> str:
    """Return the type and shape of an artifact, such as `DataFrame 5 × 9`, or else its short text."""
    summary = artifact.summary
    if summary.shape is not None:
        return f"{summary.type.rpartition('.')[2]} {' × '.join(map(str, summary.shape))}"
    return textwrap.shorten(summary.text, _WIDTH, placeholder=" …")
