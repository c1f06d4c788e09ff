"""Decides how a method gets the state in which ordinary cells have left the random generators.

Statements that only seed are repeated in the method that draws. If an ordinary cell also draws, it is executed at the
top of the script, which keeps the state under a name of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec

_SHOWING = frozenset({"print", "display"})


@dataclass(frozen=True, slots=True)
class Seeding:
    """Says for one step which statements its method repeats, and after which others the top keeps a state."""

    statements: tuple[Definition, ...] = ()
    kept: tuple[tuple[str, Definition], ...] = ()


def seeding_of(graph: Graph, step: StepSpec) -> Seeding:
    """Find how ordinary cells affect the generators from which a step draws."""
    concerned = {name: _concerned(graph, step, name) for name in sorted(_given(graph, step))}
    repeated = {name for name, found in concerned.items() if all(_can_repeat(one, step) for one in found)}
    statements = dict.fromkeys(one for name in repeated for one in concerned[name])
    order = {id(one): at for at, one in enumerate(graph.prelude.definitions)}
    return Seeding(
        tuple(sorted(statements, key=lambda one: order[id(one)])),
        tuple((name, found[-1]) for name, found in concerned.items() if name not in repeated),
    )


def names_at_top(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the names of the prelude that the top of the script must define so that the step can run."""
    linked, seeding = graph.links[step.name], seeding_of(graph, step)
    needed = frozenset().union(*(one.wants for one in seeding.statements)) & graph.prelude.names
    return (linked.prelude - GENERATORS) | needed - GENERATORS | {name for name, _ in seeding.kept}


def read_by_seeding(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the names that the repeated statements read."""
    return frozenset().union(*(one.wants for one in seeding_of(graph, step).statements))


def read_by_calls_of_seeding(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the names that functions called by these statements read."""
    names = read_by_seeding(graph, step) & graph.prelude.names - GENERATORS
    closure = graph.prelude_of(step.name).closure(names, settings=False)
    return frozenset().union(*(one.wants for one in closure))


def _given(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the generators whose state may come from ordinary cells, and not certainly from a step."""
    linked = graph.links[step.name]
    sure = {one.name for one in linked.bindings if one.sure and one.writers}
    return (linked.draws & linked.prelude) - sure


def _concerned(graph: Graph, step: StepSpec, generator: str) -> tuple[Definition, ...]:
    """Return what seeds the generator above the step, from the last seeding on."""
    closure = graph.prelude_of(step.name).closure([generator], settings=False)
    found = [one for one in closure if generator in one.names and one.place < step.place]
    last = max((at for at, one in enumerate(found) if generator not in one.reads), default=0)
    return tuple(found[last:])


def _can_repeat(one: Definition, step: StepSpec) -> bool:
    """Tell whether a statement only sets and moves generators, and means the same in the method as in its cell."""
    used = frozenset(_loaded(parse(one.source).body))
    return one.names <= GENERATORS and used.isdisjoint(_SHOWING | names_of(parse(step.source.body)).bound)


def _loaded(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    return (part.id for node in nodes for part in every_node(node) if isinstance(part, ast.Name))
