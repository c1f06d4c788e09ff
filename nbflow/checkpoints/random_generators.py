"""Keeps the random states of Python and of NumPy's global generator with a checkpoint."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from typing import Any

from nbflow.store.catalog.columns import reads_row
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.writer import CatalogWriter


@dataclass(frozen=True)
class RandomState:
    """Holds what `random.getstate()` and `numpy.random.get_state()` return; `numpy` is None if it was not loaded."""

    python: tuple[Any, ...]
    numpy: tuple[Any, ...] | None = None


def observe_random() -> RandomState:
    """Return the present state of the two generators."""
    numpy = sys.modules.get("numpy")
    return RandomState(random.getstate(), None if numpy is None else _plain(numpy.random.get_state()))


def set_random(state: RandomState) -> None:
    """Set the two generators to a state."""
    random.setstate(state.python)
    numpy = sys.modules.get("numpy")
    if state.numpy is not None and numpy is not None:
        kind, keys, *rest = state.numpy
        numpy.random.set_state((kind, numpy.array(keys, numpy.uint32), *rest))


def write_random(writer: CatalogWriter, task: int, state: RandomState | None = None) -> None:
    """Store a state with a task, by default the present one. It takes 6 KB; equal states are stored once."""
    state = state or observe_random()
    writer.put_random(task, json.dumps([state.python, state.numpy]))


def read_random(reader: CatalogReader, task: int) -> RandomState | None:
    """Return the state after the task with this row; None if it was not kept."""
    text = reader.random(task)
    return None if text is None else _random_state(text)


@reads_row("the state of random generators")
def _random_state(text: str) -> RandomState:
    (version, internal, gauss), numpy = json.loads(text)
    return RandomState((version, tuple(internal), gauss), None if numpy is None else tuple(numpy))


def _plain(state: Any) -> tuple[Any, ...]:
    kind, keys, position, has_gauss, gauss = state
    return kind, tuple(keys.tolist()), int(position), int(has_gauss), float(gauss)
