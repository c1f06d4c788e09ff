"""Restores a checkpoint into the live namespace: it loads everything first, and then binds all names at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbflow.checkpoints.ledger import BoundArtifact, Ledger
from nbflow.checkpoints.look import look
from nbflow.checkpoints.point import Checkpoint
from nbflow.checkpoints.random_generators import RandomState, observe_random, set_random
from nbflow.checkpoints.redefinition import find_redefinition
from nbflow.checkpoints.restore_home import RestoreHome
from nbflow.checkpoints.restore_plan import RestorePlan, plan_restore
from nbflow.errors import NothingToUndo
from nbflow.run.task.definition_state import applied
from nbflow.store.pickling.pickler import type_name
from nbflow.store.store import Store
from nbflow.store.values import routes, tombstone

LEVELS = 20
"""Limits how many restores can be undone; the objects that they replaced stay alive so long."""


@dataclass(frozen=True)
class Undo:
    """Holds the exact bindings before a restore. `notes` tell the user about the restore itself."""

    address: str
    before: Mapping[str, object]  # name -> the very object
    absent: frozenset[str]  # names that were not bound
    ledger: tuple[Any, ...] = field(repr=False)
    random: RandomState | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


def prepare_restore(
    ledger: Ledger, store: Store, checkpoint: Checkpoint, names: Iterable[str] = (), as_name: str | None = None
) -> RestorePlan:
    """Return the plan of a restore in this session; nothing of the checkpoint is loaded, and nothing is bound.

    `names` limits the restore to some names; a single one may be bound `as_name`.
    """
    chosen = tuple(names)
    ledger.prune()
    prelude = find_redefinition(ledger, checkpoint, whole=not chosen)
    owned = look(ledger, store, checkpoint, compare=not prelude.is_deep)
    return plan_restore(owned, ledger.namespace, checkpoint, chosen, as_name, prelude)


def apply_restore(plan: RestorePlan, ledger: Ledger, store: Store) -> Undo:
    """Do what the plan says, and return how to undo it, which `ledger.undos` holds too.

    After a failure the namespace is as it was before. Raises Untrusted if a task of the checkpoint is not trusted.
    """
    store.gate.admit_tasks(sorted(plan.checkpoint.tasks))
    before, state = dict(ledger.namespace), ledger.snapshot()
    was = observe_random()
    try:
        notes = _perform(plan, ledger, store)
    except BaseException:
        put_back(ledger.namespace, before, frozenset(ledger.namespace) - before.keys())
        ledger.rewind(state)
        set_random(was)
        raise
    undo = _difference(plan, before, ledger, state, was, (*plan.notes, *notes))
    ledger.undone = {}
    ledger.undos.append(undo)
    del ledger.undos[:-LEVELS]
    return undo


def undo_restore(ledger: Ledger) -> Undo:
    """Undo the last restore that is not undone yet, and return what was undone. Raises NothingToUndo."""
    if not ledger.undos:
        raise NothingToUndo
    undo: Undo = ledger.undos.pop()
    # keep the removed objects until the next restore: to free a million objects takes longer than the undo
    ledger.undone = {name: ledger.namespace.get(name) for name in (*undo.before, *undo.absent)}
    put_back(ledger.namespace, undo.before, undo.absent)
    ledger.rewind(undo.ledger)
    if undo.random is not None:
        set_random(undo.random)
    return undo


def put_back(namespace: dict[str, Any], before: Mapping[str, object], absent: Iterable[str]) -> None:
    """Bind names to the objects that they held before, and remove names that were absent."""
    for name in absent:
        namespace.pop(name, None)
    namespace.update(before)


def _perform(plan: RestorePlan, ledger: Ledger, store: Store) -> list[str]:
    home = RestoreHome(ledger, plan.checkpoint, store.history)
    for name, value in plan.parameters.items():
        ledger.namespace.setdefault(name, value)
    notes = home.define(plan.prelude.live)
    home.define_aside(plan.prelude.aside)
    handles = dict(_handles(plan, ledger))
    artifacts = {name: held.artifact for name, held in plan.loaded.items()}
    with tombstone.reattaching(handles):
        values = applied(store.heap(home, plan.checkpoint.components).load(artifacts))
    _rebind(plan, ledger, values)
    if plan.whole and plan.checkpoint.random is not None:
        set_random(plan.checkpoint.random)
    return notes


def _handles(plan: RestorePlan, ledger: Ledger) -> Iterator[tuple[str, object]]:
    """Yield the live objects, with their paths, that stand where the checkpoint could store nothing."""
    for name in plan.attached:
        lost = {one.path: one for one in plan.checkpoint.held[name].artifact.lost}
        found = routes.find_objects({name: ledger.namespace[name]}, lost)
        yield from ((path, obj) for path, obj in found.items() if type_name(obj) == lost[path].was)


def _rebind(plan: RestorePlan, ledger: Ledger, values: Mapping[str, object]) -> None:
    for name in plan.removed:
        ledger.namespace.pop(name, None)
    ledger.disown(plan.removed)
    ledger.namespace.update({plan.bind[name]: value for name, value in values.items()})
    for name, target in plan.bind.items():
        held = plan.checkpoint.held[name]
        if target in ledger.defined and ledger.defined[target].value is not values[name]:
            del ledger.defined[target]
        if target == name:
            is_ours = name not in plan.checkpoint.scratch
            ledger.bound[name] = BoundArtifact(values[name], held.artifact, held.task, is_ours)
        else:
            ledger.bound.pop(target, None)


def _difference(
    plan: RestorePlan,
    before: Mapping[str, object],
    ledger: Ledger,
    state: tuple[Any, ...],
    was: RandomState,
    notes: tuple[str, ...],
) -> Undo:
    now = ledger.namespace
    absent = frozenset(now.keys() - before.keys())
    changed = {name: value for name, value in before.items() if name not in now or now[name] is not value}
    return Undo(plan.checkpoint.address, changed, absent, state, was if plan.whole else None, notes)
