"""What the cells of an imported script say."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from nbflow.importing.cells.drafting import draft_notebook
from nbflow.importing.cells.drafts import Draft
from nbflow.importing.reading.source import read_source

HEAD = "from metaflow import FlowSpec, IncludeFile, JSONType, Parameter, card, catch, current, environment, resources\n"
HEAD += "from metaflow import retry, secrets, step, timeout\n"


def drafts(folder: Path, body: str, above: str = "") -> list[Draft]:
    inside = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    path = folder / "flow.py"
    path.write_text(f"{HEAD}{textwrap.dedent(above)}\nclass F(FlowSpec):\n{inside}\n")
    return draft_notebook(read_source(path), folder)


def cells(folder: Path, body: str, above: str = "") -> list[str]:
    """The code cells but for the first, which loads the extension."""
    found = [draft.source for draft in drafts(folder, body, above) if not draft.markdown]
    assert found[0] == "%load_ext nbflow"
    return found[1:]


def body_of(folder: Path, lines: str, above: str = "") -> str:
    """What becomes of these lines of a step, below a step that has set x and y."""
    inside = textwrap.indent(textwrap.dedent(lines).strip("\n"), "    ")
    step = f"""@step
def start(self):
    self.x, self.y = 1, 2
    self.next(self.work)
@step
def work(self):
{inside}
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""
    found = next(one for one in cells(folder, step, above) if one.startswith("%%step work"))
    return found.partition("\n")[2]


