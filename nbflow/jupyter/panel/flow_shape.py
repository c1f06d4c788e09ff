"""Makes the messages with which the panel draws the graph, the parameters and the problems of a flow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from blake3 import blake3

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.files.fileorder import shared_paths
from nbflow.flow.files.pathtexts import show_path
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.exact_values import is_json
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType
from nbflow.jupyter.panel.repair_lines import repair_line
from nbflow.jupyter.protocol.messages import Edge, FlowShape, ParameterField, ProblemLine, StepFacts
from nbflow.jupyter.protocol.wire import to_json
from nbflow.progress.pictures import mark


def shape_of(graph: Graph, cells: Mapping[str, str] | None = None) -> FlowShape:
    """Return the graph as a message. `cells` maps steps to the ids of their cells, if the graph does not know them."""
    steps = tuple(_facts(graph, name, (cells or {}).get(name, "")) for name in graph.links)
    version = blake3(to_json(steps).encode("utf-8", "surrogatepass")).hexdigest(8)
    return FlowShape(graph.flow.name, graph.flow.document, version, steps)


def _facts(graph: Graph, name: str, cell: str) -> StepFacts:
    step, linked = graph.steps[name], graph.links[name]
    return StepFacts(
        name,
        step.cell_id or cell,
        step.place.cell,
        mark(step),
        tuple(_edge(graph, above, name) for above in linked.upstream),
        linked.scope,
        linked.rank,
        tuple(binding.name for binding in linked.bindings),
        tuple(sorted(linked.writes)),
        tuple(sorted(linked.parameters)),
    )


def _edge(graph: Graph, above: str, below: str) -> Edge:
    linked = graph.links[below]
    names = tuple(binding.name for binding in linked.bindings if above in binding.writers)
    files = () if names else shared_paths(graph.links[above].files, linked.files)
    return Edge(above, (*names, *map(show_path, files)), above in linked.joined)


def problems_of(graph: Graph) -> Iterator[ProblemLine]:
    """Yield all problems of a flow as messages."""
    return lines_of_problems(graph, check_flow(graph))


def lines_of_problems(graph: Graph, problems: Iterable[Problem]) -> Iterator[ProblemLine]:
    """Yield problems as messages, with the ids of their cells."""
    ids = {cell.number: cell.id for cell in graph.flow.cells}
    for one in problems:
        cell, line = (one.place.cell, one.place.line) if one.place else (0, 0)
        where = str(one.place) if one.place else ""
        step = one.step or next((need.step for need in one.needs), None)
        repair = repair_line(one.repair, ids) if one.repair else None
        yield ProblemLine(one.told, one.fix, where, ids.get(cell, ""), line, step, one.warning, repair)


def fields_of(parameters: Iterable[ParameterSpec], values: Mapping[str, Any]) -> Iterator[ParameterField]:
    """Yield the fields of the parameter form; a parameter without a value is set to its default."""
    for one in parameters:
        default = typed(one, one.default)
        value = default if one.type is ParameterType.FILE or one.name not in values else typed(one, values[one.name])
        choices = tuple(typed(one, choice) for choice in one.choices)
        yield ParameterField(one.name, str(one.type.value), default, value, one.help, one.required, choices)


def typed(parameter: ParameterSpec, value: object) -> str:
    """Return a value as a user would type it."""
    match value:
        case None:
            return "none" if parameter.optional else ""
        case bool():
            return str(value).lower()
        case list() | dict() | tuple():
            return json.dumps(value, ensure_ascii=False) if is_json(value) else repr(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
