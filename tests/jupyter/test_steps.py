"""What Shift+Enter on a step cell does, without a kernel: what is executed, and what comes from the store."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import (
    AncestorsMissing,
    FlowRefused,
    TasksFailed,
)
from nbflow.store.catalog.rows import TaskStatus
from tests.jupyter.live import Live, rows
from tests.jupyter.notebooks import write

# hits


def test_a_second_execution_executes_nothing_and_shows_the_output_again(live: Live) -> None:
    live.run("%%step one\nprint('loud')\nx = 1\nx")
    said = live.run("%%step one\nprint('loud')\nx = 1\nx")
    assert said == ["one · from run 1, just now"]
    assert [output.get("text") or output["data"]["text/plain"] for output in live.screen.replayed] == ["loud\n", "1"]
    assert rows(live, "one") == [TaskStatus.SUCCEEDED]


def test_a_hit_binds_what_was_stored(live: Live) -> None:
    live.run("%%step one\nx = [1]")
    live.names["x"] = "something else"
    live.run("%%step one\nx = [1]")
    assert live.names["x"] == [1]


CODE = "%%step one\nfrom math import sqrt\nclass P: pass\ndef f(x): return sqrt(x)\np = P()"


def test_what_a_step_defines_is_bound_as_after_any_cell(live: Live) -> None:
    live.run(CODE)
    names = dict(live.names)
    assert (names["f"](4), type(names["p"]) is names["P"], live.names["sqrt"](9)) == (2, True, 3)
    live.run(CODE.replace("p = P()", "p = [P()]"))
    assert type(live.names["p"][0]) is live.names["P"] is not names["P"]  # the cell has defined it anew


def test_what_a_step_defines_is_bound_where_its_body_does_not_run_here(live: Live, tmp_path: Path) -> None:
    live.run(CODE)
    later = Live({"__name__": "__main__"}, tmp_path)
    assert later.run(CODE) == ["one · from run 1, just now"]
    assert (later.names["f"](4), type(later.names["p"]) is later.names["P"]) == (2, True)
    later.run("%%step many --foreach n in [1, 4]\nimport json\ndef g(x): return json.dumps(f(x))\ny = g(n)")
    assert later.names["g"](9) == "3.0"
    later.session.close()


def test_a_deleted_name_is_gone_whether_the_step_ran_or_came_from_the_store(live: Live) -> None:
    live.run("%%step load\nraw, keep = [1], [2]")
    for _ in range(2):
        live.names["raw"] = [1]
        live.run("%%step slim\nsmall = raw[:1]\nif keep: del raw\ntmp = 1\ndel tmp")
        assert live.user_names() == {"keep", "small"}
    with pytest.raises(NameError) as failed:
        live.run("%%step later\nprint(raw)")
    assert failed.value.__notes__ == ["step 'slim' (cell 2) deleted 'raw'"]


def test_a_loop_target_is_bound_where_a_step_above_binds_it_too(live: Live) -> None:
    live.run("%%step one\ni = 1")
    live.run("%%step two\nfor i in range(3): pass\nfor j in range(3): pass")
    assert (live.names["i"], live.user_names()) == (2, {"i"})


def test_what_functions_and_classes_keep_is_that_of_the_steps_above_however_often_a_step_runs(live: Live) -> None:
    live.run(
        "N = 0\nclass A:\n    made = 0\n    def __init__(self): A.made += 1\ndef bump():\n    global N\n    N += 1"
    )
    for text in ("x = 1", "x = 2"):
        live.run(f"%%step one\nbump()\na = A()\n{text}")
        live.run("%%step two\nbump()\nb = A()\nseen = (N, A.made, isinstance(a, A))")
        assert (live.names["seen"], live.names["N"], live.names["A"].made) == ((2, 2, True), 2, 2)
        assert isinstance(live.names["b"], live.names["A"])
    assert live.run("%%step one\nbump()\na = A()\nx = 2") == ["one · from run 1, just now"]
    assert (live.names["N"], live.names["A"].made) == (1, 1)


def test_what_a_function_keeps_is_there_for_a_step_that_is_written_later(live: Live) -> None:
    live.run("REG = {}\ndef add(x, to=REG, found=[]):\n    found.append(x)\n    to[x] = len(found)\n    return found")
    live.run("%%step one\nadd(1)")
    live.run("%%step two\nseen = list(add(2)), dict(REG)")
    assert live.names["seen"] == ([1, 2], {1: 1, 2: 2})


@pytest.mark.parametrize("first", ["from math import *", "%%step begin\nfrom math import *\nzero = 0"])
def test_a_cell_that_uses_one_more_name_of_a_star_import_leaves_the_steps_above_stored(live: Live, first: str) -> None:
    live.run(first)
    live.run("%%step one\na = sqrt(4)")
    live.run("%%step two\nb = a + cos(0)")
    assert live.names["b"] == 3
    assert live.run("%%step one\na = sqrt(4)") == ["one · from run 1, just now"]


def test_names_of_ordinary_cells_follow_what_steps_change_in_place_and_nothing_else(live: Live) -> None:
    live.run("%%step a\nx = [1]")
    live.run("y = x")
    live.run("%%step b\nx.append(2)")
    assert live.names["y"] is live.names["x"]
    live.run("def grow(thing): thing.append(3)")
    live.run("%%step c\ngrow(x)")
    assert live.names["y"] == live.names["x"] == [1, 2, 3]
    live.run("%%step d\nx = x + [4]")
    assert (live.names["y"], live.names["x"]) == ([1, 2, 3], [1, 2, 3, 4])
    live.run("y = x")
    live.run("%%step b\nx.append(2)")  # from the store
    assert live.names["y"] is live.names["x"]
    assert live.names["y"] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        live.run("%%step e\nx.append(5)\n1 / 0")
    assert live.names["y"] is live.names["x"]


COUNTING = "class K:\n    n = 0\n    def __init__(self):\n        K.n += 1\n        self.id = K.n"


def test_a_class_that_counts_keeps_its_objects_and_each_step_sees_the_count_of_those_above(live: Live) -> None:
    live.run(COUNTING)
    live.run("%%step a\nx = K()")
    live.run("def make():\n    return K()")  # it uses the class, and changes nothing in it
    live.run("%%step a\nx = K()\nz = K.n")
    live.run("%%step b\ny = make()\nw = K.n")
    assert (live.names["z"], live.names["w"]) == (1, 2)
    assert {type(live.names[name]) for name in "xy"} == {live.names["K"]}


def test_a_step_that_only_has_an_object_of_a_class_leaves_the_class_as_the_steps_below_have_made_it(live: Live) -> None:
    live.run(COUNTING)
    live.run("%%step a\nx = K()")
    live.run("%%step b\nz = x.id")
    live.run("%%step c\ny = K()")
    live.run("%%step b\nz = x.id + x.n")
    assert (live.names["z"], live.names["K"].n) == (2, 2)


METACLASS = """class Meta(type):
    made = []
    def __new__(mcls, name, bases, space):
        mcls.made.append(name)
        return super().__new__(mcls, name, bases, space)
