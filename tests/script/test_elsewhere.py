"""A script on a cluster: `--on`, `--with dask`, and what `@resources`, `@batch` and `@kubernetes` ask for there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import InvalidDecorator
from nbflow.script.language.cluster_requests import read_place

SETTINGS = """[tool.nbflow.clusters.here]
class = "dask.distributed.LocalCluster"
workers = 1
threads_per_worker = 2
dashboard_address = ":0"
resources = { GPU = 2 }
"""

SCRIPT = """import os
from nbflow import FlowSpec, batch, kubernetes, resources, step

class Far(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2, 3]
        self.next(self.work, foreach="items")

    @batch(gpu=1, image="some/image", queue="q")
    @resources(cpu=2, memory=100)
    @step
    def work(self):
        self.seen, self.square = os.environ.get("CUDA_VISIBLE_DEVICES"), self.input ** 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.squares, self.gpus = [one.square for one in inputs], {one.seen for one in inputs}
        self.next(self.end)

    @kubernetes
    @step
    def end(self):
        print("sum", sum(self.squares))

if __name__ == "__main__":
    Far()
"""


def run(folder: Path, *words: str) -> tuple[int, str]:
    environment = {**os.environ, "NBFLOW_HOME": str(folder / ".nbflow"), "CUDA_VISIBLE_DEVICES": "3,4"}
    ended = subprocess.run(
        [sys.executable, "far.py", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_a_script_runs_on_a_cluster_and_what_its_decorators_ask_for_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "far.py").write_text(SCRIPT)
    code, output = run(tmp_path, "run", "--with", "dask", "--with", "kubernetes:memory=50")
    assert code == 0, output
    assert "sum 14" in output
    code, output = run(tmp_path, "resume", "--on", "here")
    assert code == 0, output
    assert "Cloning results" in output
    monkeypatch.setenv("NBFLOW_HOME", str(tmp_path / ".nbflow"))
    first = next(one for one in Flow("Far", None) if one.id == "1")
    assert first["join"].task.data.gpus <= {"3", "4"}
    assert {task.host for task in first["work"]} == {socket.gethostname()}


def test_without_a_cluster_batch_is_refused_with_the_way_to_have_one(tmp_path: Path) -> None:
    (tmp_path / "far.py").write_text(SCRIPT)
    code, output = run(tmp_path, "run")
    assert code == 1
    assert (
        "step 'work' has @batch, which is not part of nbflow: nbflow runs on this machine. Give the run a cluster"
        in output
    )


@pytest.mark.parametrize(
    ("on", "decorators", "known", "place"),
    [
        (None, ("retry:times=2", "batch:cpu=2"), (), ("", ("retry:times=2", "batch:cpu=2"))),
        (
            "slurm",
            ("retry:times=2", "batch:cpu=2,image=x", "kubernetes"),
            (),
            ("slurm", ("retry:times=2", "resources:cpu=2")),
        ),
        (None, ("dask",), ("only",), ("only", ())),
        (
            None,
            ("dask:on=tcp://h:8786", "batch:gpu=1,memory=5"),
            ("a", "b"),
            ("tcp://h:8786", ("resources:gpu=1,memory=5",)),
        ),
        ("x", ("dask",), (), ("x", ())),
    ],
)
def test_the_place_of_a_run_is_read_from_its_options(
    on: str | None, decorators: tuple[str, ...], known: tuple[str, ...], place: tuple[str, tuple[str, ...]]
) -> None:
    assert read_place(on, decorators, lambda: known) == place


@pytest.mark.parametrize("known", [(), ("a", "b")])
def test_dask_without_a_name_needs_one_cluster(known: tuple[str, ...]) -> None:
    with pytest.raises(InvalidDecorator, match=r"which cluster: the settings of the project name (none|a, b)\."):
        read_place(None, ("dask",), lambda: known)


def test_a_parameter_that_is_called_on_stays_one(tmp_path: Path) -> None:
    script = SCRIPT.replace("import FlowSpec,", "import FlowSpec, Parameter,").replace(
        '@batch(gpu=1, image="some/image", queue="q")\n    ', ""
    )
    script = script.replace("    @kubernetes\n", "").replace(
        "class Far(FlowSpec):\n", 'class Far(FlowSpec):\n    on = Parameter("on", default="light")\n'
    )
    (tmp_path / "far.py").write_text(script.replace('print("sum"', 'print(self.on, "sum"'))
    code, output = run(tmp_path, "run", "--on", "dark")
    assert code == 0, output
    assert "dark sum 14" in output
