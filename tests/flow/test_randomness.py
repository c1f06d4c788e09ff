"""Which steps and cells draw from the global random generators, and from whom they have the state."""

from __future__ import annotations

import pytest

from nbflow.flow.effects.generator_names import GENERATORS, NUMPY, PYTHON, TORCH
from tests.flow.reading import graph_of, problems_of, writers

IMPORTS = """import random
import numpy as np
import pandas as pd
import torch
from numpy.random import rand
from scipy import stats
from sklearn import datasets
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
def draw(): return np.random.rand()
def twice(): return draw(), draw()
def seed_everything(n):
    random.seed(n)
    np.random.seed(n)
"""

USES = [
    ("np.random.seed(1)", {NUMPY}, set()),
    ("random.seed(1)", {PYTHON}, set()),
    ("torch.manual_seed(1)", {TORCH}, set()),
    ("seed_everything(1)", {PYTHON, NUMPY}, set()),
    ("_ = torch.manual_seed(1)", {TORCH}, set()),
    ("np.random.seed(1)\nx = np.random.rand()", {NUMPY}, set()),
    ("x = np.random.rand()\nnp.random.seed(1)", {NUMPY}, {NUMPY}),
    ("if x > 1:\n    np.random.seed(1)", {NUMPY}, {NUMPY}),
    ("x = random.choice([1, 2])", set(), {PYTHON}),
    ("x = rand(3)", set(), {NUMPY}),
    ("x = [np.random.normal() for _ in range(3)]", set(), {NUMPY}),
    ("for i in range(3):\n    x = np.random.normal()", set(), {NUMPY}),
    ("x = twice()", set(), {NUMPY}),
    ("x = list(map(lambda _: draw(), range(3)))", set(), {NUMPY}),
    ("def g(): return np.random.rand()", set(), set()),
    ("x = df.sample(3)", set(), {NUMPY}),
    ("x = df.sample(3, random_state=0)", set(), set()),
    ("x = stats.norm.rvs(size=3)", set(), {NUMPY}),
    ("x = train_test_split([1, 2])", set(), {NUMPY}),
    ("x = train_test_split([1, 2], random_state=1)", set(), set()),
    ("m = RandomForestClassifier()", set(), {NUMPY}),
    ("x = datasets.make_blobs()", set(), {NUMPY}),
    ("m = make_pipeline(RandomForestClassifier(random_state=0))", set(), set()),
    ("m = torch.nn.Linear(2, 2)", set(), {TORCH}),
    ("rng = np.random.default_rng(1)\nx = rng.normal()", set(), set()),
    ("rng = np.random.RandomState(1)\nx = rng.rand()", set(), set()),
    ("x = random.Random(1).random()", set(), set()),
    ("x = 3", set(), set()),
]


@pytest.mark.parametrize(("body", "seeds", "draws"), USES)
def test_a_body_tells_what_it_seeds_and_draws(body: str, seeds: set[str], draws: set[str]) -> None:
    step = graph_of(f"{IMPORTS}\n---\n%%step a\n{body}").steps["a"]
    assert (step.random.seeds, step.random.draws) == (seeds, draws)


def test_a_seed_in_the_header_seeds_all() -> None:
    step = graph_of(f"{IMPORTS}\n---\n%%step a --seed 3\nx = np.random.rand()").steps["a"]
    assert (step.random.seeds, step.random.draws) == (GENERATORS, set())


SEEDED = "import numpy as np\n---\nnp.random.seed(1)\n---\n"
DRAW = "x{0} = np.random.rand()"


def test_draws_come_in_the_order_of_the_cells_and_others_wait_for_nobody() -> None:
    graph = graph_of(SEEDED + f"%%step a\n{DRAW.format('a')}\n---\n%%step n\nn = 1\n---\n%%step b\n{DRAW.format('b')}")
    assert (writers(graph, "a"), writers(graph, "n"), writers(graph, "b")) == ({}, {}, {NUMPY: ("a",)})
    assert NUMPY in graph.links["a"].prelude
    assert NUMPY not in graph.links["n"].prelude
    assert [name for name in graph.links if NUMPY in graph.links[name].writes] == ["a", "b"]


