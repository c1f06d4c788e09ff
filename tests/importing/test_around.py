"""What stands above the steps of an imported script: parameters, definitions, texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.importing.cells.drafting import draft_notebook
from nbflow.importing.reading.source import read_source
from tests.importing.drafting import HEAD, cells, drafts


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


AROUND = """
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
"""


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
        "# the limit\nLIMIT = 3\nWIDE = [LIMIT,\n        4]\nnp.random.seed(LIMIT)",
        "@property\ndef odd(x): return x",
        "def double(x):\n    return x * LIMIT",
        'PATH = os.path.dirname(str(Path.cwd() / "flow.py"))',
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
