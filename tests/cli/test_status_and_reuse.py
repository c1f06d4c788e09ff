"""What `status` says would run, and nothing else, runs with `--reuse`, whatever was edited."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from .shell import Answer, Shell

CELLS = {
    "imports": "import helper\nfrom math import ceil, floor",
    "constants": "A = 1\nB = [1, 2]",
    "functions": "def f(x): return floor(x + A)\ndef g(x): return f(x) * 2",
    "parameters": "%%parameters\nn: int = 3",
    "one": "%%step one\nimport json\nxs = list(range(n))\ndef h(v): return v + 1",
    "two": "%%step two\nys = [f(x) for x in xs]\nopen('out.txt', 'w').write(str(ys))",
    "three": "%%step three\nzs = open('out.txt').read() + json.dumps(h(1))",
    "four": "%%step four\nxs.append(9)\nB.append(len(xs))",
    "five": "%%step five\nw = sum(xs) + len(B) + helper.k() + g(1)",
    "six": "%%step six --foreach i in ys\nr = i * 2",
    "seven": "%%step seven --join six\nt = sum(inputs.r)",
}
CHANGES = [
    ("constants", "A = 1", "A = 2"), ("constants", "A = 2", "A = 1"), ("constants", "[1, 2]", "[1, 2, 3]"),
    ("functions", "x + A", "x - A"), ("functions", "* 2", "* 3"), ("functions", "def f", "# said\ndef f"),
    ("parameters", "= 3", "= 4"), ("parameters", "= 4", "= 3"), ("one", "v + 1", "v + 2"), ("two", "f(x)", "g(x)"),
    ("three", "read()", "read(3)"), ("four", "append(9)", "append(8)"), ("five", "sum(xs)", "max(xs)"),
    ("six", "i * 2", "i * 3"), ("seven", "sum(", "max("), ("constants", "2]", "2]\nC = 5"),
    ("imports", "ceil, floor", "ceil, floor, sqrt"), ("imports", "ceil, floor", "floor as ceil, ceil as floor"),
]  # fmt: skip


def edit(cells: dict[str, str], folder: Path, chance: random.Random) -> None:
    """Change a cell that can be changed so, a module, or a file that a step has written."""
    files: list[Callable[[], object]] = [
        lambda: (folder / "helper.py").write_text(f"def k(): return {chance.randint(1, 9)}\n"),
        lambda: (folder / "out.txt").unlink(missing_ok=True),
        lambda: (folder / "out.txt").write_text("[]"),
    ]
    if chance.random() < 0.25:
        chance.choice(files)()
    else:
        cell, old, new = chance.choice([change for change in CHANGES if change[1] in cells[change[0]]])
        cells[cell] = cells[cell].replace(old, new, 1)


def ran(answer: Answer) -> set[str]:
    """The steps that a run has computed, by what it tells."""
    told = (re.match(r"(\w+)(?:\[\d+\])? · \d", line) for line in answer.lines)
    return {found[1] for found in told if found}


@pytest.mark.parametrize("seed", [1, 2])
def test_status_says_what_a_run_with_reuse_runs(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell, chance, cells = Shell(tmp_path), random.Random(seed), dict(CELLS)
    (tmp_path / "helper.py").write_text("def k(): return 0\n")
    assert shell("run", shell.write("n", *cells.values())).code == 0
    for _ in range(8):
        edit(cells, tmp_path, chance)
        notebook = shell.write("n", *cells.values())
        said = shell("status", notebook).lines[-1]
        run = shell("run", notebook, "--reuse")
        assert run.code == 0
        assert bool(ran(run)) == (" 0 ran" not in run.lines[-1])
        names = said.partition(": ")[2].split(", ") if ": " in said else []
        assert ran(run) <= {*names}, (said, cells)


def test_a_name_added_to_an_import_changes_nothing_for_steps_that_do_not_use_it(shell: Shell) -> None:
    shared = "class Root:\n    def of(self, n): return sqrt(n)\n\ndef sep(): return os.sep"
    steps = "%%step one\na, b = Root(), sep()", "%%step two\nprint(a.of(9), isinstance(a, Root), b == sep())"

    def run(*imports: str) -> str:
        return shell("run", shell.write("films", "\n".join((*imports, shared)), *steps), "--reuse").out

    assert "2 ran" in run("from math import sqrt", "import os")
    answer = run("from math import cos as cosine, sqrt", "import json, os, sys")
    assert "3.0 True True" in answer
    assert "0 ran · 2 reused" in answer
    assert "0 steps would run" in shell("status", str(shell.folder / "films.ipynb")).out
    answer = run("from math import cos as cosine, floor as sqrt", "import os, sys")
    assert "9 True True" in answer
    assert "2 ran" in answer
