"""What cannot become a notebook is refused with its line and what to do, and nothing is written."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from tests.cli.shell import Answer, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def flow(body: str, above: str = "") -> str:
    inside = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return f"from nbflow import *\n{above}\nclass F(FlowSpec):\n{inside}"


def imported(shell: Shell, text: str | bytes, *words: str) -> Answer:
    path = shell.folder / "flow.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return shell("import", str(path), str(shell.folder / "flow.ipynb"), *words)


PLAIN = """
@step
def start(self):
    self.x = 1
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "no class in it has steps; write  class NAME(FlowSpec)  with methods below @step"),
        (b"print('hello')\n", "no class in it has steps"),
        (b"class A:\n    def f(self): pass\n", "no class in it has steps"),
        (b"\x89PNG\xff", "it is not text; give the path of a .py file"),
        (b"x = (\n", "line 1 is not valid Python ('(' was never closed); correct it first"),
        (b"\0", "is not valid Python"),
        (b'{"cells": []}', "no class in it has steps"),
        (
            (flow(PLAIN) + "\n\nclass G(FlowSpec):\n    pass\n").encode(),
            "it has several flows: F (line 3), G (line 12); put each of them into a file of its own",
        ),
    ],
    ids=["empty", "script", "class", "binary", "syntax", "null", "json", "two"],
)
def test_what_is_no_script_of_one_flow_is_refused(shell: Shell, text: bytes, message: str) -> None:
    answer = imported(shell, text)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Error: {shell.folder / 'flow.py'} is not a FlowSpec script that can be imported: ")
    assert message in answer.err
    assert os.listdir(shell.folder) == ["flow.py"]


def test_a_notebook_is_none(shell: Shell) -> None:
    notebook = shell.write("n", "%%step one\nx = 1")
    text = shell.folder / "n.py"
    text.write_text("# %%\n# %%step one\nx = 1\n")
    for path in (notebook, str(text)):
        answer = shell("import", path, str(shell.folder / "m.ipynb"))
        assert (answer.code, answer.out) == (1, "")
        assert "it is a notebook already; to make a script of it, use  nbflow export" in answer.err
        answer = shell("sync", path, notebook)
        assert "it is a notebook; give the script first:  nbflow sync FLOW.py NOTEBOOK" in answer.err


def test_a_script_that_is_not_there_or_a_folder_is_named(shell: Shell) -> None:
    assert "there is no such file; check the path" in shell("import", str(shell.folder / "none.py")).err
    assert "it is a folder; give the path of a .py file" in shell("import", str(shell.folder)).err


STEPS: list[tuple[str, int, str]] = [
    # (a line of the step, its place below `def`, what is said)
    ("self.x = self.foreach_stack()", 0, "uses self.foreach_stack, which a notebook does not have"),
    ("self.x = self.name", 0, "uses self.name, which a notebook does not have"),
    ("self._x = 1", 0, "uses self._x. Call it x: names with _ in front are no artifacts of a notebook"),
    ("print(vars(self))", 0, "passes self to other code. Pass the values that are needed, and set what is returned"),
    ("print(getattr(self, 'x' + 'y'))", 0, "passes self to other code"),
    ("self.x = self.y", 0, "uses self.y, which no step sets. Set self.y in an earlier step, or remove it"),
    ("self.parameter = 1", 0, "sets parameter 'parameter'. Use another name"),
    (
        "self.helper = 1",
        0,
        "artifact 'helper' of step 'work' has the name of a definition in line 2. Rename one of them",
    ),
    ("self.LIMIT = 1", 0, "artifact 'LIMIT' of step 'work' has the name of a definition in line"),
    ("self.sum = 1", 0, "artifact 'sum' of step 'work' hides Python's 'sum', which line 2 uses"),
    ("self.x = current.run_id", 0, "'current' of nbflow has no counterpart in a notebook. Remove it, or make"),
    ("from metaflow import Flow, get_metadata", 0, "imports something that a notebook does not have. Remove it"),
    ("if self.parameter:\n        return self.next(self.end)", 1, "uses return, and a cell cannot"),
    ("x = 1\n    def f():\n        nonlocal x\n        x = 2", 2, "a function that rebinds its variable 'x'. Let"),
    ("self.x = 1; self.merge_artifacts(inputs)", 0, "is not alone on its line. Put it on a line of its own"),
    ("self.merge_artifacts([inputs.a])", 0, "merges only some of the inputs. Merge all inputs"),
    ("self.merge_artifacts(inputs, include=NAMES)", 0, "merge_artifacts is given 'NAMES'. Write the names"),
]
FLOW = """\
import math
def helper(n): return sum([n])
from nbflow import FlowSpec, Parameter, current, step
class F(FlowSpec):
    LIMIT = 3
    parameter = Parameter("parameter", default=1)
    @step
    def start(self):
        self.next(self.work)
    @step
    def work(self):
    {line}
        self.next(self.end)
    @step
    def end(self):
        print(helper(1))
"""


