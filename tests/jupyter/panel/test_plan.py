"""The plan of a flow, asked for as the panel asks, and its edits made as the panel makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbflow.notebook.init.files import Wishes, plan_notebook, write_flow
from nbflow.notebook.read import read_cells
from tests.jupyter.panel.desk import Desk

CELLS = (
    "import math\ndef helper(n):\n    return n + 1\nEPOCHS = 3",
    "## Load the data",
    "%%time\nxs = [math.sqrt(n) for n in range(helper(EPOCHS))]",
    "ys = (2 * x for x in xs)",
    "total = sum(ys)",
    "import numpy as np\nnp.set_printoptions(precision=2)\nzs = [helper(x) for x in xs]",
    "print(total)",
    "print(np.array(zs))\nend = len(zs)",
)


def kind_of(text: str) -> str:
    return "markdown" if text.startswith("## ") else "code"


def ask(desk: Desk, *cells: str, **choices: Any) -> Any:
    """Cells have the ids a, b, c …"""
    return desk.ask("plan", {"cells": sent(cells), "wanted": choices})


def sent(cells: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"id": id, "source": text, "type": kind_of(text), "tags": []}
        for id, text in zip("abcdefghij", cells, strict=False)
    ]


def edited(cells: tuple[str, ...], edits: list[dict[str, Any]]) -> list[str]:
    """The sources of the code cells, after the edits."""
    held = dict(zip("abcdefghij", cells, strict=False))
    new: dict[str, list[str]] = {}
    for edit in edits:
        if edit["cell"]:
            held[edit["cell"]] = edit["source"]
        else:
            new.setdefault(edit["before"], []).append(edit["source"])
    gone = {id for edit in edits for id in edit["swallowed"]}
    kept = [[*new.get(id, []), source] for id, source in held.items() if kind_of(cells[ord(id) - 97]) == "code"]
    of_gone = [text for id, texts in new.items() if id in gone for text in texts]
    assert not of_gone
    rows = zip((id for id in held if kind_of(cells[ord(id) - 97]) == "code"), kept, strict=True)
    return [*new.get("", []), *(text for id, texts in rows if id not in gone for text in texts)]


@pytest.mark.parametrize("form", ["magic", "comment"])
def test_the_edits_make_the_notebook_that_the_shell_writes(desk: Desk, tmp_path: Path, form: str) -> None:
    desk.write("x = 1")
    path = tmp_path / "n.ipynb"
    cells = [
        {"cell_type": kind_of(text), "id": id, "metadata": {}, "source": text}
        | ({"outputs": [], "execution_count": None} if kind_of(text) == "code" else {})
        for id, text in zip("abcdefghij", CELLS, strict=False)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    wishes = Wishes(form)
    write_flow(path, plan_notebook(path, wishes), wishes, None)
    found = ask(desk, *CELLS, form=form)
    assert edited(CELLS, found["edits"]) == [cell.source for cell in read_cells(path)]


def test_rows_say_what_becomes_of_cells_and_the_graph_is_that_of_the_flow(desk: Desk) -> None:
    desk.write("x = 1")
    found = ask(desk, *CELLS)
    rows = [(row["numbers"], row["kind"], row["name"]) for row in found["rows"]]
    assert rows == [
        ([1], "shared code", ""),
        ([3], "step", "load_data"),
        ([4, 5], "step", "total"),
        ([6], "shared code", ""),
        ([6], "step", "zs"),
        ([7], "scratch", ""),
        ([8], "step", "end_step"),
    ]
    assert [(step["name"], [edge["step"] for edge in step["upstream"]]) for step in found["shape"]["steps"]] == [
        ("load_data", []),
        ("total", ["load_data"]),
        ("zs", ["load_data"]),
        ("end_step", ["zs"]),
    ]
    assert found["offers"] == [{"cell": "a", "name": "EPOCHS", "text": "EPOCHS = 3", "taken": False}]
    assert (found["steps"], found["errors"]) == (4, 0)
    assert not (desk.folder / ".nbflow").exists()


def test_choices_are_made_by_the_ids_of_cells(desk: Desk) -> None:
    desk.write("x = 1")
    found = ask(desk, *CELLS, kinds={"g": "step", "c": "scratch"}, names={"g:0": "tell"}, parameters=["EPOCHS"])
    assert [(row["kind"], row["name"]) for row in found["rows"]][1:7] == [
        ("parameters", ""),
        ("scratch", ""),
        ("step", "load_data"),
        ("shared code", ""),
        ("step", "zs"),
        ("step", "tell"),
    ]
    assert found["offers"][0]["taken"]
    assert found["errors"] > 0
    [problem, *_] = found["rows"][2]["problems"]
    assert problem["cell"] == "c"
    assert problem["fix"]


def test_single_cells_become_steps_in_the_form_of_the_notebook_and_ordinary_again(desk: Desk) -> None:
    desk.write("x = 1")
    cells = ("#| step: one\none = 1", "two = [one]", "three = = 3", "four = 4")
    found = ask(desk, *cells, only=["b", "c"], kinds={"b": "step", "c": "step"})
    assert found["edits"] == [{"cell": "b", "before": "", "swallowed": [], "source": "#| step: two\ntwo = [one]"}]
    assert [row["why"].partition(":")[0] for row in found["rows"] if row["cells"] == ["c"]] == ["left alone"]
    back = ask(desk, *cells, only=["a"], kinds={"a": "scratch"})
    assert back["edits"] == [{"cell": "a", "before": "", "swallowed": [], "source": "one = 1"}]


@pytest.mark.parametrize(
    "choices",
    [
        3,
        {"kinds": 3},
        {"kinds": {"a": "nothing"}},
        {"names": {"a:0": "two words"}},
        {"names": {"a:0": 3}},
        {"only": "a"},
        {"form": "none"},
    ],
)
def test_choices_that_make_no_sense_are_refused(desk: Desk, choices: Any) -> None:
    desk.write("x = 1")
    assert desk.try_to_ask("plan", {"cells": sent(CELLS), "wanted": choices})[0] == 400


def test_cells_of_one_id_are_not_mixed_up(desk: Desk) -> None:
    desk.write("x = 1")
    twice = [{"id": "a", "source": text, "type": "code", "tags": []} for text in ("x = helper()", "y = helper()")]
    status, found = desk.try_to_ask("plan", {"cells": twice})
    assert status == 400
    assert "same id" in found["message"]
