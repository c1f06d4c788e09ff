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


def test_what_cannot_be_resolved_is_one_message(live: Live) -> None:
    with pytest.raises(EnvironmentRefused, match=r"the environment of step 'odd' \(six==99\): No solution found"):
        live.run("%%step odd --env six==99\nx = 1")


def test_a_step_of_another_environment_is_not_debugged_here(live: Live) -> None:
    with pytest.raises(TasksFailed):
        live.run("%%step odd --env six==1.16.0\nx = 1 / 0")
    with pytest.raises(VerbUnknown, match="runs with other packages than this kernel"):
        live.use("debug odd")
