"""Decides which functions and classes a step takes from the kernel as they are, instead of executing them again."""

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
    """Return the definitions that are not executed again, with the effects that were already executed on them.

    `identical` are the definitions whose second execution would make a different object; `held` are all that the kernel
    holds as defined; `done` are the effects that were executed, in order. Names that one effect changes form a group,
    together with the values that were computed from them before the change. A group is taken from the kernel if the
    effects that the step must see begin with those that were done. If the kernel is ahead, the whole group is executed
    again.
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
    """Return groups of names: the names of each definition, merged with all names that an effect changes together."""
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
