"""What a script could only do otherwise than the notebook is refused, with the line and a way out."""

from __future__ import annotations

import decimal
from collections.abc import Iterator

import pytest

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.write_flow import export_flow
from tests.export.engines import graph_of
from tests.export.test_script import value

REFUSED = {
    "state": (
        ["N = 0\ndef bump():\n    global N\n    N += 1", "%%step a\nbump()", "%%step b\nx = N"],
        "cell 2, line 1: step 'a' changes 'N', which cell 1 defines. "
        "Define 'N' in a step of its own, let the function return the value, and write 'N = …'",
    ),
    "a class": (
        ["class A: n = 0", "%%step a\nA.n += 1", "%%step b\nx = A.n"],
        "cell 2, line 2: step 'a' changes 'A', which cell 1 defines. "
        "A script cannot pass that on: keep what changes in an artifact, and give it to the function",
    ),
    "a function that looks below": (
        ["%%step a\nt = 1\nf = lambda: t", "%%step b\nt = 2", "%%step c\nx = f()"],
        "cell 3, line 1: step 'c' may call a function of an artifact that reads 't', which step 'b' has bound since "
        "the function was made. Give 't' to the function as an argument",
    ),
    "a function and a name of its own": (
        ["%%step a\nt = 1\nf = lambda: t", "%%step b\nt = 2\nx = f()"],
        "step 'b' may call a function of an artifact that reads 't', which step 'b' has bound since",
    ),
    "a default": (
        ["def log(x, seen=[]):\n    seen.append(x)", "%%step a\nlog(1)", "%%step b\nlog(2)"],
        "cell 2, line 2: step 'a' changes 'log', which cell 1 defines.",
    ),
    "an artifact with a global statement": (
        ["def reset():\n    global t\n    t = 0", "%%step a\nt = 1", "%%step b\nreset()", "%%step c\nx = t"],
        "cell 3, line 1: step 'b' calls a function that assigns 't' with a global statement. "
        "Let the function return the value, and write 't = …' in the step",
    ),
    "a perhaps": (
        ["%%step a\nx = c = 1", "%%step b\nif c: del x", "%%step d\ny = x"],
        "cell 2, line 2: step 'd' reads 'x', which step 'b' may delete. Set 'x' to None in 'b' instead of deleting it",
    ),
}


@pytest.fixture(autouse=True)
def own_context() -> Iterator[None]:
    """The cells that are executed here leave this process as it was."""
    with decimal.localcontext():
        yield


