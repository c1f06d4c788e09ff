"""How a script is written: what is in it, what is left out, and what a body means inside of a method."""

from __future__ import annotations

import pytest

from nbflow.export.marks import Target
from nbflow.export.plan.naming import class_name
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from tests.export.alone import values_alone
from tests.export.engines import graph_of


def script(*cells: str, everything: bool = False) -> str:
    return export_flow(graph_of(*cells), all_artifacts=everything).text


def top(*cells: str) -> str:
    """What stands above the class."""
    return script(*cells).partition("\n\n\nclass FlowFlow")[0]


def method(name: str, *cells: str) -> str:
    text = script(*cells)
    start = text.index(f"def {name}(")
    ends = [at for at in (text.find(mark, start) for mark in ("\n\n    @", "\n\n\n")) if at > 0]
    return text[start : min(ends)]


def value(where: str, *cells: str) -> object:
    """`step.name`, after the script has run."""
    step, _, name = where.partition(".")
    return values_alone(script(*cells, everything=True))[step, (), name]


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
        '    x = Parameter("x", type=float, default=2.0)',
        '    ok = Parameter("ok", type=bool, default=False)',
        '    who = Parameter("who", type=str, required=True, help="of whom")',
        '    words = Parameter("words", type=JSONType, default=\'["a"]\')',
        '    table = Parameter("table", type=str, default="{1: 2}")',
        '    data = IncludeFile("data", default="data/in.csv")',
        '    maybe = Parameter("maybe", type=int)',
    ]
    assert "from nbflow import FlowSpec, IncludeFile, JSONType, Parameter, card, current, step\n" not in text
    assert "from nbflow import FlowSpec, IncludeFile, JSONType, Parameter, step\n" in text


# bodies


def test_the_content_of_a_text_of_several_lines_is_not_moved() -> None:
    cells = ['%%step a\nq = """one\n  two\n"""\nr = f"""{q}\n end"""\nif r:\n    s = """x\n\ty"""']
    assert [value(f"a.{name}", *cells) for name in "qrs"] == ["one\n  two\n", "one\n  two\n\n end", "x\n\ty"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("max = max([1, 2])\nr = max", 2),  # a builtin that the body binds later on
        ("for scale in [scale(2)]:\n    pass\nr = scale", 6),  # and a function of the notebook
        ("def more():\n    global n\n    n += 1\nn = 1\nmore()\nr = n", 2),
        ("r = [n for n in range(3) if n > k]", [2]),
        ("class Box:\n    held = k\nr = Box.held", 1),
        ("f = lambda x: x + k\nr = f(1)\ndel f", 2),
        ("try:\n    1 / 0\nexcept ArithmeticError as error:\n    r = type(error).__name__", "ZeroDivisionError"),
        ("r = k;", 1),
    ],
)
def test_a_body_means_in_a_method_what_it_means_in_a_cell(body: str, expected: object) -> None:
    cells = ["def scale(x):\n    return x * 3", "%%step load\nk = 1", f"%%step work\n{body}"]
    assert value("work.r", *cells) == expected


def test_lines_around_a_body_mean_the_builtins_that_it_hides() -> None:
    cells = [
        "%%step load\nn = 2\nlist, len, bool = 1, 2, 3",
        "%%step fit --foreach i in range(n) --allow-failures 1\nx = i",
        "%%step best --join fit\nzip = map = 0\nr = [task.x for task in inputs]",
    ]
    assert value("best.r", *cells) == [0, 1]


@pytest.mark.parametrize("body", ["", "# nothing yet", "pass"])
@pytest.mark.parametrize("name", ["a", "end"])
def test_a_cell_without_statements_is_a_step(name: str, body: str) -> None:
    assert values_alone(script(f"%%step {name}\n{body}")) == {}


def test_functions_of_the_notebook_see_the_artifacts_and_parameters_that_they_name() -> None:
    cells = [
        "%%parameters\nrate: int = 3",
        "def total():\n    return sum(xs) * rate",
        "%%step load\nxs = [1, 2]",
        "%%step work\nfirst = total()\nxs = [5]\nsecond = total()",
    ]
    assert "        global rate, xs\n" in script(*cells)
    assert [value(f"work.{name}", *cells) for name in ("first", "second")] == [9, 15]


