"""A task runs on the host that has its large inputs, unless that host is busy."""

from __future__ import annotations

from pathlib import Path

from nbflow.run.events.events import Outcome, TaskId
from nbflow.run.hosts.input_places import LARGE, InputPlaces
from nbflow.run.task.job import Job
from nbflow.store.values.artifact_ref import ArtifactRef, Summary
from tests.flows import Shape
from tests.run.hosts.hosts import Hosts, on, started
from tests.run.running import Place

STEPS = 6

CHAIN = Shape("chain", "\n---\n".join([
    "import os\nimport numpy as np",
    "%%step s0\nx0, host0 = np.arange(3_000_000), os.getppid()  # the fork server, of which each host has one",
    *(f"%%step s{n}\nx{n}, host{n} = x{n - 1} + 1, os.getppid()" for n in range(1, STEPS)),
]), {})  # fmt: skip

WIDE = Shape("wide", """
import os, time
from pathlib import Path
import numpy as np
---
%%parameters
folder: str = ""
---
%%step make
x = np.arange(3_000_000)
---
%%step each --foreach n in range(4) --timeout 60s
Path(folder, f"{n}.begun").touch()
while len([*Path(folder).glob("*.begun")]) < 4:  # a host has two slots
    time.sleep(0.01)
total, host = int(x.sum()) + n, os.getppid()
---
%%step both --join each
hosts = sorted(set(inputs.host))
""", {})  # fmt: skip


def test_a_chain_stays_where_its_large_values_are(hosts: Hosts, tmp_path: Path) -> None:
    ran = Place(tmp_path, slots=50, workers=on(hosts)).run(CHAIN)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert len({ran.value(f"s{n}.host{n}") for n in range(STEPS)}) == 1


def test_a_chain_stays_on_a_host_that_has_a_single_slot(tmp_path: Path) -> None:
    with started(tmp_path, workers=0) as hosts:
        for _ in range(2):
            hosts.start_worker("--nthreads", "1")
        ran = Place(tmp_path, slots=50, workers=on(hosts)).run(CHAIN)
    assert len({ran.value(f"s{n}.host{n}") for n in range(STEPS)}) == 1


def test_tasks_do_not_wait_for_the_host_that_has_their_input(hosts: Hosts, tmp_path: Path) -> None:
    ran = Place(tmp_path, slots=50, workers=on(hosts)).run(WIDE, parameters={"folder": str(tmp_path)})
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert len(ran.value("both.hosts")) == 2


def job_with(*inputs: tuple[str, int]) -> Job:
    return Job(TaskId("s"), tuple(ArtifactRef(name, name, 0, size, Summary("bytes", "")) for name, size in inputs))


def test_the_host_with_most_of_the_inputs_and_a_free_slot_is_nearest() -> None:
    places, job = InputPlaces(), job_with(("x", LARGE), ("y", 3 * LARGE), ("z", LARGE), ("small", LARGE - 1))
    for number, (worker, names) in enumerate({"a": "xz", "b": "y", "c": "small"}.items()):
        places.put(number, worker, 1, slots=2)
        places.note(worker, [one for one in job.inputs if one.name in names])
    assert places.nearest([job]) == "b"
    places.put(3, "b", 1)
    assert places.nearest([job]) == "a"
    places.put(4, "a", 5)
    assert places.nearest([job]) == ""
    places.put(3, "a", 1)  # dask has moved the batch
    assert places.nearest([job]) == "b"
    for _ in range(5):
        places.answer(4)
    assert places.nearest([job_with(("z", LARGE))]) == ""
    places.answer(3)
    places.answer(5)  # nobody has it any more
    assert places.nearest([job_with(("z", LARGE))]) == "a"
    places.remove(4)
    places.remove(3)
    assert places.nearest([job_with(("z", LARGE))]) == "a"
    assert places.nearest([job_with(("small", LARGE - 1))]) == ""
    assert places.slots == 6