def test_a_step_finds_the_folder_of_the_script_too(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        with open(__file__) as f:
            self.text = f.read()
        self.next(self.end)
    @step
    def end(self):
        print(self.text)
    """
    found = cells(tmp_path, body)
    assert found[:2] == [
        "from pathlib import Path",
        '%%step start\nwith open(str(Path.cwd() / "flow.py")) as f:\n    text = f.read()',
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("self.z = self.x + self.y", "z = x + y"),
        ("z = self.x\nself.w = z", "_z = x\nw = _z"),
        ("x = self.x\nself.z = x + 1", "z = x + 1"),
        ("x = self.x\nx = x + 1\nself.z = x", "_x = x\n_x = _x + 1\nz = _x"),
        ("x = self.x\nx = x + 1\nself.x = x", "x = x + 1"),
        ("z = self.y\nself.z = z", "z = y"),
        ("self.z = [x for x in range(self.x)]", "z = [_x for _x in range(x)]"),
        ("self.z = [x for x in 'ab']", "z = [x for x in 'ab']"),
        ("self.z = lambda x: x + self.x", "z = lambda _x: _x + x"),
        ("self.z = f'{self.x:>{self.y}} self.x {{self.x}}'", "z = f'{x:>{y}} self.x {{self.x}}'"),
        ("self.z = 'self.x'  # self.x", "z = 'self.x'  # self.x"),
        ("self.x.a.b += self.y", "x.a.b += y"),
        ("self.z: int = 1", "z: int = 1"),
        ("self.z, (self.w, *self.v) = 1, (2, 3)", "z, (w, *v) = 1, (2, 3)"),
        ("for z in (1, 2):\n    self.w = z", "for z in (1, 2):\n    w = z"),
        ("for x in (1, 2):\n    self.w = x", "for _x in (1, 2):\n    w = _x"),
        ("with open('f') as f:\n    self.w = f.read()", "with open('f') as f:\n    w = f.read()"),
        ("import json\nself.w = json.dumps(self.x)", "import json\nw = json.dumps(x)"),
        ("self.w = dict(x=self.x, y=1)", "w = dict(x=x, y=1)"),
        ("# first\n\nself.w = (\n    1 +  # one\n    2)\n# last", "# first\n\nw = (\n    1 +  # one\n    2)\n# last"),
        ("self.w = '''a\n      b\n  c'''", "w = '''a\n              b\n          c'''"),
        ("self.w = 1 if hasattr(self, 'x') else 2", "w = 1 if True else 2"),
        ("self.w = getattr(self, 'q', 3)", "w = 3"),
        ("current.card.append(self.x)", "display(x)"),
        ("current.card['a'].extend([self.x])", "display(*[x])"),
    ],
)
def test_self_becomes_plain_variables(tmp_path: Path, lines: str, expected: str) -> None:
    assert body_of(tmp_path, lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        "self.z = f'{self.x=}'",
        "import json as x\nself.z = x.dumps(self.x)",
        "self.list = list('ab')",
        "class Box:\n    y = 1\nself.z = self.y + Box.y",
        "def f(z):\n    return z\nz = f(z=1)\nself.z = z",
    ],
)
def test_where_a_plain_name_would_mean_something_else_the_cell_keeps_self(tmp_path: Path, lines: str) -> None:
    assert body_of(tmp_path, lines) == f"{lines}\nself.next(self.end)"


def test_parameters_are_lines_with_type_default_and_help(tmp_path: Path) -> None:
    body = """
a = Parameter("a", default=3, help="how  many\\n  of them")
b = Parameter("b", type=float, default=1)
c = Parameter("c", default=True)
d = Parameter("d", help="which")
e = Parameter("e", type=int, required=True)
f = Parameter("f", type=JSONType, default='{"k": [1, null]}')
g = Parameter("g", default="x|y", separator="|")
h = IncludeFile("h", default="data.csv", help="the data")
i = IncludeFile("i")
j = Parameter("other-name", default=LIMIT * 2)
k = Parameter("k", default='say "x"')
@step
def start(self):
    print(self.a, self.b, self.c, self.d, self.e, self.f, self.g, self.h, self.i, self.j, self.k)
    self.next(self.end)
@step
def end(self):
    pass
"""
    assert cells(tmp_path, body, "LIMIT = 5\n")[0].splitlines() == [
        "%%parameters",
        "a: int = 3  # how many of them",
        "b: float = 1.0",
        "c: bool = True",
        "d: str | None = None  # which",
        "e: int",
        "f: dict = {'k': [1, None]}",
        "g: list = ['x', 'y']",
        'h: File = "data.csv"  # the data',
        "i: File | None = None",
        "j: int = 10",
        "k: str = 'say \"x\"'",
    ]


def test_decorators_are_options_of_the_header(tmp_path: Path) -> None:
    body = """
@card
@retry
@timeout(hours=1, minutes=30)
@resources(cpu=2, memory=512)
@step
def start(self):
    self.next(self.end)

@retry(times=2, minutes_between_retries=0)
@step
def end(self):
    print(1)
"""
    assert [cell.partition("\n")[0] for cell in cells(tmp_path, body)] == ["%%step end --retry 2"]
    kept = cells(tmp_path, body.replace("    self.next(self.end)", "    self.x = 1\n    self.next(self.end)"))
    assert kept[0].partition("\n")[0] == "%%step start --retry 3 --timeout 90m --cpu 2 --memory 512MiB"


def test_a_failure_that_is_caught_is_an_artifact(tmp_path: Path) -> None:
    body = """
@catch(var="failure")
@step
def start(self):
    self.x = 1
    self.next(self.end)
@step
def end(self):
    print(self.failure)
"""
    assert cells(tmp_path, body)[:2] == [
        "from nbflow.script.wrapper import MetaflowExceptionWrapper",
        "%%step start\ntry:\n    x = 1\n    failure = None\nexcept Exception as _error:\n"
        "    failure = MetaflowExceptionWrapper(_error)",
    ]


def test_the_environment_is_set_in_the_body(tmp_path: Path) -> None:
    body = """
@environment(vars={"A": 1})
@secrets(sources=[{"type": "inline", "options": {"env_vars": {"B": "2"}}}])
@step
def start(self):
    self.x = 1
    self.next(self.end)
@step
def end(self):
    pass
"""
    assert cells(tmp_path, body) == ["%%step start\nimport os\n\nos.environ.update({'A': '1', 'B': '2'})\nx = 1"]


AROUND = '''
#!/usr/bin/env python
# ruff: noqa
import os
import sys  # for later

import numpy as np
# the limit
LIMIT = 3
WIDE = [LIMIT,
        4]
np.random.seed(LIMIT)


@property
def odd(x): return x


def double(x):
    return x * LIMIT
PATH = os.path.dirname(__file__)
'''


def test_what_stands_around_a_flow_comes_in_cells_of_its_own(tmp_path: Path) -> None:
    body = """
@step
def start(self):
    print(double(1), WIDE, PATH)
    self.next(self.end)
@step
def end(self):
    pass
"""
    assert cells(tmp_path, body, AROUND) == [
        "from pathlib import Path\n\nimport os\nimport sys  # for later\n\nimport numpy as np",
        "# the limit\nLIMIT = 3\nWIDE = [LIMIT,\n        4]",
        "%%shared\nnp.random.seed(LIMIT)",
        "@property\ndef odd(x): return x",
        "def double(x):\n    return x * LIMIT",
        '%%shared\nPATH = os.path.dirname(str(Path.cwd() / "flow.py"))',
        "%%step start\nprint(double(1), WIDE, PATH)",
    ]


def test_what_only_a_parameter_needed_is_left_out(tmp_path: Path) -> None:
    above = "from pathlib import Path\nimport os\nDATA = Path(__file__).parent / 'data' / 'x.csv'\nUSED = os.sep\n"
    body = """
file = IncludeFile("file", default=str(DATA))
@step
def start(self):
    print(self.file, USED)
    self.next(self.end)
@step
def end(self):
    pass
"""
    assert cells(tmp_path, body, above)[:3] == ["import os", '%%parameters\nfile: File = "data/x.csv"', "USED = os.sep"]


FINDING = """
import os
def at(name):
    "Where."
    here = os.path.dirname(__file__)
    return os.path.join(here, name)
"""


@pytest.mark.parametrize(
    ("above", "default"),
    [
        (FINDING, "at('a.csv')"),
        ("from os.path import dirname, join, realpath", "join(dirname(realpath(__file__)), 'a.csv')"),
        ("from pathlib import Path as P\nHERE = P(__file__).resolve().parent", "str(HERE / 'a.csv')"),
        ("NAME = 'a'", "NAME + '.csv'"),
    ],
)
def test_the_path_of_a_file_is_worked_out(tmp_path: Path, above: str, default: str) -> None:
    body = f"f = IncludeFile('f', default={default})\n@step\ndef only(self):\n    print(self.f)"
    found = cells(tmp_path, body, above)
    assert [cell for cell in found if cell.startswith("%%")] == [
        '%%parameters\nf: File = "a.csv"',
        "%%step only\nprint(f)",
    ]


def test_the_path_of_a_file_is_written_from_the_folder_of_the_notebook(tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "flow.py"
    script.parent.mkdir()
    (script.parent / "data.csv").touch()
    file = 'f = IncludeFile("f", default="data.csv")'
    script.write_text(f"{HEAD}class F(FlowSpec):\n    {file}\n    @step\n    def only(self):\n        print(self.f)\n")
    assert draft_notebook(read_source(script), tmp_path)[2].source == '%%parameters\nf: File = "scripts/data.csv"'


def test_docstrings_are_markdown_above_what_they_are_about(tmp_path: Path) -> None:
    body = '''
"""What it is for.

More of it.
"""
@step
def start(self):
    """Begin
    with this."""
    self.next(self.work)
# before
# the work
@step
def work(self):
    """
    Work.
    """
    self.x = 1
    self.next(self.end)
@step
def end(self):
    pass
'''
    assert [(one.markdown, one.source) for one in drafts(tmp_path, body)] == [
        (True, "# F\n\nWhat it is for.\n\nMore of it.\n\nBegin\nwith this."),
        (False, "%load_ext nbflow"),
        (True, "Work."),
        (False, "%%step work\n# before\n# the work\nx = 1"),
    ]


BRANCHES = """
@step
def start(self):
    self.x = 1
    self.next(self.b, self.a)
@step
def a(self):
    {a}
    self.next(self.join)
@step
def b(self):
    {b}
    self.next(self.join)
@step
def join(self, inputs):
    {join}
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""


@pytest.mark.parametrize(
    ("a", "b", "join", "expected"),
    [
        ("self.y = 1", "self.y = 2", "self.x = inputs.a.y", ["x = inputs.a.y"]),
        ("self.y = 1", "self.y = 2", "self.x = [i.y for i in inputs]", ["x = [i.y for i in [inputs.b, inputs.a]]"]),
        ("self.y = 1", "self.y = 2", "self.x = inputs[0].y - inputs[1].y", ["x = inputs.b.y - inputs.a.y"]),
        ("self.y = 1", "self.y = 2", "self.x = inputs.a.x", ["x = inputs.a.x"]),
    ],
)
def test_a_static_join_names_its_branches(
    tmp_path: Path, a: str, b: str, join: str, expected: list[str]
) -> None:
    found = cells(tmp_path, BRANCHES.format(a=a, b=b, join=join))
    assert [cell.splitlines()[1:] for cell in found if cell.startswith("%%step join")] == [expected]


def test_a_branch_hands_on_what_a_join_looks_at_and_reads_what_it_means(tmp_path: Path) -> None:
    found = cells(tmp_path, BRANCHES.format(a="self.x += 1", b="self.z = self.x", join="self.x = inputs.b.x"))
    assert found[1:4] == [
        "%%step a\nx += 1",
        "%%step b\nx = inputs.start.x\nz = x\nx = x  # for the join",
        "%%step join --after a\nx = inputs.b.x",
    ]


SWITCH = """
@step
def start(self):
    self.kind = 2
    self.next({cases}, condition="kind")
@step
def a(self):
    self.x = "a"
    self.next(self.after)
@step
def b(self):
    self.x = "b"
    self.next(self.after)
@step
def c(self):
    self.x = "c"
    self.next(self.end)
@step
def after(self):
    print("after")
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""


@pytest.mark.parametrize(
    ("cases", "headers"),
    [
        (
            "{'a': self.a, 'b b': self.b, 'True': self.c}",
            ["start", "a --if kind == a", "b --if kind == 'b b'", "c --if kind == 'True'",
             "after --after a,b --if start_to_a_or_b", "end --after after"],
        ),
        (
            "{1: self.a, 2: self.b, 3: self.c, 4: self.a}",
            ["start", "a --if start_to_a", "b --if kind == 2", "c --if kind == 3",
             "after --after a,b --if start_to_a_or_b", "end --after after"],
        ),
    ],
)  # fmt: skip
def test_a_switch_guards_the_steps_of_each_way(tmp_path: Path, cases: str, headers: list[str]) -> None:
    found = cells(tmp_path, SWITCH.replace("{cases}", cases))
    assert [cell.partition("\n")[0] for cell in found] == [f"%%step {header}" for header in headers]


def test_a_switch_says_which_way_it_goes_where_no_literal_can(tmp_path: Path) -> None:
    found = cells(tmp_path, SWITCH.replace("{cases}", "{1: self.a, 2: self.b, 3: self.c, 4: self.a}"))
    lines = ["kind = 2", "start_to_a = kind in (1, 4)", "start_to_a_or_b = kind in (1, 2, 4)"]
    assert found[0].splitlines()[1:] == lines


LONGER = SWITCH.replace(
    """    self.x = "c"
    self.next(self.end)
""",
    """    self.x = "c"
    self.next(self.more)
@step
def more(self):
    {line}
    self.next(self.end)
""",
)
CASES = "{1: self.a, 2: self.b, 3: self.c}"


def test_a_step_further_on_the_way_may_set_again_what_was_set_on_it(tmp_path: Path) -> None:
    found = cells(tmp_path, LONGER.replace("{cases}", CASES).replace("{line}", "self.x += 'd'"))
    assert [cell for cell in found if cell.startswith(("%%step c", "%%step more", "%%step end"))] == [
        '%%step c --if kind == 3\nx = "c"',
        "%%step more --if kind == 3\nx += 'd'",
        "%%step end --after after\nprint(x)",
    ]


def test_one_that_may_leave_it_is_no_obstacle_either(tmp_path: Path) -> None:
    script = LONGER.replace("{cases}", CASES).replace("{line}", "if self.kind: self.x = 'd'")
    assert "%%step more --after c --if kind == 3\nif kind: x = 'd'" in cells(tmp_path, script)


SOME = """
@step
def start(self):
    self.xs = [1, 2]
    self.next(self.each, foreach="xs")
@step
def each(self):
    self.odd = self.input == 1
    self.next({True: self.note, False: self.after}, condition="odd")
@step
def note(self):
    self.noted = True
    self.next(self.after)
@step
def after(self):
    print("after")
    self.next(self.join)
@step
def join(self, inputs):
    self.merge_artifacts(inputs, include=["noted"])
    self.next(self.end)
@step
def end(self):
    print(self.noted)
"""


def test_what_only_some_tasks_have_is_asked_for_in_words_that_a_script_knows_too(tmp_path: Path) -> None:
    join = next(cell for cell in cells(tmp_path, SOME) if cell.startswith("%%step join"))
    assert join.splitlines()[1:] == [
        "for _task in inputs:",
        '    if hasattr(_task, "noted"):',
        "        noted = _task.noted",
    ]


LOOP = """
@step
def start(self):
    self.n = 0
    self.next(self.grow)
@step
def grow(self):
    self.n += 1
    self.more = {more}
    self.next({cases}, condition="more")
@step
def end(self):
    print(self.n)
"""


@pytest.mark.parametrize(
    ("more", "cases", "expected"),
    [
        ("self.n < 3", "{True: self.grow, False: self.end}", "%%step grow --while more\nn += 1\nmore = n < 3"),
        (
            "self.n > 3",
            "{False: self.grow, True: self.end}",
            "%%step grow --while grow_again\nn += 1\nmore = n > 3\ngrow_again = more == False",
        ),
        (
            "min(self.n, 3)",
            "{1: self.grow, 2: self.grow, 3: self.end}",
            "%%step grow --while grow_again\nn += 1\nmore = min(n, 3)\ngrow_again = more in (1, 2)",
        ),
    ],
)
def test_a_switch_onto_itself_is_a_loop(tmp_path: Path, more: str, cases: str, expected: str) -> None:
    assert cells(tmp_path, LOOP.replace("{more}", more).replace("{cases}", cases))[1] == expected


FOREACH = """
@step
def start(self):
    self.films = [1, 2]
    self.k = 3
    self.next(self.work, foreach="films")
@step
def work(self):
    {work}
    self.next(self.after)
@step
def after(self):
    {after}
    self.next(self.join)
@step
def join(self, inputs):
    {join}
    self.next(self.end)
@step
def end(self):
    print(1)
"""


@pytest.mark.parametrize(
    ("work", "after", "join", "expected"),
    [
        (
            "self.x = self.input", "self.y = self.input", "self.z = [i.x for i in inputs]",
            ["work --foreach x in films\npass", "after\ny = x", "join --join work\nz = [i.x for i in inputs]"],
        ),
        (
            "f = self.input\n    self.x = f", "print(1)", "self.z = inputs[0].x",
            ["work --foreach f in films\nx = f", "after --in f\nprint(1)",
             "join --join work\nz = inputs[0].x"],
        ),
        (
            "self.x = self.input + 1", "pass", "self.z = [(i.k, i.input, i.index) for i in inputs]",
            ["work --foreach film in films\nx = film + 1", "after --in film,k\nk = k  # for the join",
             "join --join work\nz = [(i.k, i.item, i.path[-1]) for i in inputs]"],
        ),
        (
            "self.x = 1\n    self.input", "self.y = 2", "self.merge_artifacts(inputs, exclude=['y'])",
            ["work --foreach film in films\nx = 1\nfilm", "after --in film\ny = 2",
             "join --join work\nx = inputs[0].x"],
        ),
        (
            "self.x = self.index", "self.y = self.input", "self.z = self.index, self.input",
            ["work --foreach input in films\nself.x = self.index\nself.next(self.after)", "after\ny = input",
             "join --join work\nself.z = None, None\nself.next(self.end)"],
        ),
    ],
)  # fmt: skip
def test_a_foreach_has_an_item_and_a_join(
    tmp_path: Path, work: str, after: str, join: str, expected: list[str]
) -> None:
    found = cells(tmp_path, FOREACH.format(work=work, after=after, join=join))
    assert found[1:-1] == [f"%%step {cell}" for cell in expected]


def test_steps_that_are_written_upside_down_come_in_an_order_in_which_they_can_run(tmp_path: Path) -> None:
    body = """
@step
def end(self):
    print(self.x)
@step
def work(self):
    self.x += 1
    self.next(self.end)
@step
def start(self):
    self.x = 1
    self.next(self.work)
"""
    assert [cell.partition("\n")[0] for cell in cells(tmp_path, body)] == ["%%step start", "%%step work", "%%step end"]


def test_signatures_and_statements_may_be_laid_out_in_any_way(tmp_path: Path) -> None:
    body = """
@step
def start(
    self,
):
    self.x = 1; self.y = [
        2]
    self.next(self.a, self.b)
@step
def a(self) -> None: self.p = self.x; self.next(self.join)
@step
def b(self):  # the other
    self.p = {
        self.x: 1}; self.next(self.join)
@step
def join(
    self,
    branches,  # both
):
    self.p = branches.a.p, [one.p for one in branches]
    if True:
        self.merge_artifacts(branches)
    self.next(self.end)
@step
def end(self): print(self.p); print(self.y)
"""
    assert cells(tmp_path, body) == [
        "%%step start\nx = 1; y = [\n    2]",
        "%%step a\np = x",
        "%%step b\np = {\n    x: 1}",
        "%%step join\np = inputs.a.p, [one.p for one in [inputs.a, inputs.b]]\nif True:\n    pass",
        "%%step end\nprint(p)\nprint(y)",
    ]
