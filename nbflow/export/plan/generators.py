"""The random generators as a script speaks of them: what keeps their states, and the functions that set them."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.seeding import seeding_of
from nbflow.flow.effects.random_use import NUMPY, PYTHON, TORCH
from nbflow.flow.graph.link import Graph
from nbflow.script.preparing.static_branches import SEEDING


@dataclass(frozen=True, slots=True)
class Generator:
    """`attribute` keeps the state; the others are functions of the module. `number` draws a whole number."""

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
"""By the name that the graph has for the state."""


def silent_methods(graph: Graph, names: NameSupply) -> dict[str, list[str]]:
    """The methods that are not known to draw from a generator though it is seeded above them, by its module.

    One that draws all the same would give other numbers than the notebook. Those that begin with seeding it are marked.
    """
    found: dict[str, list[str]] = {}
    for name, linked in graph.links.items():
        step = graph.steps[name]
        seeded = frozenset().union(*(one.names for one in seeding_of(graph, step).statements))
        for generator in sorted(linked.seeded - linked.draws - step.seeds):
            mark = SEEDING if generator in seeded else ""
            found.setdefault(GENERATOR[generator].module, []).append(names.method(step) + mark)
    return found
