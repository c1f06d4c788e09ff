"""Finds definitions of a checkpoint's prelude that the live namespace lacks, or has in another version."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.checkpoints.fingerprint import is_rigid
from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.point import Checkpoint
from nbflow.checkpoints.restore_plan import Redefinition
from nbflow.flow.syntax.definition import Definition, Prelude

_VALUES = ("function", "class", "constant")  # kinds whose values other definitions may use when they are executed


def find_redefinition(ledger: Ledger, checkpoint: Checkpoint, whole: bool = True) -> Redefinition:
    """Return what to define for a restore. A whole checkpoint restores its definitions; single names keep live ones."""
    stale = [one for one in checkpoint.prelude.definitions if not ledger.is_defined(one)]
    edited = [one for one in stale if not one.names & checkpoint.needed and _is_edited(ledger, one)]
    wanted = _with_others(ledger, checkpoint.prelude, [one for one in stale if one not in edited], edited)
    kept = tuple(sorted(name for one in edited for name in one.names))
    altered = tuple(sorted(name for one in wanted for name in one.names if _is_altered(ledger, name, one)))
    if whole:
        return Redefinition(wanted, (), kept, altered)
    missing = tuple(one for one in wanted if not one.names & ledger.namespace.keys())
    return Redefinition(missing, tuple(one for one in wanted if one not in missing), ())


def _is_edited(ledger: Ledger, definition: Definition) -> bool:
    """Return whether the notebook has defined these names again since, so that they are the user's newer version.

    None in the place of a function is no newer version of it.
    """
    return all(
        ledger.holds(name)
        and ledger.defined[name].code != definition.code
        and (definition.kind not in ("function", "class") or callable(ledger.namespace[name]))
        for name in definition.names
    )


def _is_altered(ledger: Ledger, name: str, definition: Definition) -> bool:
    same = ledger.holds(name) and ledger.defined[name].code == definition.code
    return same and not ledger.defined[name].looks.is_unchanged


def _with_others(
    ledger: Ledger, prelude: Prelude, stale: Iterable[Definition], edited: Iterable[Definition]
) -> tuple[Definition, ...]:
    """Return the stale definitions, those that use them, and those that executing them changes, such as a registry."""
    found, spared = set(stale), set(edited)
    before = -1
    while len(found) > before:
        before = len(found)
        sources = {one for one in found if one.kind in _VALUES}
        users = (one for one in prelude.definitions if one.kind in _VALUES)
        changed = frozenset().union(*(one.names for one in sources))
        found |= {one for one in prelude.definitions if not one.changes.isdisjoint(changed)}
        found |= {one for one in users if not sources.isdisjoint(prelude.closure(one.names))}
        registering = [one for one in found if one.kind == "class" or one.source.startswith("@")]
        found |= {used for one in registering for used in prelude.closure(one.names) if _may_register(ledger, used)}
    return tuple(one for one in prelude.definitions if one in found and one not in spared)


def _may_register(ledger: Ledger, definition: Definition) -> bool:
    """Return whether a definition that uses this one may add to it: a list, a dict, or a class with subclasses."""
    if definition.kind == "class":
        return "__init_subclass__" in definition.source
    values = (ledger.namespace.get(name) for name in definition.names)
    return definition.kind == "constant" and not all(map(is_rigid, values))
