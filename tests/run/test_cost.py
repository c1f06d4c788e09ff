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


BUSY = """
import os, subprocess, sys, threading, time
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
---
%%step busy
spin(0.2)
---
%%step idle
time.sleep(0.2)
---
%%step child
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.2: pass"])
---
%%step failing
spin(0.2)
raise ValueError
"""


def test_the_processor_time_of_each_task_is_its_own_with_that_of_its_child_processes(place: Place) -> None:
    ran = place.run(Shape("busy", BUSY, {}), slots=1)
    found = {task.step: task.cpu_seconds for task in ran.store.history.tasks(ran.finished.row.id)}
    assert found["busy"] >= 0.2
    assert found["child"] >= 0.2
    assert found["failing"] >= 0.2
    assert found["idle"] < 0.2


def test_a_reused_task_has_the_cost_of_the_one_that_ran(place: Place) -> None:
    shape = Shape("memory", CELLS.partition("---\n%%step failing")[0], {})
    first, second = (
        {task.step: (task.memory, task.cpu_seconds) for task in ran.store.history.tasks(ran.finished.row.id)}
        for ran in (place.run(shape), place.run(shape, reuse=True))
    )
    assert first == second
    assert all(first["large"])
