"""Which definitions a step takes as they live in the kernel: functions and classes, with what was done to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from nbflow.checkpoints.ledger import Done
from nbflow.flow.syntax.definition import Definition


def find_living(
    definitions: Sequence[Definition],
    identical: Collection[Definition],
    held: Collection[Definition],
    done: Sequence[Done],
) -> frozenset[Definition]:
    """The definitions that are not executed again, and the effects that have been executed on them.

    `identical`: those whose second execution would make something else than the first; `held`: all that the kernel
    holds as defined. What an effect changes belongs together, and with it the values that were computed from it before
    the change. Such a group is taken as it lives if the effects that the step must see begin with those that were done;
    else, in a kernel that is ahead, all of it is executed anew.
    """
    changes = [*(one.changes for one in definitions if one.changes), *(one.changes for one in done)]
    changed = frozenset().union(*changes)
    found = {one for one in identical if changed.isdisjoint(one.names)}
    together = [*_computed(definitions, changed), *changes]
    for group in _groups([one.names for one in identical if one not in found], together):
        found |= _find_group(group, definitions, held, done)
    return frozenset(found)


def _computed(definitions: Sequence[Definition], changed: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield the names of each value together with the names, changed somewhere, that it was computed from."""
    for one in definitions:
        if one.kind in ("constant", "block") and not changed.isdisjoint(one.reads):
            yield one.names | (one.reads & changed)
            changed |= one.names


def _groups(names: Iterable[frozenset[str]], changes: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The names of each thing that lives, together with all that an effect changes along with it."""
    groups = list(names)
    for each in changes:
        together = [group for group in groups if not group.isdisjoint(each)]
        if together:
            groups = [group for group in groups if group.isdisjoint(each)]
            groups.append(each.union(*together))
    return groups


def _find_group(
    names: frozenset[str], definitions: Sequence[Definition], held: Collection[Definition], done: Sequence[Done]
) -> set[Definition]:
    effects = [one for one in definitions if not names.isdisjoint(one.changes)]
    was = [one.code for one in done if not names.isdisjoint(one.changes)]
    pending = effects[len(was) :]
    members = [one for one in definitions if not names.isdisjoint(one.names) and not one.once and one not in pending]
    is_current = was == [one.code for one in effects[: len(was)]] and all(one in held for one in members)
    return {*members, *effects[: len(was)]} if is_current else set()
