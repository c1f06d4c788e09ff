"""Patterns of `--watch` that match no file: mostly a slip, and then a change is never seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nbflow.flow.cell import Problem
from nbflow.flow.fileorder import may_be_same
from nbflow.flow.graph import Graph
from nbflow.run.disk import files_of_pattern


def unmatched(graph: Graph, folder: Path, steps: Iterable[str] | None = None) -> Iterator[Problem]:
    """Yield a warning for each pattern of these steps, or of all, that matches nothing and that no step will make."""
    for name in graph.links if steps is None else steps:
        step = graph.steps[name]
        for pattern in step.options.watch:
            if not files_of_pattern(pattern, folder) and not _is_made(pattern, graph):
                message = f"--watch {pattern} of step '{name}' matches no file in {folder}"
                yield Problem("watch", message, "Correct the pattern, or add the file", step.place, name, warning=True)


def _is_made(pattern: str, graph: Graph) -> bool:
    uses = (use for linked in graph.links.values() for use in linked.files)
    return any(use.access.writes and may_be_same(use.path, pattern) for use in uses)
