"""Encodes values into components. Names that share objects or memory go into one component, and share them again."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nbflow.garbage import without_gc
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling.alias import Groups, is_atom, join_shared
from nbflow.store.pickling.component import build_component
from nbflow.store.pickling.heap import Heap
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.lending import Lent, References
from nbflow.store.pickling.pickler import PICKLE_PROTOCOL, Recording, arrange_recordings, record
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost
from nbflow.store.values.encoded import Encoded
from nbflow.store.values.package_versions import versions_of
from nbflow.store.values.summary import summarise

LOSSES = 100  # the most losses listed per artifact; each loss has its tombstone


class CannotLend(Exception):
    """Says that outputs use memory of components that references cannot name: write these with the outputs."""

    def __init__(self, digests: Iterable[str]) -> None:
        super().__init__()
        self.digests = tuple(digests)


@dataclass
class _Encoding:
    """Holds the state of one call of `encode`."""

    blobs: BlobStore
    home: Home
    scope: str
    lent: Sequence[Lent]
    taken: frozenset[str]
    artifacts: dict[str, ArtifactRef]
    components: list[Component]


def encode(
    values: Mapping[str, object],
    blobs: BlobStore,
    home: Home,
    heap: Heap | None = None,
    scope: str = "",
    taken: frozenset[str] = frozenset(),
    beside: Mapping[str, object] | None = None,
) -> Encoded:
    """Store values and return the rows for the catalog, which the caller writes. Only the store can fail, not a value.

    Args:
        values: The values by name.
        blobs: Where the bytes go.
        home: Finds modules and definitions of the program.
        heap: Holds the inputs of the task, already compared. An output that is the object of an unchanged input becomes
            another name of that artifact; an output that points into it refers to it.
        scope: The step, which tells equal objects of different origin apart.
        taken: Digests of components that other names hold; nothing stored here gets one of these digests, even if it
            has the same bytes, because it is another object.
        beside: Values of other names; those that share objects with `values` are stored too.

    Raises:
        CannotLend: An output uses components of the heap to which references cannot lead.
        StoreFull: There is no space left.
    """
    artifacts: dict[str, ArtifactRef] = {}
    components: list[Component] = []
    graphs: dict[str, object] = {}
    for name, value in values.items():
        same = heap.artifact_of(value) if heap else None
        if same is not None:
            artifacts[name] = same.unlisted(name)
        elif is_atom(value):
            artifacts[name], component = _encode_atom(name, value, blobs, home)
            components.append(component)
        else:
            graphs[name] = value
    if graphs:
        encoding = _Encoding(blobs, home, scope, heap.lent() if heap else (), taken, artifacts, components)
        with without_gc():
            _encode_graphs(encoding, graphs, beside or {})
    tied = (name for name in artifacts if name not in values)
    return Encoded(tuple(artifacts[name] for name in (*values, *tied)), tuple(components))


def encode_apart(
    values: Mapping[str, object], blobs: BlobStore, home: Home, scope: str, heap: Heap | None = None
) -> Encoded:
    """Store each value in components of its own; see `encode`. A foreach has thousands, and most are plain numbers."""
    artifacts: list[ArtifactRef] = []
    components: list[Component] = []
    for name, value in values.items():
        if is_atom(value):
            artifact, component = _encode_atom(name, value, blobs, home)
            artifacts.append(artifact)
            components.append(component)
        else:
            encoded = encode({name: value}, blobs, home, heap, scope)
            artifacts += encoded.artifacts
            components += encoded.components
    return Encoded(tuple(artifacts), tuple(components))


def _encode_atom(name: str, value: object, blobs: BlobStore, home: Home) -> tuple[ArtifactRef, Component]:
    is_nan = value != value
    stream = record([name], [value], home).stream if is_nan else memoryview(pickle.dumps([value], PICKLE_PROTOCOL))
    component = build_component(stream, (), (name,), blobs, None)
    return ArtifactRef(name, component.digest, 0, component.size, summarise(value)), component


def _encode_graphs(encoding: _Encoding, wanted: Mapping[str, object], beside: Mapping[str, object]) -> None:
    values = {**beside, **wanted}
    recordings = {name: record([name], [value], encoding.home) for name, value in values.items()}
    lenders = {name: _lenders(encoding, recording) for name, recording in recordings.items()}
    for name, lent in lenders.items():
        if lent:
            references = References(lent, encoding.home, recordings[name].guarded)
            recordings[name] = record([name], [values[name]], encoding.home, refer=references.refer)
    groups = Groups(recordings)
    if len(recordings) > 1:
        join_shared(groups, recordings, encoding.home)
    for group in groups.all():
        if wanted.keys().isdisjoint(group):
            continue
        lent = [one for one in encoding.lent if any(one in lenders[name] for name in group)]
        _encode_together(encoding, {name: values[name] for name in group}, recordings, lent)


def _lenders(encoding: _Encoding, recording: Recording) -> list[Lent]:
    """Return the components of the inputs into which a value points."""
    if not encoding.lent:
        return []
    memo = recording.memo()  # this copies, so it is slow
    return [one for one in encoding.lent if one.is_touched_by(recording, memo, encoding.home)]


def _encode_together(
    encoding: _Encoding, values: Mapping[str, object], recordings: Mapping[str, Recording], lent: Sequence[Lent]
) -> None:
    guarded = frozenset().union(*(recordings[name].guarded for name in values))
    references = References(lent, encoding.home, guarded)
    final = _record_together(values, [recordings[name] for name in values], encoding.home, references)
    component = _build_apart(encoding, final, tuple(values), tuple(references.used))
    encoding.components.append(component)
    shares = (component.digest, *_shared_through(component, lent))
    for index, (name, value) in enumerate(values.items()):
        lost = _lost_of(name, recordings[name], final)
        summary = replace(summarise(value), versions=versions_of(recordings[name].kinds))
        encoding.artifacts[name] = ArtifactRef(name, component.digest, index, component.size, summary, lost, shares)


def _build_apart(
    encoding: _Encoding, recording: Recording, members: tuple[str, ...], refs: tuple[str, ...]
) -> Component:
    scope = encoding.scope
    while True:
        component = build_component(recording.stream, recording.buffers, members, encoding.blobs, scope, refs)
        if component.digest not in encoding.taken:
            return component
        scope += "+"


def _shared_through(component: Component, lent: Iterable[Lent]) -> tuple[str, ...]:
    used = {one.digest: one for one in lent}
    reached = (digest for base in component.bases for digest in used[base].reaches)
    return tuple(dict.fromkeys(reached))


def _record_together(
    values: Mapping[str, object], recordings: Sequence[Recording], home: Home, references: References
) -> Recording:
    layout = arrange_recordings(recordings, references)
    if layout is not None and layout.torn:
        torn = {id(held.array) for held in layout.torn}
        raise CannotLend(one.digest for one in references.lent if any(id(h.array) in torn for h in one.memory))
    if layout is None and len(recordings) == 1 and not references.lent:
        return recordings[0]
    refer = references.refer if references.lent else None
    return record(list(values), list(values.values()), home, layout, refer=refer)


def _lost_of(name: str, alone: Recording, final: Recording) -> tuple[Lost, ...]:
    """Return what a name lost in its own recording, and the weak references that only the final one could judge."""
    known = {one.path for one in alone.lost}
    later = [one for one in final.lost if one.path not in known and _starts(one.path, name)]
    return (*alone.lost, *later)[:LOSSES]


def _starts(path: str, name: str) -> bool:
    return path.startswith(name) and not path[len(name) : len(name) + 1].isidentifier()
