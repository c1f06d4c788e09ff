"""What stands under the cells of steps: the outputs of a run, as the panel asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.panel.desk import Desk

CELLS = (
    "from IPython.display import HTML",
    "%%step load\nprint('loading')\nrows = [1, 2]\nHTML('<script>alert(1)</script>')",
    "%%step fit --foreach row in rows\nprint('row', row)\nif row == 2:\n    1 / 0\nm = row",
    "%%step quiet --after load\nz = 1",
)
ASKING = """\
%%step one
from pathlib import Path
from nbflow.jupyter.panel.answers import Question, answer
print("\\x1b[1mbegun\\x1b[0m", flush=True)
told = ""
while "begun" not in told:
    told = answer("outputs", Question(Path.cwd(), {"path": "films.ipynb", "run": "1", "steps": "one"})).text"""


def by_step(desk: Desk, run: int, *steps: str) -> dict[str, Any]:
    return {one["step"]: one for one in desk.ask("outputs", run=run, steps=",".join(steps))["steps"]}


def texts(found: Any) -> list[str]:
    return [one.get("text") or one.get("ename") or one["data"]["text/plain"] for one in found["outputs"]]


def test_each_step_has_its_outputs_and_a_foreach_those_of_its_items(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.use("run")
    found = by_step(desk, 1, "load", "fit", "quiet", "gone")
    assert {step: (one["status"], one["tasks"], one["source"]) for step, one in found.items()} == {
        "load": ("done", 1, None), "fit": ("failed", 2, None), "quiet": ("done", 1, None),
    }  # fmt: skip
    assert texts(found["load"]) == ["loading\n", "<IPython.core.display.HTML object>"]
    assert texts(found["fit"]) == ["fit[0] · 1", "row 1\n", "fit[1] · 2", "row 2\n", "ZeroDivisionError"]
    assert found["quiet"]["outputs"] == []
    desk.use("resume")
    assert by_step(desk, 2, "load")["load"]["source"] == 1


def test_a_progress_bar_is_told_as_it_was_at_the_end_where_no_widget_is_drawn(desk: Desk) -> None:
    bar = ["from tqdm.notebook import tqdm", "%%parameters\nn: int = 2"]
    desk.write(*bar, "%%step load\nfor _ in tqdm(range(n)):\n    pass\nprint(n)")
    desk.use("run")
    desk.use("run", "--n", "4")
    task = desk.ask("tasks", run=2)["tasks"][0]["number"]
    shown, printed = desk.ask("task", run=2, task=task)["outputs"]
    assert (list(shown["data"]), printed["text"]) == (["text/plain"], "4\n")
    assert shown["data"]["text/plain"].startswith("100%|██████████| 4/4 [")
    assert desk.ask("diff", runs="1,2")["displays"] == []


def test_of_what_another_user_has_signed_only_text_and_images_are_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(*CELLS)
    desk.use("run", "--to", "load")
    assert "text/html" in by_step(desk, 1, "load")["load"]["outputs"][1]["data"]
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "somebody else"))
    load = by_step(desk, 1, "load")["load"]
    assert [list(one.get("data", ())) for one in load["outputs"]] == [[], ["text/plain"], []]
    assert "you did not sign it" in texts(load)[-1]


def test_a_running_step_has_the_outputs_so_far(desk: Desk) -> None:
    desk.write(ASKING, "%%step two\nprint(told)")
    assert desk.use("run").code == 0
    (shown,) = by_step(desk, 1, "two")["two"]["outputs"]
    assert '"status": "running"' in shown["text"].replace('":"', '": "')
    assert "begun" in shown["text"]