@pytest.mark.parametrize(("cells", "message"), REFUSED.values(), ids=REFUSED)
def test_a_script_that_would_give_other_values_is_refused(cells: list[str], message: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        export_flow(graph_of(*cells))
    assert message in str(refused.value)


FIXED = {
    "a constant that a step changes": (
        ["def total(): return sum(L)\nL = [1, 2]", "%%step a\nL.append(3)", "%%step b\nx = total()"],
        "Define 'L' in a step of its own, so that it is an artifact",
        ["def total(): return sum(L)", "%%step l\nL = [1, 2]", "%%step a\nL.append(3)", "%%step b\nx = total()"],
        6,
    ),
    "a constant that a cell changes": (
        ["L = [1, 2]", "%%step a\ny = len(L)", "L.append(3)", "%%step b\nx = (len(L), y)"],
        "Define 'L' in a step of its own, and do this in another, so that it is an artifact",
        ["%%step l\nL = [1, 2]", "%%step a\ny = len(L)", "%%step m\nL.append(3)", "%%step b\nx = (len(L), y)"],
        (3, 2),
    ),
    "a constant that a cell binds anew": (
        ["N = 1", "%%step a\ny = N", "N = 2", "%%step b\nx = (N, y)"],
        "Define 'N' in a step of its own, and do this in another, so that it is an artifact",
        ["%%step n\nN = 1", "%%step a\ny = N", "%%step m\nN = 2", "%%step b\nx = (N, y)"],
        (2, 1),
    ),
    "a function that a cell defines anew": (
        ["def f(): return 1", "%%step a\ny = f()", "def f(): return 2", "%%step b\nx = (f(), y)"],
        "Define it under another name than 'f', and use that in the steps below",
        ["def f(): return 1", "%%step a\ny = f()", "def g(): return 2", "%%step b\nx = (g(), y)"],
        (2, 1),
    ),
    "a class that a cell changes": (
        ["class A: n = 1", "%%step a\ny = A.n", "A.n = 2", "%%step b\nx = (A.n, y)"],
        "Define it under another name than 'A', and use that in the steps below",
        ["class A: n = 1", "%%step a\ny = A.n", "class B(A): n = 2", "%%step b\nx = (B.n, y)"],
        (2, 1),
    ),
    "a counter": (
        ["N = 0\ndef bump():\n    global N\n    N += 1", "%%step a\nbump()", "%%step b\nx = N"],
        "Define 'N' in a step of its own, let the function return the value, and write 'N = …'",
        ["def bump(): return N + 1", "%%step n\nN = 0", "%%step a\nN = bump()", "%%step b\nx = N"],
        1,
    ),
    "a setting": (
        ["import decimal", "%%step a\ny = decimal.getcontext().prec", "decimal.getcontext().prec = 5",
         "%%step b\nx = (decimal.getcontext().prec, y)"],
        "Move it above cell 2, or into the steps that need it",
        ["import decimal", "%%step a\ny = decimal.getcontext().prec",
         "%%step b\ndecimal.getcontext().prec = 5\nx = (decimal.getcontext().prec, y)"],
        (5, 28),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "fix", "fixed", "expected"), FIXED.values(), ids=FIXED)
def test_a_notebook_that_is_changed_as_its_refusal_says_is_exported(
    cells: list[str], fix: str, fixed: list[str], expected: object
) -> None:
    with pytest.raises(FlowRefused) as refused:
        export_flow(graph_of(*cells))
    assert str(refused.value).endswith(fix)
    assert value("b.x", *fixed) == expected


FOR_METAFLOW = {
    "a function": ("def f(): return 1\nf.tag = 1", "f()", "holds a function or class"),
    "a lambda": ("f = lambda: 1", "f()", "holds a function or class"),
    "functions in a dict": ("f = {'one': lambda: 1}", "f['one']()", "holds a function or class"),
    "an object": ("class P:\n    n = 1\nP.n = 2\nf = P()", "f.n", "holds a function or class"),
    "objects": ("class P:\n    n = 1\nP.n = 2\nf = [P() for _ in range(2)]", "f[0].n", "holds a function or class"),
    "a default": (
        "import collections\nf = collections.defaultdict(lambda: 1)",
        "f[0]",
        "holds a function or class",
    ),
}


@pytest.mark.parametrize(("body", "use", "message"), FOR_METAFLOW.values(), ids=FOR_METAFLOW)
def test_what_metaflow_cannot_store_is_refused_for_metaflow_alone(body: str, use: str, message: str) -> None:
    graph = graph_of(f"%%step a\n{body}", f"%%step b\nx = {use}")
    assert export_flow(graph)
    with pytest.raises(FlowRefused, match=message):
        export_flow(graph, Target.METAFLOW)


@pytest.mark.parametrize(
    "body", ["x = sorted([2, 1], key=lambda n: n)", "def x(): return 1", "class P: n = 1\nx = P()", "x = 1, 2"]
)
def test_functions_that_a_step_uses_itself_and_those_at_the_top_are_fine(body: str) -> None:
    assert export_flow(graph_of(f"%%step a\n{body}", "%%step b\ny = x"), Target.METAFLOW)


def test_a_change_of_the_folder_is_refused_for_metaflow() -> None:
    graph = graph_of("import os\nos.chdir('data')", "%%step a\nx = os.getcwd()")
    assert export_flow(graph)
    with pytest.raises(FlowRefused, match="Write it into the steps that need it, or export with --target nbflow"):
        export_flow(graph, Target.METAFLOW)


def test_names_bound_in_passing_are_handed_on() -> None:
    body = "for i in range(3): pass\nimport math as m\ndef f(v): return v + 1\nif (n := 4): pass"
    assert value("b.x", f"%%step a\n{body}", "%%step b\nx = (i, m.sqrt(4), f(1), n)") == (2, 2.0, 2, 4)


def test_a_function_of_the_prelude_sees_what_the_method_itself_has_bound() -> None:
    assert value("a.x", "def f(): return t", "%%step a\nt = 1\nx = f()") == 1
