"""Checks classes that a step changes and then defines again: objects of the first one lose the change."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parsed
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.specs import StepSpec


def changed_and_defined_again(graph: Graph) -> Iterator[Problem]:
    """Find classes that a step changes and then defines again, where a step below has objects from above.

    What a step hands on under the name is the second class. Only with the first one would its change go on.
    """
    for step in graph.steps.values():
        found = dict(_defined_again(step)) if "class " in step.source.body else {}
        for name, line in found.items():
            if reader := _reader(graph, step, name):
                message = f"step '{step.name}' changes '{name}' and then defines another '{name}'"
                message += f": objects of the first one do not have the change in step '{reader}'"
                fix = f"Give the second one a name of its own, such as {name}2, here and below"
                place = replace(step.place, line=step.source.body_line + line - 1)
                yield Problem("class-defined-again", message, fix, place, step.name, warning=True)


def _defined_again(step: StepSpec) -> Iterator[tuple[str, int]]:
    """Yield each class that the body changes before it defines one of the same name, with the line of the second."""
    changed: set[str] = set()
    defined: set[str] = set()
    for node in parsed(step.source.body):
        names = names_of([node])
        if isinstance(node, ast.ClassDef) and node.name in changed:
            yield node.name, node.lineno
        defined |= names.bound
        changed |= names.mutates - defined


def _reader(graph: Graph, step: StepSpec, name: str) -> str | None:
    """Return a step below that reads another name which this step or one above has made."""
    order = graph.places
    for below in [*graph.links][order[step.name] + 1 :]:
        for binding in graph.links[below].bindings:
            if binding.name != name and any(order[one] <= order[step.name] for one in binding.writers):
                return below
    return None


REDEFINITION_RULES = (changed_and_defined_again,)
