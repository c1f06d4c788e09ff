"""What the user decides about a plan comes before every rule, told with strings."""

from __future__ import annotations

from typing import Any

from nbflow.flow.source.cell import Cell
from nbflow.notebook.init.first_look import Choices
from nbflow.notebook.init.init_plan import InitPlan, plan_init
from nbflow.notebook.init.planned_kind import Becomes, PlannedKind
from tests.init.test_plan import FRAME, IMPORT, becomes, plan


def choose(*sources: str, **choices: Any) -> InitPlan:
    return plan_init([Cell(number, source) for number, source in enumerate(sources, 1)], choices=Choices(**choices))


def test_what_the_user_chooses_comes_before_every_rule() -> None:
    cells = (IMPORT, FRAME, "df.head()", "N = 3", "m = df.mean() * N")
    assert becomes(choose(*cells)) == ["ordinary", "load_df", "ordinary", "ordinary", "m"]
    kinds = {3: Becomes.STEP, 4: Becomes.PARAMETERS, 2: Becomes.SHARED}
    found = choose(*cells, kinds=kinds, names={"cell_5_0": "average"})
    assert becomes(found) == ["ordinary", "shared", "df_head", "parameters", "average"]
    assert [group.header for group in found.groups] == [
        "",
        "%%shared",
        "%%step df_head",
        "%%parameters",
        "%%step average",
    ]
    assert found.left == ()


def test_a_step_that_the_user_chooses_is_not_merged_for_its_size() -> None:
    cells = (IMPORT, FRAME, "df = df.dropna()", "df['x'] = df.a * 2")
    assert [row.cells for row in choose(*cells).rows] == [(1,), (2,), (3, 4)]
    found = choose(*cells, kinds={4: Becomes.STEP})
    assert [row.cells for row in found.rows] == [(1,), (2,), (3,), (4,)]


def test_what_a_choice_breaks_is_told_where_it_is() -> None:
    found = choose(IMPORT, FRAME, "m = df.mean()", kinds={2: Becomes.ORDINARY})
    assert [row.kind for row in found.rows] == [PlannedKind.SHARED, PlannedKind.SCRATCH, PlannedKind.STEP]
    assert [[one.rule for one in row.problems] for row in found.rows] == [[], [one.rule for one in found.left], []]
    assert found.left


def test_two_steps_that_the_user_calls_the_same_are_an_error() -> None:
    found = choose(FRAME, "x = helper()", names={"cell_1_0": "same", "cell_2_0": "same"})
    assert becomes(found) == ["same", "same"]
    assert any(not one.warning for one in found.left)


def test_literals_are_offered_as_parameters_and_become_some_when_asked_for() -> None:
    cells = (
        "from my import helper",
        "EPOCHS = 10\nnames = ['a']\nseed = 3",
        "xs = list(range(helper(EPOCHS, seed, names)))",
        "K = 1",
        "K = 2",
    )
    assert [(offer.name, offer.number) for offer in choose(*cells).offers] == [("EPOCHS", 2), ("seed", 2)]
    found = choose(*cells, parameters=frozenset({"EPOCHS", "seed"}))
    assert [group.source for group in found.groups if group.becomes is Becomes.PARAMETERS] == [
        "EPOCHS = 10",
        "seed = 3",
    ]
    assert found.left == ()


def test_all_literals_of_a_cell_of_nothing_else_are_offered() -> None:
    found = choose(
        "window = 7\nstyle = 'x'", "total = 0", "import m\nwidth = 3", "xs = m.make(window, style, total, width)"
    )
    assert [offer.name for offer in found.offers] == ["window", "style"]


def test_a_column_made_by_map_is_no_iterator_and_the_results_of_a_pool_are_one() -> None:
    assert becomes(choose(IMPORT, FRAME, "df['a'] = df.b.map(str)\nm = 1", "df.a.value_counts()"))[-1] == "ordinary"
    pool = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\nwith Pool() as pool:\n    found = pool.map(str, df)"
    )
    assert becomes(choose(IMPORT, FRAME, pool, "print(list(found))"))[-1] != "ordinary"


def test_a_literal_that_a_cell_changes_is_no_parameter() -> None:
    assert choose("N = 3", "def grow():\n    global N\n    N += 1", "grow()\nxs = make(N)").offers == ()


def test_offers_become_parameters_one_by_one() -> None:
    found = choose("EPOCHS = 10\nSEED = 3", "xs = helper(EPOCHS, SEED)", parameters=frozenset({"SEED"}))
    assert [group.source for group in found.groups if group.becomes is Becomes.PARAMETERS] == ["SEED = 3"]
    assert ([one.name for one in found.offers], [one.name for one in found.taken]) == (["EPOCHS"], ["SEED"])


def test_only_the_cells_that_the_user_names_become_steps() -> None:
    cells = (IMPORT, FRAME, "df = df.dropna()", "df['x'] = 1", "x = = 1", "def f():\n    yield", "m = df.mean()")
    found = choose(*cells, only=frozenset({3, 4, 5}), kinds=dict.fromkeys((3, 4, 5), Becomes.STEP))
    assert [row.name for row in found.rows] == ["", "", "clean_df", "df_x", "", "", ""]
    assert found.rows[4].why.startswith("left alone")
    assert not found.loads


def test_a_step_becomes_an_ordinary_cell_again() -> None:
    cells = ("%load_ext nbflow", "# words\n%%step x\nx = helper()", "#| step: y\ny = x + 1")
    only = frozenset({2, 3})
    found = choose(*cells, only=only, kinds=dict.fromkeys(only, Becomes.ORDINARY))
    assert [group.source for group in found.groups] == ["%load_ext nbflow", "# words\n\nx = helper()", "y = x + 1"]
    assert [group.header for group in found.groups] == ["", "", ""]
    assert found.changes


def test_a_cell_that_changes_something_and_prints_is_a_step_where_prints_count() -> None:
    cells = (
        "n = 0\ndef bump():\n    global n\n    n += 1\n    return n",
        "print(bump())",
        "import numpy as np\nx = np.ones(3) + n\nx.sort()",
    )
    assert becomes(plan(*cells)) == ["ordinary", "ordinary", "x"]
    assert becomes(plan(*cells, shows_count=True)) == ["ordinary", "n", "x"]