def test_a_parameter_may_have_the_name_of_a_part_of_flowspec(shell: Shell) -> None:
    text = FLOW.replace("{line}", "    self.x = self.name").replace("parameter = Parameter(", "name = Parameter(")
    assert imported(shell, text).code == 0


@pytest.mark.parametrize(("line", "below", "message"), STEPS)
def test_what_a_cell_cannot_say_is_named_with_its_line(shell: Shell, line: str, below: int, message: str) -> None:
    answer = imported(shell, FLOW.replace("{line}", "    " + line.replace("\n", "\n    ")))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Error: {shell.folder / 'flow.py'}:{12 + below}: ")
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert os.listdir(shell.folder) == ["flow.py"]


CLASSES: list[tuple[str, int, str]] = [
    ("@batch(cpu=1)\n@step\ndef start(self): self.next(self.end)", 4, "@batch has no counterpart in a notebook"),
    ("@mine\n@step\ndef start(self): self.next(self.end)", 4, "@mine has no counterpart in a notebook"),
    ("@retry(times=N)\n@step\ndef start(self): self.next(self.end)", 4, "@retry has a computed argument"),
    ("p = Parameter('p', default=lambda ctx: 1)", 4, "the default of parameter 'p' cannot be read"),
    ("p = Parameter('p', default=unknown())", 4, "Write a literal, or compute the value in the first step"),
    ("p = Parameter('p', type=JSONType, default='{')", 4, "the default of parameter 'p' cannot be read"),
    ("p = Parameter('p', **facts)", 4, "parameter 'p' gets ** arguments. Write them out"),
    ("p = IncludeFile('p', is_text=False)", 4, "file 'p' is not text, and a File of a notebook must be"),
    ("p = IncludeFile('p', encoding='latin-1')", 4, "file 'p' is not in UTF-8"),
    ("p = IncludeFile('p', parser=len)", 4, "file 'p' has a parser"),
    ("p = Config('p')", 4, "Config 'p' has no counterpart. Make it a Parameter of JSONType"),
    (
        "def m(self): self.x = 1",
        4,
        "method 'm' sets self.x, which is impossible in a function. Let it return the value",
    ),
    ("def m(self): return self.input", 4, "method 'm' uses self.input, which a function does not have. Give it to the"),
    ("def m(self): return str(self)", 4, "method 'm' passes self to other code. Pass the values that it needs"),
    ("def __len__(self): return 1", 4, "method '__len__' (__len__) has no counterpart. Make it a plain function"),
    ("def m(self, K): return K + self.K\nK = 1", 4, "method 'm' takes 'K' and reads self.K. Rename the argument 'K'"),
]


def test_a_step_that_replaces_the_list_of_its_foreach_is_named(shell: Shell) -> None:
    steps = (
        "@step\ndef start(self):\n    self.xs = [1, 2]\n    self.next(self.each, foreach='xs')\n"
        "@step\ndef each(self):\n    self.xs = [3, 4]\n    self.next(self.below)\n"
        "@step\ndef below(self):\n    self.y = self.input\n    self.next(self.join)\n"
        "@step\ndef join(self, inputs):\n    self.ys = [one.y for one in inputs]\n    self.next(self.end)\n"
        "@step\ndef end(self):\n    print(self.ys)"
    )
    answer = imported(shell, flow(steps))
    assert answer.code == 1
    assert "step 'each' sets self.xs, the list of the foreach around it, and so self.input" in answer.err
    assert imported(shell, flow(steps.replace("self.xs = [3, 4]", "self.zs = [3, 4]"))).code == 0


@pytest.mark.parametrize(("line", "number", "message"), CLASSES)
def test_what_a_class_has_and_a_notebook_has_not_is_named(shell: Shell, line: str, number: int, message: str) -> None:
    start = "" if "def start" in line else "@step\ndef start(self): self.next(self.end)\n"
    answer = imported(shell, flow(f"{line}\n{start}@step\ndef end(self):\n    print(1)"))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Error: {shell.folder / 'flow.py'}:{number}: ")
    assert message in answer.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            flow(PLAIN).replace("F(FlowSpec)", "F(Base, FlowSpec)"),
            ":3: class F inherits from Base. Write the content of Base",
        ),
        (flow(PLAIN, "@schedule"), ":2: @schedule of class F has no counterpart in a notebook. Remove it"),
        (flow(PLAIN.replace("self.end)", "self.edn)")), "step 'start' leads to 'edn', which is not a step"),
        (flow(PLAIN.replace("end", "last")), "flow F has no end step"),
        (flow(PLAIN, "from metaflow.plugins import aws"), ":2: 'from metaflow.plugins import aws' is part of Metaflow"),
    ],
    ids=["base", "decorator", "target", "end", "import"],
)
def test_a_flow_that_could_not_run_is_refused(shell: Shell, text: str, message: str) -> None:
    answer = imported(shell, text)
    assert (answer.code, answer.out) == (1, "")
    assert message in answer.err
    assert os.listdir(shell.folder) == ["flow.py"]


