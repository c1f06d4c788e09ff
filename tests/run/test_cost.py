"""The most memory that a task's process held, and its processor time, are stored with the task."""

from __future__ import annotations

import sys

import pytest

from tests.flows import Shape
from tests.run.running import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
LARGE = 300 << 20

CELLS = f"""
import time
---
%%step large
held = b"x" * {LARGE}
time.sleep(0.02)
size = len(held)
del held
---
%%step small
time.sleep(0.02)
again = size
---
%%step brief
once_more = again
---
%%step failing
held = b"x" * {LARGE}
time.sleep(0.02)
raise ValueError(once_more)
"""


def test_the_memory_of_each_task_is_its_own(place: Place) -> None:
    ran = place.run(Shape("memory", CELLS, {}), slots=1)
    tasks = {task.step: task for task in ran.store.history.tasks(ran.finished.row.id)}
    assert tasks["large"].memory > LARGE
    assert tasks["failing"].memory > LARGE
    assert tasks["small"].memory < LARGE
    assert 0 < tasks["brief"].memory < LARGE


def test_a_reused_task_has_the_memory_of_the_one_that_ran(place: Place) -> None:
    shape = Shape("memory", CELLS.partition("---\n%%step failing")[0], {})
    first, second = (
        {task.step: task.memory for task in ran.store.history.tasks(ran.finished.row.id)}
        for ran in (place.run(shape), place.run(shape, reuse=True))
    )
    assert first == second
    assert first["large"]
