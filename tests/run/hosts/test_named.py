"""A run on a cluster that has a name: made as the project's settings say, or held by a variable of the notebook."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from nbflow.errors import ClusterSettingsWrong, ClusterUnknown, DaskMissing
from nbflow.run.events.events import Outcome, TaskFailed
from nbflow.run.hosts import clusters
from nbflow.run.hosts.clusters import connect_cluster, find_cluster
from nbflow.run.hosts.named_clusters import cluster_names, find_cluster_settings
from nbflow.run.machine.plan import Resources, RunPlan
from nbflow.run.program.program import Program
from nbflow.run.workers.workers import Driver, Workers
from tests.flows import Shape
from tests.run.hosts.hosts import processes_named, wait_until
from tests.run.hosts.test_drivers import SLEEPING, command, is_asleep, notebook, said
from tests.run.running import Place, Ran


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A worker of four threads that declares two GPUs."""
    options: dict[str, Any] = {"dashboard_address": ":0", "resources": {"GPU": 2}, "memory_limit": "3GB"}
    with LocalCluster(n_workers=1, threads_per_worker=4, **options) as made:
        yield made


def place(folder: Path, cluster: LocalCluster) -> Place:
    def start(program: Program, plan: RunPlan, driver: Driver) -> Workers:
        return connect_cluster("test", cluster).start(program, plan, driver)

    return Place(folder, slots=50, workers=start, here=Resources(2))


def failures(ran: Ran) -> dict[str, str]:
    return {str(one.task): one.failure.message for one in ran.events if isinstance(one, TaskFailed)}


ASKING = Shape("asking", """
import os, time
def place():
    return os.environ.get("CUDA_VISIBLE_DEVICES"), os.getppid(), time.time()
---
%%step one --gpu 1 --foreach i in range(4)
began = place()
time.sleep(0.2)
ended = time.time()
---
%%step both --gpu 2 --cpu 3 --memory 1GB --join one
seen, ones = place(), list(zip(inputs.began, inputs.ended))
---
%%step near --on local
here = place()
---
%%step last --on cluster
there = place(), here, seen, ones
---
%%step many --gpu 3
never = 1
---
%%step large --memory 4GB
neither = 1
---
%%step wide --cpu 5 --retry 1
nor = 1
""", {})  # fmt: skip


