"""What each cell of an ordinary notebook becomes, told with strings."""

from __future__ import annotations

import pytest

from nbflow.flow.source.cell import Cell
from nbflow.notebook.init.init_plan import InitPlan, plan_init
from nbflow.notebook.init.planned_kind import Becomes, PlannedKind

IMPORT = "import numpy as np\nimport pandas as pd"
FRAME = 'df = pd.read_csv("films.csv")'


def plan(*sources: str | tuple[str, str], **wishes: bool) -> InitPlan:
    """The plan of cells; a pair is a markdown text and the cell below it."""
    pairs = [("", one) if isinstance(one, str) else one for one in sources]
    return plan_init([Cell(number, source, above=above) for number, (above, source) in enumerate(pairs, 1)], **wishes)


def becomes(found: InitPlan) -> list[str]:
    """The name of each step, and for other cells what they become."""
    return [row.name or str(row.becomes) for row in found.rows]


def test_cells_that_compute_are_steps_and_imports_and_functions_are_not() -> None:
    found = plan(IMPORT, "def mean(xs):\n    return sum(xs) / len(xs)", "LIMIT = 3", FRAME, "m = mean(df.score)")
    assert becomes(found) == ["ordinary", "ordinary", "ordinary", "load_df", "m"]
    assert found.left == ()
    assert found.loads


def test_an_environment_stays_one() -> None:
    found = plan("%%environment old\npandas<3", "%%step load --env old\nx = 1", "y = x + 1")
    assert becomes(found) == ["ordinary", "load", "y"]
    assert found.rows[0].why == "names an environment already"


@pytest.mark.parametrize(
    "source",
    [
        "df.head()",
        "print(len(df), df.shape)",
        "df",
        "plt.plot(df.score)\nplt.show()",
        "fig, ax = plt.subplots()\nax.plot(df.score)\nax.set_title('x')",
        "for name in df.columns:\n    plt.hist(df[name])",
        "df.plot(kind='bar')",
        "df.score.groupby(df.votes).mean().sort_values()",
        "json.dumps({'rows': len(df)})",
        "if len(df) > 3:\n    print(f'{len(df)} films')",
        "df[['score']].sample(3, random_state=0)",
        "axes = df.hist()\nfor ax in axes.flatten():\n    ax.set_xlabel('x')",
    ],
)
def test_a_cell_that_only_shows_stays_as_it_is(source: str) -> None:
    found = plan(f"{IMPORT}\nimport json\nimport matplotlib.pyplot as plt", FRAME, source)
    assert becomes(found) == ["ordinary", "load_df", "ordinary"]
    assert found.rows[-1].why == "only shows"


@pytest.mark.parametrize(
    "source",
    [
        "print(df.pop('score'))",
        "print(next(turns))",
        "list(turns)",
        "for one in turns:\n    print(one)",
        "print(change(df))",
        "print(account.withdraw(3))",
        "print(account.balance)",
        "df.to_csv('out.csv')",
        "plt.plot(df.score)\nplt.savefig('out.png')",
        "print(np.random.rand())",
        "np.fill_diagonal(df.values, 0)",
        "df.drop(columns='score', inplace=True)",
        "print(counts['x'])",
        "n = len(df)",
        "print(x := 3)",
    ],
)
def test_a_cell_that_changes_something_is_a_step_though_it_shows(source: str) -> None:
    given = (
        f"{IMPORT}\nimport matplotlib.pyplot as plt\nfrom collections import defaultdict",
        "def change(df):\n    df['x'] = 1\n    return df",
        "class Account:\n    def withdraw(self, n):\n        self.n -= n\n"
        "    @property\n    def balance(self):\n        return 1",
        FRAME,
        "turns = iter(df.score)\naccount = make()\ncounts = defaultdict(int, df.score)\n",
    )
    assert plan(*given, source).rows[-1].becomes is Becomes.STEP


def test_a_cell_whose_name_a_step_reads_is_a_step_though_it_only_shows() -> None:
    found = plan("import matplotlib.pyplot as plt", "fig, ax = plt.subplots()", "width = fig.get_figwidth() * scale()")
    assert [row.cells for row in found.rows] == [(1,), (2, 3)]


def test_a_constant_computed_of_an_artifact_is_a_step() -> None:
    assert becomes(plan(IMPORT, FRAME, "n = len(df)\nm = n + 1"))[-1] != "ordinary"


def test_what_only_prints_is_a_step_where_nothing_computes() -> None:
    assert becomes(plan("xs = [1, 2]", "print(sum(xs))")) == ["ordinary", "show"]


def test_a_change_below_a_step_that_uses_the_object_is_a_step() -> None:
    found = plan("class A:\n    n = 0", "a = A()", "items = [a, helper()]", "a.n = 3", "print(items[0].n)")
    assert [row.becomes for row in found.rows][3] is Becomes.STEP


