"""Undoes, after each task, what the task has chosen for the client: a namespace, and a store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LISTS = {"nbflow.client.namespaces": "chosen", "nbflow.client.stores": "chosen_store"}
"""Maps modules of the client to the list in which each keeps a choice. Only scripts that read runs load them."""


@contextmanager
def choices_undone() -> Iterator[None]:
    """Undo the calls of `namespace` and `metadata` at the end: in Metaflow, the next task is another process."""
    before = {module: [*_choice_in(module)] for module in _LISTS}
    try:
        yield
    finally:
        for module, kept in before.items():
            _choice_in(module)[:] = kept


def _choice_in(module: str) -> list[Any]:
    return getattr(sys.modules[module], _LISTS[module]) if module in sys.modules else []
