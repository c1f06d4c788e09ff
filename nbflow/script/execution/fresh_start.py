"""Lets each task of a worker find its script as a process of its own would, in which Metaflow runs it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.run.task.random_state import observe, put
from nbflow.script.execution.script_program import ScriptProgram
from nbflow.script.language.flowspec import FlowSpec

_NONE = object()


class FreshStart:
    """Holds attributes of the flow's classes and states of seeded generators as the top of a script leaves them.

    `before` holds the states of the generators before the script was imported. A generator that is not seeded goes on
    from task to task, so that no two tasks draw the same numbers.
    """

    def __init__(self, program: ScriptProgram, cls: type[FlowSpec], before: Mapping[str, Any]) -> None:
        self._held = {one: dict(_attributes(one)) for one in cls.__mro__ if _is_own(one)}
        self._copies = {one: dict(_copies(held)) for one, held in self._held.items()}
        moved = {name: state for name, state in observe(GENERATORS).items() if before.get(name) != state}
        self._seeded = moved if moved and any(map(_seeds, program.own_files)) else {}

    def begin(self) -> None:
        """Reset what another task may have changed."""
        for cls, held in self._held.items():
            now = dict(_attributes(cls))
            for name in now.keys() - held.keys():
                delattr(cls, name)
            for name, value in held.items():
                if now.get(name, _NONE) is not value:
                    setattr(cls, name, value)
            for name, value in self._copies[cls].items():
                held[name] = copy.deepcopy(value)
                setattr(cls, name, held[name])
        for name, state in self._seeded.items():
            put(name, state)


def _is_own(cls: type) -> bool:
    return cls is not object and not cls.__module__.startswith("nbflow.script")


def _attributes(cls: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        if not (name.startswith("__") and name.endswith("__")):
            yield name, value


def _copies(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield copies of the values that a task can change in place, but for those that hold a module, a lock and such."""
    for name, value in held.items():
        if isinstance(value, list | dict | set | bytearray):
            with suppress(TypeError):
                yield name, copy.deepcopy(value)


def _seeds(file: Path) -> bool:
    """Return whether code of a file seeds a generator, outside of its classes."""
    return any(
        isinstance(node, ast.Call) and "seed" in _called(node) for node in _outside(ast.parse(file.read_bytes()))
    )


def _called(call: ast.Call) -> str:
    """Return the name of a function: `seed` for `np.random.seed`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.lower()
    return ""


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.ClassDef):
            yield inner
            yield from _outside(inner)
