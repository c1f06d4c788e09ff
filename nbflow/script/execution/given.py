"""Reads the module of `--artifacts-module`, whose values a spun step sees instead of the stored ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.run.events.events import TaskId
from nbflow.script.execution.script_program import Spin

NAME = "ARTIFACTS"


def given_to(spin: Spin | None, task: TaskId, is_join: bool) -> Mapping[str, Any]:
    """Return the given values of a task, or of an input of a join, which the module has under RUN/STEP/TASK."""
    if spin is None or spin.artifacts is None:
        return {}
    artifacts = _read(spin.artifacts)
    if task in spin.joined:
        found: Mapping[str, Any] = artifacts.get(spin.joined[task], {})
        return found
    return {} if is_join else artifacts


@cache
def _read(path: Path) -> dict[str, Any]:
    """Return the dictionary of the module. Raises MetaflowException if there is none, and what the module raises."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise MetaflowException(f"{path} cannot be imported: give a .py file to --artifacts-module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = vars(module).get(NAME)
    if not isinstance(found, dict):
        raise MetaflowException(f"{path} has no dictionary {NAME}: write {NAME} = {{'name': value}} into it")
    return found
