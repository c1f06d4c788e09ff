"""Where the steps of today's flow stand: what is done, what is stale, what would run."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.archive import Archive
from nbflow.arguments import bind_parameters, recorded
from nbflow.flow.graph import Graph
from nbflow.flow.step import Flow
from nbflow.history import Past, Standing, StepState, Version, stand
from nbflow.run.disk import Disk
from nbflow.run.launch import files_of
from nbflow.run.program import Program
from nbflow.run.traces import Traces
from nbflow.store.history import Reader
from nbflow.store.rows import RunRow

LOOKED_AT = 20
"""How many runs back a step is looked for that still holds."""


def resumed_parameters(
    archive: Archive, flow: Flow, given: Mapping[str, Any], folder: Path, origin: RunRow | None
) -> dict[str, Any]:
    """What `resume` of a run would have: what is given; else what the run had; else the defaults."""
    if origin is None:
        return bind_parameters(flow, given, folder)
    return bind_parameters(flow, given, folder, origin.parameters, archive.graph(origin).flow)


def version_of(graph: Graph, parameters: Mapping[str, Any], folder: Path, root: Path, history: Reader) -> Version:
    """The flow as it is today, with these parameters."""
    traces = Traces(graph, Disk(folder), history)
    program = Program(graph, parameters, folder, root)
    python = ".".join(platform.python_version_tuple()[:2])
    return Version(graph, recorded(parameters), files_of(program, graph.links), python, since=traces.changes)


def stand_all(now: Version, pasts: Sequence[Past]) -> dict[str, Standing]:
    """Every step in document order; `pasts` are newest first."""
    return {step: stand(step, now, pasts) for step in now.graph.links}


def would_run(standings: Mapping[str, Standing]) -> list[str]:
    return [step for step, one in standings.items() if one.state not in (StepState.DONE, StepState.RUNNING)]