def test_an_artifact_that_a_body_may_leave_unbound_is_kept_if_it_is_bound() -> None:
    cells = ["%%step a\nx = 1\nfor y in []:\n    z = 1"]
    cells.append("%%step b\nif x > 1:\n    w = 2\ntry:\n    w\nexcept NameError:\n    v = x")
    held = values_alone(script(*cells, everything=True))
    assert {name for step, _, name in held if step == "b"} == {"x", "v"}


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        ("x", "display(x)"), ("x, x", "display((x, x))"), ("(x, x)", "display((x, x))"),
        ("x  # all", "display(x)  # all"),
        ("x;", "x"), ("print(x)", "print(x)"), ("xs.append(x)", "xs.append(x)"), ("quiet(x)", "quiet(x)"),
        ("loud(x)", "display(loud(x))"), ("display(x)", "display(x)"), ('"ä", x', 'display(("ä", x))'),
    ],
)  # fmt: skip
def test_the_last_value_goes_on_the_card_of_the_step(last: str, shown: str) -> None:
    cells = ["def quiet(x):\n    print(x)", "def loud(x):\n    return x", f"%%step a\nxs = []\nx = 1\n{last}"]
    assert f"\n        {shown}\n" in method("a", *cells)
    assert ("@card" in script(*cells)) is ("display(" in shown)


@pytest.mark.parametrize("target", Target)
def test_parts_of_cards_that_the_notebook_imports_are_those_of_the_target(target: Target) -> None:
    cells = ["from nbflow.cards import Artifact, Markdown", "%%step a\nx = 1\ndisplay(Markdown('# Hi'))"]
    text = export_flow(graph_of(*cells), target).text
    assert [line for line in text.splitlines() if "cards import" in line] == [
        f"from {target}.cards import Artifact, Image, Markdown, MetaflowCardComponent, Table"
    ]
    assert "isinstance(value, MetaflowCardComponent)" in text


def test_figures_are_shown_where_a_step_draws() -> None:
    cells = ["import matplotlib.pyplot as plt", "%%step a\nfig, ax = plt.subplots()\nax.plot([1, 2])"]
    cells.append("%%step b\nc = 1")
    assert "ax.plot([1, 2])\n\n        show_figures()\n" in method("a", *cells)
    assert script(*cells).count("@card") == 1


def test_a_cell_of_the_other_manner_keeps_its_lines_but_for_the_transition() -> None:
    cells = ["%%step a\nself.x = 1\nself.next(self.b)", "%%step b\nif self.x:\n    self.y = 2\n    self.next(self.c)"]
    cells.append("%%step c\nz = y")
    assert method("a", *cells).splitlines()[1:] == [
        "        # cell 1", "        self.x = 1", "        # end of cell", "", "        self.next(self.b)",
    ]  # fmt: skip
    assert "            self.y = 2\n            pass\n" in method("b", *cells)


# headers and markdown


def test_a_cell_of_the_other_manner_is_given_what_it_and_its_functions_call_by_plain_names() -> None:
    cells = [
        "%%parameters\nrate: int = 3\nday: date = '2024-05-17'",
        "def total():\n    return sum(xs) * rate",
        "%%step load\nself.xs = [rate, day.day]",
        "%%step work\nself.y = total()",
    ]
    assert method("load", *cells).startswith("def load(self):\n        rate = self.rate\n        day = date.from")
    assert method("work", *cells).startswith("def work(self):\n        global rate, xs\n")
    assert value("work.y", *cells) == 60


def test_a_cell_that_ends_in_a_transition_shows_nothing() -> None:
    cells = ["%%step a\nself.x = [1]\nlen(self.x)\nself.next(self.b)", "%%step b\ny = x"]
    assert "display" not in script(*cells)


