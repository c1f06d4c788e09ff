"""Gives values of earlier runs the functions and classes as their code was then."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any


class EarlierDefinitions:
    """Executes the stored code of earlier definitions, each of them once and in a namespace of its own.

    `source_of` returns the stored code of a digest, or None. `flags` are those of the compiler.
    """

    def __init__(self, source_of: Callable[[str], str | None] | None, flags: int) -> None:
        self._source_of, self._flags = source_of, flags
        self._made: dict[tuple[str, str], Any] = {}

    def resolve(self, name: str, digest: str) -> Any:
        """Return what `name` meant when its code had this digest. Raises LookupError if the code is not stored."""
        if (name, digest) not in self._made:
            self._made[name, digest] = self._execute(name, digest)
        return self._made[name, digest]

    def forget(self) -> None:
        """Forget what was made: the next value gets objects of its own."""
        self._made.clear()

    def _execute(self, name: str, digest: str) -> Any:
        source = self._source_of(digest) if self._source_of else None
        if source is None:
            raise LookupError(f"the store does not have the earlier code of '{name}' (digest {digest})")
        module = types.ModuleType("__main__")
        exec(compile(source, f"{name} as stored", "exec", self._flags, dont_inherit=True), module.__dict__)
        return module.__dict__[name]
