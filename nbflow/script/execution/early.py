"""Starts the fork server before the rest of nbflow is imported, because its own imports take time too."""

from __future__ import annotations

import os

from nbflow.flow.graph.graph import Graph
from nbflow.run.program.local_modules import local_modules
from nbflow.run.workers.fork_server import start_fork_server
from nbflow.script.inputs.parameters import script_file
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.prepared import Prepared, prepare

_early: dict[type[FlowSpec], Prepared] = {}
"""Holds the script of this process, so that it is read once."""


def prepare_early(cls: type[FlowSpec]) -> None:
    """Read a script that has no mutators, and start the workers. Raises MetaflowException if it cannot be read."""
    _early[cls] = prepare(cls)
    start_workers_early(_early[cls], None)


def prepared_early(cls: type[FlowSpec], decorators: tuple[str, ...]) -> Prepared | None:
    """Return what was read early; None if `decorators`, those of `--with`, make another flow of it."""
    return None if decorators else _early.pop(cls, None)


def start_workers_early(prepared: Prepared, max_workers: int | None) -> None:
    """Start the fork server, which imports what the script imports while this process does other things."""
    start_fork_server(_modules(prepared), workers_of(prepared.graph, max_workers))


def workers_of(graph: Graph, max_workers: int | None) -> int:
    """Return how many workers can be busy at a time; for a foreach, up to twice the number of processors."""
    widest = 16 if any(step.control.foreach for step in graph.steps.values()) else _branches(graph)
    usual = max(4, 2 * (os.cpu_count() or 1))
    return max(1, min(max_workers or min(16, usual), widest))


def _branches(graph: Graph) -> int:
    """Return the largest number of tasks that the static splits can have at a time."""
    return 1 + sum(
        len(s.control.next.targets) - 1
        for s in graph.steps.values()
        if s.control.next and s.control.next.kind == "branch"
    )


def _modules(prepared: Prepared) -> list[str]:
    names = set().union(*(step.source.modules for step in prepared.graph.steps.values()))
    names |= {name for definition in prepared.script.prelude.definitions for name in definition.modules}
    local = {name.partition(".")[0] for name in local_modules(names, [script_file(prepared.cls).parent])}
    foreign = {name for name in names if not name.startswith(".") and name.partition(".")[0] not in local}
    return ["nbflow.script.execution.script_performer", "nbflow", *sorted(foreign)]
