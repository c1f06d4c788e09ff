"""State in modules beside the notebook: said before a run, with a way out that works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.flow.graph.link import link
from nbflow.run.program.module_state import state_of_modules
from tests.flow.reading import flow_of
from tests.flows import Shape
from tests.run.running import Place

Tell = Callable[[str], list[str]]

COUNTER = """
COUNT = 0
SEEN = []
_memo = {}
def bump():
    global COUNT
    COUNT += 1
    return COUNT
def note(x):
    SEEN.append(x)
    return len(SEEN)
def seen():
    return list(SEEN)
def slow(x):
    if x not in _memo:
        _memo[x] = x * x
    return _memo[x]
class Thing:
    made = 0
    def __init__(self):
        type(self).made += 1
"""


@pytest.fixture
def told(tmp_path: Path) -> Tell:
    (tmp_path / "counter.py").write_text(COUNTER)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("from package.inner import enter\n")
    (tmp_path / "package" / "inner.py").write_text("from counter import note\ndef enter(x):\n    return note(x)\n")

    def tell(text: str) -> list[str]:
        graph = link(flow_of(text))
        return [str(one) for one in state_of_modules(graph, tmp_path, [*graph.links])]

    return tell


TWO = "from counter import bump\n---\n%%step a\nx = 1\nx = bump()\n---\n%%step b\ny = bump()"


def test_a_function_that_changes_its_module_is_said_where_a_step_calls_it(told: Tell) -> None:
    assert told(TWO) == [
        "nb.ipynb · cell 2, line 3: 'bump' changes 'COUNT' of counter.py only in the process of step 'a': "
        "step 'b' does not see it. Move 'COUNT' and the functions that use it to an ordinary cell, or hand its value "
        "from step to step"
    ]


@pytest.mark.parametrize(
    ("imports", "call", "use"),
    [
        ("import counter", "counter.note(1)", "y = counter.SEEN"),
        ("import counter as c", "c.note(1)", "y = c.seen()"),
        ("from counter import note, seen", "note(1)", "y = seen()"),
        ("from counter import Thing", "t = Thing()", "y = Thing.made"),
        ("import package", "package.enter(1)", "import counter\ny = counter.seen()"),
        ("from package import enter\nfrom counter import seen", "enter(1)", "y = seen()"),
        ("import counter\ndef go(): counter.note(1)", "go()", "y = counter.seen()"),
        ("import counter", "counter.SEEN.append(1)", "y = counter.seen()"),
        ("from counter import SEEN", "SEEN.append(1)", "y = SEEN"),
        ("import counter", "counter._memo[1] = 1", "y = counter._memo"),
        ("import counter", "counter.slow(1)", "y = counter._memo.get(1)"),
    ],
)
def test_it_is_found_however_it_is_called(told: Tell, imports: str, call: str, use: str) -> None:
    assert len(told(f"{imports}\n---\n%%step a\n{call}\n---\n%%step b\n{use}")) == 1


@pytest.mark.parametrize(
    ("call", "use"),
    [
        ("c.slow(1)", "y = c.slow(1)"),  # only saves time
        ("c.seen()", "y = c.seen()"),
        ("c.bump()", "y = c.seen()"),  # another name
        ("x = 1", "y = c.bump()"),  # nobody below
    ],
)
def test_what_makes_no_difference_is_not_said(told: Tell, call: str, use: str) -> None:
    assert told(f"import counter as c\n---\n%%step a\n{call}\n---\n%%step b\n{use}") == []


def test_a_cell_that_sets_up_a_module_is_said_and_may_be_shared(told: Tell, tmp_path: Path) -> None:
    cells = ["import counter", "counter.note('set up')", "%%step a\ny = counter.seen()"]
    (problem,) = told("\n---\n".join(cells))
    assert problem == (
        "nb.ipynb · cell 2 `counter.note('set up')`, line 1: "
        "'note' changes 'SEEN' of counter.py only in the notebook: step 'a' does not see "
        "it. Put it under a %%shared header"
    )
    cells[1] = f"%%shared\n{cells[1]}"
    assert told("\n---\n".join(cells)) == []
    assert Place(tmp_path).run(Shape("nb", "\n---\n".join(cells), {})).value("a.y") == ["set up"]


def test_what_is_moved_to_a_cell_is_carried_from_step_to_step(told: Tell, tmp_path: Path) -> None:
    moved = TWO.replace(
        "from counter import bump", "COUNT = 0\ndef bump():\n    global COUNT\n    COUNT += 1\n    return COUNT"
    )
    assert told(moved) == []
    ran = Place(tmp_path).run(Shape("nb", moved, {}))
    assert (ran.value("a.x"), ran.value("b.y")) == (1, 2)


SETUP = """
import decimal
import numpy as np
def init(digits):
    decimal.getcontext().prec = digits
def begin(number):
    np.random.seed(number)
"""


def test_a_cell_that_has_a_module_set_something_is_said_and_may_be_shared(told: Tell, tmp_path: Path) -> None:
    (tmp_path / "house.py").write_text(SETUP)
    cells = ["import decimal, house", "house.init(4)", "%%step a\ny = str(decimal.Decimal(1) / 3)"]
    (problem,) = told("\n---\n".join(cells))
    assert problem == (
        "nb.ipynb · cell 2 `house.init(4)`, line 1: "
        "'init' of house.py changes settings only in the notebook: step 'a' does not see "
        "it. Put it under a %%shared header"
    )
    cells[1] = f"%%shared\n{cells[1]}"
    assert told("\n---\n".join(cells)) == []
    assert Place(tmp_path).run(Shape("nb", "\n---\n".join(cells), {})).value("a.y") == "0.3333"


def test_a_cell_that_has_a_module_seed_is_said_and_may_seed_itself(told: Tell, tmp_path: Path) -> None:
    (tmp_path / "house.py").write_text(SETUP)
    cells = ["import numpy as np, house", "house.begin(3)", "%%step a\ny = round(np.random.rand(), 3)"]
    (problem,) = told("\n---\n".join(cells))
    assert problem.endswith(
        "seeds random generators only in the notebook: step 'a' does not see it. Seed in the cell itself"
    )
    cells[1] = "np.random.seed(3)"
    assert told("\n---\n".join(cells)) == []
    assert Place(tmp_path).run(Shape("nb", "\n---\n".join(cells), {})).value("a.y") == 0.551
