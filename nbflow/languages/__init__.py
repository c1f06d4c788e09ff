"""Runs the cells of steps that are written in other languages than Python.

`run_sql` runs SQL over frames, files or a database, `run_r` runs R, and `run_bash` runs bash. The body of such a step
is one call of these.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.languages.bash import run_bash
    from nbflow.languages.r.run_r import run_r
    from nbflow.languages.sql import run_sql

__all__ = ["run_bash", "run_r", "run_sql"]

_PLACES = {"run_bash": "nbflow.languages.bash", "run_r": "nbflow.languages.r.run_r", "run_sql": "nbflow.languages.sql"}


def __getattr__(name: str) -> Any:
    """Import a function when it is first used: each language has libraries of its own."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)
