"""Imports jupytext and nbformat, which read and write text notebooks.

Imported as usual they bring the Jupyter server, a client of kernels and a grammar of internet addresses along, which
take several seconds. Both do without these where they are not installed, and so does a command that only wants the
cells of a notebook.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_BESIDE = (
    "isoduration",
    "jupyter_client",
    "jupytext.async_contentsmanager",
    "jupytext.sync_contentsmanager",
    "markdown_it",
    "rfc3986_validator",
    "rfc3987_syntax",
)
"""Names the modules that jupytext, and the checker of nbformat, import only where they can."""

_is_alone = False


def import_little() -> None:
    """Leave those modules out in this process, in which nothing but nbflow runs: other code may need them."""
    global _is_alone
    _is_alone = True


def import_jupytext() -> Any:
    """Return the library that reads and writes text notebooks."""
    with _little():
        return importlib.import_module("jupytext")


def import_nbformat() -> Any:
    """Return the module that makes and writes notebooks of format 4."""
    with _little():
        return importlib.import_module("nbformat.v4")


@contextmanager
def _little() -> Iterator[None]:
    left_out = [name for name in _BESIDE if name not in sys.modules] if _is_alone else []
    sys.modules.update(dict.fromkeys(left_out))  # type: ignore[arg-type]  # None: as if it were not installed
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]
