"""What the codec must know about the place where functions and classes live: the notebook's globals."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakValueDictionary

from nbflow.errors import StoreError


class Home(Protocol):
    """The globals of a notebook, and which functions and classes in it are prelude.

    Prelude objects are stored as a reference and come back as the very object, so that `isinstance` holds.
    """

    @property
    def namespace(self) -> dict[str, Any]:
        """The globals that functions made in step bodies have, and get again when they are loaded."""
        ...

    @property
    def classes(self) -> MutableMapping[str, type]:
        """The codec's own notes: classes of step bodies by digest. Start with a `WeakValueDictionary()`."""
        ...

    def reference(self, obj: object) -> tuple[str, str] | None:
        """(prelude name, digest of its code) if `obj` is what the prelude bound to that name."""
        ...

    def resolve(self, name: str, digest: str) -> object:
        """What the prelude binds to `name` when its code has `digest`; raises if it has another."""
        ...

    def definition(self, name: str) -> str | None:
        """The digest of the code of a prelude name; "" for an artifact or a parameter; None for any other name.

        Functions of step bodies do not take such names along: they read what the names hold when they are called.
        """
        ...

    def provide(self, definitions: Mapping[str, str]) -> None:
        """Bind the prelude names, of those digests, that a function which is being loaded will look up."""
        ...


def _no_classes() -> MutableMapping[str, type]:
    return WeakValueDictionary()


@dataclass(frozen=True, eq=False)
class PlainHome:
    """A home without a prelude: for readers outside of any notebook."""

    namespace: dict[str, Any] = field(default_factory=dict)
    classes: MutableMapping[str, type] = field(default_factory=_no_classes)

    def reference(self, obj: object) -> tuple[str, str] | None:
        return None

    def definition(self, name: str) -> str | None:
        return None

    def provide(self, definitions: Mapping[str, str]) -> None:
        pass

    def resolve(self, name: str, digest: str) -> object:
        raise StoreError(f"'{name}' is defined in the notebook's prelude: load this artifact with that notebook open")
