"""Remembers how steps were linked, so that an edit of one cell does not link those above it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from nbflow.flow.graph.graph import Link
from nbflow.flow.graph.linking import Linker
from nbflow.flow.syntax.specs import FlowSource, StepSpec


@dataclass(slots=True)
class LinkMemory:
    """Keeps the last links of one document.

    A step that was not edited is the same object again, because what was read of the cells above an edit is kept.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    _last: Linker | None = None

    def above_edits(self, flow: FlowSource, learned: Mapping[str, frozenset[str]], steps: Sequence[StepSpec]) -> Linker:
        """Return a linker that has linked the first steps: those that see what they saw when they were linked last."""
        last, self._last = self._last, None
        if last is None:
            return Linker(flow, learned)
        linker = replace(last, flow=flow, learned=learned)  # with the same steps, which are linked already
        if not linker.is_like(last):
            return Linker(flow, learned)
        pairs = zip(steps, last.named.values(), strict=False)
        same = takewhile(lambda pair: pair[0] is pair[1] and linker.is_read_like(pair[0], last), pairs)
        linker.keep_first(sum(1 for _ in same))
        return linker

    def known(self, linker: Linker) -> dict[str, Link]:
        """Return the links of the steps that a linker has linked already."""
        return dict(islice(self.links.items(), len(linker.named)))

    def keep(self, linker: Linker, links: Mapping[str, Link]) -> None:
        """Keep what a linker has found for all steps."""
        self._last, self.links = linker, links
