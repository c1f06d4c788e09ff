"""Remembers how steps were linked, so that an edit of one cell links again only the steps that it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from nbflow.flow.graph.draft_link import DraftLink
from nbflow.flow.graph.graph import Link
from nbflow.flow.graph.linking import Linker
from nbflow.flow.syntax.specs import FlowSource, StepSpec


@dataclass(slots=True)
class StepsBelow:
    """Holds how the steps below the first edit were linked before, lowest first.

    They keep their links while each step between says to others what it said before. What it says is all but its text;
    a step that reads from an edited one is linked again, because the files that it uses may depend on that text.
    """

    linker: Linker  # which linked them before
    drafts: list[tuple[StepSpec, DraftLink]] = field(default_factory=list)
    _edited: set[str] = field(default_factory=set)

    def add_to(self, linker: Linker, step: StepSpec) -> bool:
        """Link the next step, and return whether it keeps its link."""
        before, draft = self.drafts.pop() if self.drafts else (None, None)
        known = draft if before is step and draft and self._sees_the_same(linker, step, draft) else None
        linker.add(step, known)
        if before is not step:
            self._edited.add(step.name)
        if before is None or draft != linker.drafts[step.name] or not _says_the_same(before, step):
            self.drafts.clear()
        return known is not None

    def _sees_the_same(self, linker: Linker, step: StepSpec, draft: DraftLink) -> bool:
        is_apart = all(self._edited.isdisjoint(read.writers) for read in draft.reads)
        return is_apart and linker.is_read_like(step, self.linker)


@dataclass(slots=True)
class LinkMemory:
    """Keeps the last links of one document.

    A step that was not edited is the same object again, because the reading of cells is kept.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    _last: Linker | None = None

    def around_edits(
        self, flow: FlowSource, learned: Mapping[str, frozenset[str]], steps: Sequence[StepSpec]
    ) -> tuple[Linker, StepsBelow]:
        """Return a linker that has linked the steps above the first edit, and how those below were linked before.

        The steps above see what they saw when they were linked last.
        """
        last, self._last = self._last, None
        if last is None:
            return (new := Linker(flow, learned)), StepsBelow(new)
        linker = replace(last, flow=flow, learned=learned)  # with the same steps, which are linked already
        if not linker.is_like(last):
            return (new := Linker(flow, learned)), StepsBelow(new)
        pairs = zip(steps, last.named.values(), strict=False)
        above = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1] and linker.is_read_like(pair[0], last), pairs))
        below = [(last.named[name], draft) for name, draft in islice(last.drafts.items(), above, None)]
        linker.keep_first(above)
        return linker, StepsBelow(last, below[::-1])

    def known(self, linker: Linker) -> dict[str, Link]:
        """Return the links of the steps that a linker has linked already."""
        return dict(islice(self.links.items(), len(linker.named)))

    def keep(self, linker: Linker, links: Mapping[str, Link]) -> None:
        """Keep what a linker has found for all steps."""
        self._last, self.links = linker, links


def _says_the_same(before: StepSpec, step: StepSpec) -> bool:
    """Return whether all but the text of a step is as it was."""
    return before is step or (replace(before, source=step.source) == step and before.names.holds == step.names.holds)
