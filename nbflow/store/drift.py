"""Was an input changed in place? Pickled again after the body ran, it must be what it was when it was loaded.

The stored stream answers most of the time. It need not: loading interns strings and merges equal ones, so a value
that nobody touched can pickle differently than before it was stored. Then a copy loaded now is pickled too, and only
what differs from both has changed. So there are no false alarms from the round trip, and no silence either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbflow.store import maps
from nbflow.store.alias import ATOMS
from nbflow.store.artifact import Artifact, Component
from nbflow.store.blobs import BlobStore, Buffer, hash_bytes, name, view
from nbflow.store.codec import Borrowed, decode
from nbflow.store.garbage import without_gc
from nbflow.store.home import Home
from nbflow.store.pickler import Recording, settle


@dataclass(frozen=True, slots=True)
class Loaded:
    """A value as it was loaded: number `index` of `values`, which are all that the component holds."""

    value: object
    component: Component
    index: int
    values: list[object]

    def lend(self, artifact: Artifact) -> Borrowed:
        """The value as `encode` wants it when outputs may point into it; `artifact` is what it was loaded as."""
        others = (i for i in range(len(self.values)) if i != self.index)
        return Borrowed(self.value, artifact, tuple(self._beside(i) for i in others))

    def _beside(self, i: int) -> tuple[str, object, str]:
        name, carried, digest = self.component.members[i].partition("=")
        return name, self.values[i], digest if carried else f"{self.component.digest}:{i}"


def changed(loaded: Mapping[str, Loaded], blobs: BlobStore, home: Home) -> set[str]:
    """The names whose values are no longer what the store holds. Writes nothing; arrays only read are not hashed."""
    together: dict[int, dict[str, Loaded]] = {}
    for one_name, one in loaded.items():
        if type(one.value) not in ATOMS:
            together.setdefault(id(one.values), {})[one_name] = one
    with without_gc():
        return {found for group in together.values() for found in _changed_of(group, blobs, home)}


def are_as_stored(values: list[object], component: Component, home: Home) -> bool:
    """Whether the values of a component pickle to what is stored. Loads nothing; False may be a false alarm."""
    with without_gc():
        return _is_stored(settle(component.members, values, home), component)


def _changed_of(group: Mapping[str, Loaded], blobs: BlobStore, home: Home) -> Iterable[str]:
    first = next(iter(group.values()))
    component, values = first.component, first.values
    now = settle(component.members, values, home)
    if _is_stored(now, component):
        return ()
    fresh = decode(component, blobs, home)
    if _are_equal(now, settle(component.members, fresh, home)):
        return ()
    return [found for found, one in group.items() if _differs(found, one.value, fresh[one.index], home)]


def _is_stored(now: Recording, component: Component) -> bool:
    if component.blob:
        same_stream = name(hash_bytes(now.stream), now.stream.nbytes) == component.blob
    else:
        same_stream = now.stream == component.stream
    return same_stream and [digest(buffer) for buffer in now.buffers] == list(component.buffers)


def _differs(found: str, value: object, fresh: object, home: Home) -> bool:
    # by column, because pandas rearranges the blocks of a frame that is only read
    now, before = (settle([found], [one], home, by_column=True) for one in (value, fresh))
    return not _are_equal(now, before)


def _are_equal(one: Recording, other: Recording) -> bool:
    if one.stream != other.stream or len(one.buffers) != len(other.buffers):
        return False
    return all(digest(a) == digest(b) for a, b in zip(one.buffers, other.buffers, strict=True))


def digest(buffer: Buffer) -> str:
    """The name of the bytes as a blob; not hashed while they are a map of one that nobody wrote to."""
    content = view(buffer)
    return maps.untouched(content) or name(hash_bytes(content), content.nbytes)
