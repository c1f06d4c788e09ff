"""Describes a call of `self.next(…)`, and names the attributes of a flow that are not artifacts of the user."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.flowspec.classes import ITEMS

OWN = frozenset({"_task_state", "_parameters", "_own_parameters"})
"""The attributes of a flow that are not artifacts."""

VARIABLES = "_foreach_vars"
"""The artifact that maps the next step of a foreach to the name of its list, if a variable had the name."""

HIDDEN = frozenset({"_chosen", "_cards", "_caught", ITEMS, VARIABLES})


@dataclass(frozen=True, slots=True)
class Transition:
    """Holds the arguments of a call of `self.next(…)`."""

    targets: tuple[str, ...]
    foreach: str | None = None
    condition: str | None = None
    chose: str = ""
