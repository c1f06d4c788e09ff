"""Finds what the live namespace still holds of what nbflow bound, as far as that can be found out quickly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbflow.checkpoints.ledger import BoundArtifact, Ledger, Owned
from nbflow.checkpoints.point import Checkpoint
from nbflow.checkpoints.restore_home import RestoreHome
from nbflow.store.pickling import drift
from nbflow.store.pickling.alias import ATOMS
from nbflow.store.pickling.attributes import object_at
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import Component

WORTH_COMPARING = 4 << 20
"""Components with more bytes than this are not compared, because loading them again costs less."""


def look(ledger: Ledger, store: Store, checkpoint: Checkpoint, compare: bool = True) -> dict[str, Owned]:
    """Return every name that still holds what nbflow bound to it.

    With `compare`, names that the checkpoint has, too, are pickled to see whether they have changed; nothing is loaded.
    """
    intact = _intact(ledger, store, checkpoint) if compare else set()
    others = _other_names(ledger)
    return {
        name: Owned(one.artifact, one.task, name in intact, one.ours, tuple(others.get(id(one.value), ())))
        for name, one in ledger.bound.items()
    }


def _intact(ledger: Ledger, store: Store, checkpoint: Checkpoint) -> set[str]:
    same = {
        name: one
        for name, one in ledger.bound.items()
        if name in checkpoint.held and checkpoint.held[name].artifact.digest == one.artifact.digest
    }
    home = RestoreHome(ledger, checkpoint, store.history)
    whole: dict[str, Mapping[int, object]] = {}  # the objects of each unchanged component, by number
    for component, values in _in_order(dict(_whole_components(same, checkpoint))):
        if whole.keys() >= {*component.bases}:
            foreign = [object_at(whole[digest], number) for digest, number in component.places]
            recording = drift.are_as_stored(values, component, home, foreign)
            if recording is not None:
                whole[component.digest] = dict(recording.memo().values())
    atoms = {name for name, one in same.items() if type(one.value) in ATOMS}
    return atoms | {name for name, one in same.items() if one.artifact.component in whole}


def _whole_components(
    same: Mapping[str, BoundArtifact], checkpoint: Checkpoint
) -> Iterator[tuple[Component, list[object]]]:
    """Yield components, with their live values, that are live as a whole, small, and without lost parts."""
    by_digest = {one.artifact.digest: one.value for one in same.values() if not one.artifact.lost}
    for digest in {one.artifact.component for one in same.values() if type(one.value) not in ATOMS}:
        component = checkpoint.components[digest]
        places = [f"{digest}:{index}" for index in range(len(component.members))]
        if component.size <= WORTH_COMPARING and all(place in by_digest for place in places):
            yield component, [by_digest[place] for place in places]


def _in_order(components: Mapping[Component, list[object]]) -> Iterator[tuple[Component, list[object]]]:
    """Yield each component after the components that it refers to."""
    waiting = dict(components)
    while waiting:
        missing = {component.digest for component in waiting}
        ready = [component for component in waiting if missing.isdisjoint(component.bases)]
        yield from ((component, waiting.pop(component)) for component in ready)


def _other_names(ledger: Ledger) -> dict[int, list[str]]:
    """Return the names that the user gave to objects which nbflow bound, by id of the object; a restore keeps them."""
    wanted = {id(one.value) for one in ledger.bound.values() if type(one.value) not in ATOMS}
    found: dict[int, list[str]] = {}
    for label, value in _user_names(ledger.namespace, ledger.bound):
        if id(value) in wanted:
            found.setdefault(id(value), []).append(label)
    return found


def _user_names(namespace: Mapping[str, object], bound: Iterable[str]) -> Iterator[tuple[str, object]]:
    ours = frozenset(bound)
    for name, value in namespace.items():
        if type(name) is str and name not in ours and not name.startswith("_"):
            yield name, value
    history = namespace.get("Out")
    if isinstance(history, dict):
        yield from ((f"Out[{number!r}]", value) for number, value in history.items())
