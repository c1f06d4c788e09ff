"""A script with its parameters: what a worker needs to run any task of it."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.run.events.events import TaskId
from nbflow.run.program.program import Program
from nbflow.script.language.flowspec import IMPORTING, FlowSpec
from nbflow.script.preparing.static_branches import Branches


@dataclass(frozen=True)
class Spin:
    """How a single task is done once more. `joined` are the inputs of a join, each with its RUN/STEP/TASK."""

    again: str = ""  # pathspec of the stored task
    keeps: bool = False  # whether what it makes is stored
    skips_decorators: bool = False
    artifacts: Path | None = None  # a module whose ARTIFACTS stand for stored ones
    joined: Mapping[TaskId, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptProgram(Program):
    """`module` is the name under which workers import the script, so that its classes have one identity everywhere."""

    performer: str = "nbflow.script.execution.script_performer:perform_script"
    file: str = ""
    module: str = ""
    flow: str = ""
    cwd: str = "."
    path: tuple[str, ...] = ()
    max_splits: int | None = 100
    facts: dict[str, Any] = field(default_factory=dict)  # what `current` says of the run
    decorators: tuple[str, ...] = ()  # those of `--with`
    configs: dict[str, Any] = field(default_factory=dict)  # by attribute, as they are stored
    branches: Branches | None = None  # of a script that was exported
    spin: Spin | None = None


class ScriptHome:
    """A home without a prelude: what a script defines is imported, as from any module."""

    def __init__(self, module: types.ModuleType) -> None:
        self.namespace: dict[str, Any] = module.__dict__
        self.classes: dict[str, type] = {}

    def reference(self, obj: object) -> tuple[str, str] | None:
        return None

    def definition(self, name: str) -> str | None:
        return None

    def provide(self, definitions: Mapping[str, str]) -> None:
        pass

    def resolve(self, name: str, digest: str) -> object:
        raise MetaflowException(f"'{name}' is defined in a notebook, and a script cannot load it")


def load_script(file: Path, name: str) -> types.ModuleType:
    """The script as a module of its own name; it is main in no worker, so `if __name__ == "__main__"` stays silent.

    Raises MetaflowException.
    """
    if name in sys.modules and getattr(sys.modules[name], "__file__", None) == str(file):
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise MetaflowException(f"{file} cannot be imported: give a .py file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    IMPORTING.append(name)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        IMPORTING.pop()
    return module


def flow_in(module: types.ModuleType) -> type[FlowSpec]:
    """The flow class of a script; of several, the last one that is defined there.

    Raises MetaflowException where there is none.
    """
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FlowSpec) and value.__module__ == module.__name__
    ]
    if not found:
        raise MetaflowException(f"{module.__file__} defines no flow: derive a class from FlowSpec")
    return found[-1]
