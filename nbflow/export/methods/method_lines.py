"""Holds what all parts of writing methods share."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.export.import_lines import Imports
from nbflow.export.parameter_lines import Parameters
from nbflow.export.plan.attribute_names import AttributeNames
from nbflow.export.plan.flowing_attributes import Flowing
from nbflow.export.plan.name_usage import Usage
from nbflow.flow.graph.graph import Graph


@dataclass
class Writing:
    """Notes while methods are written which extras the script must define (`used`) and import (`flowspec`).

    `spelling` and `extras` map what the script imports and defines to the names it uses for them.
    """

    graph: Graph
    usage: Usage
    attributes: AttributeNames
    flowing: Flowing
    imports: Imports
    parameters: Parameters
    spelling: dict[str, str]
    extras: dict[str, str]
    used: set[str] = field(default_factory=set)
    flowspec: set[str] = field(default_factory=lambda: {"FlowSpec", "step"})
    notes: list[str] = field(default_factory=list)
