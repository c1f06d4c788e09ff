"""Each kind of repair: one click mends the problem, and one undo takes it back."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.jupyter.protocol.repair_messages import RepairKind
from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.window import CELLS, NOTEBOOK, Window

OPEN = "%%step load\nrows = [3, 1, 2]"
MENDED = {
    RepairKind.MAKE_STEP: (
        ["rows = [int(input())]", "%%step best\nbest = max(rows)"],
        ["%%step rows\nrows = [int(input())]", "%%step best\nbest = max(rows)"],
    ),
    RepairKind.MOVE_CELL: (["%%step best\nbest = max(rows)", OPEN], [OPEN, "%%step best\nbest = max(rows)"]),
    RepairKind.SPLIT_CELL: (
        ["%%step load\nrows = [3]\n%%time\nn = 1"],
        ["%%step load\nrows = [3]", "%%time\nn = 1"],
    ),
    RepairKind.WRITE_LINE: (["%%step lo-ad\nrows = [3]"], ["%%step lo_ad\nrows = [3]"]),
    RepairKind.ADD_OPTION: (
        [OPEN, "%%step fit --foreach row in rows\nscore = row", "%%step best\nbest = max(inputs.score)"],
        [OPEN, "%%step fit --foreach row in rows\nscore = row", "%%step best --join fit\nbest = max(inputs.score)"],
    ),
    RepairKind.REMOVE_STATEMENT: (
        [OPEN, "del rows", "%%step best\nbest = max(rows)"],
        [OPEN, "", "%%step best\nbest = max(rows)"],
    ),
    RepairKind.MOVE_STATEMENT: (
        ["%%parameters\n%matplotlib inline\nn = 1"],
        ["%matplotlib inline", "%%parameters\nn = 1"],
    ),
    RepairKind.MOVE_IMPORT: (
        ["%%step a\nimport math\nself.x = math.pi", "%%step b\ny = math.e"],
        ["import math", "%%step a\nself.x = math.pi", "%%step b\ny = math.e"],
    ),
    RepairKind.ADD_IMPORT: (
        ["import json", "%%step a\nx = math.pi"],
        ["import json\nimport math", "%%step a\nx = math.pi"],
    ),
    RepairKind.RENAME: (
        [OPEN, "%%step best\nbest = max(row_s) + len(row_s)"],
        [OPEN, "%%step best\nbest = max(rows) + len(rows)"],
    ),
}


def sources(window: Window) -> list[str]:
    return list(window.page.evaluate(f"() => {CELLS}.map(cell => cell.model.sharedModel.source)"))


def wait_for_sources(window: Window, wanted: Sequence[str]) -> None:
    same = f"JSON.stringify({CELLS}.map(cell => cell.model.sharedModel.source))"
    window.page.wait_for_function(f"wanted => {same} === JSON.stringify(wanted)", arg=list(wanted))


def write_cells(window: Window, cells: Sequence[str]) -> None:
    """Other cells in the place of all, which no undo takes back."""
    write = """([shared, cells]) => {
      shared.deleteCellRange(0, shared.cells.length);
      shared.insertCells(0, cells.map(source => ({ cell_type: 'code', metadata: {}, source })));
      shared.clearUndoHistory();
    }"""
    window.page.evaluate(f"cells => ({write})([{NOTEBOOK}.content.model.sharedModel, cells])", list(cells))


def test_one_click_mends_a_problem_and_one_undo_takes_it_back(notebook: OpenNotebook) -> None:
    window = notebook([LOAD])
    panel = window.open_panel()
    for kind, (wrong, right) in MENDED.items():
        write_cells(window, wrong)
        button = panel.action(kind)
        button.wait_for(state="attached")
        panel.unfold_problems()
        button.click()
        wait_for_sources(window, right)
        button.wait_for(state="detached")
        window.page.evaluate(f"() => {NOTEBOOK}.content.model.sharedModel.undo()")
        wait_for_sources(window, wrong)
        button.wait_for(state="attached")


def test_every_repair_of_cells_is_tried() -> None:
    of_runs = {RepairKind.RUN_FIRST, RepairKind.RUN_AGAIN, RepairKind.DEBUG, RepairKind.SET_PARAMETERS}
    assert {*MENDED} | of_runs == {*RepairKind}


def test_the_error_of_a_cell_offers_the_same_below_it(notebook: OpenNotebook) -> None:
    window = notebook([LOAD, OPEN, "%%step best --aftr load\nbest = max(rows)\nprint('the best is', best)"])
    window.run_cell(2)
    below = window.page.locator(".jp-OutputArea .nbf-Repairs")
    mend = below.locator("[data-action=write-line]")
    assert mend.inner_text() == "Write  %%step best --after load"
    window.screenshot("repairs")
    mend.click()
    window.wait_for_toast("Done: Write")
    window.run_cell(2)
    first = below.locator("[data-action=run-first]")
    assert first.inner_text() == "Run load first"
    first.click()
    window.wait_for_output(2, "the best is 3")
    assert "AncestorsMissing" not in window.outputs(2)
    first.wait_for(state="detached")


def test_a_cell_with_a_failed_item_offers_to_debug_it(notebook: OpenNotebook) -> None:
    window = notebook([LOAD, OPEN, "%%step fit --foreach row in rows\nscore = 6 / (row - 2)"])
    window.run_cell(1)
    window.run_cell(2)
    window.page.locator(".jp-OutputArea .nbf-Repairs [data-action=debug]").click()
    window.wait_for_toast("fit[2]")


def test_a_missing_parameter_opens_the_form(notebook: OpenNotebook) -> None:
    window = notebook([LOAD, "%%parameters\nn: int", "%%step a\nx = n", "%flow run"])
    window.run_cell(3)
    window.page.locator(".jp-OutputArea .nbf-Repairs [data-action=set-parameters]").click()
    field = window.panel.root.locator(".nbf-Form [name=n]")
    field.wait_for()


EVICTED = [
    f"{LOAD}\nimport os\nos.environ['NBFLOW_STORE_LIMIT'] = '1KB'",
    "%%parameters\nn: int = 1",
    "%%step load\nbig = bytes([n]) * 300_000",
    "%flow run -j 1 --n 7",
    "%flow run -j 1 --n 2",
    "%flow restore 2/load\nprint('it begins with', big[0])",
]


def test_a_result_that_was_evicted_is_computed_again_with_the_parameters_of_its_run(notebook: OpenNotebook) -> None:
    window = notebook(EVICTED)
    window.run_all()
    again = window.page.locator(".jp-OutputArea .nbf-Repairs [data-action=run-again]")
    assert again.inner_text() == "Run load of run 2 again"
    again.click()
    window.wait_for_output(5, "it begins with 7")
