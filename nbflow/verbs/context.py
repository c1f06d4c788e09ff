"""The keys under which a verb finds, in the context of click, what its front end gives it."""

from __future__ import annotations

FLOW = "nbflow.flow"
"""Keeps the flow of the notebook, once it is known."""

GIVEN = "nbflow.given"
"""Keeps the values of the parameters that stand on the command line."""

PLACE = "nbflow.place"
"""Keeps the workplace, where a verb is used in the notebook itself and not in a shell."""

PERFORM = "nbflow.perform"
"""Keeps the `Perform` of the front end, which runs what was asked for."""