@pytest.mark.parametrize(
    "maker",
    [
        "gen = (x * x for x in range(9))",
        "def numbers():\n    yield 1\ngen = numbers()",
        "gen = open('films.csv')",
        "import csv\ngen = csv.reader(open('films.csv'))",
        "import sqlite3\ngen = sqlite3.connect('films.db').cursor()",
        "import socket\ngen = socket.socket()",
        "import socket\nclass Line:\n    def __init__(self):\n        self.end = socket.socket()\ngen = Line()",
        "def connect():\n    import socket\n    return open('x')\ngen = connect()",
        "gen = [open(name) for name in names()]",
    ],
)
def test_cells_that_share_what_cannot_be_stored_are_one_step(maker: str) -> None:
    found = plan(IMPORT, maker, "n = 1 + helper()", "first = take(gen)", "last = take(other())")
    assert [row.cells for row in found.rows] == [(1,), (2, 3, 4), (5,)]
    assert "which cannot be stored" in found.rows[1].why


def test_a_list_of_what_a_generator_gave_is_stored() -> None:
    found = plan("def numbers():\n    yield 1", "xs = list(numbers())", ("A sum.", "total = sum(xs)"))
    assert [row.cells for row in found.rows] == [(1,), (2,), (3,)]


def test_tiny_cells_that_go_on_with_one_value_are_one_step() -> None:
    found = plan(IMPORT, FRAME, ("## Clean the data", "df = df.dropna()"), "df['x'] = df.a * 2", "df['y'] = df.x + 1")
    assert [row.cells for row in found.rows] == [(1,), (2,), (3, 4, 5)]
    assert found.rows[-1].name == "clean_data"


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("df = df.dropna()", ("Some words.", "df['x'] = df.a * 2")),  # a text stands between
        ("train = fit(df)", "train['x'] = 1"),  # worth a checkpoint of its own
        ("df = df.dropna()\ndf", "df['x'] = df.a * 2"),  # its value is displayed
        ("a = df.a * 2", "b = df.b * 2"),  # may run in parallel
        ("df = df.dropna()\n1\n2\n3\n4", "df['x'] = df.a * 2"),  # not tiny
    ],
)
def test_cells_stay_apart_where_somebody_may_want_what_stands_between(upper: str, lower: str | tuple[str, str]) -> None:
    assert len(plan(IMPORT, FRAME, upper, lower).rows) == 4


def test_cells_stay_apart_where_a_cell_below_shows_what_stands_between() -> None:
    found = plan(IMPORT, FRAME, "clean = df.dropna()", "wide = clean.T", "clean.head()")
    assert len(found.rows) == 5


@pytest.mark.parametrize(
    ("above", "source", "name"),
    [
        ("## Load the data", "x = helper()", "load_data"),
        ("### 2.1 Train/test *split*", "x = helper()", "train_test_split"),
        ("# 3. Éclairs & co", "x = helper()", "eclairs_co"),
        ("<h2>Rates</h2>", "x = helper()", "rates"),
        ("## Print", "x = helper()", "print_step"),
        ("## 中文", "x = helper()", "x"),
        ("", "df = pd.read_csv('a.csv')", "load_df"),
        ("", "model = make().fit(data())", "fit_model"),
        ("", "X_train, X_test = train_test_split(data())", "split_data"),
        ("", "frame['share'] = helper()", "frame_share"),
        ("", "lambda_ = helper()", "lambda_step"),
        ("", "størrelse = helper()", "strrelse"),
        ("", "_x = helper()", "cell_3"),
    ],
)
def test_a_step_is_named_by_the_heading_or_by_what_it_makes(above: str, source: str, name: str) -> None:
    found = plan(f"# Title\n{IMPORT}", "frame = helper()\nframe", (above, source))
    assert found.rows[-1].name == name


def test_names_of_steps_differ_and_leave_those_alone_that_are_there() -> None:
    found = plan("%%step x\nx = 1 + f()", "x = g()\nx", "x = h()")
    assert becomes(found) == ["x", "x_2", "x_3"]
    assert found.rows[0].why == "is a step already"


def test_what_is_no_python_is_left_alone_and_said() -> None:
    found = plan("%%bash\nls", "x = = 3", "%%html\n<b>", "n = int(input())")
    assert becomes(found) == ["ordinary", "ordinary", "ordinary", "n"]
    assert [row.why.partition(":")[0] for row in found.rows[:3]] == ["left alone"] * 3
    assert [one.rule for one in found.left] == ["syntax"]


