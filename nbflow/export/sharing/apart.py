"""Finds changes that a Metaflow script would lose: it stores each artifact apart, so a change reaches one name only."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.export.sharing.held import PRELUDE
from nbflow.export.sharing.pairs import SharedNames
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.places import problem

_RULE = "comes-apart"


def constants_apart(sharing: SharedNames) -> Iterator[Problem]:
    """Yield changes of objects made by ordinary cells that other steps of a script would not see."""
    graph, steps = sharing.graph, [*sharing.graph.links]
    for at, step in enumerate(steps):
        own = graph.links[step].writes
        changed = frozenset(root for root in sharing.changed[step] if root[0] == PRELUDE)
        for name, held in sharing.constants.items() if changed else ():
            through = any(not changed.isdisjoint(one.deep) for n, one in sharing.given[step].items() if n != name)
            readers = [*([step] if through and name in sharing.given[step] else []), *steps[at + 1 :]]
            reader = next((one for one in readers if sharing.given[one].get(name) is held), None)
            if reader is not None and name not in own and not changed.isdisjoint(held.deep):
                yield problem(
                    _RULE,
                    graph.steps[step],
                    f"step '{step}' may change what an ordinary cell calls '{name}', and '{reader}' reads '{name}': "
                    "a script gives it to every step as the cell makes it",
                    "Make it in a step, or change a copy of it",
                )


def certainly_apart(graph: Graph) -> tuple[Problem, ...]:
    """Return changes that reach names which the step does not mention, as a run has found."""
    return tuple(
        problem(
            _RULE,
            graph.steps[step],
            f"step '{step}' changes an object that '{name}' reaches as well, and '{reader}' reads '{name}': "
            "Metaflow stores each artifact apart, so it would read the old value",
            f"Export with --target nbflow, or let '{step}' make the change through '{name}'",
        )
        for step, linked in graph.links.items()
        for name in sorted(linked.carried)
        for reader in _readers(graph, step, name)[:1]
    )


def _readers(graph: Graph, step: str, name: str) -> list[str]:
    return [
        reader
        for reader, linked in graph.links.items()
        for one in linked.bindings
        if one.name == name and step in one.writers and name not in linked.carried
    ]


def coming_apart(sharing: SharedNames) -> Iterator[Problem]:
    """Yield, once per step, a change that may have to reach other names than the one it is made through."""
    for step, changed in sharing.changed.items():
        found = next(_names_apart(sharing, step), None) if changed else None
        if found is not None:
            name, reader = found
            advice = "" if step in sharing.known else "Run the notebook once with nbflow run to see whether it does; "
            yield problem(
                _RULE,
                sharing.graph.steps[step],
                f"step '{step}' may change an object that '{reader}' reaches as '{name}', and Metaflow stores each "
                "artifact apart",
                f"{advice}{'if so, export' if advice else 'Export'} with --target nbflow, or keep to one name",
            )


def _names_apart(sharing: SharedNames, step: str) -> Iterator[tuple[str, str]]:
    """Yield what may come apart in the step itself, which loads each name separately, and in later steps."""
    graph, changed = sharing.graph, sharing.changed[step]
    meeting = [n for n, held in sharing.given[step].items() if n != "inputs" and sharing.meet(changed, held.deep)]
    if step in sharing.known:
        meeting = [name for name in meeting if name in graph.links[step].writes - graph.links[step].carried]
    yield from ((name, step) for name in meeting[1:])
    above = [*graph.links]
    above = above[: above.index(step)]
    for reader in () if step in sharing.known else [*graph.links][len(above) + 1 :]:
        for one in graph.links[reader].bindings:
            if set(one.writers) <= {*above} and sharing.meet(changed, sharing.held(one.writers, one.name).deep):
                yield one.name, reader
