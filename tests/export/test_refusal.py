"""What a script could only do otherwise than the notebook is refused, with the line and a way out."""

from __future__ import annotations

import pytest

from nbflow.errors import FlowRefused
from nbflow.export.script import export
from tests.export.engines import graph_of
from tests.export.test_script import value

REFUSED = {
    "state": (
        ["N = 0\ndef bump():\n    global N\n    N += 1", "%%step a\nbump()", "%%step b\nx = N"],
        "cell 2, line 1: step 'a' changes 'N', which cell 1 defines. Make cell 1 a step, so that 'N' is an artifact",
    ),
    "a class": (
        ["class A: n = 0", "%%step a\nA.n += 1", "%%step b\nx = A.n"],
        "cell 2, line 2: step 'a' changes 'A', which cell 1 defines. "
        "A script cannot hand that on: keep what changes in an artifact, and give it to the function",
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
    "an artifact through global": (
        ["def reset():\n    global t\n    t = 0", "%%step a\nt = 1", "%%step b\nreset()", "%%step c\nx = t"],
        "cell 3, line 1: step 'b' calls a function that assigns 't' through global. "
        "Let the function return the value, and write 't = …' in the step",
    ),
    "a perhaps": (
        ["%%step a\nx = c = 1", "%%step b\nif c: del x", "%%step d\ny = x"],
        "cell 2, line 2: step 'd' reads 'x', which step 'b' may delete. Set 'x' to None in 'b' instead of deleting it",
    ),
}


@pytest.mark.parametrize(("cells", "message"), REFUSED.values(), ids=REFUSED)
def test_a_script_that_would_give_other_values_is_refused(cells: list[str], message: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        export(graph_of(*cells))
    assert message in str(refused.value)


def test_names_bound_in_passing_are_handed_on() -> None:
    body = "for i in range(3): pass\nimport math as m\ndef f(v): return v + 1\nif (n := 4): pass"
    assert value("b.x", f"%%step a\n{body}", "%%step b\nx = (i, m.sqrt(4), f(1), n)") == (2, 2.0, 2, 4)


def test_a_function_of_the_prelude_sees_what_the_method_itself_has_bound() -> None:
    assert value("a.x", "def f(): return t", "%%step a\nt = 1\nx = f()") == 1
