"""A step that changes its process is told that the steps below do not see it."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of

IMPORTS = "import os, sys, warnings, logging, locale, signal, random\nimport pandas as pd\nimport numpy as np\n---\n"


def told(cells: str) -> list[int]:
    """The lines of the warnings about settings."""
    return [one.place.line for one in check_flow(graph_of(cells)) if one.rule == "setting-in-step" and one.place]


@pytest.mark.parametrize(
    "line",
    [
        "os.chdir('data')",
        "os.environ['A'] = '1'",
        "os.environ.update(A='1')",
        "sys.path.insert(0, 'lib')",
        "warnings.filterwarnings('ignore')",
        "logging.basicConfig(level=10)",
        "logging.getLogger('x').addHandler(logging.NullHandler())",
        "locale.setlocale(locale.LC_ALL, 'C')",
        "signal.signal(signal.SIGINT, signal.SIG_IGN)",
        "pd.set_option('display.width', 5)",
        "pd.options.display.width = 5",
        "np.seterr(all='ignore')",
        "if True:\n    os.chdir('data')",
        "import sklearn\nsklearn.set_config(transform_output='pandas')",
    ],
)
def test_a_setting_in_a_step_is_said_at_its_line(line: str) -> None:
    used = line.partition("\n")[0] if line.startswith("import") else ""
    assert told(f"{IMPORTS}%%step a\nx = 1\n{line}\n---\n%%step b\n{used}\ny = pd.Series(np.ones(x))") == [
        3 + bool(used)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "os.makedirs('out', exist_ok=True)",
        "y = sorted(set([2, 1]))",
        "df = pd.DataFrame({'a': [1]})\ndf.set_index('a', inplace=True)",
        "settings = {'a': 1}\nsettings.update(b=2)",
        "old = os.getcwd()\nos.chdir('data')\nos.chdir(old)",
        "random.seed(1)",
        "np.random.seed(1)",
        "print(os.environ.get('HOME'), sys.path)",
    ],
)
def test_what_sets_nothing_is_not_said(line: str) -> None:
    assert told(f"{IMPORTS}%%step a\nx = 1\n{line}\n---\n%%step b\nz = pd.Series(np.ones(x))") == []


def test_a_module_that_the_step_imports_itself_is_handed_on_without_the_setting() -> None:
    above = "%%step a\nimport pandas as pd\nfrom data import load\npd.options.display.width = 5\ndf = load()\n---\n"
    assert told(f"{above}%%step b\nprint(pd.concat([df, df]))") == [4]
    assert told(f"{above}def show(df):\n    print(pd.concat([df]))\n---\n%%step b\nshow(df)") == [4]


def test_a_function_that_sets_something_in_an_object_is_no_setting() -> None:
    above = "import networkx as nx\n---\n%%step a\nG = nx.path_graph(3)\nnx.set_node_attributes(G, 1, 'z')\n---\n"
    assert told(f"{above}%%step b\nprint(nx.info(G))") == []


def test_a_setting_that_nobody_below_could_see_is_not_said() -> None:
    assert told(f"{IMPORTS}%%step a\nx = 1\n---\n%%step b\npd.set_option('display.width', x)") == []
    assert told(f"{IMPORTS}%%step a\npd.set_option('display.width', 5)\nx = 1\n---\n%%step b\ny = x") == []


def test_a_setting_is_said_where_a_step_below_has_values_of_the_package_without_naming_it() -> None:
    made = f"{IMPORTS}%%step a\npd.set_option('display.precision', 2)\ndf = pd.DataFrame()\n---\n"
    assert told(f"{made}%%step b\nprint(df)") == [2]
    assert told(f"{made}%%step b\nsame = df\n---\n%%step c\nsame") == [2]
    assert told(f"{made}%%step b\nx = 1") == []


def test_a_setting_for_figures_is_said_where_a_step_below_draws() -> None:
    made = "import matplotlib.pyplot as plt\n---\n%%step a\nplt.style.use('ggplot')\nfig, ax = plt.subplots()\n---\n"
    assert told(f"{made}%%step b\nax.plot([1])") == [2]
    assert told(f"{made}%%step b\nx = len(fig.axes)") == []


def test_a_setting_in_a_function_of_an_ordinary_cell_is_said_where_a_step_calls_it() -> None:
    cells = f"{IMPORTS}def go():\n    os.chdir('data')\n---\n%%step a\nx = 1\ngo()\n---\n%%step b\ny = x"
    assert told(cells) == [3]


def test_the_message_names_both_steps_and_a_way_out() -> None:
    (problem,) = check_flow(graph_of(f"{IMPORTS}%%step a\nos.chdir('data')\nx = 1\n---\n%%step b\ny = x"))
    assert str(problem) == (
        "nb.ipynb · cell 2, line 2: `os.chdir('data')` changes only the process of step 'a': step 'b' does not see "
        "it. Write it in an ordinary cell above both, below the import that it needs, or in each step that needs it"
    )


@pytest.mark.parametrize(
    "line", ["Path('out').mkdir(exist_ok=True)", "os.makedirs(os.path.join('a', 'b'), exist_ok=True)"]
)
def test_a_folder_is_nothing_that_ends_with_its_step(line: str) -> None:
    assert (
        told(f"{IMPORTS}from pathlib import Path\n---\n%%step a\nx = 1\n{line}\n---\n%%step b\ny = os.listdir(x)") == []
    )


def differing(cells: str) -> list[str]:
    return [one.message.split("'")[1] for one in check_flow(graph_of(cells)) if one.rule == "differs-by-worker"]


TWO = "\n---\n%%step a\nx = token\n---\n%%step b\ny = token"


@pytest.mark.parametrize(
    "value", ["random.random()", "str(uuid.uuid4())", "datetime.datetime.now()", "time()", "[np.random.rand(3)]"]
)
def test_a_value_that_each_worker_makes_for_itself_is_said(value: str) -> None:
    imports = "import random, uuid, datetime\nimport numpy as np\nfrom time import time\n---\n%%shared\n"
    assert differing(f"{imports}token = {value}{TWO}") == ["token"]
    assert differing(f"{imports}token = {value}\n---\n%%step a\nx = token") == []


@pytest.mark.parametrize(
    "value",
    ["5", "random.Random(0)", "open('data')", "np.random.default_rng(1)", "connect()", "datetime.date(2020, 1, 1)"],
)
def test_other_values_of_workers_are_not(value: str) -> None:
    assert differing(f"%%shared\nimport random, datetime\nimport numpy as np\ntoken = {value}{TWO}") == []
    assert differing(f"%%shared\nimport random\nrandom.seed(1)\ntoken = random.random(){TWO}") == []
