"""The tables of the panel: tasks with the keys of their items and their scalars, results of runs, runs compared."""

from __future__ import annotations

import itertools
import shutil
from datetime import date, time, timedelta
from typing import Any

from nbflow.jupyter.panel.tables import to_cell
from nbflow.jupyter.protocol.table_messages import RankedText, RankKind
from tests.jupyter.panel.desk import Desk

FOREST = (
    "%%parameters\nshift: float = 0.0",
    "%%step load\ngrid = [dict(max_depth=d, rate=r, kind=k) for d in (2, 4) for r in (0.1, 0.5) for k in 'ab']",
    "%%step fit --foreach cfg in grid\n"
    "if cfg['max_depth'] == 4 and cfg['kind'] == 'b':\n    raise ValueError('no')\n"
    "r2 = 1 - cfg['rate'] / cfg['max_depth'] - shift\nmax_depth = cfg['max_depth']\nrows = [1, 2]",
    "%%step best --join fit\nbest_r2 = max(inputs.r2)\nname = 'forest'",
)


def table(found: Any) -> list[dict[str, Any]]:
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, cells, strict=True)) for cells in found["cells"]]


def test_the_tasks_of_a_foreach_have_the_keys_of_their_items_and_their_scalars(desk: Desk) -> None:
    desk.write(*FOREST)
    desk.use("run")
    found = desk.ask("grid", step="fit")
    items = [
        {"max_depth": d, "rate": r, "kind": k} for d, r, k in itertools.product((2, 4), (0.1, 0.5), "ab")
    ]  # fmt: skip
    failed = [item["max_depth"] == 4 and item["kind"] == "b" for item in items]
    assert table(found) == [
        {**item, "r2": None if no else 1 - item["rate"] / item["max_depth"]}
        for item, no in zip(items, failed, strict=True)
    ]
    assert [(one["name"], one["from_item"], one["best"]) for one in found["columns"]] == [
        ("max_depth", True, "unknown"), ("rate", True, "unknown"), ("kind", True, "unknown"), ("r2", False, "highest"),
    ]  # fmt: skip
    assert [task["label"] for task in found["tasks"]] == [f"fit[{n}]" for n in range(8)]
    assert [task["status"] == "failed" for task in found["tasks"]] == failed


def test_nothing_is_loaded_for_a_table(desk: Desk) -> None:
    desk.write(*FOREST)
    desk.use("run")
    shutil.rmtree(desk.folder / ".nbflow" / "blobs")
    assert len(table(desk.ask("grid", step="fit"))) == 8


def test_an_item_of_any_form_has_its_columns(desk: Desk) -> None:
    desk.write(
        "%%step one --foreach n in [3, 1]\ndouble = 2 * n",
        "%%step two --foreach pair in [(1, 'a'), (2, 'b')]\nfirst = pair[0]",
        "%%step three --foreach rows in [[1, 2], [3]]\ntotal = sum(rows)",
        "%%step four --foreach many in [{f'k{n}': n for n in range(9)}]\nx = 1",
        "%%step five --foreach n in [3, 1]\nn = n + 1",
    )
    assert desk.use("run").code == 0
    assert table(desk.ask("grid", step="one")) == [{"n": 3, "double": 6}, {"n": 1, "double": 2}]
    assert table(desk.ask("grid", step="two")) == [
        {"pair[0]": 1, "pair[1]": "a", "first": 1}, {"pair[0]": 2, "pair[1]": "b", "first": 2},
    ]  # fmt: skip
    assert [row["rows"] for row in table(desk.ask("grid", step="three"))] == ["2 items: [1, 2]", "1 items: [3]"]
    assert table(desk.ask("grid", step="four")) == [{f"k{n}": n for n in range(9)} | {"x": 1}]
    changed = desk.ask("grid", step="five")
    assert [column["name"] for column in changed["columns"]] == ["n", "n"]
    assert changed["cells"] == [[3, 4], [1, 2]]


def test_items_of_every_foreach_around_a_step_are_columns(desk: Desk) -> None:
    desk.write(
        "%%step outer --foreach rate in [0.1, 0.2]\nstart = rate * 10",
        "%%step inner --foreach seed in [7, 8]\nscore = start + seed",
        "%%step after\nworse = score - 1",
    )
    assert desk.use("run").code == 0
    for step in ("inner", "after"):
        rows = table(desk.ask("grid", step=step))
        assert [(row["rate"], row["seed"]) for row in rows] == [(0.1, 7), (0.1, 8), (0.2, 7), (0.2, 8)]


