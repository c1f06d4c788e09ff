"""How the body of a cell is written as a method: it means the same, and its artifacts are attributes."""

from __future__ import annotations

import pytest

from nbflow.export.marks import Target
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from tests.export.alone import values_alone
from tests.export.engines import graph_of
from tests.export.writing import method, script, value

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


def test_a_class_whose_objects_a_step_changes_goes_on_with_them() -> None:
    box = "class Box:\n    made = 0\n    def __init__(self):\n        Box.made += 1\n        self.held = []"
    cells = [f"%%step load\n{box}\nboxes = [Box()]", "%%step fill\nboxes[0].held.append(1)"]
    plain = graph_of(*cells, "%%step show\nr = boxes[0].held, Box.made")
    exported = export_flow(link(plain.flow, {"fill": frozenset({"Box"})}))
    assert values_alone(exported.text)["show", (), "r"] == ([1], 1)


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


# cells that use self


def test_a_cell_of_the_other_manner_keeps_its_lines_but_for_the_transition() -> None:
    cells = ["%%step a\nself.x = 1\nself.next(self.b)", "%%step b\nif self.x:\n    self.y = 2\n    self.next(self.c)"]
    cells.append("%%step c\nz = y")
    assert method("a", *cells).splitlines()[1:] == [
        "        # cell 1", "        self.x = 1", "        # end of cell", "", "        self.next(self.b)",
    ]  # fmt: skip
    assert "            self.y = 2\n            pass\n" in method("b", *cells)


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


# artifacts


def test_only_what_is_read_below_or_by_nobody_is_handed_on() -> None:
    cells = ["%%step a\nx = 1\ny = x + 1\nz = y", "%%step b\nw = z"]
    assert "self.z = z" in method("a", *cells)
    assert "self.x" not in method("a", *cells)
    assert "self.y = y" in script(*cells, everything=True)


def test_results_that_cannot_be_stored_are_left_out() -> None:
    step = "%%step a\nimport csv\nfile = open('x')\nwriter = csv.writer(file)"
    assert "self.file" not in script(step)
    assert "self.writer" not in script(step, everything=True)
    assert "self.file = file" in method("a", step, "%%step b\nsize = len(file.read())")


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