def test_without_a_seed_above_nothing_is_tied_together() -> None:
    graph = graph_of("import numpy as np\n---\n%%step a\nx = np.random.rand()\n---\n%%step b\ny = np.random.rand()")
    assert [(linked.bindings, linked.draws, NUMPY in linked.writes) for linked in graph.links.values()] == [
        ((), frozenset(), False),
        ((), frozenset(), False),
    ]


def test_the_nearest_seeding_counts_be_it_in_a_cell_or_in_a_step() -> None:
    graph = graph_of(
        SEEDED + "%%step a\nxa = np.random.rand()\n---\nnp.random.seed(2)\n---\n%%step b\nxb = np.random.rand()\n---\n"
        "%%step c\nnp.random.seed(3)\n---\n%%step d\nxd = np.random.rand()"
    )
    assert [writers(graph, name) for name in "abcd"] == [{}, {}, {}, {NUMPY: ("c",)}]
    assert [one.source for one in graph.closure("b") if NUMPY in one.names][-1] == "np.random.seed(2)"


def test_a_draw_that_a_run_has_found_reads_the_state() -> None:
    text = SEEDED + "%%step a\nxa = np.random.rand()\n---\n%%step b\nxb = model.fit()\nmodel = 1"
    graph = graph_of(text, {"b": frozenset({NUMPY})})
    assert graph.links["b"].draws == {NUMPY}
    assert writers(graph, "b") == {NUMPY: ("a",)}


ABOVE = {
    "an import": ("import random\nrandom.seed(1)", "x = random.random()", PYTHON),
    "an import by another name": ("from random import choice as pick, seed\nseed(1)", "x = pick('ab')", PYTHON),
    "a function": ("import random\nrandom.seed(1)\ndef roll(): return random.random()", "x = roll()", PYTHON),
    "an object": (
        "import random\nrandom.seed(1)\nclass Dice:\n    def one(self): return random.random()\n"
        "    def two(self): return self.one(), self.one()\nd = Dice()",
        "x = d.two()",
        PYTHON,
    ),
    "a model": ("m = RandomForestClassifier()", "m.fit([[1]], [1])", NUMPY),
    "models": ("ms = [RandomForestClassifier(), 1]", "for m in ms: m.fit([[1]], [1])", NUMPY),
    "a model in another": ("m = RandomForestClassifier()", "s = cross_val_score(m, [[1]], [1])", NUMPY),
}


@pytest.mark.parametrize(("above", "body", "generator"), ABOVE.values(), ids=ABOVE)
def test_a_step_draws_with_what_a_step_above_has_made(above: str, body: str, generator: str) -> None:
    top = "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.model_selection import cross_val_score"
    graph = graph_of(f"{top}\nimport numpy as np\nnp.random.seed(1)\n---\n%%step a\n{above}\n---\n%%step b\n{body}")
    assert graph.links["b"].draws == {generator}
    assert writers(graph, "b")[generator] == ("a",)


@pytest.mark.parametrize("body", ["m.predict([[1]])", "other.fit([[1]])", "n = [m]"])
def test_not_every_use_of_a_model_draws(body: str) -> None:
    text = "%%step a\nm = RandomForestClassifier(); other = 1\n---\n%%step b\n" + body
    graph = graph_of(f"from sklearn.ensemble import RandomForestClassifier\n{SEEDED}{text}")
    assert graph.links["b"].draws == set()


def test_a_parameter_that_a_cell_seeds_with_is_read_by_who_draws() -> None:
    graph = graph_of(
        "import random\n---\n%%parameters\nn: int = 1\n---\nrandom.seed(n)\n---\n%%step a\nx = random.random()"
    )
    assert graph.links["a"].parameters == {"n"}


def test_what_items_draw_is_not_seen_outside_their_foreach() -> None:
    graph = graph_of(
        SEEDED + "%%step each --foreach i in range(3)\nx = np.random.rand()\n---\n%%step more\ny = x + np.random.rand()"
        "\n---\n%%step all --join each\nz = inputs.y\n---\n%%step last\nw = np.random.rand()"
    )
    assert writers(graph, "more")[NUMPY] == ("each",)
    assert (writers(graph, "last"), graph.links["last"].scope) == ({}, ())


