"""The live namespace as the codec sees it while a checkpoint is compared or loaded."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.point import Checkpoint
from nbflow.errors import PreludeFailed
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Definition
from nbflow.run.task.namespace import future_flags
from nbflow.run.task.tracebacks import filename_of_cell, show_source
from nbflow.store.catalog.reader import CatalogReader


class RestoreHome:
    """What the checkpoint's prelude defines is referred to by name; functions get the live namespace as globals."""

    def __init__(self, ledger: Ledger, checkpoint: Checkpoint, reader: CatalogReader) -> None:
        self.ledger, self.checkpoint = ledger, checkpoint
        self._reader = reader
        self._references: Mapping[str, tuple[str, str]] = checkpoint.references()
        self._by_name = {name: one for one in checkpoint.prelude.definitions for name in one.names}
        self._aside: dict[str, Any] = {}
        self._old: dict[tuple[str, str], Any] = {}

    @property
    def namespace(self) -> dict[str, Any]:
        return self.ledger.namespace

    @property
    def classes(self) -> MutableMapping[str, type]:
        return self.ledger.classes

    def reference(self, obj: object) -> tuple[str, str] | None:
        name = getattr(obj, "__qualname__", None)
        if not isinstance(name, str) or name not in self._references or self.namespace.get(name) is not obj:
            return None
        whole = self.checkpoint.prelude.closure([name])
        return (name, self._references[name][0]) if all(map(self.ledger.is_defined, whole)) else None

    def definition(self, name: str) -> str | None:
        return None

    def provide(self, definitions: Mapping[str, str]) -> None:
        """Nothing: the steps that made the functions need the same names, so a restore defines them anyway."""

    def resolve(self, name: str, digest: str) -> object:
        """As the checkpoint's prelude defines it, or as the stored code of an older run does."""
        if self._references.get(name, ("",))[0] == digest:
            return self._aside[name] if name in self._aside else self.namespace[name]
        if (name, digest) not in self._old:
            self._old[name, digest] = self._recall(name, digest)
        return self._old[name, digest]

    def _recall(self, name: str, digest: str) -> Any:
        source = self._reader.code(digest)
        if source is None:
            raise LookupError(f"the store has no code for '{name}' as it was ({digest})")
        space = _new_space({})
        flags = future_flags(self.checkpoint.prelude.definitions)
        exec(compile(source, f"{name} as stored", "exec", flags, dont_inherit=True), space)
        return space[name]

    def define(self, definitions: Iterable[Definition]) -> list[str]:
        """Execute definitions in the live namespace. Returns what failed and is not needed; raises PreludeFailed."""
        notes: list[str] = []
        for definition in definitions:
            try:
                self._execute((definition,), self.namespace)
            except Exception as error:
                if definition.names & self.checkpoint.needed:
                    raise PreludeFailed(definition.names, filename_of_cell(definition.place), error) from error
                names = ", ".join(sorted(definition.names))
                notes.append(f"not defined: {names} ({type(error).__name__}: {error})")
            else:
                self.ledger.define((definition,))
        return notes

    def define_aside(self, definitions: Iterable[Definition]) -> None:
        """Execute definitions where only what is being loaded sees them, with all that they need."""
        wanted = {name for definition in definitions for name in definition.names}
        if wanted:
            space = _new_space(self.checkpoint.parameters)
            self._execute(self.checkpoint.prelude.closure(wanted), space)
            self._aside = {name: space[name] for name in wanted & space.keys()}

    def _execute(self, definitions: Iterable[Definition], space: dict[str, Any]) -> None:
        flags = future_flags(self.checkpoint.prelude.definitions)
        for definition in definitions:
            exec(compile_definition(definition, flags), space)


def compile_definition(definition: Definition, flags: int) -> types.CodeType:
    """Its code, under a file name by which tracebacks and `inspect` find the text."""
    filename = f"{filename_of_cell(definition.place)}, line {definition.place.line} as stored"
    show_source(filename, Cell(definition.place.cell, definition.source))
    code: types.CodeType = compile(definition.source, filename, "exec", flags, dont_inherit=True)
    return code


def _new_space(names: Mapping[str, Any]) -> dict[str, Any]:
    return {"__name__": "__main__", "__builtins__": __builtins__, **names}
