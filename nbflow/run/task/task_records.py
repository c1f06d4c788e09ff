"""Answers what a task asks the catalog while it runs, from the catalog or from what its job carries.

A worker on this machine reads the catalog itself. One that cannot reach the catalog is handed jobs with
`CarriedRecords`, which `gather` collects before the job leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nbflow.store.catalog.columns import TaskPath
from nbflow.store.values.artifact_ref import ArtifactRef, Component


class Records(Protocol):
    """Answers what a task asks the catalog. `CatalogReader` is one; see there for the meaning of the methods."""

    def component(self, digest: str) -> Component | None: ...

    def components(self, digests: Collection[str]) -> Iterator[Component]: ...

    def code(self, digest: str) -> str | None: ...

    def views(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef]]]: ...

    def failures(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef], str]]: ...

    def written(self, flow: str) -> dict[str, dict[str, str]]: ...

    def has_artifact(self, run: int, step: str, name: str) -> bool: ...


@dataclass(frozen=True)
class CarriedRecords:
    """Holds the records of one job, so that its worker needs no catalog. Runs are not told apart: there is but one."""

    carried: Mapping[str, Component] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    succeeded: tuple[tuple[TaskPath, dict[str, ArtifactRef]], ...] = ()
    failed: tuple[tuple[TaskPath, dict[str, ArtifactRef], str], ...] = ()
    files: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def component(self, digest: str) -> Component | None:
        return self.carried.get(digest)

    def components(self, digests: Collection[str]) -> Iterator[Component]:
        return (self.carried[digest] for digest in digests if digest in self.carried)

    def code(self, digest: str) -> str | None:
        return self.sources.get(digest)

    def views(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef]]]:
        wanted = set(steps)
        return ((place, found) for place, found in self.succeeded if _is_below(place, wanted, prefix))

    def failures(
        self, run: int, steps: Iterable[str], prefix: tuple[int, ...] = ()
    ) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef], str]]:
        wanted = set(steps)
        return ((place, found, why) for place, found, why in self.failed if _is_below(place, wanted, prefix))

    def written(self, flow: str) -> dict[str, dict[str, str]]:
        return dict(self.files)

    def has_artifact(self, run: int, step: str, name: str) -> bool:
        return any(place[0] == step and name in found for place, found in self.succeeded)


def _is_below(place: TaskPath, steps: set[str], prefix: tuple[int, ...]) -> bool:
    step, path = place
    return step in steps and path[: len(prefix)] == prefix


def gather(
    reader: Records,
    run: int,
    steps: Iterable[str],
    prefix: tuple[int, ...],
    given: Iterable[ArtifactRef],
) -> CarriedRecords:
    """Collect what a job will ask of the catalog.

    Args:
        reader: The catalog.
        run: The row of the run.
        steps: The steps whose tasks the job looks at below `prefix`, as a join does.
        prefix: The items of the foreachs around the job.
        given: The artifacts that the job is handed.
    """
    names = tuple(steps)
    succeeded = tuple(reader.views(run, names, prefix)) if names else ()
    failed = tuple(reader.failures(run, names, prefix)) if names else ()
    seen = [one for _, found in succeeded for one in found.values()]
    seen += [one for _, found, _ in failed for one in found.values()]
    components = dict(_components(reader, (*given, *seen)))
    return CarriedRecords(components, {}, succeeded, failed)


def _components(reader: Records, artifacts: Iterable[ArtifactRef]) -> Iterator[tuple[str, Component]]:
    """Yield the components of artifacts, and those that they refer to."""
    wanted = {digest for one in artifacts for digest in (one.component, *one.shares)}
    known: set[str] = set()
    while wanted - known:
        found = [*reader.components(wanted - known)]
        known |= wanted
        for component in found:
            wanted |= set(component.bases)
            yield component.digest, component
