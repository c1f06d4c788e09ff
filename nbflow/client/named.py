"""What a pathspec names: it is found by its pathspec, shown by it, and stored as it."""

from __future__ import annotations

import importlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.errors import PathspecError


class Named:
    """`Run("movies/7")`. `folder` is where to look for the store.

    Raises PathspecError for a text of another form, and UnknownName for what is not there.
    """

    _form: ClassVar[str]

    def __init__(self, pathspec: str, folder: str | os.PathLike[str] | None = None) -> None:
        vars(self).update(vars(_find(pathspec, self._form, folder)))

    if TYPE_CHECKING:  # some have these as attributes, others as properties

        @property
        def id(self) -> str: ...

        @property
        def parent(self) -> Any: ...

    @property
    def pathspec(self) -> str:
        return f"{self.parent.pathspec}/{self.id}"

    @property
    def _folder(self) -> str:
        """Of the store."""
        folder: str = self.parent._folder
        return folder

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.pathspec}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.pathspec, self._folder)


def _find(pathspec: str, form: str, folder: str | os.PathLike[str] | None) -> Any:
    """Go down from the flow, name by name."""
    names = pathspec.split("/")
    if len(names) != form.count("/") + 1 or not all(names):
        raise PathspecError(pathspec, form)
    flows = importlib.import_module("nbflow.client.flow")  # which knows all below it, and so imports this module
    found = flows.Flow(names[0], folder)
    for name in names[1:]:
        found = found[name]
    return found


def local_time(seconds: float | None) -> datetime | None:
    """Seconds since 1970, in the time zone of whoever looks."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone()
