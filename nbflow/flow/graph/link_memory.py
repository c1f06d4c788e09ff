"""Remembers how steps were linked, so that an edit of one cell does not link those above it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from nbflow.flow.graph.graph import Link
from nbflow.flow.graph.linking import DraftLink, Linker
from nbflow.flow.syntax.specs import StepSpec


@dataclass(slots=True)
class LinkMemory:
    """Keeps the last links of one document.

    A step that was not edited is the same object again, because the reading of a cell is cached.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    _last: Linker | None = None

    def above_edits(self, linker: Linker, steps: Sequence[StepSpec]) -> Mapping[str, DraftLink]:
        """Return how the first steps are linked: those that see what they saw when they were linked last."""
        last = self._last
        if last is None or not linker.is_like(last):
            return {}
        pairs = zip(steps, last.named.values(), strict=False)
        same = takewhile(lambda pair: pair[0] is pair[1] and linker.is_read_like(pair[0], last), pairs)
        return {step.name: last.drafts[step.name] for step, _ in same}

    def keep(self, linker: Linker, links: Mapping[str, Link]) -> None:
        """Keep what a linker has found for all steps."""
        self._last, self.links = linker, links
