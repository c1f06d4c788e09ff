"""Names that statements bind in passing, or delete: what stands below has them as in Python."""

from __future__ import annotations

from nbflow.run.events.events import Outcome, TaskFailed
from tests.flows import Shape
from tests.run.driving import task
from tests.run.running import Place

EVERY_WAY = """
%%step first
i = e = f = n = x = mod = helper = Kind = hit = gone = "old"
rows = [0, 1, 2]
---
%%step again
for i in rows: pass
with open("/dev/null") as f: f = "file"
try:
    1 / 0
except ZeroDivisionError as e:
    pass
if (n := 3) > 2: pass
match (1, 2):
    case (_, x): pass
import math as mod
def helper(v): return v + 1
class Kind:
    size = 4
_ = any((hit := row) > 0 for row in rows)
for gone in []: pass
---
%%step read
found = (i, f, n, x, mod.sqrt(4), helper(1), Kind.size, hit, gone)
try:
    e
except NameError:
    found += ("e is gone",)
"""

DELETED = """
%%step load
raw = [1]
keep = [2]
---
%%step slim
if keep: del raw
---
%%step read
print(raw)
"""


def test_every_way_to_bind_a_name_binds_it_for_the_steps_below(place: Place) -> None:
    ran = place.run(Shape("ways", EVERY_WAY.strip(), {}))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("read.found") == (2, "file", 3, 2, 2.0, 2, 4, 1, "old", "e is gone")


def test_reading_a_name_that_a_step_has_deleted_fails_with_that_step(place: Place) -> None:
    ran = place.run(Shape("deleted", DELETED.strip(), {}))
    (failed,) = [event for event in ran.events if isinstance(event, TaskFailed)]
    assert failed.failure.message == "name 'raw' is not defined; step 'slim' (cell 2) deleted 'raw'"
    kept = place.run(Shape("deleted", DELETED.strip().replace("keep = [2]", "keep = []"), {}))
    assert kept.text("read") == "[1]\n"


def test_a_step_that_nobody_asked_for_a_name_runs_again_when_somebody_does(place: Place) -> None:
    text = "%%step loop\nfor i in range(3): pass\n---\n%%step read\n"
    assert place.run(Shape("asked", text + "y = 1", {})).artifacts(task("loop")) == {}
    ran = place.run(Shape("asked", text + "y = i", {}), reuse=True)
    assert (ran.executed, ran.value("read.y")) == (["loop", "read"], 2)


def test_a_deletion_that_the_text_of_a_step_does_not_show_fails_the_step(place: Place) -> None:
    text = 'def drop(): del globals()["x"]\n---\n%%step a\nx = 1\n---\n%%step b\ndrop()\n---\n%%step c\nprint(x)'
    ran = place.run(Shape("hidden", text + "\n---\n%%step d --in x\ndrop()", {}))
    (failed,) = [event for event in ran.events if isinstance(event, TaskFailed) and event.task.step == "d"]
    assert failed.failure.message == (
        "step 'd' has deleted x in a way that its text does not show: write  del x  in the cell of 'd'"
    )
