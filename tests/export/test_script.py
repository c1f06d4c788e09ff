"""The parts of a script: its top, its parameters, decorators and docstrings, and the transitions between steps."""

from __future__ import annotations

import pytest

from nbflow.export.plan.naming import class_name
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from tests.export.engines import graph_of
from tests.export.writing import method, script, top, value

# the top


def test_only_what_the_steps_use_is_at_the_top_with_its_comments() -> None:
    cells = [
        "import os, sys\nfrom math import pi, tau  # circles\nimport json",
        "# what it costs\nPRICE = 3  # euros\nOTHER = 4\n\n# not here\n\ndef area(r):\n    return pi * r * r",
        "%%step load\na = area(PRICE)\nb = sys.maxsize",
    ]
    assert top(*cells) == (
        "import sys\nfrom math import pi\n\nfrom nbflow import FlowSpec, step\n\n"
        "# what it costs\nPRICE = 3  # euros\n\n\ndef area(r):\n    return pi * r * r"
    )


def test_constants_stand_in_groups_as_in_the_cells() -> None:
    cells = ["A = 1\nB = 2\n\n# three\nC = 3", "print(C)\nD = 4", "%%step a\nx = A + B + C + D"]
    assert top(*cells) == "from nbflow import FlowSpec, step\n\nA = 1\nB = 2\n\n# three\nC = 3\n\nD = 4"


def test_future_imports_come_first_and_star_imports_stay() -> None:
    cells = ["from nowhere import *", "from __future__ import annotations", "def f(x: int) -> int:\n    return sqrt(x)"]
    cells.append("%%step a\nb = f(4)")
    first, *rest = top(*cells).splitlines()
    assert (first, "from nowhere import *" in rest) == ("from __future__ import annotations", True)


def test_an_import_that_gives_a_name_another_meaning_stays_below_the_first() -> None:
    cells = ["from math import floor, sqrt\nfrom cmath import sqrt", "%%step a\nb = sqrt(floor(-1))"]
    assert value("a.b", *cells) == 1j


def test_shared_cells_are_statements_of_the_module_and_their_imports_imports() -> None:
    text = top('%%shared\nimport warnings\n# quiet\nwarnings.filterwarnings("ignore")', "%%step a\nb = 1")
    assert text == (
        'import warnings\n\nfrom nbflow import FlowSpec, step\n\n# quiet\nwarnings.filterwarnings("ignore")'
    )


def test_magics_and_shell_lines_are_left_out_with_a_comment() -> None:
    cells = ["%load_ext nbflow\n%matplotlib inline\n!pip install rich\nX = 1", "%%bash\nls", "%%step a\nb = X"]
    assert [line for line in top(*cells).splitlines() if line.startswith("# left out")] == [
        "# left out: %matplotlib inline (cell 1)",
        "# left out: !pip install rich (cell 1)",
        "# left out: %%bash (cell 2)",
    ]


def test_classes_of_the_notebook_are_classes_of_the_module() -> None:
    cells = ["from dataclasses import dataclass", "@dataclass\nclass Film:\n    title: str"]
    cells.append("%%step a\nb = Film('Up').title")
    assert "\n\n@dataclass\nclass Film:\n    title: str" in top(*cells)
    assert value("a.b", *cells) == "Up"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("movie_recommender", "MovieRecommenderFlow"), ("my flow", "MyFlow"), ("01-analysis", "Notebook01AnalysisFlow"),
        ("flow", "FlowFlow"), ("Überblick", "ÜberblickFlow"), ("---", "NotebookFlow"), ("workflow", "WorkflowFlow"),
    ],
)  # fmt: skip
def test_the_class_is_named_after_the_file(stem: str, name: str) -> None:
    assert class_name(stem) == name


# parameters


def test_parameters_have_type_default_and_help() -> None:
    cells = [
        "%%parameters\nn: int = 3  # how many\nx: float = 2\nok: bool = False\nwho: str  # of whom\n"
        "words: list = ['a']\ntable: dict = {1: 2}\ndata: File = 'data/in.csv'\nmaybe: int | None = None",
        "%%step a\nb = n, x, ok, who, words, table, data, maybe",
    ]
    text = script(*cells)
    assert text[text.index("    n = ") : text.index("\n\n    @step")].splitlines() == [
        '    n = Parameter("n", type=int, default=3, help="how many")',
        '    x = Parameter("x", type=JSONType, default="2")',
        '    ok = Parameter("ok", type=bool, default=False)',
        '    who = Parameter("who", type=str, required=True, help="of whom")',
        '    words = Parameter("words", type=JSONType, default=\'["a"]\')',
        '    table = Parameter("table", type=str, default="{1: 2}")',
        '    data = IncludeFile("data", default="data/in.csv")',
        '    maybe = Parameter("maybe", type=int)',
    ]
    assert "from nbflow import FlowSpec, IncludeFile, JSONType, Parameter, card, current, step\n" not in text
    assert "from nbflow import FlowSpec, IncludeFile, JSONType, Parameter, step\n" in text