def test_numbers_that_javascript_does_not_have_are_texts(desk: Desk) -> None:
    desk.write("%%step odd --foreach n in [1]\nbig = 2**60 + n\nnan = float('nan')\ninf = -float('inf')\nok = 2**53")
    assert desk.use("run").code == 0
    (row,) = table(desk.ask("grid", step="odd"))
    assert row == {"n": 1, "big": str(2**60 + 1), "nan": "nan", "inf": "-inf", "ok": 2**53}


def test_results_of_runs_are_those_outside_of_a_foreach(desk: Desk) -> None:
    cells = [FOREST[0], FOREST[1], FOREST[2].replace("raise ValueError('no')", "pass"), FOREST[3]]
    desk.write(*cells)
    desk.use("run")
    desk.use("run", "--shift", "0.25")
    found = desk.ask("results")
    assert found["runs"] == [2, 1]
    assert table(found) == [{"best_r2": 0.725, "name": "forest"}, {"best_r2": 0.975, "name": "forest"}]
    assert desk.ask("runs")["runs"][0]["pinned"] is False


def test_a_name_of_several_steps_is_told_apart(desk: Desk) -> None:
    desk.write("%%step one\nr2 = 0.5", "%%step two\nr2 = r2 + 0.25")
    desk.use("run")
    assert table(desk.ask("results")) == [{"one.r2": 0.5, "two.r2": 0.75}]


def test_runs_are_compared_in_the_order_of_time_whatever_was_asked(desk: Desk) -> None:
    figure = (
        "%%step draw\nfrom matplotlib.figure import Figure\npicture = Figure(figsize=(shift + 1, 1))\n"
        "from IPython.display import HTML\nprint('drawn')\nHTML(f'<b>{shift}</b>')"
    )
    frame = "%%step rows\nimport pandas as pd\nframe = pd.DataFrame({'a': [1, shift]})"
    desk.write("%%parameters\nshift: float = 0.0", "%%step one\nx = shift", figure, frame)
    for shift in ("0", "1", "2"):
        assert desk.use("run", "--shift", shift).code == 0
    found = desk.ask("diff", runs="3,1,2")
    assert [run["number"] for run in found["runs"]] == [1, 2, 3]
    assert found["parameters"] == [{"name": "shift", "values": ["0.0", "1.0", "2.0"], "note": ""}]
    assert {"name": "one.x", "values": ["0.0", "1.0", "2.0"], "note": ""} in found["artifacts"]
    assert [one["name"] for one in found["displays"]] == ["draw", "draw.picture"]
    assert [len(outputs) for outputs in found["displays"][0]["outputs"]] == [1, 1, 1]
    (heads,) = found["frames"]
    assert heads["name"] == "rows.frame"
    assert ["<td>2.0</td>" in head for head in heads["heads"]] == [False, False, True]
    assert desk.ask("diff", runs="1,3")["artifacts"] == desk.ask("diff", runs="3,1")["artifacts"]


def test_a_number_of_numpy_is_compared_and_listed_by_its_value(desk: Desk) -> None:
    desk.write("%%parameters\nshift: float = 0.5", "%%step one\nimport numpy as np\nx = np.float64(shift)")
    for shift in ("0.5", "1.5"):
        assert desk.use("run", "--shift", shift).code == 0
    assert desk.ask("diff", runs="1,2")["artifacts"] == [{"name": "one.x", "values": ["0.5", "1.5"], "note": ""}]
    (line,) = desk.ask("task", run="2", task="1")["artifacts"]
    assert (line["type"], line["text"]) == ("numpy.float64", "1.5")


def test_code_is_compared_from_each_run_to_the_next(desk: Desk) -> None:
    for text in ("x = 1", "x = 2", "x = 3"):
        desk.write(f"%%step one\n{text}")
        desk.use("run")
    code = desk.ask("diff", runs="2,1,3")["code"]
    assert [text.splitlines()[:2] for text in code] == [
        ["--- step one · run 1", "+++ step one · run 2"], ["--- step one · run 2", "+++ step one · run 3"],
    ]  # fmt: skip


def test_a_length_of_time_is_told_in_seconds_and_a_day_is_an_instant() -> None:
    assert to_cell(timedelta(minutes=90)) == RankedText("1:30:00", 5400.0, RankKind.SECONDS)
    assert to_cell(time(1, 30)) == RankedText("01:30:00", 5400.0, RankKind.SECONDS)
    assert to_cell(date(1970, 1, 2)) == RankedText("1970-01-02", 86400.0, RankKind.INSTANT)
