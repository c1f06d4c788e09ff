"""What the live namespace still holds of what nbflow knows, as far as that is quick to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbflow.checkpoint.home import LiveHome
from nbflow.checkpoint.ledger import Bound, Ledger, Owned
from nbflow.checkpoint.point import Checkpoint
from nbflow.store import drift
from nbflow.store.alias import ATOMS
from nbflow.store.drift import Loaded
from nbflow.store.store import Store

WORTH_COMPARING = 4 << 20
"""Bytes of a component; above, loading it again costs less than pickling what is there to compare."""


def look(ledger: Ledger, store: Store, checkpoint: Checkpoint, compare: bool = True) -> dict[str, Owned]:
    """Every name that still holds what nbflow bound to it; those that the checkpoint has too are compared."""
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
    atoms = {name for name, one in same.items() if type(one.value) in ATOMS}
    loaded = dict(_as_loaded({name: one for name, one in same.items() if name not in atoms}, checkpoint))
    changed = drift.changed(loaded, store.blobs, LiveHome(ledger, checkpoint, store.history)) if loaded else set()
    return atoms | (loaded.keys() - changed)


def _as_loaded(same: Mapping[str, Bound], checkpoint: Checkpoint) -> Iterator[tuple[str, Loaded]]:
    """The live values of every component that is live as a whole, small, and free of what cannot be stored."""
    by_digest = {one.artifact.digest: one.value for one in same.values()}
    values: dict[str, list[object]] = {}
    for digest in {one.artifact.component for one in same.values()}:
        component = checkpoint.components[digest]
        places = [f"{digest}:{index}" for index in range(len(component.members))]
        if component.size <= WORTH_COMPARING and all(place in by_digest for place in places):
            values[digest] = [by_digest[place] for place in places]
    for name, one in same.items():
        digest = one.artifact.component
        if digest in values and not one.artifact.lost:
            yield name, Loaded(one.value, checkpoint.components[digest], one.artifact.index, values[digest])


def _other_names(ledger: Ledger) -> dict[int, list[str]]:
    """Names that the user gave to objects that nbflow bound: they stay what they are."""
    wanted = {id(one.value) for one in ledger.bound.values() if type(one.value) not in ATOMS}
    found: dict[int, list[str]] = {}
    for label, value in _user_names(ledger.namespace, ledger.bound):
        if id(value) in wanted:
            found.setdefault(id(value), []).append(label)
    return found


def _user_names(namespace: Mapping[str, object], bound: Iterable[str]) -> Iterator[tuple[str, object]]:
    ours = frozenset(bound)
    for name, value in namespace.items():
        if name not in ours and not name.startswith("_"):
            yield name, value
    history = namespace.get("Out")
    if isinstance(history, dict):
        yield from ((f"Out[{number!r}]", value) for number, value in history.items())