class Base(metaclass=Meta): pass"""


def test_a_class_that_a_step_derives_is_registered_once_however_often_the_step_is_executed(live: Live) -> None:
    live.run(METACLASS)
    live.run("%%step a\nclass A(Base): pass\nfound = [*Meta.made]")
    live.run("%%step b\nseen = [*Meta.made]")
    live.run("%%step a\nclass A(Base): pass\nfound = [*Meta.made, 'edited']")
    assert live.names["found"] == ["Base", "A", "edited"]
    live.run("%%step b\nseen = [*Meta.made, 'edited']")
    assert live.names["seen"] == ["Base", "A", "edited"]


def test_a_step_that_fails_leaves_a_class_as_any_cell_does(live: Live) -> None:
    live.run(COUNTING)
    live.run("%%step a\nx = K()")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            live.run("%%step b\ny = K()\n1 / 0")
        assert (live.names["K"].n, type(live.names["y"])) == (2, type(live.names["x"]))


def test_comments_and_layout_do_not_run_a_step_again(live: Live) -> None:
    live.run("%%step one\nx = 1")
    assert live.run("%%step one\n# a comment\nx   =  1") == ["one · from run 1, just now"]


def test_a_changed_helper_runs_its_readers_only(live: Live) -> None:
    live.run("def f():\n    return 1")
    live.run("%%step one\nx = f()")
    live.run("%%step two\ny = 5")
    live.run("def f():\n    return 2")
    live.run("%%step one\nx = f()")
    assert live.run("%%step two\ny = 5") == ["two · from run 1, just now"]
    assert live.names["x"] == 2


def test_another_session_takes_over_what_the_first_one_made(live: Live) -> None:
    live.run("%%step one\nx = {'a': 1}")
    names: dict[str, Any] = {"__name__": "__main__"}
    other = Live(names, live.session.folder)
    assert other.run("%%step one\nx = {'a': 1}") == ["one · from run 1, just now"]
    assert names["x"] == {"a": 1}
    other.session.close()


def test_a_step_that_is_never_cached_counts_in_its_own_session(live: Live) -> None:
    live.run("%%step one --cache off\nx = 1")
    live.run("%%step two\ny = x + 1")
    assert live.names["y"] == 2
    live.run("%%step one --cache off\nx = 1")
    assert rows(live, "one") == [TaskStatus.SUCCEEDED] * 2


# ancestors


def test_a_missing_ancestor_is_named_with_the_command_and_nothing_runs(live: Live, tmp_path: Path) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.session.document.execute("%%step one\nx = 2")
    with pytest.raises(AncestorsMissing) as caught:
        live.run("%%step two\ny = x")
    assert re.sub(r"\d\.\d+ s", "0.00 s", str(caught.value)) == (
        "step 'two' needs 'one' (last took 0.00 s), which is not stored for the notebook as it is now. "
        "Run what is missing: %flow run --to two"
    )


def test_executing_a_step_again_makes_stale_what_depends_on_it_and_keeps_the_older_task(live: Live) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.run("%%step one\nx = 2")
    assert live.names["y"] == 1
    live.run("%%step two\ny = x")
    assert live.names["y"] == 2
    assert rows(live, "two") == [TaskStatus.SUCCEEDED] * 2


def test_an_error_in_an_unrelated_cell_below_does_not_stop_a_step(live: Live) -> None:
    with pytest.raises(FlowRefused):
        live.run("%%step broken\ny = nowhere")
    live.run("%%step one\nx = 1")
    assert live.names["x"] == 1


BROKEN = {
    "no name": "%%step\nrows = [1, 2]",
    "a name that is none": "%%step a-b\nrows = [1, 2]",
    "an unknown option": "%%step load --nope\nrows = [1, 2]",
    "a bracket that is open": "%%step load\nrows = [1, 2",
    "an unknown name": "%%step load\nrows = [missing]",
    "a step that is not there": "%%step load --after nothing\nrows = [1, 2]",
    "a magic": "%%step load\n%store rows\nrows = [1, 2]",
    "an ordinary cell": "rows = [1, 2",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_cell_keeps_from_running_what_depends_on_it_and_nothing_else(tmp_path: Path, broken: str) -> None:
    reader, other = "%%step clean\ntidy = rows[:LIMIT]", "%%step other\nz = LIMIT"
    live = Live({}, tmp_path, write(tmp_path / "n.ipynb", "LIMIT = 2", broken, reader, other))
    with pytest.raises(FlowRefused, match="cell 2"):
        live.run(reader)
    live.run(other)
    assert live.names["z"] == 2


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%step\nx = 1", "the step has no name"),
        ("%%step a-b\nx = 1", "cannot name a step"),
        ("%%step one --nope\nx = 1", "nope"),
        ("%%step one\nx = (", "Python cannot read this"),
        ("%%step one\nx = unknown_name", "unknown_name"),
        ("%%step one --after nothing\nx = 1", "no cell defines 'nothing'"),
        ("%%step one\n%store x", "keeps values between sessions"),
    ],
)
def test_a_wrong_header_or_body_is_refused_before_anything_runs(live: Live, cell: str, words: str) -> None:
    with pytest.raises(FlowRefused, match=words):
        live.run(cell)
    assert live.session.interactive is None


# foreach


def test_a_foreach_runs_in_workers_and_binds_no_name_of_a_single_item(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    assert live.user_names() == set()
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 14


def test_a_join_sees_the_items_of_today_only(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    live.run("%%step each --foreach i in [1, 2]\nsquare = i * i")
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 5


def test_one_failed_item_fails_the_cell_keeps_its_siblings_and_can_be_debugged(live: Live) -> None:
    cell = "%%step each --foreach i in range(3)\nif i == {}:\n    raise ValueError('bad item')\nsquare = i * i"
    with pytest.raises(TasksFailed) as caught:
        live.run(cell.format(1))
    assert caught.value.failures == {"each[1]": "ValueError: bad item"}
    assert caught.value.total == 3
    live.use("debug each[1]")
    assert live.names["i"] == 1
    with pytest.raises(ValueError, match="bad item"):
        live.run(cell.format(1))
    live.run(cell.format(7))
    assert live.names["square"] == 1
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 5


def test_a_mutation_found_in_a_worker_is_known_to_the_cells_below(live: Live) -> None:
    live.run("def sneak(values):\n    values.append(9)")
    live.run("%%step one\nx = [1]")
    live.run("%%step each --foreach i in [1, 2]\nsneak(x)\ny = len(x) + i")
    live.run("%%step total --join each\nseen = inputs.x")
    assert live.names["seen"] == [[1, 9], [1, 9]]


def test_a_step_inside_a_foreach_runs_once_per_item(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    live.run("%%step half\nhalf = square / 2")
    assert rows(live, "half") == [TaskStatus.SUCCEEDED] * 3
    live.run("%%step total --join each\ntotal = sum(inputs.half)")
    assert live.names["total"] == 7.0