def test_a_task_goes_where_what_it_asks_for_is_and_what_nobody_has_is_said(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    ran = place(tmp_path, cluster).run(ASKING)
    assert ran.finished.outcome is Outcome.FAILED
    assert failures(ran).keys() == {"many", "large", "wide"}
    there, here, seen, ones = ran.value("last.there")
    assert {gpus for (gpus, _, _), _ in ones} == {"0", "1"}
    for (gpu, _, began), ended in ones:
        others = [(one, end) for (name, _, one), end in ones if name == gpu and one != began]
        assert all(end <= began or ended <= one for one, end in others)
    assert seen[0] == "0,1"
    assert len({there[1], here[1], seen[1]}) == 2
    assert here[1] not in (there[1], seen[1])
    hosts = {row.step: row.host for row in ran.store.history.tasks(ran.finished.row.id) if not row.split}
    assert {hosts[step] for step in ("one", "both", "last")} == {socket.gethostname()}
    assert hosts["near"] == ""
    have = "no worker of the cluster has that. They have 2 GPU, 4 CPU, 3000 MB MEMORY. Ask for less, or start a worker"
    found = failures(ran)
    assert {*found} == {"many", "large", "wide"}
    assert found["many"].startswith(f"step 'many' asks for 1 CPU, 3 GPU, but {have}")
    assert found["large"].startswith(f"step 'large' asks for 1 CPU, 4000 MB MEMORY, but {have}")
    assert found["wide"].endswith('that has it: dask worker … --resources "CPU=5"')


def test_an_address_is_used_as_it_is_and_a_client_and_a_cluster_of_the_notebook_stay_open(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    told: list[str] = []
    with Client(cluster, set_as_default=False) as client:
        address = cluster.scheduler_address
        for name in ("client", "made", address, address.partition("://")[2]):
            variables = {"client": client, "made": cluster}
            found = find_cluster(name, tmp_path, variables, told.append)
            folder = tmp_path / name.partition("://")[0].replace(":", "-")
            ran = replace(Place(folder), workers=found.start).run(Shape("plain", "%%step a\nx = 1", {}))
            assert ran.value("a.x") == 1
        assert client.submit(abs, -2).result() == 2
    assert told == []


def test_a_cluster_without_workers_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "FIRST_WORKER_WITHIN", 0.2)
    told: list[str] = []
    with LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        find_cluster("empty", tmp_path, {"empty": empty}, told.append).close()
        find_cluster(empty.scheduler_address, tmp_path, {}, told.append).close()
    words = "no worker has joined yet; the tasks wait until one does"
    assert told == [f"--on empty: {words}", f"--on {empty.scheduler_address}: {words}"]


SETTINGS = """
[tool.nbflow.clusters.two]
class = "dask.distributed.LocalCluster"
workers = 2
threads_per_worker = 1
dashboard_address = ":0"

[tool.nbflow.clusters.kube]
class = "dask_kubernetes.operator.KubeCluster"
workers = 1

[tool.nbflow.clusters.slurm]
class = "dask_jobqueue.SLURMCluster"
cores = 1

[tool.nbflow.clusters.batch]
class = "dask_jobqueue.HTCondorCluster"
workers = 1

[tool.nbflow.clusters.odd]
class = "dask.distributed.NoCluster"

[tool.nbflow.clusters.bare]
workers = 0
"""


def test_settings_are_found_above_a_notebook_and_the_nearest_count(tmp_path: Path) -> None:
    inner = tmp_path / "films"
    (inner / ".nbflow").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (inner / ".nbflow" / "config").write_text('store = "data"\n[clusters.two]\nclass = "a.B"\nworkers = 3\nsize = 1\n')
    found = find_cluster_settings("two", inner)
    assert (found.kind, found.workers, found.adapt, found.arguments) == ("a.B", 3, None, {"size": 1})
    assert find_cluster_settings("two", tmp_path).arguments == {"threads_per_worker": 1, "dashboard_address": ":0"}
    assert cluster_names(inner) == ("two", "kube", "slurm", "batch", "odd", "bare")


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        (
            "kube",
            DaskMissing,
            r"--on kube needs dask-kubernetes, which is not installed: pip install",
        ),
        ("slurm", ClusterSettingsWrong, r"\[clusters\.slurm\] in .*pyproject.toml: .*sbatch|would have no workers"),
        ("batch", ClusterSettingsWrong, r"needs the command condor_submit, which this machine does not have"),
        ("odd", ClusterSettingsWrong, r"there is no class dask\.distributed\.NoCluster"),
        ("bare", ClusterSettingsWrong, r"it needs a class with its module"),
        (
            "other",
            ClusterUnknown,
            r"the settings know bare, batch, kube, odd, slurm, two\. Give an address",
        ),
    ],
)
def test_a_cluster_that_cannot_be_had_is_said_in_one_line(
    name: str, error: type[Exception], words: str, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    with pytest.raises(error, match=words) as raised:
        find_cluster(name, tmp_path, {}, print)
    assert "\n" not in str(raised.value)


def test_a_cluster_of_the_settings_lives_as_long_as_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_TEST_NAMED", str(tmp_path))
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    made = find_cluster("two", tmp_path, {}, print)
    assert len(processes_named(str(tmp_path))) == 2
    cells = "%%step pair --foreach i in range(3)\nsquare = i * i\n---\n%%step a --join pair\nx = inputs.square"
    assert replace(Place(tmp_path), workers=made.start).run(Shape("pair", cells, {})).value("a.x") == [0, 1, 4]
    assert not processes_named(str(tmp_path))


def test_ctrl_c_ends_a_cluster_of_the_settings_in_silence(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    notebook(tmp_path, SLEEPING)
    driver = command("run", "work.ipynb", "--on", "two", folder=tmp_path, NBFLOW_TEST_NAMED=str(tmp_path))
    assert wait_until(lambda: is_asleep(tmp_path), 30)
    for pid in processes_named(str(tmp_path)):
        if os.getsid(pid) == os.getsid(driver.pid):
            os.kill(pid, signal.SIGINT)  # as a terminal does
    output = said(driver)
    assert "on two" in output
    assert "cancelled" in output
    assert "Traceback" not in output
    assert wait_until(lambda: not processes_named(str(tmp_path)))
