"""Provides the base of all client objects: each is found by a pathspec, printed as it and pickled as it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.client.namespaces import get_namespace, is_seen
from nbflow.errors import PathspecError


class ClientObject:
    """Represents what a pathspec names, such as `Run("movies/7")`.

    Args:
        pathspec: `Flow/run/step/task/artifact`, up to the part that the class stands for.
        folder: Where to look for the store; the working directory by default.
        attempt: Which attempt of a task to look at, counted from 0; the last one by default.

    Raises:
        PathspecError: if the text has another form.
        UnknownName: if the store has nothing of that name.
        MetaflowNamespaceMismatch: if the run is in another namespace.
    """

    _form: ClassVar[str]
    _find_flow: ClassVar[Callable[..., Any]]
    """Finds a flow by its name. The class of flows sets it, which knows the classes of all that is below them."""

    def __init__(
        self, pathspec: str, folder: str | os.PathLike[str] | None = None, *, attempt: int | None = None,
        _namespace_check: bool = True, _spins: bool | None = None,
    ) -> None:  # fmt: skip
        found = _descend(
            pathspec,
            self._form,
            lambda name: self._find_flow(name, folder, _namespace_check=_namespace_check, _spins=_spins),
        )
        vars(self).update(vars(found if attempt is None else found._at(attempt)))

    if TYPE_CHECKING:  # some classes have these as attributes, others as properties

        @property
        def id(self) -> str: ...

        @property
        def parent(self) -> Any: ...

    @property
    def pathspec(self) -> str:
        """Return the text that finds this object again: `movies/7/fit`."""
        return f"{self.parent.pathspec}/{self.id}"

    @property
    def path_components(self) -> list[str]:
        """Return the parts of the pathspec."""
        return self.pathspec.split("/")

    @property
    def origin_pathspec(self) -> str | None:
        """Return the pathspec of the same object in the run that was resumed; None if its run resumed no other."""
        above = self.parent.origin_pathspec
        return None if above is None else f"{above}/{self.id}"

    @property
    def tags(self) -> frozenset[str]:
        """Return all tags of its run, as they are now."""
        return self.user_tags | self.system_tags

    @property
    def user_tags(self) -> frozenset[str]:
        """Return the tags that users gave to its run."""
        found: frozenset[str] = self.parent.user_tags
        return found

    @property
    def system_tags(self) -> frozenset[str]:
        """Return the tags that nbflow gave to its run; users cannot remove them."""
        found: frozenset[str] = self.parent.system_tags
        return found

    def is_in_namespace(self) -> bool:
        """Tell whether the namespace that is chosen now shows it."""
        return is_seen(get_namespace(), self.tags)

    @property
    def created_at(self) -> datetime | None:
        """Return when it began; a step and an artifact have the time of their run or task."""
        found: datetime | None = self.parent.created_at
        return found

    @property
    def _seen_from(self) -> tuple[Any, ...]:
        """Return the folder of the store, and the namespace from which this object was found."""
        found: tuple[Any, ...] = self.parent._seen_from
        return found

    def _at(self, attempt: int) -> Any:
        """Return the same object in an earlier attempt of its task."""
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
        """Find a stored object in the namespace in which it was stored, whatever namespace is chosen now."""

        def find(name: str) -> Any:
            flow = cls._find_flow(name, folder, _namespace_check=False)
            flow._namespace = namespace
            return flow

        return _descend(pathspec, cls._form, find)


def _descend(pathspec: str, form: str, flow: Any) -> Any:
    """Find an object by name after name, from the flow down."""
    names = pathspec.split("/")
    if len(names) != form.count("/") + 1 or not all(names):
        raise PathspecError(pathspec, form)
    found = flow(names[0])
    for name in names[1:]:
        found = found[name]
    return found


def local_time(seconds: float | None) -> datetime | None:
    """Return seconds since 1970 as local time without a zone, so that it can be compared with `datetime.now()`."""
    return None if seconds is None else datetime.fromtimestamp(seconds)
