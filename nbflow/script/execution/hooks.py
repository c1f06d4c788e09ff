"""Calls the functions of `@exit_hook` when a run is over, each in a process that imports the script again.

The command of such a process is `python -m nbflow.script.execution.hooks SCRIPT FUNCTION FLOW/RUN`.
"""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbflow.errors import NbflowError
from nbflow.script.execution.script_program import load_script
from nbflow.script.inputs.parameters import script_file
from nbflow.script.language.class_decorators import flow_decorators


def call_hooks(cls: type, pathspec: str, succeeded: bool) -> None:
    """Call the hooks of a flow, and print their output. A hook that fails does not change the run."""
    for name in _hooks(cls, "on_success" if succeeded else "on_error"):
        words = [sys.executable, "-m", __name__, str(script_file(cls)), name, pathspec]
        sys.stdout.flush()
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
        if said := done.stdout.strip():
            print(said)
        if done.returncode:
            print(f"[exit_hook] Hook '{name}' failed: its process ended with exit code {done.returncode}")


def _hooks(cls: type, when: str) -> Iterator[str]:
    for one in flow_decorators(cls):
        if one.name == "exit_hook":
            yield from (hook if isinstance(hook, str) else hook.__name__ for hook in one.given.get(when) or ())


def call_hook(script: str, name: str, pathspec: str) -> int:
    """Find the function and call it, with the run if it has an argument `run`. Return the exit code."""
    function = _in_module(name) or _in_script(Path(script), name)
    if function is None:
        print(f"[exit_hook] there is no function '{name}' in {script}, nor in a module: define it at the top")
        return 1
    known = inspect.signature(function).parameters.values()
    if any(one.name == "run" or one.kind is one.VAR_KEYWORD for one in known):
        function(run=_run(pathspec))
    else:
        function()
    return 0


def _in_module(name: str) -> Callable[..., Any] | None:
    module, _, function = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), function, None) if module else None
    except ImportError:
        return None


def _in_script(script: Path, name: str) -> Callable[..., Any] | None:
    sys.path.insert(0, str(script.parent))
    return getattr(load_script(script, script.stem), name, None)


def _run(pathspec: str) -> Any:
    """Return the run; None if it cannot be found."""
    from nbflow.client import Run  # noqa: PLC0415 - most runs have no hooks

    try:
        return Run(pathspec, _namespace_check=False)
    except NbflowError as error:
        print(error)
        return None


if __name__ == "__main__":
    sys.exit(call_hook(*sys.argv[1:4]))
