"""Knows the random generators of a script: the attributes that keep their states, and the functions that set them."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.seeding import seeding_of
from nbflow.flow.effects.generator_names import NUMPY, PYTHON, TORCH
from nbflow.flow.graph.graph import Graph
from nbflow.script.preparing.static_branches import SEEDING


@dataclass(frozen=True, slots=True)
class Generator:
    """Describes a generator. `attribute` keeps its state; the others are functions, and `number` draws an integer."""

    attribute: str
    module: str
    get: str
    set: str
    seed: str
    number: str
    arguments: str  # of `number`


GENERATOR = {
    PYTHON: Generator("random_state", "random", "getstate", "setstate", "seed", "randrange", "2**31"),
    NUMPY: Generator(
        *("numpy_random_state", "numpy", "random.get_state", "random.set_state", "random.seed"),
        *("random.randint", "2**31"),
    ),
    TORCH: Generator(
        *("torch_random_state", "torch", "get_rng_state", "set_rng_state", "manual_seed"),
        *("randint", "2**31, (1,)"),
    ),
}
"""Maps the graph's name for the state of each generator to its description."""


def silent_methods(graph: Graph, names: NameSupply) -> dict[str, list[str]]:
    """Return, per module, the methods that are not known to draw although a generator is seeded above them.

    If one draws after all, its numbers differ from the notebook's. Methods that begin with a seeding are marked.
    """
    found: dict[str, list[str]] = {}
    for name, linked in graph.links.items():
        step = graph.steps[name]
        seeded = frozenset().union(*(one.names for one in seeding_of(graph, step).statements))
        for generator in sorted(linked.seeded - linked.draws - step.random.seeds):
            mark = SEEDING if generator in seeded else ""
            found.setdefault(GENERATOR[generator].module, []).append(names.method(step) + mark)
    return found