def test_an_ordinary_cell_draws_in_its_place() -> None:
    graph = graph_of(SEEDED + "N = np.random.rand(3)\n---\n%%step a\nx = N\n---\n%%step b\ny = np.random.rand()")
    sources = ["import numpy as np", "np.random.seed(1)", "N = np.random.rand(3)"]
    assert [one.source for one in graph.closure("a")] == sources
    assert [one.source for one in graph.closure("b")] == sources


def test_a_draw_outside_of_steps_that_a_flow_cannot_do_is_said() -> None:
    text = SEEDED + "%%step a\nx = np.random.rand(3)\n---\nnp.random.rand()\n---\n%%step b\ny = np.random.rand()"
    assert problems_of(text) == [
        "nb.ipynb · cell 4 `np.random.rand()`, line 1: this draws random numbers outside of any step; in a flow the "
        "steps below draw as if it had not. Write  %%step random_rand  on top of cell 4, or give it its own state, "
        "such as random_state=0"
    ]
    assert problems_of(text.replace("np.random.rand()\n---\n%%step b", "np.random.seed(3)\n---\n%%step b")) == []
    assert problems_of("import numpy as np\n---\nnp.random.rand()\n---\n%%step a\nx = np.random.rand()") == []


def test_a_draw_that_a_step_above_has_made_good_by_a_seed_is_not_said() -> None:
    drawn = f"{SEEDED}np.random.rand(len(input()))\n---\n"
    seeded = "%%step a\nnp.random.seed(2)\nx = np.random.rand()\n---\n"
    assert problems_of(f"{drawn}{seeded}%%step b\ny = np.random.rand()") == []
    assert len(problems_of(f"{drawn}%%step b\ny = np.random.rand()")) == 1


GENERATORS_OF_CELLS = "import numpy as np, random\nfrom numpy.random import default_rng\n---\n"


@pytest.mark.parametrize(
    "made", ["np.random.default_rng(1)", "default_rng(seed=1)", "np.random.RandomState(1)", "random.Random(1)",
             "np.random.Generator(np.random.PCG64(1))"],
)  # fmt: skip
def test_a_generator_of_a_cell_is_handed_on_by_who_asks_it(made: str) -> None:
    cells = f"{GENERATORS_OF_CELLS}rng = {made}\n---\n%%step a\nx = rng.random()\n---\n%%step b\ny = rng.random()"
    assert problems_of(cells) == []
    assert writers(graph_of(cells), "b") == {"rng": ("a",)}


@pytest.mark.parametrize("made", ["np.random.default_rng()", "default_rng(None)", "random.Random()"])
def test_a_generator_without_a_seed_is_computed(made: str) -> None:
    (problem,) = problems_of(f"{GENERATORS_OF_CELLS}rng = {made}\n---\n%%step a\nx = rng.random()")
    assert "this computes 'rng'" in problem


def test_a_cell_that_asks_a_generator_changes_it_for_the_steps_below() -> None:
    asked = f"{GENERATORS_OF_CELLS}rng = default_rng(1)\n---\nn = rng.integers(9)\n---\n%%step a\nx = rng.random()"
    assert [one.kind for one in graph_of(asked).closure("a")] == ["import", "constant", "effect"]


def test_items_that_draw_from_one_generator_are_told_that_they_draw_the_same() -> None:
    cells = f"{GENERATORS_OF_CELLS}rng = default_rng(1)\n---\n%%step a --foreach i in range(3)\nx = rng.random()"
    assert problems_of(cells) == [
        "nb.ipynb · cell 3, line 2: each item of step 'a' has a copy of 'rng', so all draw the same numbers. "
        "Make a generator in the step, with a seed that depends on the item"
    ]
    mended = cells.replace("x = rng", "own = default_rng([1, i])\nx = own")
    assert problems_of(mended) == []


def test_a_step_that_draws_from_a_shared_generator_is_told_that_each_worker_has_one() -> None:
    cells = f"{GENERATORS_OF_CELLS}%%shared\nrng = default_rng(1)\n---\n%%step a\nx = rng.random()"
    assert problems_of(cells) == [
        "nb.ipynb · cell 3, line 2: step 'a' draws from 'rng', and each worker process has its own copy of it. "
        "Make it in an ordinary cell, with a seed"
    ]
    assert problems_of(cells.replace("%%shared\n", "")) == []
