"""nbflow turns a Jupyter notebook into a flow."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.client import DataArtifact, Flow, Run, Step, Task, get_namespace, namespace

__all__ = ["DataArtifact", "Flow", "Run", "Step", "Task", "get_namespace", "namespace"]


def __getattr__(name: str) -> Any:
    """The client is loaded when it is asked for, so that `import nbflow` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'nbflow' has no attribute '{name}'")
    return getattr(importlib.import_module("nbflow.client"), name)


def __dir__() -> list[str]:
    return __all__
