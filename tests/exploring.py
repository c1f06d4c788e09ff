"""Chooses what the ordinary run tries of many variants: NBFLOW_EXPLORE in the environment tries all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

_Variant = TypeVar("_Variant")


def some(variants: Sequence[_Variant], every: int = 2) -> Sequence[_Variant]:
    """Return every so many of the variants, with the first; all in an exploration."""
    return variants if "NBFLOW_EXPLORE" in os.environ else variants[::every]
