"""Constants of ordinary cells that steps change, themselves or through functions: the steps below have them changed."""

from __future__ import annotations

import importlib
from fractions import Fraction
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome, TaskFailed
from nbflow.run.task.definition_state import is_code
from tests.flows import Shape
from tests.run.running import Place

THROUGH_FUNCTIONS = """
CACHE = {}
LOG = []
N = 0
_HIDDEN = {"n": 0}
LIMIT = 3

def remember(key, value): CACHE[key] = value

def bump():
    global N
    N += 1
    _HIDDEN["n"] += 1

def twice(): return bump(), bump()

def limited(items): return items[:LIMIT]

def start():
    global STATE
    STATE = "set"
---
%%step above
before = (dict(CACHE), list(LOG), N)
---
%%step direct
CACHE["x"] = 1
LOG.append("a")
---
%%step call
remember("y", 2)
twice()
start()
done = 1
---
%%step read
seen = (CACHE, LOG, N, _HIDDEN, STATE, done)
LIMIT = 1
---
%%step shadowed
few = limited([1, 2, 3])
N += 10
---
%%step last
bump()
end = N, LIMIT
"""


def test_what_steps_change_of_the_prelude_is_there_below_and_not_above(place: Place) -> None:
    ran = place.run(Shape("state", THROUGH_FUNCTIONS.strip(), {}))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("above.before") == ({}, [], 0)
    assert ran.value("read.seen") == ({"x": 1, "y": 2}, ["a"], 2, {"n": 2}, "set", 1)
    assert (ran.value("shadowed.few"), ran.value("last.end")) == ([1], (13, 1))
    assert place.run(Shape("state", THROUGH_FUNCTIONS.strip(), {}), reuse=True).executed == []


SHADOWED = """
def f(): return 1
class A: kind = "old"
made = f
---
%%step above
first = A()
---
%%step change
def f(): return 2
class A: kind = "new"
second = A()
---
%%step below
same = (f(), made(), isinstance(second, A), isinstance(first, A), A.kind, first.kind)
"""


def test_a_function_or_class_of_a_step_stands_before_that_of_the_prelude(place: Place) -> None:
    ran = place.run(Shape("shadowed", SHADOWED.strip(), {}))
    assert ran.value("below.same") == (2, 1, True, False, "new", "old")


LAZY = """
class Fit:
    def __init__(self): self.data = [3, 1, 2]; self.sorted = None
    def result(self):
        if self.sorted is None: self.sorted = sorted(self.data)
        return self.sorted
---
%%step a
fit = Fit()
---
%%step b
print(fit.result())
---
%%step c
print(fit.result())
---
%%step d
print(fit.result())
"""


def test_what_a_step_was_found_to_change_it_need_not_change_again(place: Place) -> None:
    for reuse in (False, True):
        ran = place.run(Shape("lazy", LAZY.strip(), {}), reuse=reuse)
        assert ran.finished.outcome is Outcome.SUCCEEDED
    assert place.run(Shape("lazy", LAZY.strip(), {}), reuse=True).executed == []


UNSEEN = """
import itertools
N = 0
IDS = itertools.count()
REG = {}
class Employee:
    count, names = 0, []
    def __init__(self, name):
        type(self).count += 1
        self.names.append(name)
class Mixed:
    def go(self): return "old"
def patched(self): return "new"
def collect(x, found=[]):
    found.append(x)
    return found
def call():
    call.n = getattr(call, "n", 0) + 1
    return call.n
def hidden(): globals()["N"] += 1
def sneaky(d): d["k"] = len(d)
---
%%step a
ann = Employee("ann")
one = (list(collect(1)), call(), next(IDS))
hidden()
sneaky(REG)
---
%%step b
bob = Employee("bob")
two = (ann.count, list(Employee.names), isinstance(ann, Employee), list(collect(2)), call(), N, next(IDS), dict(REG))
Mixed.go, Mixed.extra = patched, [1]
---
%%step c
three = (list(bob.names), collect(3), call(), next(IDS), Mixed().go(), Mixed.extra)
Employee.names.clear()
---
%%step d
four = (Employee("z").count, Employee.names)
"""


