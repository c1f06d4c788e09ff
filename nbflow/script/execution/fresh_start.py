"""Lets each task of a worker find its script as a process of its own would, in which Metaflow runs it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.run.task.random_state import observe, put
from nbflow.script.execution.script_program import ScriptProgram
from nbflow.script.inputs.parameters import constants_of
from nbflow.script.language.flowspec import FlowSpec


class FreshStart:
    """Holds class constants and the states of seeded random generators as the top of a script leaves them.

    `before` holds the states of the generators before the script was imported. A generator that is not seeded goes on
    from task to task, so that no two tasks draw the same numbers.
    """

    def __init__(self, program: ScriptProgram, cls: type[FlowSpec], before: Mapping[str, Any]) -> None:
        self._cls = cls
        self._constants = {
            name: copy.deepcopy(value)
            for name, value in constants_of(cls).items()
            if isinstance(value, list | dict | set | bytearray)
        }
        moved = {name: state for name, state in observe(GENERATORS).items() if before.get(name) != state}
        self._seeded = moved if moved and any(map(_seeds, program.own_files)) else {}

    def begin(self) -> None:
        """Reset what another task may have changed."""
        for name, value in self._constants.items():
            setattr(self._cls, name, copy.deepcopy(value))
        for name, state in self._seeded.items():
            put(name, state)


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
