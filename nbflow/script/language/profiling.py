"""`profile`: how long the body of a `with` statement takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def profile(label: str, stats_dict: MutableMapping[str, Any] | None = None) -> Iterator[None]:
    """Print when the body begins and how many milliseconds it took, or add them to `stats_dict[label]`."""
    if stats_dict is None:
        print(f"PROFILE: {label} starting")
    began = time.time()
    yield
    took = int((time.time() - began) * 1000)
    if stats_dict is None:
        print(f"PROFILE: {label} completed in {took}ms")
    else:
        stats_dict[label] = stats_dict.get(label, 0) + took
