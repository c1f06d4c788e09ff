"""A run on other hosts does what a run on this machine does, and says it in the same words."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome, TaskFailed
from nbflow.run.hosts import dask_workers
from nbflow.run.output.live_output import last_words
from tests.exploring import some
from tests.flows import CLASSES, FLATTENED, FOREACH, IN_BRANCH, LARGE, LOOP, METAFLOW, MUTATED, NESTED, SWITCH, Shape
from tests.run.hosts.hosts import Hosts, on, started, wait_until
from tests.run.running import Place, Ran

SHAPES = (FOREACH, NESTED, FLATTENED, IN_BRANCH, SWITCH, LOOP, MUTATED, CLASSES, LARGE, METAFLOW)


def place(folder: Path, hosts: Hosts, tell: Callable[[str], object] = print) -> Place:
    return Place(folder, slots=50, workers=on(hosts, tell))


@pytest.mark.parametrize("shape", some(SHAPES), ids=lambda shape: shape.name)
def test_a_run_on_hosts_gives_the_same_values_and_is_reused_here(shape: Shape, hosts: Hosts, tmp_path: Path) -> None:
    ran = place(tmp_path, hosts).run(shape)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert {address: ran.value(address) for address in shape.values} == shape.values
    again = Place(tmp_path).run(shape, reuse=True)
    assert again.executed == []
    assert hosts.agents == []


WHERE = Shape("where", """
import os
---
%%step where
mark, secret = os.environ.get("NBFLOW_TEST_HOSTS"), os.environ.get("NBFLOW_TEST_SECRET")
""", {})  # fmt: skip


def test_a_task_has_the_environment_of_its_host_and_not_that_of_the_driver(
    hosts: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_TEST_SECRET", "a password")
    ran = place(tmp_path, hosts).run(WHERE)
    assert (ran.value("where.mark"), ran.value("where.secret")) == (hosts.mark, None)


ENDING = Shape("ending", """
import os, signal, time
---
%%step killed
print("before", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
---
%%step slow --timeout 1s
print("waiting", flush=True)
time.sleep(60)
---
%%step wrong
print("to the other stream", file=__import__("sys").stderr)
1 / 0
---
%%step gone
os._exit(3)
---
%%step fine
x = 1
""", {})  # fmt: skip


def ends(ran: Ran) -> dict[str, tuple[str, str, list[dict[str, object]]]]:
    failures = {str(e.task): e.failure for e in ran.events if isinstance(e, TaskFailed)}
    outputs = {str(task): result.outputs for task, result in ran.results.items()}
    return {task: (one.type, one.message, outputs[task]) for task, one in failures.items()}


def test_what_ends_a_task_is_told_in_the_words_of_a_local_run(hosts: Hosts, tmp_path: Path) -> None:
    there, here = place(tmp_path / "there", hosts).run(ENDING), Place(tmp_path / "here").run(ENDING)
    assert ends(there) == ends(here)
    assert {*ends(there)} == {"killed", "slow", "wrong", "gone"}
    assert there.value("fine.x") == here.value("fine.x")
    assert hosts.agents == []


SLOW = Shape("slow", """
import time
---
%%step start
items = list(range(6))
---
%%step each --foreach item in items
print("item", item, flush=True)
time.sleep(1.5)
square = item * item
---
%%step joined --join each
total = sum(inputs.square)
""", {})  # fmt: skip


def live_words(folder: Path) -> list[dict[str, object]]:
    runs = [*(folder / ".nbflow" / "live").glob("*")]
    return last_words(runs[0], "each[0]") if runs else []


def test_a_host_that_is_killed_has_its_tasks_done_by_another(hosts: Hosts, tmp_path: Path) -> None:
    ran: list[Ran] = []
    running = threading.Thread(target=lambda: ran.append(place(tmp_path, hosts).run(SLOW)))
    running.start()
    assert wait_until(lambda: live_words(tmp_path)) == [{"output_type": "stream", "name": "stdout", "text": "item 0\n"}]
    before = hosts.agents
    os.kill(hosts.workers()[0], signal.SIGKILL)
    running.join(60)
    assert ran[0].finished.outcome is Outcome.SUCCEEDED
    assert ran[0].value("joined.total") == 55
    again = [str(task) for task, one in ran[0].results.items() if one.warnings]
    assert again
    assert all(task.startswith("each[") for task in again)
    assert before
    assert wait_until(lambda: not hosts.agents)


def test_when_no_host_is_left_that_is_said_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "LOOKS_FOR_HOSTS_EVERY", 0.5)
    told: list[str] = []
    ran: list[Ran] = []
    with started(tmp_path, workers=0) as hosts:
        only = hosts.start_worker("--no-nanny")
        running = threading.Thread(target=lambda: ran.append(place(tmp_path, hosts, told.append).run(SLOW)))
        running.start()
        assert wait_until(lambda: live_words(tmp_path))
        only.kill()
        assert wait_until(lambda: told)
        hosts.start_worker("--no-nanny")
        running.join(60)
    assert ran[0].value("joined.total") == 55
    [line] = told
    assert line.startswith(f"--on {hosts.address}: no host is left; the tasks wait until one joins.")
