"""Steps with environments in a kernel: they run in a worker, and their artifacts come into the kernel."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import EnvironmentRefused, TasksFailed, VerbUnknown
from nbflow.flow.syntax.header import CellKind, read_header
from tests.cli.shell import Shell
from tests.environments import FILES, FOUND_VERSIONS, OF_ALL_KINDS
from tests.environments import caches as caches
from tests.jupyter.kernels import Kernel
from tests.jupyter.live import Live

pytestmark = pytest.mark.usefixtures("caches")


def test_shift_enter_runs_a_step_in_its_environment(tmp_path: Path) -> None:
    step = "%%step second --env first\nimport six, sys\nx.append(six.__version__)\nhere = sys.prefix\nlen(x)"
    kernel = Kernel(tmp_path)
    try:
        kernel.ok("%%environment first\nsix==1.16.0")
        kernel.ok("%%step first\nx = [1, 2]")
        shown = kernel.ok(step)
        assert "3" in [one.get("text/plain") for one in (*shown.results, *shown.displayed)]
        assert kernel.value("x") == "[1, 2, '1.16.0']"
        assert kernel.value("here != __import__('sys').prefix") == "True"
        kernel.ok("%%environment first\nsix==1.15.0")
        kernel.ok(step)
        assert kernel.value("x") == "[1, 2, '1.15.0']"
    finally:
        kernel.stop()


def test_shift_enter_runs_each_item_in_its_own_environment(live: Live) -> None:
    fit = "%%step fit --foreach version in xs --env six=={version}\nimport six\nv = version, six.__version__"
    live.run("%%step start\nxs = ['1.16.0', '1.17.0']")
    live.run(fit)
    live.run("%%step all --join fit\nvs = [one.v for one in inputs]")
    assert live.names["vs"] == [("1.16.0", "1.16.0"), ("1.17.0", "1.17.0")]
    assert live.run(fit)[0].startswith("fit · 2 tasks from run 1")
    live.use("restore fit[1]")
    assert (live.names["version"], live.names["v"]) == ("1.17.0", ("1.17.0", "1.17.0"))
    with pytest.raises(VerbUnknown, match="runs with other packages than this kernel"):
        live.use("debug fit[0]")
    live.run("%%step start\nxs = ['1.16.0', None]")
    with pytest.raises(TasksFailed, match=r"fit\[1\].*\{version\} is None, which is not a text"):
        live.run(fit)
    live.run("%%step start\nxs = ['1.16.0', '1.15.0']")
    live.run(fit)
    live.use("restore fit[1]")
    assert live.names["v"] == ("1.15.0", "1.15.0")


def write_all_kinds(shell: Shell) -> str:
    for name, text in FILES.items():
        (shell.folder / name).write_text(text)
    return shell.write("films", *OF_ALL_KINDS)


def frame_of(value: Any) -> dict[str, list[Any]]:
    return {str(name): [*column] for name, column in value.items()}


def assert_all_kinds(names: Mapping[str, Any]) -> None:
    assert frame_of(names["top"]) == {"genre": ["drama"], "total": [7]}
    assert names["lines"] == "1"
    assert [one[1] for one in names["founds"]] == FOUND_VERSIONS
    assert all(one[2:] == names["founds"][0][2:] for one in names["founds"])
    if "picks" in names:
        assert frame_of(names["picks"]) == {"genre": ["drama", "drama"], "gross": [3, 4]}


def test_steps_of_all_kinds_run_are_reused_restored_executed_and_exported(tmp_path: Path, live: Live) -> None:
    shell = Shell(tmp_path)
    notebook = write_all_kinds(shell)
    assert shell("run", notebook).code == 0
    assert ": 0 ran" in shell("run", notebook, "--reuse").lines[-1].replace(" · ", ": ")
    live.session.follow(Path(notebook))
    steps = [header.name for cell in OF_ALL_KINDS if (header := read_header(cell)).kind is CellKind.STEP]
    held: dict[str, Any] = {}
    for step in steps:
        live.use(f"restore {step}[{len(FOUND_VERSIONS) - 1}]" if step == "each" else f"restore {step}")
        held |= live.names
    assert held["found"] == held["founds"][-1]
    assert_all_kinds(held)
    live.names.clear()
    for cell in OF_ALL_KINDS:
        said = live.run(cell)
        assert all("from run" in line for line in said), said
    assert_all_kinds(live.names)
    assert shell("export", notebook, str(tmp_path / "flow.py")).code == 0
    assert "{input" in (tmp_path / "flow.py").read_text()
    run = [sys.executable, "flow.py", "run"]
    ran = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert shell("show", notebook, "all.founds").out == shell("show", str(tmp_path / "flow.py"), "all.founds").out
    refused = shell("export", notebook, str(tmp_path / "other.py"), "--target", "metaflow")
    assert "and Metaflow has the same packages for all its tasks" in refused.err


def test_what_cannot_be_resolved_is_one_message(live: Live) -> None:
    with pytest.raises(EnvironmentRefused, match=r"the environment of step 'odd' \(six==99\): No solution found"):
        live.run("%%step odd --env six==99\nx = 1")


def test_a_step_of_another_environment_is_not_debugged_here(live: Live) -> None:
    with pytest.raises(TasksFailed):
        live.run("%%step odd --env six==1.16.0\nx = 1 / 0")
    with pytest.raises(VerbUnknown, match="runs with other packages than this kernel"):
        live.use("debug odd")
