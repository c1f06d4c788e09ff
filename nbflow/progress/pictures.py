"""Draws a graph as text or as mermaid source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import Comparison, Guard, StepSpec

COLOURS = {
    "done": "#c8e6c9",
    "reused": "#dcedc8",
    "running": "#bbdefb",
    "stale": "#fff3bf",
    "missing": "#ffffff",
    "skipped": "#eeeeee",
    "failed": "#ffcdd2",
}
"""Maps each status to its fill colour; a status without a colour stays white."""

Statuses = Mapping[str, str]
"""Maps each step to one of the keys of COLOURS."""


def mark(step: StepSpec) -> str:
    """Return what is special about a step, in the words of its header: `foreach cfg in grid`, `join fit`."""
    marks = []
    if step.control.foreach:
        marks.append(f"foreach {step.control.foreach.var} in {step.control.foreach.expr}")
    if step.control.join:
        marks.append(f"join {step.control.join}")
    if step.control.guard:
        marks.append(_guard(step.control.guard))
    if step.control.loop:
        marks.append(f"while {step.control.loop}")
    return ", ".join(marks)


def _guard(guard: Guard) -> str:
    match guard.test:
        case Comparison.EQUALS:
            return f"if {guard.name} == {guard.literal!r}"
        case Comparison.TRUE:
            return f"if {guard.name}"
        case Comparison.FALSE:
            return f"if not {guard.name}"
        case Comparison.ELSE:
            return f"else {guard.name}"


# text


def to_text(graph: Graph, statuses: Statuses | None = None) -> str:
    """Return one line per step in document order; steps that run per item are indented below their foreach."""
    title = f"{graph.flow.name} · {count(len(graph.links), 'step')}"
    names = ", ".join(parameter.name for parameter in graph.flow.parameters)
    head = f"{title} · parameters {names}" if names else title
    return "\n".join([head, "", *_align(_rows(graph, statuses or {}))]) + "\n"


def count(number: int, what: str) -> str:
    """Return a number with its noun: `1 step`, `3 steps`."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _rows(graph: Graph, statuses: Statuses) -> Iterator[tuple[str, ...]]:
    for name, linked in graph.links.items():
        indent = "  " * len(linked.scope)
        arrow = f"← {', '.join(linked.upstream)}" if linked.upstream else ""
        yield indent + name, arrow, mark(graph.steps[name]), statuses.get(name, "")


def _align(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Align columns to their widest entry, but to 48 characters at most."""
    every = list(rows)
    widths = [min(max(map(len, column)), 48) for column in zip(*every, strict=True)]
    for row in every:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True) if width).rstrip()


def box_label(graph: Graph, name: str) -> str:
    """Return what a box of a step says: its name, and what is special about it."""
    special = mark(graph.steps[name])
    return f"{name}\n{special}" if special else name


# mermaid


def to_mermaid(graph: Graph, statuses: Statuses | None = None) -> str:
    """Return mermaid source, which GitHub and JupyterLab draw in markdown."""
    ids = {name: _id(name, number) for number, name in enumerate(graph.links)}
    lines = ["graph LR", *(f'    {ids[name]}["{_mermaid_text(box_label(graph, name))}"]' for name in graph.links)]
    for name, linked in graph.links.items():
        lines += [f"    {ids[above]} --> {ids[name]}" for above in linked.upstream]
    return "\n".join([*lines, *_classes(ids, statuses or {})]) + "\n"


def _mermaid_text(label: str) -> str:
    """Return a label with all that mermaid or Markdown might read as their own as the number of its character."""
    return _MEANT.sub(lambda found: f"#{ord(found[0])};", label).replace("\n", "<br/>")


_MEANT = re.compile(r"[^\w\n ,.=+()\[\]{}/'-]")


def _id(name: str, number: int) -> str:
    """Return a mermaid id: names may be words that mermaid reserves, such as `end`, or in letters it cannot read."""
    return f"step_{name if name.isascii() else number}"


def _classes(ids: Mapping[str, str], statuses: Statuses) -> Iterator[str]:
    for status in sorted({status for name, status in statuses.items() if name in ids}):
        members = ",".join(ids[name] for name in ids if statuses.get(name) == status)
        yield f"    classDef {status} fill:{COLOURS.get(status, '#ffffff')}"
        yield f"    class {members} {status}"
