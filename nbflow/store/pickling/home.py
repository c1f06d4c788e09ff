"""Defines what the codec must know about the place of functions and classes: the globals of the notebook."""

from __future__ import annotations

import typing
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from weakref import WeakValueDictionary

from nbflow.errors import StoreError

SENTINELS = frozenset({object, typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple, typing.NewType})
"""Are the types of objects that never change, and of which only the identity matters: `MISSING = object()`."""


class Home(Protocol):
    """Gives the globals of a notebook, and tells which functions and classes in it belong to the prelude.

    Prelude objects are stored as references and load as the same object, so that `isinstance` holds.
    """

    @property
    def frees_arrays(self) -> bool:
        """Tell whether read-only arrays are loaded as copies to which one can write, as plain pickle loads them."""
        ...

    @property
    def namespace(self) -> dict[str, Any]:
        """Return the globals of functions that step bodies define; these functions get them again when loaded."""
        ...

    @property
    def classes(self) -> MutableMapping[str, type]:
        """Return the classes of step bodies by digest, kept for the codec. Start with a `WeakValueDictionary()`."""
        ...

    def reference(self, obj: object) -> tuple[str, str] | None:
        """Return (prelude name, digest of its code) if `obj` is what the prelude bound to that name, else None.

        The name of a class inside of a class is dotted.
        """
        ...

    def resolve(self, name: str, digest: str) -> object:
        """Return what the prelude binds to `name`; raise if its code has another digest."""
        ...

    def definition(self, name: str) -> str | None:
        """Return the digest of the code of a prelude name; "" for an artifact or a parameter; None for any other name.

        Functions of step bodies do not store the values of such names: they look them up when they are called.
        """
        ...

    def provide(self, definitions: Mapping[str, str]) -> None:
        """Bind prelude names, given with their digests, that a function which is being loaded will look up."""
        ...


def nested_class(space: Mapping[str, Any], name: str) -> type | None:
    """Return the class that a dotted name such as `Outer.Inner` leads to, or None."""
    first, *inner = name.split(".")
    found = space.get(first)
    for part in inner:
        found = vars(found).get(part) if isinstance(found, type) else None
    return found if inner and isinstance(found, type) else None


def _no_classes() -> MutableMapping[str, type]:
    return WeakValueDictionary()


@dataclass(frozen=True, eq=False)
class PlainHome:
    """Is a home without a prelude, for programs that read artifacts outside of a notebook."""

    frees_arrays: ClassVar[bool] = False
    namespace: dict[str, Any] = field(default_factory=dict)
    classes: MutableMapping[str, type] = field(default_factory=_no_classes)

    def reference(self, obj: object) -> tuple[str, str] | None:
        return None

    def definition(self, name: str) -> str | None:
        return None

    def provide(self, definitions: Mapping[str, str]) -> None:
        pass

    def resolve(self, name: str, digest: str) -> object:
        raise StoreError(f"'{name}' is shared code (prelude) of a notebook: load this artifact with that notebook open")
