"""Values to components and back. One component holds the names that share objects or memory, so that they still do."""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blake3 import blake3

from nbflow.errors import BlobCorrupt, BlobMissing, LoadFailed, NbflowError
from nbflow.store import blobs as blob
from nbflow.store.alias import ATOMS, Groups, join_shared
from nbflow.store.artifact import Artifact, Component, Lost
from nbflow.store.blobs import HASH_LENGTH, BlobStore
from nbflow.store.garbage import without_gc
from nbflow.store.home import Home
from nbflow.store.moved import unpickle
from nbflow.store.pickler import PROTOCOL, Recording, arrange_recordings, digest_class, record, settle
from nbflow.store.rebuild import loading_into
from nbflow.store.summary import summarise

INLINE = 256 << 10  # longer streams are blobs
LOSSES = 100  # so many are listed of one artifact; every single one has its tombstone


@dataclass(frozen=True, slots=True)
class Borrowed:
    """An input of the task, unchanged since it was loaded, that its outputs may point into.

    `beside`: what was loaded with it, as (name, value, digest). An output that takes the input along takes these along
    as well, or a task that reads them and the output would get them without what they share. `Loaded.lend` fills it in.
    """

    value: object
    artifact: Artifact
    beside: tuple[tuple[str, object, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Encoded:
    artifacts: tuple[Artifact, ...] = ()
    components: tuple[Component, ...] = ()


@dataclass
class _Encoding:
    """One call of `encode` under way."""

    blobs: BlobStore
    home: Home
    borrowed: Mapping[str, Borrowed]
    scope: str
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    components: list[Component] = field(default_factory=list)


def encode(
    values: Mapping[str, object],
    blobs: BlobStore,
    home: Home,
    borrowed: Mapping[str, Borrowed] | None = None,
    scope: str = "",
) -> Encoded:
    """Store the values; the caller keeps the rows. Never fails for a value, only for the store (StoreFull).

    `scope` is the step, which tells equal objects of different origin apart. An output that is an input's very object
    becomes another name for that artifact; one that merely points into an input takes a copy of it along, marked as
    "name=DIGEST" in `Component.members`.
    """
    encoding = _Encoding(blobs, home, _worth_looking_at(borrowed or {}), scope)
    graphs: dict[str, object] = {}
    for name, value in values.items():
        same = _borrowed_itself(value, encoding.borrowed)
        if same is not None:
            encoding.artifacts[name] = replace(same, name=name)
        elif type(value) in ATOMS:
            _encode_atom(encoding, name, value)
        else:
            graphs[name] = value
    if graphs:
        with without_gc():
            _encode_graphs(encoding, graphs)
    return Encoded(tuple(encoding.artifacts[name] for name in values), tuple(encoding.components))


def _worth_looking_at(borrowed: Mapping[str, Borrowed]) -> dict[str, Borrowed]:
    return {name: one for name, one in borrowed.items() if type(one.value) not in ATOMS}


def _borrowed_itself(value: object, borrowed: Mapping[str, Borrowed]) -> Artifact | None:
    return next((one.artifact for one in borrowed.values() if one.value is value), None)


def _encode_atom(encoding: _Encoding, name: str, value: object) -> None:
    stream = pickle.dumps([value], PROTOCOL)
    component = build(memoryview(stream), (), (name,), encoding.blobs, None)
    encoding.components.append(component)
    encoding.artifacts[name] = Artifact(name, component.digest, 0, component.size, summarise(value))


def _encode_graphs(encoding: _Encoding, values: Mapping[str, object]) -> None:
    lenders = {_lender(one.artifact.digest): one for one in encoding.borrowed.values()}
    everything = {**values, **{lender: one.value for lender, one in lenders.items()}}
    recordings = {name: record([name], [value], encoding.home) for name, value in everything.items()}
    for group in _grouped(recordings, lenders, encoding.home):
        if any(member in values for member in group):
            beside = {
                _lender(digest): value for one in group if one in lenders for _, value, digest in lenders[one].beside
            }
            members = {member: everything[member] for member in group} | beside
            recordings |= {
                name: record([name], [members[name]], encoding.home) for name in members.keys() - recordings.keys()
            }
            _encode_together(encoding, members, recordings)


def _lender(digest: str) -> str:
    return f"{digest}="  # no name of an output ends so


def _grouped(recordings: Mapping[str, Recording], lenders: Mapping[str, Borrowed], home: Home) -> list[list[str]]:
    groups = Groups(recordings)
    if len(recordings) > 1:
        join_shared(groups, recordings, home)
    first: dict[str, str] = {}
    for lender, one in lenders.items():  # inputs that were stored together share among themselves
        groups.join(first.setdefault(one.artifact.component, lender), lender)
    return groups.all()


def _encode_together(encoding: _Encoding, members: Mapping[str, object], recordings: Mapping[str, Recording]) -> None:
    together = [recordings[member] for member in members]
    final = _record_together(list(members), list(members.values()), together, encoding.home)
    names = _names_of_digests(encoding.borrowed)
    marked = tuple(
        names.get(member[:-1], "") + f"={member[:-1]}" if member[-1] == "=" else member for member in members
    )
    component = build(final.stream, final.buffers, marked, encoding.blobs, encoding.scope)
    encoding.components.append(component)
    for index, (member, value) in enumerate(members.items()):
        if member[-1] != "=":
            lost = _lost_of(member, recordings[member], final)
            encoding.artifacts[member] = Artifact(
                member, component.digest, index, component.size, summarise(value), lost
            )


def _names_of_digests(borrowed: Mapping[str, Borrowed]) -> dict[str, str]:
    beside = {digest: name for one in borrowed.values() for name, _, digest in one.beside}
    return beside | {one.artifact.digest: name for name, one in borrowed.items()}


def _record_together(
    members: Sequence[str], values: list[object], recordings: Sequence[Recording], home: Home
) -> Recording:
    layout = arrange_recordings(recordings)
    if layout is None and len(recordings) == 1:
        return recordings[0]
    return record(members, values, home, layout)


def _lost_of(name: str, alone: Recording, final: Recording) -> tuple[Lost, ...]:
    """What the name lost by itself, and the weak references that only the final recording could judge."""
    known = {one.path for one in alone.lost}
    later = [one for one in final.lost if one.path not in known and _starts(one.path, name)]
    return (*alone.lost, *later)[:LOSSES]


def _starts(path: str, name: str) -> bool:
    return path.startswith(name) and not path[len(name) : len(name) + 1].isidentifier()


def build(
    stream: memoryview,
    buffers: Sequence[pickle.PickleBuffer],
    members: tuple[str, ...],
    blobs: BlobStore,
    scope: str | None,
) -> Component:
    """Write the buffers, and the stream when it is long."""
    digests = tuple(blobs.put(buffer) for buffer in buffers)
    digest = digest_component(stream, digests, members, scope)
    size = stream.nbytes + sum(blob.size(one) for one in digests)
    if stream.nbytes > INLINE:
        return Component(digest, b"", digests, size, members, scope, blobs.put(stream))
    return Component(digest, bytes(stream), digests, size, members, scope)


def digest_component(stream: blob.Buffer, buffers: Sequence[str], members: Sequence[str], scope: str | None) -> str:
    """Blind to names when the values are immutable: then it makes no difference who shares them."""
    origin = () if scope is None else (scope, *members)
    facts = "\0".join("\n".join(part) for part in (buffers, origin))
    hashed = blob.hash_bytes(stream)
    return str(blake3(f"{hashed}\0{facts}".encode()).hexdigest(HASH_LENGTH))


def decode(component: Component, blobs: BlobStore, home: Home, artifact: str = "") -> list[object]:
    """The values of a component, every large array a private map. Raises LoadFailed, BlobMissing or BlobCorrupt."""
    wanted = artifact or ", ".join(component.members)
    try:
        stream = blobs.open(component.blob) if component.blob else component.stream
        buffers = [blobs.open(one) for one in component.buffers]
    except BlobMissing as error:
        raise BlobMissing(error.digest, wanted) from None
    except BlobCorrupt as error:
        raise BlobCorrupt(error.digest, error.reason, wanted) from None
    if digest_component(stream, component.buffers, component.members, component.scope) != component.digest:
        # a pickle is a program: not one byte of it may be another than what was signed
        raise BlobCorrupt(component.digest, "its pickle is not the one that was written", wanted)
    return _unpickle(stream, buffers, home, wanted)


def _unpickle(stream: bytes | bytearray | mmap.mmap, buffers: Sequence[Any], home: Home, wanted: str) -> list[object]:
    try:
        with loading_into(home, digest_class), without_gc():
            values: list[object] = unpickle(stream, buffers)
    except NbflowError:
        raise
    except Exception as error:
        raise LoadFailed(wanted, error) from error
    return values


__all__ = ["Borrowed", "Encoded", "build", "decode", "digest_component", "encode", "settle"]
