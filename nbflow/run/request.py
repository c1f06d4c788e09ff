"""Says what to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.errors import NothingToRun
from nbflow.flow.syntax.specs import FlowSource
from nbflow.run.machine.plan import RunPlan
from nbflow.store.catalog.rows import RunKind

if TYPE_CHECKING:
    from nbflow.run.workers.workers import StartWorkers


@dataclass(frozen=True)
class RunRequest:
    """Says what to run: the steps of a plan, with these parameters.

    Attributes:
        plan: The steps that take part, and which of them may come from the store.
        parameters: The value of each parameter of the flow.
        tags: Names that the run gets.
        kind: How the run began.
        origin: The number of the run that this one resumes.
        workers: Makes what performs the tasks; None for processes of this machine.
        place: Where that is, in a word; "" for this machine.
    """

    plan: RunPlan
    parameters: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    kind: RunKind = RunKind.RUN
    origin: int | None = None
    workers: StartWorkers | None = None
    place: str = ""


def refuse_empty(flow: FlowSource) -> None:
    """Raise NothingToRun for a flow without steps, unless its problems say why there are none."""
    if not flow.steps and all(problem.warning for problem in flow.problems):
        raise NothingToRun(flow.document)