def test_what_functions_and_classes_keep_is_there_for_the_steps_below(place: Place) -> None:
    ran = place.run(Shape("unseen", UNSEEN.strip(), {}))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("b.two") == (2, ["ann", "bob"], True, [1, 2], 2, 1, 1, {"k": 0})
    assert ran.value("c.three") == (["ann", "bob"], [1, 2, 3], 3, 2, "new", [1])
    assert ran.value("d.four") == (3, ["z"])
    assert place.run(Shape("unseen", UNSEEN.strip(), {}), reuse=True).executed == []


CACHED = """
from functools import cache
@cache
def slow(x): return [x]
---
%%step a
y = slow(1)
---
%%step b
z = slow(1)
"""


def test_a_cache_that_only_saves_time_is_no_state(place: Place) -> None:
    ran = place.run(Shape("cached", CACHED.strip(), {}))
    assert (dict(ran.finished.run.learned), ran.executed) == ({}, ["a", "b"])


READ_ONCE = """
import decimal
sizes = [decimal.getcontext().prec]
decimal.getcontext().prec = 5
---
%%step grow --foreach i in range(3)
sizes.append(i)
---
%%step see --join grow
seen = inputs.sizes
"""


def test_each_task_may_change_its_own_copy_of_what_a_worker_has_read_once(place: Place) -> None:
    ran = place.run(Shape("once", READ_ONCE.strip(), {}), slots=1)
    assert ran.value("see.seen") == [[28, 0], [28, 1], [28, 2]]


WAITING = """
import queue
import threading


def put(waiting, item):
    waiting.put(item)
---
%%step make
waiting = queue.Queue()
---
%%step fill
put(waiting, "first")
---
%%step take
item = waiting.get()
"""


def test_a_task_that_waits_for_what_another_one_makes_beside_it_is_stopped_and_runs_again(place: Place) -> None:
    ran = place.run(Shape("waiting", WAITING.strip(), {}), slots=2)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("take.item") == "first"


def test_an_artifact_that_is_a_constant_changes_the_constant(place: Place) -> None:
    ran = place.run(
        Shape(
            "tied",
            "CONFIG = {'lr': 1, 'tags': []}\ndef rate():\n    return CONFIG['lr']\n---\n%%step a\ncfg = CONFIG\n"
            "tags = {'t': CONFIG['tags']}\n---\n%%step b\ncfg['lr'] = 2\ntags['t'].append('x')\n---\n"
            "%%step c\nseen = rate(), CONFIG['tags'], CONFIG is cfg",
            {},
        )
    )
    assert ran.value("c.seen") == (2, ["x"], True)


def test_a_body_that_changes_a_parameter_fails_and_the_next_task_sees_the_old_value(place: Place) -> None:
    text = (
        "%%parameters\ngrid: list = [1]\n---\ndef grow(x):\n    x.append(2)\n---\n%%step a\ngrow(grid)\n---\n"
        "%%step b\nseen = grid[:]"
    )
    ran = place.run(Shape("parameter", text, {}, {"grid": [1]}))
    assert ran.value("b.seen") == [1]
    (failure,) = [event.failure for event in ran.events if isinstance(event, TaskFailed)]
    assert "step 'a' changes parameter 'grid' in place" in failure.message


def test_classes_of_libraries_keep_no_state_and_those_of_modules_beside_the_notebook_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_a_notebook.py").write_text("class Counter:\n    n = 0\n\ndef count(): pass")
    monkeypatch.syspath_prepend(tmp_path)
    beside = importlib.import_module("beside_a_notebook")
    assert all(map(is_code, [beside.Counter, beside.count]))
    assert not any(map(is_code, [Fraction, pytest.Config, Path.exists, int]))


REGISTERED = """
import pandas as pd

@pd.api.extensions.register_series_accessor("tracked")
class Tracked:
    made = 0
    log = []

    def __init__(self, series):
        Tracked.made += 1
        Tracked.log.append(Tracked.made)
---
%%step a
pd.Series([1]).tracked
---
%%step b
pd.Series([1]).tracked
---
%%step look
now = Tracked.made
---
%%step c
seen = Tracked.made, [*Tracked.log]
"""


def test_the_state_of_a_class_that_a_library_keeps_is_that_of_the_steps_above(place: Place) -> None:
    expected = (2, [1, 2])
    for end, executed in (("", {"a", "b", "look", "c"}), ("\nagain = 1", {"c"}), ("\nagain = 2", {"c"})):
        ran = place.run(Shape("registered", REGISTERED + end, {}), reuse=True)
        assert (ran.value("c.seen"), {*ran.executed}) == (expected, executed)
