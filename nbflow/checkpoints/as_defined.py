"""Remembers what a definition has made: whether it was changed since, and how to put its attributes back."""

from __future__ import annotations

from typing import Any

from nbflow.checkpoints.fingerprint import fingerprint
from nbflow.run.task.definition_state import (
    REGISTERED,
    ChangedDefinition,
    difference,
    held_attributes,
    is_code,
    is_fixed,
    is_generic,
)


class AsDefined:
    """Describes the value of a definition that was executed just now; paths are as in `ChangedDefinition`.

    Objects of a class that is executed again are of another class than before. A class whose attributes are put back
    keeps its objects.
    """

    def __init__(self, value: Any) -> None:
        self._value, self._print = value, fingerprint(value)
        self._attributes = held_attributes(value) if is_code(value) else None
        loose = {path: held for path, held in (self._attributes or {}).items() if not is_fixed(held)}
        self._loose = {path: fingerprint(held) for path, held in loose.items()}

    @property
    def is_unchanged(self) -> bool:
        """Tell whether nobody has changed the value, or a part of it, in place."""
        return fingerprint(self._value) == self._print

    @property
    def can_be_put_back(self) -> bool:
        """Tell whether only attributes were assigned: what was changed in place, or registered, cannot be put back."""
        if self._attributes is None or is_generic(self._value):
            return False
        before, now = self._attributes, held_attributes(self._value)
        registered = (path for path in before.keys() | now.keys() if path.endswith(REGISTERED))
        return all(before.get(path) == now.get(path) for path in registered) and all(
            fingerprint(before[path]) == looks for path, looks in self._loose.items()
        )

    def put_back(self) -> ChangedDefinition:
        """Put the attributes back, and return what was held instead; its `apply` undoes this."""
        before, now = self._attributes or {}, held_attributes(self._value)
        difference(self._value, before, now).apply()
        return difference(self._value, now, before)
