"""What the cells of an imported script say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.drafting import body_of, cells


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


NESTED = """
@step
def start(self):
    self.xs = "ab"
    self.next(self.outer, foreach="xs")
@step
def outer(self):
    self.ys = [1, 2]
    self.next(self.inner, foreach="ys")
@step
def inner(self):
    self.z = self.input
    self.next(self.join)
@step
def join(self, inputs):
    MERGE
    self.at = self.input
    self.next(self.below)
@step
def below(self):
    self.w = self.input
    self.next(self.last)
@step
def last(self, inputs):
    self.all = [one.input for one in inputs]
    self.next(self.end)
@step
def end(self):
    print(self.all)
"""


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ("pass", ["at = None", "w = None", "all = [None for one in inputs]"]),
        ("self.xs = inputs[0].xs", ["at = x", "w = x", "all = [one.item for one in inputs]"]),
    ],
)
def test_the_item_is_none_where_a_join_has_lost_the_list(tmp_path: Path, merge: str, expected: list[str]) -> None:
    found = "\n".join(cells(tmp_path, NESTED.replace("MERGE", merge)))
    assert [line for line in expected if line in found.splitlines()] == expected
