"""Looks after each run whether the store has a limit; most have none, so what evicts is imported only then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbflow.store.store import Store

LIMIT_VARIABLE = "NBFLOW_STORE_LIMIT"
"""Names the variable that holds the limit, such as `20GB`; without it, a store may grow."""


def keep_within_limit(store: Store) -> Iterator[str]:
    """Evict results if the store is larger than NBFLOW_STORE_LIMIT, and yield the line that says so.

    Nothing is evicted while another process writes to the store: then the next run does it. A run is over when this is
    called, so an error is told and not raised.
    """
    text = os.environ.get(LIMIT_VARIABLE)
    if text:
        from nbflow.history.evicting import evict_beyond  # noqa: PLC0415

        yield from evict_beyond(store, LIMIT_VARIABLE, text)
