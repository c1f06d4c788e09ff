"""A session without a kernel: what happens to the names of its namespace, its parameters and its store."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from nbflow.client import Flow
from nbflow.errors import FlowRefused, NoRunYet, StoreReadOnly
from nbflow.store.catalog.rows import TaskStatus
from tests.jupyter.live import Live, rows
from tests.jupyter.notebooks import write

# the body and its names


def test_a_step_runs_in_the_kernel_and_its_artifacts_are_bound(live: Live) -> None:
    live.run("%%step one\nx = [1, 2]\n_hidden = 3\nfor i in x:\n    pass")
    assert live.names["x"] == [1, 2]
    assert live.user_names() == {"x"}


def test_a_step_that_asks_for_input_is_told_to_use_a_parameter(live: Live) -> None:
    with pytest.raises(EOFError, match="make the value a parameter"):
        live.run("%%step ask\nname = input('who? ')")


def test_a_widget_that_reaches_the_session_is_lost_by_itself_and_the_rest_comes_back(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    button = ipywidgets.Button()
    session = live.session
    button.on_click(lambda _button: session.execute("%%step one\nx = 1"))
    live.names.update(button=button, kept=[1, 2])
    live.use("checkpoint mine")
    live.names.update(kept=None)
    live.use("restore mine kept")
    assert live.names["kept"] == [1, 2]
    assert "a widget belongs to its front end; create it again" in capsys.readouterr().out


def test_a_step_does_not_see_the_scratch_of_the_kernel(live: Live) -> None:
    live.run("import os\nscratch = os.getpid()")
    with pytest.raises(FlowRefused, match="scratch"):
        live.run("%%step one\nx = scratch")


def test_a_name_that_only_the_namespace_has_does_not_leak_in_by_way_of_a_function(live: Live) -> None:
    live.run("def peek():\n    return globals().get('secret', 'nothing')")
    live.names["secret"] = 1
    live.run("%%step one\nx = peek()")
    assert live.names["x"] == "nothing"
    assert live.names["secret"] == 1


def test_all_names_of_the_user_are_back_after_a_step_as_the_very_objects(live: Live) -> None:
    lock = threading.Lock()
    live.names.update(lock=lock, x="mine")
    live.run("%%step one\ny = 1")
    assert live.names["lock"] is lock
    assert live.names["x"] == "mine"


def test_the_bound_artifact_is_the_object_that_the_body_made(live: Live) -> None:
    live.run("def remember(value, kept=[]):\n    kept.append(value)\n    return kept")
    live.run("%%step one\nx = [1]\nremember(x)")
    assert live.names["remember"].__defaults__[0][0] is live.names["x"]


def test_classes_of_the_notebook_are_the_same_for_cells_artifacts_and_hits(live: Live) -> None:
    live.run("class Film:\n    def __init__(self, name):\n        self.name = name")
    live.run("%%step one\nfilm = Film('Jaws')")
    assert isinstance(live.names["film"], live.names["Film"])
    live.run("%%step one\nfilm = Film('Jaws')")
    assert isinstance(live.names["film"], live.names["Film"])
    live.run("%%step two\nassert isinstance(film, Film)\nname = film.name")
    assert live.names["name"] == "Jaws"


def test_a_named_tuple_class_made_by_a_constructor_keeps_its_identity_too(live: Live) -> None:
    live.run("from collections import namedtuple\nPoint = namedtuple('Point', 'x y')")
    live.run("%%step one\np = Point(1, 2)")
    assert type(live.names["p"]) is live.names["Point"]


def test_a_constant_is_what_its_cell_says_not_what_was_done_to_it(live: Live) -> None:
    live.run("WORDS = ['a']\ndef grow():\n    WORDS.append('b')")
    live.names["grow"]()
    live.run("%%step one\nx = list(WORDS)")
    assert live.names["x"] == ["a"]
    assert live.names["WORDS"] == ["a", "b"]


def test_a_function_that_a_step_needs_is_defined_in_a_kernel_that_has_not_executed_its_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "def double(x):\n    return 2 * x", "%%step one\ny = double(4)")
    names: dict[str, Any] = {"__name__": "__main__"}
    live = Live(names, tmp_path, path)
    live.run("%%step one\ny = double(4)")
    assert names["y"] == 8
    assert names["double"](5) == 10
    live.session.close()


def test_inputs_come_from_the_store_whatever_was_done_to_the_live_names(live: Live) -> None:
    live.run("%%step one\nx = [1]")
    live.names["x"].append("changed by hand")
    live.run("%%step two\ny = list(x)")
    assert live.names["y"] == [1]


# parameters


def test_parameters_are_bound_and_read_by_steps(live: Live) -> None:
    live.run("%%parameters\ntop_k: int = 3  # how many\ngenre: str = 'Drama'")
    assert (live.names["top_k"], live.names["genre"]) == (3, "Drama")
    live.run("%%step one\nx = top_k + 1")
    assert live.names["x"] == 4


def test_a_parameter_set_in_the_form_holds_for_cells_until_its_cell_is_executed(live: Live) -> None:
    live.run("%%parameters\ntop_k: int = 3")
    live.session.choose({"top_k": 10})
    live.run("%%step one\nx = top_k")
    assert (live.names["x"], live.names["top_k"]) == (10, 10)
    live.run("%%parameters\ntop_k: int = 3")
    live.run("%%step one\nx = top_k")
    assert live.names["x"] == 3


def test_a_wrong_parameter_cell_is_refused_with_its_fix(live: Live) -> None:
    with pytest.raises(FlowRefused, match="top_k"):
        live.run("%%parameters\ntop_k: int = 'three'")


# the store


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NBFLOW_HOME", str(tmp_path / "file" / "store"))
    with pytest.raises(StoreReadOnly, match="NBFLOW_HOME"):
        live.run("%%step one\nx = 1")
    assert live.user_names() == set()


def test_two_sessions_on_one_notebook_do_not_disturb_each_other(live: Live) -> None:
    other = Live({"__name__": "__main__"}, live.session.folder)
    for number in range(3):
        live.run(f"%%step one\nx = {number}")
        other.run(f"%%step one\nx = {number + 10}")
    assert (live.names["x"], other.names["x"]) == (2, 12)
    assert len(live.session.store().history.runs()) == 2
    other.session.close()


def test_a_store_that_was_deleted_is_begun_anew(live: Live) -> None:
    live.run("%%step one\nx = 1")
    shutil.rmtree(live.session.root)
    live.run("%%step one\nx = 1")
    assert rows(live, "one") == [TaskStatus.SUCCEEDED]


def test_a_session_without_a_notebook_knows_nothing_of_a_notebook_called_console(live: Live, tmp_path: Path) -> None:
    notebook = write(tmp_path / "console.ipynb", "%%step load\nx = 1")
    Live({}, tmp_path, notebook).run("%%step load\nx = 1")
    with pytest.raises(NoRunYet):
        live.use("runs")
    live.run("%%step load\nx = 2")
    assert len([*Flow("console", tmp_path)]) == 1