# headers and markdown


def test_what_a_step_was_let_in_for_is_there() -> None:
    cells = ["%%parameters\nn: int = 1", "%%step one --if n\nx = 1", "%%step two\ny = x", "%%step three\nz = y"]
    assert "hasattr" not in script(*cells)
    apart = [*cells[:3], "%%step four --if n\nv = 2", "%%step three\nz = y"]
    assert method("three", *apart).startswith("def three(self):\n        y = self.y\n")


def test_options_become_decorators() -> None:
    header = "--retry 2 --timeout 90m --cpu 4 --gpu 2 --memory 4GB --allow-failures 1"
    text = script(f"%%step a --foreach x in [1] {header}\ny = x")
    assert text[text.index('    @catch(var="a_error")') : text.index("    def a(")].splitlines() == [
        '    @catch(var="a_error")', "    @retry(times=2, minutes_between_retries=0)", "    @timeout(minutes=90)",
        "    @resources(cpu=4, gpu=2, memory=4000)", "    @step",
    ]  # fmt: skip


def test_requests_that_a_script_cannot_make_are_said() -> None:
    exported = export_flow(graph_of("%%step a --memory 4GB! --on local\nb = 1"))
    assert exported.notes == (
        "'a' may take more than its --memory: a script cannot limit it",
        "'a' says --on local: a script says where all its steps run",
    )
    assert "@resources(memory=4000)" in exported.text


def test_more_retries_than_a_script_can_have_are_said() -> None:
    exported = export_flow(graph_of("%%step a --retry 9\nb = 1"))
    assert exported.notes == ("'a' is tried again 4 times, the maximum in a script",)
    assert "@retry(times=4," in exported.text


@pytest.mark.parametrize(
    ("markdown", "doc"),
    [
        ("## Load\n\nIt `loads`.", '"""Load\n\n        It `loads`.\n        """'),
        ('It says "hi"', '"""It says "hi\\""""'),
        ('A \\d and a """ here', '"""A \\\\d and a \\"\\"\\" here"""'),
        ("- one\n- two", '"""- one\n        - two\n        """'),
    ],
)
def test_markdown_above_a_step_is_its_docstring(markdown: str, doc: str) -> None:
    flow = read_flow([Cell(1, "%%step a\nb = 1", above=markdown)], "flow", "flow.ipynb")
    assert f"        {doc}\n        # cell 1\n" in export_flow(link(flow)).text


def test_long_prose_is_filled_and_code_is_not() -> None:
    words = " ".join(["word"] * 40)
    flow = read_flow([Cell(1, "%%step a\nb = 1", above=f"{words}\n\n    {words}\n- {words}")], "flow", "flow.ipynb")
    text = export_flow(link(flow)).text
    assert f"            {words}\n" in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("            word")) <= 100
    assert "\n        - word word" in text


# branches and joins


BRANCHES = [
    "%%step start\nrate = 2",
    "%%step left\nx = rate + 1",
    "%%step right\nx = rate + 2",
]


def test_a_join_asks_its_branches_by_name_as_the_cell_does() -> None:
    cells = [*BRANCHES, "%%step both\ny = inputs.left.x * inputs.right.x", "%%step end\nz = y"]
    assert method("both", *cells).startswith("def both(self, inputs):\n        # cell 4\n        y = inputs.left.x * ")
    assert method("left", *cells).endswith("self.x = x\n        self.next(self.both)")
    assert value("end.z", *cells) == 12


def test_branches_are_brought_along_where_they_are_not_the_last_steps() -> None:
    cells = [*BRANCHES, "%%step more\nw = x", "%%step both\ny = inputs.left.x * inputs.right.x + w"]
    assert "left=SimpleNamespace(x=inputs.left.left_x)" in script(*cells)
    assert value("both.y", *cells) == 16


def test_a_join_that_brings_nothing_together_says_so() -> None:
    cells = ["%%step a\nx = 1", "%%step b\ny = x", "%%step c\nz = x"]
    assert '"""Wait for every branch."""' in method("join_b_c", *cells)
    more = ["%%step d\nw = y + z", "%%step e\nv = y"]
    assert '"""Bring together what later steps read."""' in method("join_b_c", *cells, *more)


# what runs beside what


def test_a_series_parallel_flow_loses_no_parallelism() -> None:
    exported = export_flow(graph_of("%%step a\nx = 1", "%%step b\ny = x", "%%step c\nz = x", "%%step d\nw = y + z"))
    assert exported.notes == ()
    assert "self.next(self.b, self.c)" in exported.text


def test_any_other_flow_says_who_waits_for_whom() -> None:
    cells = ["%%step a\nx = 1", "%%step b\ny = 1", "%%step c\nz = x", "%%step d\nw = x + y"]
    exported = export_flow(graph_of(*cells))
    assert len(exported.notes) == 1
    assert f"    # - {exported.notes[0]}\n" in exported.text
