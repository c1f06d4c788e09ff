"""Whoever does what a message says is rid of it, and gets no other: for each place in the code that makes messages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import nbflow
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Problem
from tests.flow.reading import graph_of, problems_of
from tests.flow.test_checks import RULES

LOAD = "%%step load\nxs = [1, 2]\n---\n"
NEXT = "%%step a\nx = 1\n{}\n---\n%%step b\ny = 1\n---\n%%step c\nz = 1"

HEADERS = [
    ("%%step\nx = 1", "%%step clean\nx = 1"),
    ("%%step a-b\nx = 1", "%%step a_b\nx = 1"),
    ("%% step a\nx = 1\n---\n# %step b\ny = 1", "%%step a\nx = 1\n---\n%%step b\ny = 1"),
    ("x = 1\n%%step a\ny = x", "x = 1\n---\n%%step a\ny = x"),
    ("%%parameters now\nx = 1", "%%parameters\nx = 1"),
    ("%%stpe a\nx = 1", "%%step a\nx = 1"),
    (LOAD + "%%step a --after load --after load\ny = 1", LOAD + "%%step a --after load\ny = 1"),
    (LOAD + "%%step a --aftr load\ny = 1", LOAD + "%%step a --after load\ny = 1"),
    (LOAD + "%%step a --if xs --else xs\ny = 1", LOAD + "%%step a --if xs\ny = 1\n---\n%%step b --else xs\ny = 1"),
    (LOAD + "%%step a --if not x.y\ny = 1", LOAD + "%%step a --if not xs\ny = 1"),
    (LOAD + "%%step a --after ,\ny = 1", LOAD + "%%step a --after load\ny = 1"),
    (LOAD + "%%step a --foreach xs\ny = 1", LOAD + "%%step a --foreach x in xs\ny = 1"),
    (LOAD + "%%step a --foreach x in xs[\ny = 1", LOAD + "%%step a --foreach x in xs\ny = 1"),
    (LOAD + "%%step a --if len(xs)\ny = 1", LOAD + "%%step b\nn = len(xs)\n---\n%%step a --if n\ny = 1"),
    (LOAD + "%%step a --if xs == [\ny = 1", LOAD + "%%step a --if xs == 3\ny = 1"),
    ("%%step a --cache never\ny = 1", "%%step a --cache off\ny = 1"),
    ('%%step a --watch "a.csv\ny = 1', "%%step a --watch a.csv\ny = 1"),
    ("%%step a --watch ,\ny = 1", "%%step a --watch data/*.csv\ny = 1"),
    ("%%step a --bg now\ny = 1", "%%step a --bg\ny = 1"),
    ("%%step a --timeout soon\ny = 1", "%%step a --timeout 30m\ny = 1"),
    ("%%step a --memory much\ny = 1", "%%step a --memory 4GB\ny = 1"),
    ("%%step a --retry some\ny = 1", "%%step a --retry 2\ny = 1"),
    ("%%step a --seed -1\ny = 1", "%%step a --seed 7\ny = 1"),
    (
        LOAD + "%%step a --foreach x in xs --allow-failures most\ny = 1",
        LOAD + "%%step a --foreach x in xs --allow-failures 10%\ny = 1",
    ),
    ("%%step a --allow-failures 200%\ny = 1", "%%step a --allow-failures 10%\ny = 1"),
]

TEXTS = [
    ("%%step a\nx = = 1", "%%step a\nx = 1"),
    ("x = = 1", "x = 1"),
    ("%%step a\nx = '\0'", "%%step a\nx = ''"),
    ("%%step a\nx = '\ud800'", "%%step a\nx = ''"),
    ("x = '\ud800'", "x = ''"),
    ("%%step a\ndef g(): await f()\nx = 1", "%%step a\nasync def g(): await f()\nx = 1\n---\nasync def f(): ..."),
    ("%%step a\n%store x\ny = 1", "%%step a\ny = 1"),
    ("%%step a\nx = 1\n%%time\ny = 1", "%%step a\nx = 1\n---\n%%time\ny = 1"),
    ("%%step a\nx = %matplotlib inline", "%%step a\n%matplotlib inline\nx = 1"),
    ("%%step a\nx = %prun 1", "%%step a\n%prun 1\nx = 1"),
    ("%%step a\n%cd -\nx = 1", "%%step a\n%cd data\nx = 1"),
    ("%%shared\n%matplotlib inline\nx = 1", "%matplotlib inline\n---\n%%shared\nx = 1"),
    (NEXT.format("self.next(self.b)\nself.next(self.c)"), NEXT.format("self.next(self.b)")),
    (NEXT.format("self.next(self.b, by=1)"), NEXT.format("self.next(self.b)")),
    (NEXT.format("self.next('b')"), NEXT.format("self.next(self.b)")),
    (
        NEXT.format("self.next({x: self.b}, condition='x')"),
        NEXT.format("self.x = 1\nself.next({1: self.b, 2: self.c}, condition='x')"),
    ),
    (
        NEXT.format("self.x = 1\nself.next({1: self.b, 2: self.b}, condition='x')"),
        NEXT.format("self.x = 1\nself.next({1: self.b, 2: self.c}, condition='x')"),
    ),
]

PARAMETERS = [
    ("%%parameters\nn = len('a')", "%%parameters\ns = 'a'\n---\n%%step a\nn = len(s)"),
    ("%%parameters\nn: complex = 1", "%%parameters\nn: float = 1"),
    ("%%parameters\nn = 1j", "%%parameters\nn = 1.5"),
    ("%%parameters\nn: int = 'a'", "%%parameters\nn: str = 'a'"),
    ("%%parameters\nfor n in 'a': pass", "for n in 'a': pass"),
    ("%%parameters\n%matplotlib inline\nn = 1", "%matplotlib inline\n---\n%%parameters\nn = 1"),
]

RUNS = [
    ("%%step a\nx = 1\nx\n---\n%%step b\ny = _", "%%step a\nx = 1\nx\n---\n%%step b\ny = x"),
    ("%%step a\ny = 1\n---\nload(1)\n---\ndef load(n): ...", "%%step a\ny = 1\n---\ndef load(n): ...\n---\nload(1)"),
    ("%%step a\nx = [1]\n---\ndel x\n---\n%%step b\ny = x", "%%step a\nx = [1]\n---\n%%step b\ny = x"),
    ("%%step a\n%run missing.py\nx = 1", "%%step a\nx = 1"),
    ("%%step a\ny = _helper(1)", "def _helper(n): return n\n---\n%%step a\ny = _helper(1)"),
    ("%%step a\ny = np.mean([1])", "import numpy as np\n---\n%%step a\ny = np.mean([1])"),
    ("def f(): return np.pi", "import numpy as np\ndef f(): return np.pi"),
    (
        "import numpy as np\nnp.random.seed(1)\n---\nnp.random.rand(len(input()))\n---\n%%step a\ny = np.random.rand()",
        "import numpy as np\nnp.random.seed(1)\n---\n%%step draw\nnp.random.rand(len(input()))\n---\n%%step a\n"
        "y = np.random.rand()",
    ),
    (
        "%%step one\nnum = int\n---\ndef f(x: num): return x\n---\n%%step two\nnum = num and float\n---\n"
        "%%step three\ny = f(1)",
        "%%step one\nnum = int\n---\n%%step f\ndef f(x: num): return x\n---\n%%step two\nnum = num and float\n---\n"
        "%%step three\ny = f(1)",
    ),
    (
        "import json\n---\njson.dump(1, open('c.json', 'w'))\n---\n%%step a\ny = open('c.json').read()",
        "import json\n---\n%%step save\njson.dump(1, open('c.json', 'w'))\n---\n%%step a\ny = open('c.json').read()",
    ),
    (
        "import os\nos.mkdir('out')\n---\n%%step a\nopen('out/x', 'w').write('1')",
        "import os\nos.makedirs('out', exist_ok=True)\n---\n%%step a\nopen('out/x', 'w').write('1')",
    ),
    (
        "!wget example.com -O a.csv\n---\n%%step a\ny = open('a.csv').read()",
        "%%step get\nopen('a.csv', 'w').write('1')\n---\n%%step a\ny = open('a.csv').read()",
    ),
    (
        "import logging\nlogging.basicConfig(filename='run.log')\n---\n%%step a\ny = open('run.log').read()",
        "%%step log\nopen('run.log', 'w').write('1')\n---\n%%step a\ny = open('run.log').read()",
    ),
    (
        "%%step a\nx = open('a.csv').read()\n---\n%%step b\nopen('a.csv', 'w').write(x)",
        "%%step a\nx = open('a.csv').read()\n---\n%%step b\nopen('b.csv', 'w').write(x)",
    ),
    (
        LOAD + "%%step a --foreach x in xs\nopen('a.csv', 'w').write('1')",
        LOAD + "%%step a --foreach x in xs\nopen(f'a{x}.csv', 'w').write('1')",
    ),
    (
        "%%step a\nimport importlib\nm = importlib.import_module(input())\nx = 1\ndel m",
        "%%step a --watch helper.py\nimport importlib\nm = importlib.import_module(input())\nx = 1\ndel m",
    ),
    (
        "import pandas as pd\n---\n%%step a\npd.set_option('a', 2)\nx = 1\n---\n%%step b\nprint(pd.Series([x]))",
        "import pandas as pd\npd.set_option('a', 2)\n---\n%%step a\nx = 1\n---\n%%step b\nprint(pd.Series([x]))",
    ),
    (
        "import io, logging\nbuf = io.StringIO()\nlogging.getLogger('a').addHandler(logging.StreamHandler(buf))\n---\n"
        "%%step a\nprint(buf.getvalue())",
        "%%step buf\nimport io, logging\nbuf = io.StringIO()\n"
        "logging.getLogger('a').addHandler(logging.StreamHandler(buf))\nprint(buf.getvalue())",
    ),
    (
        "from functools import cache\n@cache\ndef f(n): print(n)\n---\n%%step a\nf(1)\n---\n%%step b\nf(1)",
        "from functools import cache\n@cache\ndef f(n): print(n)\n---\n%%step a\nf(1)\nf(1)",
    ),
    (
        "%%step items\nxs = [1, 2]\nlog = []\n---\n%%step work --foreach x in xs\ny = x\nlog.append(x)\n---\n"
        "%%step gather --join work\nys = inputs.y\n---\n%%step report\nprint(ys, log)",
        "%%step items\nxs = [1, 2]\nlog = []\n---\n%%step work --foreach x in xs\ny = x\nlog.append(x)\n---\n"
        "%%step gather --join work\nys = inputs.y\nlogs = inputs.log\n---\n%%step report\nprint(ys, logs)",
    ),
    (LOAD + "%%step a --foreach _x in xs\ny = 1", LOAD + "%%step a --foreach x in xs\ny = 1"),
    (
        "from random import Random\nrng = Random(1)\n---\n" + LOAD + "%%step a --foreach x in xs\ny = rng.random()",
        "from random import Random\n---\n" + LOAD + "%%step a --foreach x in xs\ny = Random(x).random()",
    ),
    (
        "%%shared\nfrom random import Random\nrng = Random(1)\n---\n%%step a\ny = rng.random()",
        "from random import Random\nrng = Random(1)\n---\n%%step a\ny = rng.random()",
    ),
]  # fmt: skip

FIXES = [*HEADERS, *TEXTS, *PARAMETERS, *RUNS]


@pytest.mark.parametrize(("wrong", "right"), FIXES)
def test_what_is_done_as_the_message_says_is_right(wrong: str, right: str) -> None:
    assert problems_of(wrong) != []
    assert problems_of(right) == []


def cells_of(text: str) -> list[Cell]:
    return list(graph_of(text).flow.cells)


def told(cells: list[Cell]) -> tuple[Problem, ...]:
    return check_flow(link(read_flow(cells, "nb", "nb.ipynb")))


INJECTED = [Cell(1, "%%parameters\nn: int = 1"), Cell(2, "n = 'a'", tags=frozenset({"injected-parameters"}))]


def test_another_value_mends_an_injected_parameter() -> None:
    assert [one.fix for one in told(INJECTED)] == ["Inject a value of that type"]
    assert told([INJECTED[0], replace(INJECTED[1], source="n = 2")]) == ()


def with_headers(cells: list[Cell], problems: tuple[Problem, ...]) -> list[Cell]:
    """The cells as the messages say: each with the header that it is to have."""
    headers = {one.place.cell: one.header for one in problems if one.header and one.place and not one.stays}
    return [
        replace(cell, source=f"{headers[cell.number]}\n{cell.source}") if cell.number in headers else cell
        for cell in cells
    ]


HEADED = [text for text, *_ in (*RULES, *FIXES) if any(one.header for one in check_flow(graph_of(text)))]


def test_many_messages_name_a_header() -> None:
    assert len(HEADED) >= 10


@pytest.mark.parametrize("text", HEADED)
def test_the_headers_that_messages_name_mend_what_they_speak_of(text: str) -> None:
    problems = check_flow(graph_of(text))
    mended = told(with_headers(cells_of(text), problems))
    assert [one for one in mended if one.header or not one.warning] == [one for one in problems if not one.header]


# every place that makes a message

MAKERS = {"Problem", "problem", "needed", "Fault", "HeaderError", "DefaultError", "MagicRefused"}
FLOW = Path(nbflow.__file__).parent / "flow"
ELSEWHERE = {"flowspec", "cell", "wording"}  # of scripts, which have their own tests, and what only passes them on


def makers() -> Iterator[tuple[str, int]]:
    """The lines of the checker that make a message."""
    for path in FLOW.glob("*.py"):
        if path.stem.partition("_")[0] not in ELSEWHERE:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                    yield str(path), node.lineno


def executed(texts: list[str], files: set[str]) -> set[tuple[str, int]]:
    """The lines of these files that are executed when the notebooks are checked."""
    found: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "call":
            return trace if frame.f_code.co_filename in files else None
        found.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for number, text in enumerate(texts):
            cells = [replace(cell, source=f"{cell.source}\n# {number}") for cell in cells_of(text)]  # none is known yet
            told(cells)
        told([replace(cell, source=f"{cell.source}\n# new") for cell in INJECTED])
    finally:
        sys.settrace(before)
    return found


def test_each_message_is_one_whose_fix_is_tried() -> None:
    wanted = set(makers())
    untried = wanted - executed([text for text, *_ in (*RULES, *FIXES)], {file for file, _ in wanted})
    assert [f"{Path(file).name}:{line}" for file, line in sorted(untried)] == []
