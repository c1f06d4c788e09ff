"""Runs the cells of steps that are written in other languages than Python.

`run_sql` runs SQL over frames, files or a database, `run_r` runs R, and `run_bash` runs bash. The body of such a step
is one call of these; a cell of shared code in R is one of `r_code`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.languages.bash import run_bash
    from nbflow.languages.r.run_r import r_code, run_r
    from nbflow.languages.sql import run_sql

__all__ = ["r_code", "run_bash", "run_r", "run_sql"]

_R, _SQL, _BASH = "nbflow.languages.r.run_r", "nbflow.languages.sql", "nbflow.languages.bash"
_PLACES = {"r_code": _R, "run_bash": _BASH, "run_r": _R, "run_sql": _SQL}


def __getattr__(name: str) -> Any:
    """Import a function when it is first used: each language has libraries of its own."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)
