"""Describes the graph of a script under Metaflow's names: objects for `flow._graph`, dicts for `current.graph`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.flowspec.classes import Script
from nbflow.flow.flowspec.links import Outline, outline
from nbflow.flow.syntax.specs import Next, NextKind
from nbflow.script.inputs.parameters import constants_of, parameters_of
from nbflow.script.preparing.prepared import Prepared

_KINDS = {NextKind.BRANCH: "split", NextKind.FOREACH: "foreach", NextKind.SWITCH: "split-switch"}
_LONG = {"split": "split-static", "foreach": "split-foreach"}


@dataclass(frozen=True)
class Node:
    """Describes one step: where it is written, and where it leads."""

    name: str
    type: str
    doc: str
    func_lineno: int
    source_file: str
    num_args: int
    in_funcs: set[str]
    out_funcs: list[str]
    split_parents: list[str] = field(default_factory=list)
    split_branches: list[str] = field(default_factory=list)
    matching_join: str | None = None
    foreach_param: str | None = None
    condition: str | None = None
    switch_cases: dict[Any, str] = field(default_factory=dict)
    parallel_step: bool = False
    parallel_foreach: bool = False

    @property
    def is_inside_foreach(self) -> bool:
        """Return whether the step is inside a split, which Metaflow calls so."""
        return bool(self.split_branches) and self.name not in self.split_parents


class FlowGraph:
    """Holds the steps of a flow by name, in an order in which they can run."""

    def __init__(self, script: Script, doc: str = "") -> None:
        self.name, self.doc = script.name, doc
        self.start_step, self.end_step = script.start, script.end
        found = outline(script.steps)
        self.sorted_nodes = [*found.order, *found.cyclic]
        self.nodes = {name: _node(script, found, name) for name in self.sorted_nodes}

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.nodes

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())


def _node(script: Script, found: Outline, name: str) -> Node:
    method, leads = found.methods[name], found.nexts.get(name)
    return Node(
        name, _type(script, name, leads), method.doc, method.place.line, method.place.document, method.arguments,
        set(found.parents[name]), list(leads.targets if leads else ()),
        [one.split for one in found.stacks.get(name, ())], [one.branch for one in found.stacks.get(name, ())],
        _join_of(found, name), leads.foreach if leads else None, leads.condition if leads else None,
        dict(leads.cases) if leads else {},
    )  # fmt: skip


def _type(script: Script, name: str, leads: Next | None) -> str:
    if name == script.end:
        return "end"
    if leads is not None and leads.kind in _KINDS:
        return _KINDS[leads.kind]
    if script.steps[name].is_join:
        return "join"
    return "start" if name == script.start else "linear"


def _join_of(found: Outline, split: str) -> str | None:
    for name, arriving in found.arriving.items():
        if found.methods[name].is_join and any(stack and stack[-1].split == split for stack in arriving.values()):
            return name
    return None


# as dicts and lists


def graph_of(prepared: Prepared) -> FlowGraph:
    """Return the graph of a script for `flow._graph`."""
    return FlowGraph(prepared.script, (prepared.cls.__doc__ or "").strip())


def describe_graph(prepared: Prepared) -> dict[str, Any]:
    """Return the flow, its parameters, its constants and its steps as dicts, for `current.graph`."""
    graph, cls = graph_of(prepared), prepared.cls
    constants = [{"name": name, "type": type(value).__name__} for name, value in constants_of(cls).items()]
    return {
        "file": prepared.script.document,
        "start_step": graph.start_step,
        "end_step": graph.end_step,
        "parameters": [{"name": name, "type": type(one).__name__} for name, one in parameters_of(cls).items()],
        "constants": constants,
        "steps": {node.name: _facts(node) for node in graph},
        "graph_structure": _nested(graph, graph.start_step, None),
        "doc": graph.doc,
        "decorators": [],
        "extensions": {},
    }


def _facts(node: Node) -> dict[str, Any]:
    more = {"foreach_artifact": node.foreach_param, "condition": node.condition, "matching_join": node.matching_join}
    return {
        "name": node.name,
        "type": _LONG.get(node.type, node.type),
        "line": node.func_lineno,
        "source_file": node.source_file,
        "doc": node.doc,
        "decorators": [],
        "next": node.out_funcs,
        **{name: value for name, value in more.items() if value is not None},
        **({"switch_cases": node.switch_cases} if node.switch_cases else {}),
    }


def _nested(graph: FlowGraph, name: str | None, until: str | None) -> list[Any]:
    """Return the names of the steps in a row, with a list of lists for the branches of each split."""
    row: list[Any] = []
    while name is not None and name != until:
        node = graph[name]
        row.append(name)
        if node.type == "split-switch":
            row.append([_nested(graph, branch, graph.end_step) for branch in node.out_funcs if branch != name])
            name = graph.end_step
        elif node.matching_join is not None:
            row.append([_nested(graph, branch, node.matching_join) for branch in node.out_funcs])
            name = node.matching_join
        else:
            name = node.out_funcs[0] if node.out_funcs else None
    return row
