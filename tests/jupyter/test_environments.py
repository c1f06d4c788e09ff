"""Steps with environments in a kernel: they run in a worker, and their artifacts come into the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.errors import EnvironmentRefused, TasksFailed, VerbUnknown
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


def test_what_cannot_be_resolved_is_one_message(live: Live) -> None:
    with pytest.raises(EnvironmentRefused, match=r"the environment of step 'odd' \(six==99\): No solution found"):
        live.run("%%step odd --env six==99\nx = 1")


def test_a_step_of_another_environment_is_not_debugged_here(live: Live) -> None:
    with pytest.raises(TasksFailed):
        live.run("%%step odd --env six==1.16.0\nx = 1 / 0")
    with pytest.raises(VerbUnknown, match="runs with other packages than this kernel"):
        live.use("debug odd")
