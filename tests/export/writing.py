"""Writes the script of some cells, and takes from it what a test looks at."""

from __future__ import annotations

from nbflow.export.write_flow import export_flow
from tests.export.alone import values_alone
from tests.export.engines import graph_of


def script(*cells: str, everything: bool = False) -> str:
    return export_flow(graph_of(*cells), all_artifacts=everything).text


def top(*cells: str) -> str:
    """The lines above the class."""
    return script(*cells).partition("\n\n\nclass FlowFlow")[0]


def method(name: str, *cells: str) -> str:
    text = script(*cells)
    start = text.index(f"def {name}(")
    ends = [at for at in (text.find(mark, start) for mark in ("\n\n    @", "\n\n\n")) if at > 0]
    return text[start : min(ends)]


def value(where: str, *cells: str) -> object:
    """`step.name`, after the script has run."""
    step, _, name = where.partition(".")
    return values_alone(script(*cells, everything=True))[step, (), name]
