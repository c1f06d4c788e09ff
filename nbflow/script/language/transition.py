"""A `self.next(…)` as it was called, and which attributes of a flow are no artifacts."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.flowspec.classes import ITEMS

OWN = frozenset({"_task_state", "_parameters", "_own_parameters"})
"""Attributes of a flow that are no artifacts."""

VARIABLES = "_foreach_vars"
"""The artifact with the names of lists that variables had: by the step to which the foreach leads."""

HIDDEN = frozenset({"_chosen", "_cards", "_caught", ITEMS, VARIABLES})


@dataclass(frozen=True, slots=True)
class Transition:
    """A `self.next(…)` that was called."""

    targets: tuple[str, ...]
    foreach: str | None = None
    condition: str | None = None
    chose: str = ""
