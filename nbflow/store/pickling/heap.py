"""Knows the objects that a task has loaded: which of them it changed, and which its outputs may refer to.

In one Python process two names can reach one object. Here each task has its own copy of what it reads, so a change
must be passed on to every name that reaches the changed object. A `Heap` decodes each component once, so that names
share what they shared. After the body has run, it compares each component with the store. The objects of unchanged
components are lent to the outputs, which store references to them. A changed component is stored anew, with every
name that reaches into it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from nbflow.errors import BlobMissing, LoadFailed
from nbflow.garbage import without_gc
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling import drift
from nbflow.store.pickling.alias import ATOMS
from nbflow.store.pickling.component import Decoded, decode_component
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.lending import Lent
from nbflow.store.pickling.version_clashes import explain_failure, warn_of_versions
from nbflow.store.values.artifact_ref import ArtifactRef, Component

_Find = Callable[[str], Component | None]
"""Returns the component with a digest, or None if the catalog has none."""

Admit = Callable[[Iterable[ArtifactRef]], None]
"""Raises Untrusted unless all of these artifacts may be unpickled."""


class Heap:
    """Loads artifacts for one task, if `admit` lets them through.

    `changed` are the digests of components that the task was found to change.
    """

    def __init__(self, blobs: BlobStore, home: Home, find: _Find, admit: Admit) -> None:
        self._blobs, self._home, self._find, self._admit = blobs, home, find, admit
        self._decoded: dict[str, Decoded] = {}  # a component comes after the components that it refers to
        self._artifacts: dict[int, ArtifactRef] = {}  # by the id of the value
        self._lent: dict[str, Lent] = {}
        self._aside: set[str] = set()  # components that are not compared
        self.changed: set[str] = set()

    def load(self, artifacts: Mapping[str, ArtifactRef], beside: Iterable[ArtifactRef] = ()) -> dict[str, object]:
        """Load artifacts and return their values by name.

        `beside` are artifacts of other names. Pandas objects among them that share memory with the values are loaded as
        well, because pandas copies memory before a write only if another of its objects holds it.

        Raises Untrusted, LoadFailed, BlobMissing or BlobCorrupt.
        """
        self._admit(artifacts.values())
        components = self._order(artifacts)
        self._aside.difference_update(one.component for one in artifacts.values())
        names: dict[str, list[str]] = {}
        for name, one in artifacts.items():
            names.setdefault(one.component, []).append(name)
        for digest, component in components.items():
            self._decoded[digest] = self._decode(component, names.get(digest) or [*artifacts], artifacts)
        values = {name: _value_of(self._decoded[one.component].values, one) for name, one in artifacts.items()}
        warn_of_versions(one for one in artifacts.values() if one.component in components)
        kept = ((values[name], one) for name, one in artifacts.items())
        self._artifacts.update((id(value), one) for value, one in kept if one.shares or type(value) in ATOMS)
        shared = {digest for one in artifacts.values() for digest in one.shares}
        frames = {one.name: one for one in beside if not shared.isdisjoint(one.shares) and self.holds_frames(one)}
        if frames:
            self.look_at(frames)
        return values

    def buffers(self) -> frozenset[str]:
        """Return the names of the blobs with the large buffers of what was loaded."""
        return frozenset(blob for one in self._decoded.values() for blob in one.component.buffers)

    def look_at(self, artifacts: Mapping[str, ArtifactRef]) -> dict[str, object]:
        """Load values of other tasks, which share objects with values of this one; they are not compared afterwards."""
        known = {*self._decoded} - self._aside
        values = self.load(artifacts)
        self._aside |= {one.component for one in artifacts.values()} - known
        return values

    def holds_frames(self, artifact: ArtifactRef) -> bool:
        """Return whether the value may contain a pandas object."""
        component = None if artifact.summary.type.startswith("pandas.") else self._find(artifact.component)
        return component is None or b"pandas" in component.stream

    def _order(self, artifacts: Mapping[str, ArtifactRef]) -> dict[str, Component]:
        """Return the components to decode, each after the components that it refers to."""
        agenda = [(one.component, name) for name, one in reversed([*artifacts.items()])]
        seen: dict[str, Component] = {}
        ordered: dict[str, Component] = {}
        while agenda:
            digest, name = agenda[-1]
            component = seen.get(digest)
            if digest in self._decoded or digest in ordered:
                agenda.pop()
            elif component is not None:
                ordered[digest] = component
                agenda.pop()
            else:
                component = self._find(digest)
                if component is None:
                    raise BlobMissing(digest, name)
                seen[digest] = component
                agenda += [(base, name) for base in component.bases]
        return ordered

    def _decode(self, component: Component, names: Sequence[str], artifacts: Mapping[str, ArtifactRef]) -> Decoded:
        foreign = [self._decoded[digest].object_at(number) for digest, number in component.places]
        try:
            return decode_component(component, self._blobs, self._home, ", ".join(names), foreign)
        except LoadFailed as error:
            explain_failure(error, [artifacts[name] for name in names])
            raise

    # ---- after the body

    def compare(self) -> None:
        """Find the components whose values have changed since they were loaded. Nothing is written."""
        self._lent.clear()
        self._compare_new()

    def _compare_new(self) -> None:
        with without_gc():
            for digest, one in self._decoded.items():
                is_known = digest in self.changed or digest in self._lent
                if is_known or one.component.scope is None or digest in self._aside:
                    continue  # immutable values and values of other tasks are not compared
                recording = drift.compare_component(one, self._blobs, self._home)
                if recording is None or not self.changed.isdisjoint(one.component.bases):
                    self.changed.add(digest)
                else:
                    self._lent[digest] = Lent(one, recording, self._reaches(digest))

    def _reaches(self, digest: str) -> tuple[str, ...]:
        above = [self._lent[base].reaches for base in self._decoded[digest].component.bases]
        return tuple(dict.fromkeys([digest, *itertools.chain(*above)]))

    def reached(self, artifacts: Iterable[ArtifactRef]) -> dict[str, object]:
        """Return the present values of those artifacts that reach into something that was changed."""
        if not self.changed:
            return {}
        artifacts = [*artifacts]
        while True:
            found = {one.name: one for one in artifacts if not self.changed.isdisjoint(one.shares)}
            values, known = self.load(found), len(self.changed)
            self._compare_new()  # loading may have brought more components
            if len(self.changed) == known:
                return values

    def give_up(self, digests: Iterable[str]) -> None:
        """Treat components as changed, because references cannot name what outputs need of them."""
        self.changed.update(digests)
        for digest, one in self._decoded.items():
            if not self.changed.isdisjoint(one.component.bases):
                self.changed.add(digest)
        for digest in self.changed:
            self._lent.pop(digest, None)

    def artifact_of(self, value: object) -> ArtifactRef | None:
        """Return the artifact whose value is this very object, if its component has not changed."""
        artifact = self._artifacts.get(id(value))
        is_same = artifact is not None and (not artifact.shares or artifact.component in self._lent)
        return artifact if is_same else None

    def lent(self) -> tuple[Lent, ...]:
        """Return the components that outputs may refer to."""
        return tuple(self._lent.values())


def _value_of(values: Sequence[object], artifact: ArtifactRef) -> object:
    if not 0 <= artifact.index < len(values):
        raise LoadFailed(artifact.name, "its record names a value that is not there")
    return values[artifact.index]
