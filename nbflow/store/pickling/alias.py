"""Finds names that share an object or memory, so that they are stored together."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.store.pickling._cloudpickle import is_importable
from nbflow.store.pickling.array_layout import HeldArray, overlaps
from nbflow.store.pickling.home import SENTINELS, Home
from nbflow.store.pickling.nans import has_identity
from nbflow.store.pickling.pickler import Recording

ATOMS: frozenset[type] = frozenset({int, float, bool, str, bytes, complex, type(None)})

_IMMUTABLE: tuple[type, ...] = (
    *ATOMS, type(Ellipsis), type(NotImplemented), range, slice, types.BuiltinFunctionType, types.ModuleType,
    types.CodeType, types.MemberDescriptorType, types.GetSetDescriptorType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.GenericAlias, types.UnionType, re.Pattern, re.Match, datetime.date,
    datetime.time, datetime.timedelta, datetime.tzinfo, decimal.Decimal, fractions.Fraction, uuid.UUID,
    pathlib.PurePath, enum.Enum, zoneinfo.ZoneInfo,
)  # fmt: skip
_IMMUTABLE_OF_LIBRARIES = {
    "numpy.generic",
    "numpy.dtype",
    "pandas.core.dtypes.base.ExtensionDtype",
    "pandas.api.extensions.ExtensionDtype",
    "pandas.core.indexes.frozen.FrozenList",
    "pyarrow.lib._Weakrefable",
}


def is_atom(value: object) -> bool:
    """Return whether a value has no parts, and is the same as each value that equals it."""
    return type(value) in ATOMS and (value == value or not has_identity(value))


class Groups:
    """Joins names into groups, two at a time (a union-find structure)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._above = {name: name for name in names}

    def find(self, name: str) -> str:
        """Return the name that stands for the group of a name."""
        while (above := self._above[name]) != name:
            self._above[name] = name = self._above[above]
        return name

    def join(self, one: str, other: str) -> None:
        """Make one group of the groups of two names."""
        self._above[self.find(other)] = self.find(one)

    def all(self) -> list[list[str]]:
        """Return the groups; groups and members are in the order in which the names were given."""
        found: dict[str, list[str]] = {}
        for name in self._above:
            found.setdefault(self.find(name), []).append(name)
        return list(found.values())


def join_shared(groups: Groups, recordings: Mapping[str, Recording], home: Home) -> None:
    """Join names that reach a common object which can be changed, or whose arrays share memory."""
    memos = {name: recording.memo() for name, recording in recordings.items()}
    _join_objects(groups, recordings, memos, home)
    _join_memory(groups, recordings)
    _join_nans(groups, recordings)
    for name, recording in recordings.items():
        for target in recording.weak_targets:
            for holder in (other for other, memo in memos.items() if id(target) in memo):
                groups.join(holder, name)


def _join_objects(
    groups: Groups, recordings: Mapping[str, Recording], memos: Mapping[str, dict[int, tuple[int, Any]]], home: Home
) -> None:
    owner: dict[int, str] = {}
    apart = _kept_apart(recordings, memos)
    largest = max(memos, key=lambda name: len(memos[name]))
    for name in [*(name for name in memos if name != largest), largest]:
        memo = memos[name]
        for met in memo.keys() & owner.keys():  # the intersection runs in C, over the smaller set
            if met in apart or groups.find(owner[met]) == groups.find(name):
                continue
            if not is_immutable(memo[met][1], home):
                groups.join(owner[met], name)
        if name != largest:  # the largest comes last, so nothing looks up its objects
            owner.update(dict.fromkeys(memo, name))


def _kept_apart(recordings: Mapping[str, Recording], memos: Mapping[str, dict[int, tuple[int, Any]]]) -> frozenset[int]:
    """Return the arrays that only pandas objects hold: pandas copies them before a write, so sharing has no effect."""
    guarded = frozenset[int]().union(*(one.guarded for one in recordings.values()))
    bare = (guarded.intersection(memos[name]) - one.guarded for name, one in recordings.items())
    return guarded.difference(*bare)


def _join_memory(groups: Groups, recordings: Mapping[str, Recording]) -> None:
    held: list[HeldArray] = []
    whose: dict[int, str] = {}
    for name, recording in recordings.items():
        held.extend(recording.held)
        whose.update((id(one), name) for one in recording.held)
    for cluster in overlaps(held):
        for one in cluster[1:]:
            groups.join(whose[id(cluster[0])], whose[id(one)])


def _join_nans(groups: Groups, recordings: Mapping[str, Recording]) -> None:
    owner: dict[int, str] = {}
    for name, recording in recordings.items():
        for met in recording.nans.keys() & owner.keys():
            groups.join(owner[met], name)
        owner.update(dict.fromkeys(recording.nans, name))


def is_immutable(obj: Any, home: Home) -> bool:
    """Return whether no change of this object can ever be seen, so that sharing it has no effect."""
    kind = type(obj)
    if kind in ATOMS:
        return not has_identity(obj)
    if kind in (tuple, frozenset):
        return all(is_immutable(inner, home) for inner in obj)
    if isinstance(obj, type) or (callable(obj) and hasattr(obj, "__qualname__")):
        return home.reference(obj) is not None or is_importable(obj)
    if kind in SENTINELS:
        return home.reference(obj) is not None
    known = isinstance(obj, _IMMUTABLE) or any(_written_as(cls) in _IMMUTABLE_OF_LIBRARIES for cls in kind.__mro__)
    return known and not has_identity(obj)


def _written_as(cls: type) -> str:
    return f"{cls.__module__}.{cls.__name__}"
