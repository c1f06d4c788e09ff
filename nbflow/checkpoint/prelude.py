"""Which definitions of a checkpoint's prelude the live namespace lacks, or has in another version."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.checkpoint.fingerprint import fingerprint
from nbflow.checkpoint.ledger import Ledger
from nbflow.checkpoint.plan import Redefinition
from nbflow.checkpoint.point import Checkpoint
from nbflow.flow.step import Definition

_RIGID = ("function", "class", "constant")  # what others may have looked at when they were defined


def find_redefinition(ledger: Ledger, checkpoint: Checkpoint, whole: bool = True) -> Redefinition:
    """A whole checkpoint brings its definitions back; single names of one leave those that are there alone."""
    stale = [one for one in checkpoint.prelude.definitions if not ledger.is_defined(one)]
    edited = [one for one in stale if not one.names & checkpoint.needed and _is_edited(ledger, one)]
    wanted = _with_dependents(checkpoint, [one for one in stale if one not in edited], edited)
    kept = tuple(sorted(name for one in edited for name in one.names))
    altered = tuple(sorted(name for one in wanted for name in one.names if _is_altered(ledger, name, one)))
    if whole:
        return Redefinition(wanted, (), kept, altered)
    missing = tuple(one for one in wanted if not one.names & ledger.namespace.keys())
    return Redefinition(missing, tuple(one for one in wanted if one not in missing), ())


def _is_edited(ledger: Ledger, definition: Definition) -> bool:
    """Whether the notebook has defined these names anew since, so that they are the user's newer version."""
    return all(ledger.holds(name) and ledger.defined[name].code != definition.code for name in definition.names)


def _is_altered(ledger: Ledger, name: str, definition: Definition) -> bool:
    same = ledger.holds(name) and ledger.defined[name].code == definition.code
    return same and fingerprint(ledger.namespace[name]) != ledger.defined[name].print


def _with_dependents(
    checkpoint: Checkpoint, stale: Iterable[Definition], edited: Iterable[Definition]
) -> tuple[Definition, ...]:
    """The stale ones, and those that use one of them and may have taken something of it over."""
    found, spared = set(stale), set(edited)
    sources = {one for one in found if one.kind in _RIGID}
    for definition in checkpoint.prelude.definitions:
        if definition.kind in _RIGID and not sources.isdisjoint(checkpoint.prelude.closure(definition.names)):
            found.add(definition)
    return tuple(one for one in checkpoint.prelude.definitions if one in found and one not in spared)
