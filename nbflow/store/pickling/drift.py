"""Detects inputs that were changed in place: pickled again after the body ran, they must give the stored bytes.

Usually they do. But loading interns strings and merges equal ones, so a value that nobody changed can pickle
differently from how it was stored. Then a fresh copy is loaded and pickled too, and only a value that differs from
both has changed. So the round trip causes no false alarms, and no change is missed.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.garbage import without_gc
from nbflow.store.blobs.chunks import is_named, name_of_blob
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling.array_layout import hold_all
from nbflow.store.pickling.component import Decoded, decode_component
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.pickler import Recording, settle_recording
from nbflow.store.values.artifact_ref import Component


class KnownReferences:
    """Holds the references of a stored stream, and the live objects that they stand for."""

    def __init__(self, foreign: Sequence[object]) -> None:
        self._numbers = {id(one): number for number, one in enumerate(foreign)}
        self.memory = hold_all(foreign)

    def refer(self, obj: object) -> int | None:
        """Return the number of the reference that stands for an object, if one does."""
        return self._numbers.get(id(obj))


def compare_component(decoded: Decoded, blobs: BlobStore, home: Home) -> Recording | None:
    """Return how the values of a component pickle now, or None if they have changed since they were loaded.

    Nothing is written, and arrays that were only read are not hashed.
    """
    component = decoded.component
    now = _settle(decoded, home)
    if is_stored(now, component):
        return now
    fresh = decode_component(component, blobs, home, foreign=decoded.foreign)
    if are_equal(now, _settle(fresh, home)):
        return now
    # compare by column, because pandas rearranges the blocks of a frame that is only read
    return now if are_equal(_settle(decoded, home, True), _settle(fresh, home, True)) else None


def are_as_stored(
    values: list[object], component: Component, home: Home, foreign: Sequence[object] = ()
) -> Recording | None:
    """Return how values pickle, or None if that is not what is stored in the component, which may be a false alarm."""
    with without_gc():
        now = settle_recording(component.members, values, home, foreign=_known(foreign))
        return now if is_stored(now, component) else None


def _settle(decoded: Decoded, home: Home, by_column: bool = False) -> Recording:
    return settle_recording(decoded.component.members, decoded.values, home, by_column, _known(decoded.foreign))


def _known(foreign: Sequence[object]) -> KnownReferences | None:
    return KnownReferences(foreign) if foreign else None


def is_stored(now: Recording, component: Component) -> bool:
    """Tell whether a recording has exactly the bytes of a component, in which orders of sets may follow."""
    inline = component.stream[: now.stream.nbytes]
    same_stream = is_named(now.stream, component.blob) if component.blob else now.stream == inline
    if not same_stream or len(now.buffers) != len(component.buffers):
        return False
    return all(is_named(buffer, digest) for buffer, digest in zip(now.buffers, component.buffers, strict=True))


def are_equal(one: Recording, other: Recording) -> bool:
    """Tell whether two recordings have the same bytes."""
    if one.stream != other.stream or len(one.buffers) != len(other.buffers):
        return False
    return all(name_of_blob(a) == name_of_blob(b) for a, b in zip(one.buffers, other.buffers, strict=True))