def test_everything_that_is_wrong_with_decorators_is_said_at_once(shell: Shell) -> None:
    body = "@batch\n@step\ndef start(self): self.next(self.end)\n@slurm(nodes=2)\n@step\ndef end(self): pass"
    answer = imported(shell, flow(body))
    path = shell.folder / "flow.py"
    assert [line.partition(" has no")[0] for line in answer.err.splitlines()] == [
        f"Error: {path}:4: @batch",
        f"{path}:7: @slurm",
    ]


SEVERAL = """
@step
def start(self):
    self.print = 1
    self.next(self.work)
@step
def work(self):
    self.F = self.nothing
    self.next(self.end)
@step
def end(self):
    self.F = vars(self)
"""


def test_everything_that_stands_in_the_way_is_said_at_once_in_the_order_of_the_lines(shell: Shell) -> None:
    answer = imported(shell, flow(SEVERAL, "def F(x): print(x)"))
    path = shell.folder / "flow.py"
    assert [line.removeprefix("Error: ").partition(" of step")[0] for line in answer.err.splitlines()] == [
        f"{path}:6: artifact 'print'",
        f"{path}:10: artifact 'F'",
        f"{path}:10: step 'work' uses self.nothing, which no step sets. "
        "Set self.nothing in an earlier step, or remove it",
        f"{path}:14: artifact 'F'",
        f"{path}:14: step 'end' passes self to other code. Pass the values that are needed, and set what is returned",
    ]


WAYS = """
@step
def start(self):
    self.k = 1
    self.next(self.a, self.b)
@step
def a(self):
    self.next({1: self.c, 2: self.d}, condition="k")
@step
def c(self):
    self.next(self.join)
@step
def d(self):
    self.next(self.join)
@step
def b(self):
    self.next(self.join)
@step
def join(self, inputs):
    self.k = [one.k for one in inputs]
    self.next(self.end)
@step
def end(self):
    print(self.k)
"""


def test_ways_of_a_switch_that_lead_into_a_join_are_refused(shell: Shell) -> None:
    answer = imported(shell, flow(WAYS))
    assert answer.err == (
        f"Error: {shell.folder / 'flow.py'}:21: join 'join' is reached from branch 'a' by several paths of a switch. "
        "Let these paths meet in one step that leads to 'join'\n"
    )


# the target


def test_a_notebook_that_is_there_is_not_written_over(shell: Shell) -> None:
    target = shell.folder / "flow.ipynb"
    assert imported(shell, flow(PLAIN)).code == 0
    target.write_text("mine")
    answer = imported(shell, flow(PLAIN))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"Error: {target} is not written: it exists already; give another name, or --force to overwrite it\n"
    )
    assert target.read_text() == "mine"
    answer = imported(shell, flow(PLAIN), "--force")
    assert answer.out == f"{target}: 2 steps of flow.py: start, end\n"
    assert '"cells"' in target.read_text()


def test_a_refused_script_leaves_the_notebook_that_is_there(shell: Shell) -> None:
    target = shell.folder / "flow.ipynb"
    target.write_text("mine")
    assert imported(shell, flow(PLAIN.replace("self.x", "self._x")), "--force").code == 1
    assert target.read_text() == "mine"
    assert sorted(os.listdir(shell.folder)) == ["flow.ipynb", "flow.py"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("flow.py", "is not written: it is the script itself; give another name"),
        ("flow.txt", "is not written: a notebook is an .ipynb, or a .py with cells; give it such a name"),
        ("none/flow.ipynb", "cannot be written (No such file or directory): give a path in a folder"),
        (f"{'long' * 99}.ipynb", "cannot be written (File name too long): give a path in a folder"),
        ("folder.ipynb", "cannot be written (it is a folder): give a path in a folder"),
    ],
)
def test_a_target_that_cannot_be_written_is_named(shell: Shell, target: str, message: str) -> None:
    script = shell.folder / "flow.py"
    script.write_text(flow(PLAIN))
    (shell.folder / "folder.ipynb").mkdir()
    answer = shell("import", str(script), str(shell.folder / target), "--force")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Error: {shell.folder / target} {message}")
    assert script.read_text() == flow(PLAIN)
    assert sorted(os.listdir(shell.folder)) == ["flow.py", "folder.ipynb"]
