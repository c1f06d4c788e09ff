"""Builds components from recorded streams, names them by their content, and reads them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbflow.errors import BlobCorrupt, BlobMissing, LoadFailed, NbflowError
from nbflow.garbage import without_gc
from nbflow.store.blobs import protocol as blob
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling.attributes import object_at
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.pickler import digest_class
from nbflow.store.pickling.rebuild import loading_into
from nbflow.store.pickling.unpickler import Unpickler
from nbflow.store.values.artifact_ref import Component
from nbflow.store.values.component_digest import digest_component, digest_content
from nbflow.store.values.user_code import interrupts, reason_of

INLINE = 256 << 10  # bytes; longer streams become blobs


def build_component(
    stream: memoryview,
    buffers: Iterable[blob.Buffer],
    members: Sequence[str],
    blobs: BlobStore,
    scope: str | None,
    refs: Sequence[str] = (),
) -> Component:
    """Write the buffers, and a long stream, as blobs. `refs` are the references of the stream in order of number."""
    digests = tuple(map(blobs.put, buffers))
    size, names = stream.nbytes + sum(map(blob.blob_size, digests)), tuple(members)
    digest = digest_content(stream, digests, scope, names, tuple(refs))
    is_long = stream.nbytes > INLINE
    inline, place = (b"", blobs.put(stream)) if is_long else (bytes(stream), "")
    return Component(digest, inline, digests, size, names, scope, place, tuple(refs))


@dataclass(frozen=True)
class Decoded:
    """Holds the values of a component in this process. `foreign` holds the objects that its references stand for."""

    component: Component
    values: list[object]
    foreign: Sequence[object]
    unpickler: Unpickler

    @cached_property
    def objects(self) -> Mapping[int, object]:
        """Return every object that the stream memoizes, by its number."""
        memo: Mapping[int, object] = self.unpickler.memo.copy()
        return memo

    def object_at(self, number: int) -> object:
        """Return the object that another stream refers to by this number."""
        return object_at(self.objects, number)


def decode_component(
    component: Component, blobs: BlobStore, home: Home, artifact: str = "", foreign: Sequence[object] = ()
) -> Decoded:
    """Load a component; each large array is a private map. Raises LoadFailed, BlobMissing or BlobCorrupt."""
    wanted = artifact or ", ".join(component.members)
    try:
        # a copy in private memory: what is hashed here is what is unpickled, whoever writes to the file meanwhile
        stream = bytes(blobs.open(component.blob)) if component.blob else component.stream
        buffers = [blobs.open(one) for one in component.buffers]
    except BlobMissing as error:
        raise BlobMissing(error.digest, wanted) from None
    except BlobCorrupt as error:
        raise BlobCorrupt(error.digest, error.reason, wanted) from None
    if digest_component(stream, component) != component.digest:
        # a pickle is a program: every byte must be the one that was signed
        raise BlobCorrupt(component.digest, "its pickle is not the one that was stored", wanted)
    unpickler = Unpickler(stream, buffers, foreign)
    return Decoded(component, _load(unpickler, home, wanted), foreign, unpickler)


def _load(unpickler: Unpickler, home: Home, wanted: str) -> list[object]:
    try:
        with loading_into(home, digest_class), without_gc():
            values = unpickler.load_values()
    except interrupts(NbflowError):
        raise
    except BaseException as error:  # the user's __setstate__ or __reduce__, which may also exit
        raise LoadFailed(wanted, reason_of(error)) from error
    return values
