"""Presents the live namespace to the codec while a checkpoint is compared or loaded."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.point import Checkpoint
from nbflow.errors import PreludeFailed
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Definition
from nbflow.run.program.keys import is_whole_reference
from nbflow.run.task.earlier_code import EarlierDefinitions
from nbflow.run.task.namespace import future_flags
from nbflow.run.task.tracebacks import filename_of_cell, show_source
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.pickling.home import nested_class
from nbflow.store.values.user_code import interrupts, reason_of


class RestoreHome:
    """Is the home of a restore: prelude objects are references, functions get the live namespace as globals."""

    frees_arrays = False

    def __init__(self, ledger: Ledger, checkpoint: Checkpoint, reader: CatalogReader) -> None:
        self.ledger, self.checkpoint = ledger, checkpoint
        self._references: Mapping[str, tuple[str, str]] = checkpoint.references()
        self._by_name = {name: one for one in checkpoint.prelude.definitions for name in one.names}
        self._aside: dict[str, Any] = {}
        self._flags = future_flags(checkpoint.prelude.definitions)
        self._earlier = EarlierDefinitions(reader.code, self._flags)

    @property
    def namespace(self) -> dict[str, Any]:
        return self.ledger.namespace

    @property
    def classes(self) -> MutableMapping[str, type]:
        return self.ledger.classes

    def reference(self, obj: object) -> tuple[str, str] | None:
        """Return (prelude name, digest of its code) of an object that the checkpoint's prelude defines as it is now."""
        name = self._name_of_sentinel(obj) if type(obj) is object else getattr(obj, "__qualname__", None)
        if not isinstance(name, str) or not self._holds(name, obj):
            return None
        first = name.partition(".")[0]
        if first not in self._references:
            return None
        whole = self.checkpoint.prelude.closure([first])
        return (name, self._references[first][0]) if all(map(self.ledger.is_defined, whole)) else None

    def _holds(self, name: str, obj: object) -> bool:
        return self.namespace.get(name) is obj or (isinstance(obj, type) and nested_class(self.namespace, name) is obj)

    def _name_of_sentinel(self, sentinel: object) -> str | None:
        return min((one for one in self._references if self.namespace.get(one) is sentinel), default=None)

    def definition(self, name: str) -> str | None:
        return None

    def provide(self, definitions: Mapping[str, str]) -> None:
        """Do nothing: the steps that made the functions need the same names, so a restore defines these anyway."""

    def resolve(self, name: str, digest: str) -> object:
        """Return what the checkpoint's prelude defines, or else what the stored code of an older run defines."""
        known = self._references.get(name)
        if known and (known[0] == digest or is_whole_reference(self.checkpoint.prelude, name, digest)):
            return self._aside[name] if name in self._aside else self.namespace[name]
        return self._earlier.resolve(name, digest)

    def define(self, definitions: Iterable[Definition]) -> list[str]:
        """Execute definitions in the live namespace, and return notes about those that failed and are not needed.

        Raises PreludeFailed if a needed one fails.
        """
        notes: list[str] = []
        for definition in definitions:
            try:
                self._execute((definition,), self.namespace)
            except interrupts():
                raise
            except BaseException as error:  # the user's own code, which may also exit
                reason = reason_of(error)
                if definition.names & self.checkpoint.needed:
                    raise PreludeFailed(definition.names, filename_of_cell(definition.place), reason) from error
                names = ", ".join(sorted(definition.names))
                notes.append(f"not defined: {names} ({reason})")
            else:
                self.ledger.define((definition,))
        return notes

    def define_aside(self, definitions: Iterable[Definition]) -> None:
        """Execute definitions, and all that they need, in a namespace that only the objects being loaded see."""
        wanted = {name for definition in definitions for name in definition.names}
        if wanted:
            space = _new_space(self.checkpoint.parameters)
            self._execute(self.checkpoint.prelude.closure(wanted), space)
            self._aside = {name: space[name] for name in wanted & space.keys()}

    def _execute(self, definitions: Iterable[Definition], space: dict[str, Any]) -> None:
        for definition in definitions:
            exec(compile_definition(definition, self._flags), space)


def compile_definition(definition: Definition, flags: int) -> types.CodeType:
    """Return the code of a definition, under a file name by which tracebacks and `inspect` find its text."""
    filename = f"{filename_of_cell(definition.place)}, line {definition.place.line} as stored"
    show_source(filename, Cell(definition.place.cell, definition.source))
    code: types.CodeType = compile(definition.source, filename, "exec", flags, dont_inherit=True)
    return code


def _new_space(names: Mapping[str, Any]) -> dict[str, Any]:
    return {"__name__": "__main__", "__builtins__": __builtins__, **names}
