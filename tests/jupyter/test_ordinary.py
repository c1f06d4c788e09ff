"""What ordinary cells change, in a live kernel: done once, seen by the steps below, and not by those above."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.jupyter.live import Live
from tests.jupyter.notebooks import write

CELLS = (
    "ITEMS = []\nclass A: n = 0\ndef f(): ...",
    "%%step above\nseen_above = ([*ITEMS], A.n, getattr(f, 'tag', None))",
    "ITEMS.append(3)\nA.n += 1\nf.tag = 't'",
    "%%step below\nseen_below = ([*ITEMS], A.n, f.tag)\none = A()",
    "A.n += 1",
    "%%step last\nseen_last = ([*ITEMS], A.n, type(one) is A, one.n)",
)
RIGHT = {"seen_above": ([], 0, None), "seen_below": ([3], 1, "t"), "seen_last": ([3], 2, True, 2)}


def run_all(live: Live, cells: tuple[str, ...] = CELLS) -> None:
    for cell in cells:
        live.run(cell)


def seen(live: Live) -> dict[str, object]:
    return {name: live.names[name] for name in RIGHT}


@pytest.fixture
def notebook(live: Live, tmp_path: Path) -> Live:
    live.session.follow(write(tmp_path / "nb.ipynb", *CELLS))
    return live


def test_run_all_gives_what_the_cells_give(notebook: Live) -> None:
    run_all(notebook)
    assert seen(notebook) == RIGHT
    assert (notebook.names["ITEMS"], notebook.names["A"].n) == ([3], 2)


def test_what_a_fresh_kernel_has_not_executed_is_done_before_the_step(notebook: Live) -> None:
    run_all(notebook, (CELLS[1], CELLS[3], CELLS[5]))
    assert seen(notebook) == RIGHT


def test_a_kernel_that_stopped_half_way_does_the_rest_once(notebook: Live) -> None:
    run_all(notebook, CELLS[:4])
    notebook.run(CELLS[5])
    assert seen(notebook) == RIGHT
    assert notebook.names["A"].n == 2


def test_a_step_that_runs_again_after_all_cells_does_not_see_what_stands_below_it(notebook: Live) -> None:
    run_all(notebook)
    for step in ("above", "below", "last"):
        notebook.session.steps.run(step, frozenset({(step, ())}))
    assert seen(notebook) == RIGHT


def test_a_cell_that_is_executed_twice_is_done_once_for_the_steps(notebook: Live) -> None:
    run_all(notebook, (*CELLS[:3], *CELLS[2:]))
    assert seen(notebook) == RIGHT


def test_an_effect_of_an_unsaved_cell_is_part_of_the_notebook(live: Live) -> None:
    run_all(live, ("def register(k): REG[k] = 1", "REG = {}", "register('a')", "%%step one\nx = [*REG]"))
    assert live.names["x"] == ["a"]


SETTINGS = (
    "import decimal",
    "%%step above\nhigh = str(decimal.Decimal(1) / 3)",
    "decimal.getcontext().prec = 4",
    "%%step below\nlow = str(decimal.Decimal(1) / 3)",
)


@pytest.fixture
def setting(live: Live, tmp_path: Path) -> Iterator[Live]:
    live.session.follow(write(tmp_path / "nb.ipynb", *SETTINGS))
    with decimal.localcontext(decimal.DefaultContext):  # whatever tests have done before
        yield live


@pytest.mark.parametrize(
    "order",
    [SETTINGS, (SETTINGS[3],), (SETTINGS[3], SETTINGS[1]), (SETTINGS[0], *SETTINGS[2:], SETTINGS[1])],
    ids=["all", "fresh", "back", "back again"],
)
def test_a_setting_holds_for_the_steps_below_it_in_whatever_order_they_run(
    setting: Live, order: tuple[str, ...]
) -> None:
    run_all(setting, order)
    found = {name: setting.names[name] for name in ("high", "low") if name in setting.names}
    right = {"high": "0.3333333333333333333333333333", "low": "0.3333"}
    assert found == {name: right[name] for name in found}
    assert "low" in found


RANDOM = (
    "import numpy as np",
    "np.random.seed(42)",
    "%%step a\nxa = float(np.random.rand())",
    "%%step b\nxb = float(getattr(np.random, 'ra' + 'nd')())",
    "%%step c\nxc = float(np.random.rand())",
)


@pytest.mark.parametrize("cells", [RANDOM, (*RANDOM[2:],), (*RANDOM, *RANDOM[2:])], ids=["all", "fresh", "twice"])
def test_global_generators_go_on_from_step_to_step(live: Live, tmp_path: Path, cells: tuple[str, ...]) -> None:
    live.session.follow(write(tmp_path / "nb.ipynb", *RANDOM))
    before = np.random.get_state()
    try:
        run_all(live, cells)
        after = float(np.random.rand())
        np.random.seed(42)
        right = [float(np.random.rand()) for _ in range(4)]
    finally:
        np.random.set_state(before)
    assert [*(live.names[name] for name in ("xa", "xb", "xc")), after] == right
    assert not any(" " in name for name in live.names)


def test_functions_that_register_themselves_are_registered_for_each_step(live: Live) -> None:
    live.run("FOUND = {}\ndef register(f):\n    FOUND[f.__name__] = f\n    return f")
    live.run("@register\ndef one():\n    return 1\n@register\ndef two():\n    return 2")
    live.run("FOUND['three'] = lambda: 3")
    live.run("%%step first\nnames = sorted(FOUND)\nvalues = [FOUND[name]() for name in names]")
    assert (live.names["names"], live.names["values"]) == (["one", "three", "two"], [1, 3, 2])
    live.run("%%step second\nagain = sorted(FOUND)")
    assert live.names["again"] == ["one", "three", "two"]
    assert sorted(live.names["FOUND"]) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("rows.append(2)", "this changes 'rows' outside of any step; step 'use' gets it as step 'load' made it"),
        ("random.random()", "this draws random numbers outside of any step"),
    ],
)
def test_a_change_that_a_step_does_not_see_is_said_once(live: Live, change: str, said: str) -> None:
    live.run("import random\nrandom.seed(1)")
    live.run("%%step load\nrows = [1]\ndrawn = random.random()")
    live.run(change)
    told = live.run("%%step use\nseen = [*rows], random.random()")
    assert [line for line in told if line.startswith("warning: ") and said in line]
    assert not [line for line in live.run("%%step use\nseen = [*rows, random.random()]") if said in line]


def test_an_edited_step_calls_the_function_above_it_that_a_later_step_has_defined_again(live: Live) -> None:
    count = "def count(f):\n    def g(a):\n        g.calls += 1\n        return f(a)\n    g.calls = 0\n    return g\n"
    live.run(f"{count}@count\ndef f(n): return n")
    live.run("%%step first\na = f(3), f.calls")
    live.run("%%step second\nb = f(4), f.calls")
    live.run("%%step third\ndef f(n): return -n\nc = f(3)")
    live.run("%%step fourth\nd = f(4)")
    live.run("%%step second\nb = f(5), f.calls")
    live.run("%%step fourth\nd = f(6)")
    assert [live.names[name] for name in "abcd"] == [(3, 1), (5, 2), -3, -6]
    assert live.names["f"](1) == -1


def test_a_class_that_a_library_keeps_is_as_defined_for_a_step_that_runs_again(live: Live) -> None:
    register = "@pd.api.extensions.register_series_accessor('counted')\n"
    count = "class Counted:\n    made = 0\n    def __init__(self, series): Counted.made += 1"
    live.run(f"import pandas as pd\n{register}{count}")
    live.run("%%step first\npd.Series([1]).counted\na = Counted.made")
    live.run("%%step second\nb = Counted.made")
    live.run("%%step first\npd.Series([1, 2]).counted\na = Counted.made")
    live.run("%%step second\nb = Counted.made + 0")
    assert (live.names["a"], live.names["b"]) == (1, 1)
