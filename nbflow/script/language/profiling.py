"""Defines `profile`, which measures how long the body of a `with` statement takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def profile(label: str, stats_dict: MutableMapping[str, Any] | None = None) -> Iterator[None]:
    """Measure how long the body of a `with` statement takes, in milliseconds.

    Args:
        label: A name for the body.
        stats_dict: If it is given, the time is added to `stats_dict[label]`. Otherwise the beginning and the time are
            printed.

    Yields:
        Nothing.

    Example:
        >>> times = {}
        >>> with profile("training", times):
        ...     total = sum(range(1000))
        >>> list(times)
        ['training']
    """
    if stats_dict is None:
        print(f"PROFILE: {label} starting")
    began = time.time()
    yield
    took = int((time.time() - began) * 1000)
    if stats_dict is None:
        print(f"PROFILE: {label} completed in {took}ms")
    else:
        stats_dict[label] = stats_dict.get(label, 0) + took
