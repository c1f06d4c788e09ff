"""Detects during a run that two steps depend on each other through a file, although the graph does not say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbflow.flow.files.file_use import Access
from nbflow.flow.graph.graph import Graph
from nbflow.store.catalog.rows import FileRow


class Hazards:
    """Remembers which steps of one run have read and written each file that their texts do not name."""

    def __init__(self) -> None:
        self._readers: dict[str, set[str]] = {}
        self._writers: dict[str, set[str]] = {}
        self._told: set[tuple[str, str]] = set()

    def note(self, step: str, rows: Iterable[FileRow], graph: Graph) -> tuple[str, ...]:
        """Return warnings about a task: the files that its step shares with steps for which it does not wait."""
        found: list[str] = []
        for row in rows:
            reads = row.access == Access.READ
            if reads or row.access not in (Access.FIND, Access.LIST):
                (self._readers if reads else self._writers).setdefault(row.path, set()).add(step)
                others = (self._writers if reads else self._readers).get(row.path, set())
                found += self._tell(step, others, row.path, graph)
        return tuple(found)

    def _tell(self, step: str, others: Iterable[str], path: str, graph: Graph) -> Iterator[str]:
        order = list(graph.links)
        for other in sorted(others, key=order.index):
            above, below = sorted((step, other), key=order.index)
            if above != below and (above, below) not in self._told and above not in graph.ancestors(below):
                self._told.add((above, below))
                yield (
                    f"warning: steps '{above}' and '{below}' share {path}, and '{below}' does not wait for '{above}': "
                    f"write --after {above} in the header of '{below}'"
                )
