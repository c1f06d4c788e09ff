"""What all parts of the writing of methods share."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.export.imports import Imports
from nbflow.export.parameters import Parameters
from nbflow.export.plan.attributes import Attributes
from nbflow.export.plan.flowing import Flowing
from nbflow.export.plan.usage import Usage
from nbflow.flow.graph import Graph


@dataclass
class Writing:
    """`used` and `flowspec` are noted while writing: which extras the script has to define, and what to import.

    `spelling` and `extras` say by which name the script has what it imports and defines.
    """

    graph: Graph
    usage: Usage
    attributes: Attributes
    flowing: Flowing
    imports: Imports
    parameters: Parameters
    spelling: dict[str, str]
    extras: dict[str, str]
    used: set[str] = field(default_factory=set)
    flowspec: set[str] = field(default_factory=lambda: {"FlowSpec", "step"})
    notes: list[str] = field(default_factory=list)
