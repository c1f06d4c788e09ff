"""Reads and sets the states of the global random generators, and varies them for the items of a foreach."""

from __future__ import annotations

import contextlib
import importlib
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbflow.flow.effects.generator_names import GENERATORS, NUMPY, PYTHON, TORCH
from nbflow.flow.graph.graph import Graph
from nbflow.run.program.keys import seed_of
from nbflow.store.values.artifact_ref import pickled_by_fields

MODULES = {PYTHON: "random", NUMPY: "numpy", TORCH: "torch"}


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Streams:
    """Says how a task uses random generators, according to the graph when the task starts."""

    watched: frozenset[str] = frozenset()  # state known, so unexpected draws are noticed
    drawn: tuple[tuple[str, int], ...] = ()  # generators it draws from, and the foreach depth of the state
    kept: frozenset[str] = frozenset()  # generators whose state the steps below continue


NO_STREAMS = Streams()


def streams_of(graph: Graph, step: str) -> Streams:
    """Return how tasks of a step use random generators."""
    linked = graph.links[step]
    writers = {binding.name: binding.writers for binding in linked.bindings}
    depths = {name: [len(graph.links[one].scope) for one in writers.get(name, ())] for name in sorted(linked.draws)}
    drawn = tuple((name, max(found, default=0)) for name, found in depths.items())
    return Streams(linked.seeded - linked.draws - graph.steps[step].random.seeds, drawn, linked.writes & GENERATORS)


def load_generators(generators: Iterable[str]) -> None:
    """Import the libraries of these generators."""
    for name in generators:
        with contextlib.suppress(ImportError):
            importlib.import_module(MODULES[name])


def observe(generators: Iterable[str]) -> dict[str, Any]:
    """Return the states of generators whose library is loaded, as values that can be stored and compared."""
    return {name: _observe(name) for name in generators if MODULES[name] in sys.modules}


def _observe(name: str) -> Any:
    if name == PYTHON:
        return random.getstate()
    if name == NUMPY:
        kind, keys, position, has_gauss, gauss = sys.modules["numpy"].random.get_state()
        return kind, keys.tobytes(), int(position), int(has_gauss), float(gauss)
    return sys.modules["torch"].get_rng_state().numpy().tobytes()


def is_fresh(name: str, state: Any) -> bool:
    """Return whether nothing was drawn since the generator was seeded, as far as its state shows."""
    if name == PYTHON:
        return bool(state[1][-1] == 624 and state[2] is None)
    return bool(name != NUMPY or (state[2] == 624 and not state[3]))


def put(name: str, state: Any) -> None:
    """Set a generator to a state that `observe` has returned."""
    if name == PYTHON:
        random.setstate(state)
    elif name == NUMPY:
        numpy = importlib.import_module("numpy")
        kind, keys, *rest = state
        numpy.random.set_state((kind, numpy.frombuffer(keys, numpy.uint32), *rest))
    else:
        torch = importlib.import_module("torch")
        torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def vary(name: str, path: tuple[int, ...]) -> None:
    """Continue from the present state in a way that differs for each item, and is the same in each run."""
    if name == PYTHON:
        random.seed(seed_of(random.randrange(2**31), path))
    elif name == NUMPY:
        numpy = sys.modules["numpy"]
        numpy.random.seed(seed_of(int(numpy.random.randint(2**31)), path))
    else:
        torch = sys.modules["torch"]
        torch.manual_seed(seed_of(int(torch.randint(2**31, (1,))), path))


def seed_all(number: int) -> None:
    """Seed the generators whose library is loaded."""
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)
