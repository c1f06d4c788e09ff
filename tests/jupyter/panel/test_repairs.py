"""Repairs as the panel has them: told with the problems, and made into edits of the cells on the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jupyter.panel.desk import Desk

WRONG = ("rows = [int(input())]", "%%step best\nbest = max(rows)")


@pytest.fixture(autouse=True)
def notebook(desk: Desk) -> None:
    desk.write("x = 1")


def sent(*cells: str) -> list[dict[str, Any]]:
    return [{"id": f"cell-{n}", "source": text, "type": "code", "tags": []} for n, text in enumerate(cells, 1)]


def offered(desk: Desk, *cells: str) -> Any:
    return next(one["repair"] for one in desk.flow(*cells)["problems"] if one["repair"])


def test_a_problem_has_its_repair_as_facts(desk: Desk) -> None:
    (problem,) = desk.flow(*WRONG)["problems"]
    assert problem["fix"] == "Write  %%step rows  on top of cell 1"
    repair = {name: value for name, value in problem["repair"].items() if value}
    assert repair == {"kind": "make-step", "cell": "cell-1", "number": 1, "text": "%%step rows"}
    assert [one["repair"] for one in desk.flow("%%step a\nx = = 1")["problems"]] == [None]


def test_a_repair_becomes_edits_of_the_cells_on_the_screen(desk: Desk) -> None:
    found = desk.ask("repair", {"cells": sent(*WRONG), "repair": offered(desk, *WRONG)})
    edit = {"cell": "cell-1", "before": "", "swallowed": [], "source": f"%%step rows\n{WRONG[0]}"}
    assert found == {"edits": [edit]}


def test_a_repair_is_found_again_when_cells_above_were_added(desk: Desk) -> None:
    repair = offered(desk, *WRONG)
    cells = sent(*WRONG)
    above = {"id": "new", "source": "import os", "type": "code", "tags": []}
    (edit,) = desk.ask("repair", {"cells": [above, *cells], "repair": repair})["edits"]
    assert edit["cell"] == "cell-1"


def test_a_cell_moves_above_another_one(desk: Desk) -> None:
    cells = ("%%step b\ny = x", "%%step a\nx = 1")
    found = desk.ask("repair", {"cells": sent(*cells), "repair": offered(desk, *cells)})
    assert found["edits"] == [{"cell": "cell-2", "before": "cell-1", "swallowed": [], "source": cells[1]}]


def test_a_repair_whose_problem_is_gone_changes_nothing(desk: Desk) -> None:
    repair = offered(desk, *WRONG)
    status, answer = desk.try_to_ask("repair", {"cells": sent("rows = [1]"), "repair": repair})
    assert (status, answer["message"].partition(":")[0]) == (409, "nothing was changed")


def test_a_repair_that_would_break_something_else_is_refused(desk: Desk) -> None:
    cells = ("%%step rows\nrows = [1]", "del rows", "%%step rows_left\nn = len(rows)")
    repair = offered(desk, *cells)
    assert desk.ask("repair", {"cells": sent(*cells), "repair": repair})["edits"]
    status, _ = desk.try_to_ask("repair", {"cells": sent(*cells), "repair": {**repair, "kind": "make-step"}})
    assert status == 409


def test_a_message_without_a_repair_is_misunderstood(desk: Desk) -> None:
    assert desk.try_to_ask("repair", {"cells": sent(*WRONG)})[0] == 400
    assert desk.try_to_ask("repair", {"cells": sent(*WRONG), "repair": {}})[0] == 409
