"""Keeps objects and their attribute dicts tied where a name holds the dict: `vars(settings)`, `settings.__dict__`.

Pickle copies such a dict into the object that it makes, so the two are separate from then on. Here the dict is
written as the dict of its object wherever it is met. Two objects may even have the same dict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Memo = dict[int, tuple[int, Any]]
"""Maps the id of each object to its number in a stream, and to the object."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Holds a dict that is the `__dict__` of its owners, usually of one."""

    namespace: dict[str, Any]
    owners: list[object]


def with_attributes(memo: Memo, found: Iterable[Attributes]) -> Memo:
    """Add attribute dicts to the objects of a stream. The number of a dict is the complement of its owner's number."""
    for one in found:
        if id(one.owners[0]) in memo:
            memo[id(one.namespace)] = ~memo[id(one.owners[0])][0], one.namespace
    return memo


def object_at(objects: Mapping[int, Any], number: int) -> Any:
    """Return the object of a stream that has this number; a negative number means the dict of an object."""
    return objects[number] if number >= 0 else vars(objects[~number])


def join_attributes(found: Iterable[Mapping[int, Attributes]]) -> dict[int, Attributes]:
    """Join the attribute dicts that several streams have met."""
    joined: dict[int, Attributes] = {}
    for attributes in found:
        for key, one in attributes.items():
            known = joined.setdefault(key, Attributes(one.namespace, []))
            known.owners.extend(owner for owner in one.owners if not _is_among(owner, known.owners))
    return joined


def _is_among(obj: object, others: Sequence[object]) -> bool:
    return any(obj is other for other in others)