def test_a_loop_over_independent_items_is_named_as_a_foreach() -> None:
    loop = "models = {}\nfor depth in depths:\n    model = Tree(depth).fit(xs)\n    models[depth] = model"
    assert plan("depths = make()", "xs = make()", loop).loops == (("fit_models", "--foreach depth in depths"),)


@pytest.mark.parametrize(
    "body",
    ["total = total + fit(x)", "if fit(x): break", "items.pop(fit(x))", "found.append(x + 1)", "model = fit(model)"],
)
def test_a_loop_whose_turns_depend_on_each_other_is_not_named(body: str) -> None:
    assert plan("total, items, found, model = make()", f"for x in xs():\n    {body}").loops == ()


@pytest.mark.parametrize(
    "body", ["log.append(n)\n    return n", "return random.random()", "global count\n    count = n\n    return n"]
)
def test_a_loop_whose_function_leaves_something_behind_is_not_named(body: str) -> None:
    seeded = "import random\nrandom.seed(1)\nlog = []\ncount = 0"
    loop = "found = []\nfor n in xs:\n    found.append(simulate(n))"
    assert plan(seeded, f"def simulate(n):\n    {body}", "xs = make()", loop).loops == ()


@pytest.mark.parametrize(
    "draw", ["xs = [random.random() for _ in range(3)]", "xs = draws(3)", "random.random(), 1", "x = np.random.rand(3)"]
)
def test_a_cell_that_draws_random_numbers_is_a_step(draw: str) -> None:
    seeded = "import random\nimport numpy as np\nrandom.seed(1)\nnp.random.seed(1)"
    draws = "def draws(n):\n    return [random.random() for _ in range(n)]"
    last = "total = random.random() + np.random.rand()\nprint(total)"
    found = plan(seeded, draws, draw, "%%step other\nz = 1", last)
    assert [group.becomes for group in found.groups][:3] == [Becomes.ORDINARY, Becomes.ORDINARY, Becomes.STEP]
    assert found.left == ()


def test_cells_that_only_show_become_steps_when_asked_for() -> None:
    assert becomes(plan(IMPORT, FRAME, "df.head()", shows_count=True)) == ["ordinary", "load_df", "df_head"]


def test_a_plan_of_a_plan_changes_nothing() -> None:
    found = plan(
        IMPORT, FRAME, "df = df.dropna()", "df['x'] = 1", "gen = (x for x in df)", "a = next(gen)", "df.head()"
    )
    again = plan(*(("\n".join([group.header, group.source])).strip() for group in found.groups), "%load_ext nbflow")
    assert not again.changes


def test_a_setting_in_a_cell_that_computes_gets_a_cell_of_its_own() -> None:
    source = f'{IMPORT}\npd.set_option("display.precision", 2)\n{FRAME}'
    found = plan(source, "print(df)\nm = df.mean()")
    assert next(group.source for group in found.groups) == f'{IMPORT}\npd.set_option("display.precision", 2)'
    assert becomes(found) == ["ordinary", "load_df", "m"]
    assert found.left == ()


def test_a_star_import_in_a_cell_that_computes_is_no_error() -> None:
    assert plan("from math import *\nx = list(range(floor(pi)))\nx.sort()", "y = len(x)\nprint(y)\ny").left == ()


def test_cells_are_one_step_where_the_process_is_changed_as_no_worker_can() -> None:
    setting = "folder = tempfile.mkdtemp()\nos.chdir(folder)"
    found = plan(f"import os, tempfile\n{IMPORT}", setting, FRAME, "x = open('a').read()")
    assert [row.cells for row in found.rows] == [(1,), (2, 3, 4)]
    assert found.left == ()


def test_cells_are_one_step_where_they_use_a_temporary_folder() -> None:
    made = "folder = tempfile.TemporaryDirectory()\npath = os.path.join(folder.name, 'a')"
    found = plan("import os, tempfile", made, "x = helper()", "print(path)\ny = [x]\ny")
    assert [row.cells for row in found.rows] == [(1,), (2, 3, 4)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("%%writefile helper.py\nx = 1", "writefile_helper"),
        ("!echo 1 > data.txt", "echo"),
        ("files = !ls", "files"),
        ("%%capture shown\nprint(1)", "show"),
        ("%time x = helper()", "x"),
        ("%%time\nx = helper()", "x"),
    ],
)
def test_lines_of_ipython_that_make_something_are_steps(source: str, name: str) -> None:
    assert becomes(plan(source)) == [name]


@pytest.mark.parametrize(
    "source", ["%matplotlib inline", "!pip install x", "%%bash\nls", "%%html\n<b>x</b>", "df.head?"]
)
def test_other_lines_of_ipython_are_left_alone(source: str) -> None:
    assert becomes(plan("x = helper()", source)) == ["x", "ordinary"]


