"""Reads streams, including those of earlier versions, in which some classes of nbflow have other modules."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

from nbflow.store.pickling.nans import referred_nan

_SCRIPT_ROOMS = {
    "inputs": ("config", "configuring", "delayed", "parameters", "parsers"),
    "language": (
        "current", "custom", "decorators", "joining", "mutable", "profiling", "refused", "state", "transition",
        "unsupported",
    ),
    "preparing": ("cases", "lint", "nodes", "packages", "prepared", "settling"),
    "execution": ("choices", "console", "early", "given", "hooks", "settings", "spinning", "watch", "wrapping"),
    "processes": ("multicore", "runner"),
}  # fmt: skip
"""Maps each room of `nbflow.script` to the modules that were in `nbflow.script` itself, under the same name."""

MOVED = {
    **{
        f"nbflow.script.{name}": f"nbflow.script.{room}.{name}"
        for room, names in _SCRIPT_ROOMS.items()
        for name in names
    },
    "nbflow.script.branches": "nbflow.script.preparing.static_branches",
    "nbflow.script.flow": "nbflow.script.language.flowspec",
    "nbflow.script.launch": "nbflow.script.execution.launch_script",
    "nbflow.script.main": "nbflow.script.commands.command_line",
    "nbflow.script.performer": "nbflow.script.execution.script_performer",
    "nbflow.script.program": "nbflow.script.execution.script_program",
    "nbflow.script.reading": "nbflow.script.preparing.read_class",
    "nbflow.script.session": "nbflow.script.processes.run_aside",
    "nbflow.script.sources": "nbflow.script.execution.script_sources",
    "nbflow.artifacts": "nbflow.client",
    "nbflow.relations": "nbflow.client",
    "nbflow.store.rebuild": "nbflow.store.pickling.rebuild",
    "nbflow.store.reopened": "nbflow.store.pickling.reduce.reopen",
    "nbflow.store.attributes": "nbflow.store.pickling.attributes",
    "nbflow.store.tombstone": "nbflow.store.values.tombstone",
    "nbflow.store.artifact": "nbflow.store.values.artifact_ref",
    "nbflow.run.state": "nbflow.run.task.definition_state",
    "nbflow.errors.flow": "nbflow.errors.flow_errors",
    "nbflow.errors.names": "nbflow.errors.name_errors",
    "nbflow.errors.restore": "nbflow.errors.restore_errors",
    "nbflow.errors.run": "nbflow.errors.run_errors",
    "nbflow.errors.script": "nbflow.errors.script_errors",
    "nbflow.errors.store": "nbflow.errors.store_errors",
}
"""Maps modules that stored streams name to the modules that hold their content today."""

RENAMED = {
    ("nbflow.script.decorators", "Facts"): "DecoratorFacts",
    ("nbflow.script.flow", "Frame"): "ForeachFrame",
    ("nbflow.script.joining", "Inputs"): "InputFlows",
    ("nbflow.store.artifact", "Artifact"): "ArtifactRef",
    ("nbflow.run.state", "Kept"): "ChangedDefinition",
    ("nbflow.run.task.definition_state", "Kept"): "ChangedDefinition",
}
"""Maps a module and a class that stored streams name to the name that the class has today."""

_NUMPY_1 = {"numpy._core": "numpy.core", "numpy.rec": "numpy.core.records", "numpy.char": "numpy.core.defchararray"}
"""Maps modules of NumPy 2 to those that have the same content in NumPy 1."""


class Unpickler(pickle.Unpickler):
    """Reads a stream, and keeps its memo, so that other streams can refer to the objects of this one."""

    def __init__(self, stream: bytes, buffers: Sequence[Any], foreign: Sequence[object]) -> None:
        self._stream = io.BytesIO(stream)
        super().__init__(self._stream, buffers=buffers)
        self._foreign = foreign
        self._nans: dict[str, float] = {}

    def load_values(self) -> list[object]:
        """Return the values of the stream, after all that it says of them behind."""
        values: list[object] = self.load()
        if self._stream.tell() < len(self._stream.getbuffer()):
            self.load()
        return values

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return a class or function, also if it has moved since, or in another NumPy."""
        today = RENAMED.get((module_name, global_name), global_name)
        try:
            return super().find_class(MOVED.get(module_name, module_name), today)
        except ModuleNotFoundError:
            earlier = next((one for one in _NUMPY_1 if module_name.startswith(one)), None)
            if earlier is None:
                raise
            return super().find_class(module_name.replace(earlier, _NUMPY_1[earlier], 1), global_name)

    def persistent_load(self, reference: Any) -> object:
        """Return an object of another component, an attribute dict of an object of this one, or a NaN."""
        if isinstance(reference, str):
            if reference not in self._nans:
                self._nans[reference] = referred_nan(reference)
            return self._nans[reference]
        return self._foreign[reference] if isinstance(reference, int) else vars(reference[0])
