"""Makes the messages about repairs of cells, and the edits that they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.source.repairs import (
    AddImport,
    AddOption,
    MakeStep,
    MoveCell,
    MoveStatement,
    RemoveStatement,
    RenameName,
    Repair,
    SplitCell,
    WriteLine,
)
from nbflow.flow.syntax.places import OF_A_TEXT
from nbflow.jupyter.protocol.plan_messages import CellEdit, RepairEdits
from nbflow.jupyter.protocol.repair_messages import RepairKind, RepairLine
from nbflow.jupyter.protocol.sent import Misunderstood, read_object
from nbflow.notebook.mending import MendedCell, NotMended, mend, mended


def repair_line(repair: Repair, ids: Mapping[int, str]) -> RepairLine:
    """Return a repair as a message. `ids` are the ids of the cells by their numbers."""
    match repair:
        case MakeStep(cell, header, _, above):
            return RepairLine(RepairKind.MAKE_STEP, ids[cell], cell, text=header, above=above)
        case MoveCell(cell, above):
            return RepairLine(RepairKind.MOVE_CELL, ids[cell], cell, above=above)
        case SplitCell(cell, line):
            return RepairLine(RepairKind.SPLIT_CELL, ids[cell], cell, line)
        case WriteLine(cell, line, text):
            return RepairLine(RepairKind.WRITE_LINE, ids[cell], cell, line, text=text)
        case AddOption(cell, option):
            return RepairLine(RepairKind.ADD_OPTION, ids[cell], cell, text=option)
        case RemoveStatement(cell, line):
            return RepairLine(RepairKind.REMOVE_STATEMENT, ids[cell], cell, line)
        case MoveStatement(cell, line, above, is_import):
            kind = RepairKind.MOVE_IMPORT if is_import else RepairKind.MOVE_STATEMENT
            return RepairLine(kind, ids[cell], cell, line, above)
        case AddImport(statement, above):
            return RepairLine(RepairKind.ADD_IMPORT, ids[above], above=above, text=statement)
        case RenameName(cells, old, new):
            return RepairLine(RepairKind.RENAME, ids[cells[0]], cells[0], text=new, old=old)
        case _:
            assert_never(repair)


def lines_of_repairs(problems: Iterable[Problem], ids: Mapping[int, str]) -> tuple[RepairLine, ...]:
    """Return the repairs of problems as messages, each once."""
    return tuple(dict.fromkeys(repair_line(one.repair, ids) for one in problems if one.repair))


def repair_edits(graph: Graph, body: str) -> RepairEdits:
    """Return the edits of the cells for `{"repair": {…}}`, a message that this module has made.

    The repair is looked for among the problems of the cells as they are now. Raises Misunderstood, and NotMended if it
    is not there any more or would break something else.
    """
    wanted = read_object(body).get("repair")
    if not isinstance(wanted, dict):
        raise Misunderstood('the repair is missing: send {"repair": {…}}')
    cells, found = graph.flow.cells, check_flow(graph)
    ids = {cell.number: cell.id for cell in cells}
    asked = [wanted.get(fact) for fact in _IDENTITY]
    problem = next((one for one in found if one.repair and _identity(repair_line(one.repair, ids)) == asked), None)
    if problem is None or problem.repair is None:
        raise NotMended("the cells were edited since, and this problem is gone or has changed")
    changes = mend(cells, problem.repair)
    _refuse_worse(graph, found, problem.rule, mended(cells, changes))
    return RepairEdits(tuple(_edit(change, ids) for change in changes))


_IDENTITY = ("kind", "cell", "text", "old")
"""The facts by which a repair is found again: the numbers of cells and lines change while the user edits."""


def _identity(repair: RepairLine) -> list[str]:
    return [str(getattr(repair, fact)) for fact in _IDENTITY]


def _refuse_worse(graph: Graph, found: Sequence[Problem], mending: str, cells: Sequence[Cell]) -> None:
    """Raise NotMended if not one problem of this rule less would be there, or more errors of another one.

    A cell that could not be read may show its errors once it is.
    """
    before = Counter(one.rule for one in found)
    left = check_flow(link(read_flow(cells, graph.flow.name, graph.flow.document)))
    after = Counter(one.rule for one in left if not one.warning or one.rule == mending)
    hidden = mending in OF_A_TEXT or mending == "duplicate-step"
    for one in left:
        is_more = after[one.rule] > before[one.rule] and not hidden
        if is_more or (one.rule == mending and after[mending] >= before[mending]):
            raise NotMended(f"the flow would then have this problem: {one}")


def _edit(change: MendedCell, ids: Mapping[int, str]) -> CellEdit:
    if (change.cell and not ids[change.cell]) or (change.above and not ids[change.above]):
        raise Misunderstood("several cells have the same id: save the notebook and open it again")
    return CellEdit(ids.get(change.cell, ""), ids.get(change.above, ""), (), change.source)