def test_steps_wait_for_each_other_where_nobody_can_tell_which_files_they_use() -> None:
    found = plan(
        "import os\nimport pandas as pd\nfrom pathlib import Path",
        "out = Path(os.environ['OUT'])\ntable = pd.DataFrame()",
        "class Keeper:\n    def keep(self, name):\n        table.to_parquet(out / name)",
        "keeper = Keeper()\nkeeper.keep('a')",
        "b = pd.read_parquet(out / 'a')",
        "n = helper()",
    )
    assert [group.header for group in found.groups][-3:] == [
        "%%step keeper",
        "%%step load_b --after keeper",
        "%%step n",
    ]


def test_steps_wait_for_no_file_that_the_graph_knows() -> None:
    found = plan("import pandas as pd", "a = pd.read_csv('a.csv')", "pd.DataFrame().to_csv('b.csv')")
    assert all(not group.after for group in found.groups)


def test_steps_that_can_see_the_cache_of_a_function_are_one() -> None:
    found = plan(
        "from functools import lru_cache",
        "@lru_cache\ndef slow(n):\n    print(n)\n    return n",
        "a = [slow(1)]\na",
        "b = [helper()]\nb",
        "c = [slow(1)]\nc",
    )
    assert [row.cells for row in found.rows] == [(1,), (2,), (3, 4, 5)]


def test_the_time_magic_goes_where_a_cell_becomes_a_step() -> None:
    found = plan("%%time\nimport math", "%%time\n\nx = math.sqrt(2)", "%%time --no-raise-error\ny = math.sqrt(x)")
    assert [group.source for group in found.groups] == [
        "%%time\nimport math",
        "\nx = math.sqrt(2)",
        "%%time --no-raise-error\ny = math.sqrt(x)",
    ]
    assert [row.name for row in found.rows] == ["", "x", "y"]
    assert found.left == ()


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import math\nprint(math.pi)", PlannedKind.SHARED),
        ("def f():\n    return 1", PlannedKind.SHARED),
        ("import pandas as pd\npd.set_option('display.precision', 2)", PlannedKind.SHARED),
        ("np.set_printoptions(precision=2)", PlannedKind.SETTINGS),
        ("print(xs)", PlannedKind.SCRATCH),
        ("# only a comment", PlannedKind.SCRATCH),
        ("x = = 1", PlannedKind.LEFT),
        ("%%html\n<b>", PlannedKind.LEFT),
        ("%%shared\nnp.seterr(all='raise')", PlannedKind.SHARED),
        ("%%parameters\nn: int = 3", PlannedKind.PARAMETERS),
        ("ys = [helper(x) for x in xs]", PlannedKind.STEP),
    ],
)
def test_a_word_says_what_a_cell_will_be(source: str, kind: PlannedKind) -> None:
    assert plan("import numpy as np", "xs = list(helper())", source).rows[-1].kind is kind


CHAIN = ("a = df.a * 2", "b = df.b * 2", "c = df.c * 2", "d = df.d * 2", "e = df.e * 2")


def test_a_long_chain_of_tiny_cells_below_a_heading_is_one_step() -> None:
    first, *rest = CHAIN
    found = plan(IMPORT, FRAME, ("## Scale it", first), *rest, ("Some words.", "f = df.f * 2"))
    assert [row.cells for row in found.rows] == [(1,), (2,), (3, 4, 5, 6, 7), (8,)]
    assert found.rows[2].name == "scale"
    assert found.rows[2].why == "tiny cells below “Scale it”"


@pytest.mark.parametrize(
    "cells",
    [
        (IMPORT, FRAME, *CHAIN),  # no heading
        (IMPORT, FRAME, ("## Scale it", CHAIN[0]), *CHAIN[1:4]),  # not long
        (IMPORT, FRAME, ("## Scale it", CHAIN[0]), *CHAIN[1:3], "df.head()", *CHAIN[3:]),  # something looks between
    ],
)
def test_other_tiny_cells_stay_apart(cells: tuple[str | tuple[str, str], ...]) -> None:
    assert len(plan(*cells).rows) == len(cells)


COUNTED = "class Film:\n    count = 0\n    def __init__(self):\n        Film.count += 1"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("with open('x.txt', 'w') as file:\n    file.write('3')", "writes files"),
        ("pd.DataFrame([3]).to_csv('x.csv')", "writes files"),
        ("films = [Film()]\nprint(films)", "makes 'films', uses 'Film', which steps change"),
        ("plt.title(df)", "only shows"),
    ],
)
def test_the_reason_says_what_a_cell_does(source: str, why: str) -> None:
    found = plan(f"{IMPORT}\nimport matplotlib.pyplot as plt", COUNTED, "df = 3", "one = Film()", ("## Last", source))
    assert found.rows[-1].why == why
