"""Describes a script with its parameters, so that a worker can run any of its tasks, and imports scripts."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from nbflow.errors import MetaflowException
from nbflow.run.events.events import TaskId
from nbflow.run.program.local_modules import imported_by, local_modules
from nbflow.run.program.program import Program, ProjectTree, move_path
from nbflow.script.language.flowspec import IMPORTING, FlowSpec
from nbflow.script.preparing.static_branches import Branches


@dataclass(frozen=True)
class Spin:
    """Says how a stored task runs again. `joined` maps the inputs of a join to their RUN/STEP/TASK."""

    again: str = ""  # pathspec of the stored task
    keeps: bool = False  # whether its artifacts are stored
    skips_decorators: bool = False
    artifacts: Path | None = None  # a module whose ARTIFACTS replace stored values
    joined: Mapping[TaskId, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptProgram(Program):
    """Describes a script. `module` is the name under which all workers import it, so that its classes are the same."""

    performer: str = "nbflow.script.execution.script_performer:perform_script"
    file: str = ""
    module: str = ""
    flow: str = ""
    is_main: bool = False  # whether the process that runs the flow was started with this script
    cwd: str = "."
    path: tuple[str, ...] = ()
    max_splits: int | None = 100
    facts: dict[str, Any] = field(default_factory=dict)  # the facts of `current` about the run
    decorators: tuple[str, ...] = ()  # the texts of `--with`
    configs: dict[str, Any] = field(default_factory=dict)  # by attribute, as they are stored
    branches: Branches | None = None  # of a script that was exported
    spin: Spin | None = None

    @property
    def tree(self) -> ProjectTree:
        folder = Path(self.cwd)
        return ProjectTree(folder, (*self.own_folders, folder), is_read=False)

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Return the script and the local modules that it imports."""
        script = Path(self.file)
        return (script, *local_modules(imported_by(script), self.project).values())

    def apart(self) -> Self:
        """Return the program without the folders in which this process has the standard library and its packages."""
        return replace(self, path=tuple(path for path in self.path if not _is_installed(Path(path))))

    def moved(self, source: Path, target: Path) -> Self:
        def there(path: str) -> str:
            return str(move_path(Path(path), source, target))

        inside = tuple(there(path) for path in self.path if Path(path).is_relative_to(source))
        return replace(super().moved(source, target), file=there(self.file), cwd=there(self.cwd), path=inside)


def _is_installed(folder: Path) -> bool:
    standard = Path(sysconfig.get_path("stdlib"))
    zipped = standard.with_name(f"{standard.name.replace('.', '')}.zip")
    is_standard = folder == zipped or folder.is_relative_to(standard)
    return is_standard or folder.name in ("site-packages", "dist-packages")


class ScriptHome:
    """Is the home of objects of a script: there is no prelude, because its definitions are imported from its module.

    With `frees_arrays`, read-only arrays are handed on as Metaflow does; a notebook keeps them, and so does the script
    that was exported from it.
    """

    def __init__(self, module: types.ModuleType, *, frees_arrays: bool = True) -> None:
        self.frees_arrays = frees_arrays
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
    """Import the script under this name and return the module. Its `if __name__ == "__main__"` part does not run.

    Raises MetaflowException if the file cannot be imported.
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
    """Return the flow class of a script; of several, the one that is defined last.

    Raises MetaflowException if there is none.
    """
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FlowSpec) and value.__module__ == module.__name__
    ]
    if not found:
        raise MetaflowException(f"{module.__file__} defines no flow: derive a class from FlowSpec")
    return found[-1]
