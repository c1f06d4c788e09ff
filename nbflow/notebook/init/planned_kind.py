"""Names what the cells of an ordinary notebook become, as rules decide it, and as it is told."""

from __future__ import annotations

from enum import StrEnum


class Becomes(StrEnum):
    """Says what the cells of a group become."""

    STEP = "step"
    ORDINARY = "ordinary"
    PARAMETERS = "parameters"
    SHARED = "shared"  # only if the user wants it


class PlannedKind(StrEnum):
    """Says in one word what cells will be in the flow."""

    STEP = "step"
    PARAMETERS = "parameters"
    SHARED = "shared code"
    SETTINGS = "settings"
    SCRATCH = "scratch"
    LEFT = "left alone"
