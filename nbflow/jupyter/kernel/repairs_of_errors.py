"""Says what a front end can offer to do about the error of a cell."""

from __future__ import annotations

from nbflow.errors import AncestorsMissing, FlowRefused, ParameterMissing, ResultEvicted, TasksFailed
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.jupyter.panel.repair_lines import lines_of_repairs
from nbflow.jupyter.protocol.repair_messages import RepairKind, RepairLine


def repairs_of(error: BaseException | None, graph: Graph) -> tuple[RepairLine, ...]:
    """Return the repairs for an error that a cell has raised. The graph is that of the notebook."""
    match error:
        case FlowRefused():
            ids = {cell.number: cell.id for cell in graph.flow.cells}
            return lines_of_repairs((one for one in error.found if isinstance(one, Problem)), ids)
        case AncestorsMissing():
            missing = tuple(error.missing)
            return (RepairLine(RepairKind.RUN_FIRST, target=error.last, steps=missing, seconds=error.seconds),)
        case TasksFailed():
            return (RepairLine(RepairKind.DEBUG, target=next(iter(error.failures))),)
        case ResultEvicted() if error.flow == graph.flow.name:
            return (RepairLine(RepairKind.RUN_AGAIN, target=f"{error.number}/{error.step}", steps=(error.step,)),)
        case ParameterMissing():
            return (RepairLine(RepairKind.SET_PARAMETERS, text=", ".join(error.names)),)
        case _:
            return ()
