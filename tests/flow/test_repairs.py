"""A repair does what its message says: the problem is gone, and no other one has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.source.repairs import MoveStatement, Repair
from nbflow.notebook.mending import NotMended, mend, mended
from tests.flow.reading import graph_of
from tests.flow.test_checks import RULES
from tests.flow.test_fixes import FIXES

TEXTS = list(dict.fromkeys(text for text, *_ in (*RULES, *FIXES)))
SELF = "%%step a\n{}\nself.x = math.pi\n---\n%%step b\ny = math.e"


def told(cells: list[Cell]) -> tuple[Problem, ...]:
    return check_flow(link(read_flow(cells, "nb", "nb.ipynb")))


def cells_of(text: str) -> list[Cell]:
    return list(graph_of(text).flow.cells)


def repaired(text: str) -> str:
    """The notebook after the first repair that a problem of it offers."""
    cells = cells_of(text)
    repair = next(one.repair for one in told(cells) if one.repair)
    return "\n---\n".join(cell.source for cell in mended(cells, mend(cells, repair)))


OFFERED = [(text, one) for text in TEXTS for one in check_flow(graph_of(text)) if one.repair]


def test_most_kinds_of_problems_that_need_no_decision_have_a_repair() -> None:
    kinds = Counter(type(one.repair) for _, one in OFFERED)
    assert len(OFFERED) >= 40
    assert {*kinds} == {*Repair.__args__}


@pytest.mark.parametrize(("text", "problem"), OFFERED)
def test_a_repair_mends_its_problem_and_brings_no_error(text: str, problem: Problem) -> None:
    assert problem.repair is not None
    cells = cells_of(text)
    before = Counter(one.rule for one in told(cells))
    left = told(mended(cells, mend(cells, problem.repair)))
    after = Counter(one.rule for one in left if not one.warning or one.rule == problem.rule)
    assert after[problem.rule] < before[problem.rule]
    assert after <= before


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (SELF.format("import math"), "import math\n---\n%%step a\nself.x = math.pi\n---\n%%step b\ny = math.e"),
        (
            "import json\nn = 1\n---\n" + SELF.format("from os import (\n    path,\n)\nimport math"),
            "import json\nimport math\nn = 1\n---\n%%step a\nfrom os import (\n    path,\n)\n"
            "self.x = math.pi\n---\n%%step b\ny = math.e",
        ),
        (
            "x = mylib.f()\n---\nimport mylib\nn = mylib.n\n---\n%%step b\nz = mylib.u",
            "import mylib\n---\nx = mylib.f()\n---\nn = mylib.n\n---\n%%step b\nz = mylib.u",
        ),
        (
            "%%step a\nrows = [1]\n---\n%%step b\nn = f'{len(rowz)} ä' + str(rowz)",
            "%%step a\nrows = [1]\n---\n%%step b\nn = f'{len(rows)} ä' + str(rows)",
        ),
        (
            "#| step: a --aftr b\nx = 1\n---\n#| step: b\ny = 2",
            "#| step: a --after b\nx = 1\n---\n#| step: b\ny = 2",
        ),
        (
            "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\nn = input()\n---\n%%step a\ny = len(n)",
            "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\n---\n%%step n\nn = input()\n---\n"
            "%%step a\ny = len(n)",
        ),
    ],
)
def test_what_is_written(wrong: str, right: str) -> None:
    assert repaired(wrong) == right


@pytest.mark.parametrize(
    "text",
    [
        # as a step, it would keep the handler to itself
        "import io, logging\nbuf = io.StringIO()\nlogging.getLogger('a').addHandler(logging.StreamHandler(buf))\n---\n"
        "%%step a\nprint(buf.getvalue())",
        SELF.format("import math; n = 1"),  # another statement on its line
        "%%step a\nrows = [1]\n---\n%%step b\ndef f(rowz): return rowz\nn = rowz",  # also the name of an argument
        "%%step a --after a\nx = 1\n---\n%%step inputs\nx = 1\n---\n%%step c --after inputs\ny = 1",
    ],
)
def test_what_only_the_user_knows_is_left_to_the_user(text: str) -> None:
    problems = told(cells_of(text))
    assert problems != ()
    assert [one.repair for one in problems] == [None] * len(problems)


def test_code_that_cannot_be_moved_is_left_as_it_is() -> None:
    cells = cells_of("%%step a\nx = 1; y = 2")
    with pytest.raises(NotMended, match="line 2 of cell 1 holds more than one statement"):
        mend(cells, MoveStatement(1, 2, 1))


def test_two_readers_of_a_mistyped_name_are_mended_together() -> None:
    text = "%%step a\nrows = [1]\n---\n%%step b\nn = rowz\n---\n%%step c\nm = rowz"
    assert told(cells_of(repaired(text))) == ()


def test_new_cells_and_moved_ones_are_numbered_again() -> None:
    cells = [replace(cell, id=f"id-{cell.number}") for cell in cells_of("%%step b\ny = x\n---\n%%step a\nx = 1")]
    (problem,) = told(cells)
    assert problem.repair is not None
    assert [(one.number, one.id) for one in mended(cells, mend(cells, problem.repair))] == [(1, "id-2"), (2, "id-1")]
