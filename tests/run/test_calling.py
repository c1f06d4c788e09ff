"""Functions inside artifacts read names when they are called: those of the nearest steps above the caller."""

from __future__ import annotations

from nbflow.run.events.events import Outcome
from tests.flows import Shape
from tests.run.running import Place

HELD = """
from functools import partial
K = 1
def helper(x): return x * K
def make(): return lambda x: x + K + len(table)
---
%%step a
table = [1, 2]
factor = 10
def look(i): return table[i] * factor + helper(i)
f = lambda: look(0)
p = partial(look, 1)
class Model:
    def predict(self, i): return look(i) + factor
model = Model()
holder = {"fn": look, "deep": [f]}
made = make()
def counter():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
count = counter()
---
%%step b
one = (look(0), f(), p(), model.predict(0), holder["fn"](1), holder["deep"][0](), made(1), count())
---
%%step c
table = [5, 6, 7]
factor = 100
K = 3
---
%%step d
two = (look(0), f(), p(), model.predict(0), holder["fn"](1), holder["deep"][0](), made(1), count())
---
%%step e
three = (model.predict(1), count())
---
%%step g
four = holder["deep"][0]()
"""


def test_a_function_in_an_artifact_reads_names_as_they_are_where_it_is_called(place: Place) -> None:
    ran = place.run(Shape("held", HELD.strip(), {}))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("b.one") == (10, 10, 21, 20, 21, 10, 4, 1)
    assert ran.value("d.two") == (500, 500, 603, 600, 603, 500, 7, 2)
    assert (ran.value("e.three"), ran.value("g.four")) == ((703, 3), 500)
    assert place.run(Shape("held", HELD.strip(), {}), reuse=True).executed == []


def test_a_changed_constant_runs_who_calls_a_function_that_reads_it(place: Place) -> None:
    text = "K = 1\n---\n%%step a\nf = lambda: K\n---\n%%step b\ny = f()\n---\n%%step c\nz = 1"
    place.run(Shape("constant", text, {}))
    ran = place.run(Shape("constant", text.replace("K = 1", "K = 2"), {}), reuse=True)
    assert (ran.executed, ran.value("b.y")) == (["a", "b"], 2)


def test_a_method_of_the_prelude_reads_artifacts_where_it_is_called(place: Place) -> None:
    text = "class A:\n    def size(self): return len(table)\n---\n%%step a\ntable = [1]\none = A()\n---\n"
    ran = place.run(Shape("method", text + "%%step b\ntable = [1, 2]\n---\n%%step c\ny = one.size()", {}))
    assert ran.value("c.y") == 2