def test_a_step_that_reads_what_is_perhaps_unbound_is_left_out_by_nothing() -> None:
    cells = ["%%step start\nfor n in range(3):\n    last = n", "%%step more\nx = last", "%%step end\ny = x"]
    assert "condition" not in script(*cells)
    assert method("end", *cells).startswith("def end(self):\n        x = self.x\n")
    assert value("end.y", *cells) == 2


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


def test_what_a_step_was_let_in_for_is_there() -> None:
    cells = ["%%parameters\nn: int = 1", "%%step one --if n\nx = 1", "%%step two\ny = x", "%%step three\nz = y"]
    assert "hasattr" not in script(*cells)
    apart = [*cells[:3], "%%step four --if n\nv = 2", "%%step three\nz = y"]
    assert method("three", *apart).startswith("def three(self):\n        y = self.y\n")


def test_options_become_decorators() -> None:
    header = "--retry 2 --timeout 90m --cpu 4 --memory 4GB --allow-failures 1"
    text = script(f"%%step a --foreach x in [1] {header}\ny = x")
    assert text[text.index('    @catch(var="a_error")') : text.index("    def a(")].splitlines() == [
        '    @catch(var="a_error")', "    @retry(times=2, minutes_between_retries=0)", "    @timeout(minutes=90)",
        "    @resources(cpu=4, memory=4000)", "    @step",
    ]  # fmt: skip


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


# artifacts


def test_only_what_is_read_below_or_by_nobody_is_handed_on() -> None:
    cells = ["%%step a\nx = 1\ny = x + 1\nz = y", "%%step b\nw = z"]
    assert "self.z = z" in method("a", *cells)
    assert "self.x" not in method("a", *cells)
    assert "self.y = y" in script(*cells, everything=True)


def test_steps_whose_names_are_artifacts_or_taken_are_renamed() -> None:
    exported = export_flow(graph_of("%%parameters\nrate: int = 1", "%%step grid\ngrid = [1]", "%%step rate\ny = grid"))
    assert exported.methods == {"grid": "grid_step", "rate": "rate_step"}


def test_a_name_that_holds_two_things_at_once_has_two_attributes() -> None:
    cells = [
        "%%step a\nn = 1",
        "%%step b --foreach i in [1, 2]\np = i + n",
        "%%step c\nn = 10",
        "%%step d\nq = p + n",
        "%%step e --join b\nr = sum(inputs.q)",
    ]
    exported = export_flow(graph_of(*cells), all_artifacts=True)
    assert exported.attributes == {("a", "n"): "a_n", ("c", "n"): "c_n"}
    assert values_alone(exported.text)["e", (), "r"] == 25


def test_guards_on_one_name_are_switches_of_their_own_where_a_foreach_stands_between() -> None:
    cells = [
        "%%parameters\ngo: bool = True",
        "%%step a --if go\nx = 1",
        "%%step b --foreach i in [1, 2]\np = i",
        "%%step c --if go\nq = p + 1",
        "%%step d --if go\ny = 2",
        "%%step e\nr = p + y",
        "%%step f --join b\ns = sum(inputs.r)",
    ]
    assert value("f.s", *cells) == 7


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


# names that every FlowSpec has


def test_an_artifact_by_a_name_of_flowspec_is_kept_by_another() -> None:
    cells = ["%%step a\nname, index = 'x', [1, 2]", "%%step b\ny = name, index"]
    assert "self.name_value = name" in method("a", *cells)
    assert "name = self.name_value" in method("b", *cells)
    assert value("b.y", *cells) == ("x", [1, 2])


def test_so_is_one_that_a_guard_or_a_foreach_looks_at() -> None:
    cells = ["%%step a\nname = 'x'\nindex = [1, 2]", "%%step b --if name == x\ny = 1", "%%step c\nz = y + 1"]
    cells += ["%%step d --foreach i in index\nv = i", "%%step e --join d\nw = sum(inputs.v) + z"]
    assert value("e.w", *cells) == 5


def test_a_function_of_the_prelude_sees_it_by_its_own_name() -> None:
    assert value("b.y", "def f(): return index", "%%step a\nindex = 1", "%%step b\nindex += 1\ny = f()") == 2
