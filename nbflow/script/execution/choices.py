"""What a task tells the client: which runs it wants to see, and where."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MODULES = ("nbflow.client.namespaces", "nbflow.client.stores")
"""Each has a list `chosen`. They are loaded only by scripts that read runs."""


@contextmanager
def choices_undone() -> Iterator[None]:
    """Undo what `namespace` and `metadata` are called with meanwhile: the next task here is another process there."""
    before = {name: [*_chosen(name)] for name in _MODULES}
    try:
        yield
    finally:
        for name, kept in before.items():
            _chosen(name)[:] = kept


def _chosen(name: str) -> list[Any]:
    return sys.modules[name].chosen if name in sys.modules else []
