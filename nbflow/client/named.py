"""What a pathspec names: it is found by its pathspec, shown by it, and stored as it."""

from __future__ import annotations

import importlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.errors import PathspecError


class Named:
    """`Run("movies/7")`. `folder` is where to look for the store; `attempt` chooses one of a task, from 0.

    Raises PathspecError for a text of another form, UnknownName for what is not there, and MetaflowNamespaceMismatch.
    """

    _form: ClassVar[str]

    def __init__(
        self, pathspec: str, folder: str | os.PathLike[str] | None = None, *, attempt: int | None = None,
        _namespace_check: bool = True, _spins: bool | None = None,
    ) -> None:  # fmt: skip
        flows = importlib.import_module("nbflow.client.flow")  # which knows all below it, and so imports this module
        seen = {"_namespace_check": _namespace_check, "_spins": _spins}
        found = _descend(pathspec, self._form, lambda name: flows.Flow(name, folder, **seen))
        vars(self).update(vars(found if attempt is None else found._at(attempt)))

    if TYPE_CHECKING:  # some have these as attributes, others as properties

        @property
        def id(self) -> str: ...

        @property
        def parent(self) -> Any: ...

    @property
    def pathspec(self) -> str:
        return f"{self.parent.pathspec}/{self.id}"

    @property
    def path_components(self) -> list[str]:
        return self.pathspec.split("/")

    @property
    def origin_pathspec(self) -> str | None:
        """Of what a resumed run has: the same in the run that was resumed."""
        above = self.parent.origin_pathspec
        return None if above is None else f"{above}/{self.id}"

    @property
    def tags(self) -> frozenset[str]:
        """Those of the run, as they are now."""
        return self.user_tags | self.system_tags

    @property
    def user_tags(self) -> frozenset[str]:
        """What users have tagged the run with."""
        found: frozenset[str] = self.parent.user_tags
        return found

    @property
    def system_tags(self) -> frozenset[str]:
        """What nbflow itself says of the run; nobody can take it away."""
        found: frozenset[str] = self.parent.system_tags
        return found

    def is_in_namespace(self) -> bool:
        """Whether the namespace that is chosen now has it."""
        namespaces = importlib.import_module("nbflow.client.namespaces")
        seen: bool = namespaces.is_seen(namespaces.get_namespace(), self.tags)
        return seen

    @property
    def created_at(self) -> datetime | None:
        """When its run, or what it stands in, began."""
        found: datetime | None = self.parent.created_at
        return found

    @property
    def _seen_from(self) -> tuple[Any, ...]:
        """Where the store is, and the namespace that all of this was looked at from."""
        found: tuple[Any, ...] = self.parent._seen_from
        return found

    def _at(self, attempt: int) -> Any:
        """The same as an earlier attempt made it."""
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.pathspec}')"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (repr(self), self._seen_from[0]) == (repr(other), other._seen_from[0])

    def __hash__(self) -> int:
        return hash(repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._revive, (self.pathspec, *self._seen_from)

    @classmethod
    def _revive(cls, pathspec: str, folder: str, namespace: str | None) -> Any:
        """What was stored is seen from the namespace in which it was stored, whatever is chosen now."""
        flows = importlib.import_module("nbflow.client.flow")
        return _descend(pathspec, cls._form, flows.flow_at(folder, namespace))


def _descend(pathspec: str, form: str, flow: Any) -> Any:
    """Go down from the flow, name by name."""
    names = pathspec.split("/")
    if len(names) != form.count("/") + 1 or not all(names):
        raise PathspecError(pathspec, form)
    found = flow(names[0])
    for name in names[1:]:
        found = found[name]
    return found


def local_time(seconds: float | None) -> datetime | None:
    """Seconds since 1970, in the time zone of whoever looks."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone()
