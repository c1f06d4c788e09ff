"""Runs whose steps have environments: real uv, real interpreters, two versions of small packages."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from nbflow.run.events.events import Outcome
from nbflow.run.workers import local_workers
from tests.flows import Shape
from tests.run.running import Place

OLD = "--env six==1.16.0"


def flow(*cells: str) -> Shape:
    return Shape("flow", "\n---\n".join(cells), {})


TWO = (
    "import sys",
    "%%environment old\nsix==1.16.0",
    "%%step data\nx = [1, 2, 3]",
    """%%step first --env old
import six, os, subprocess
a = (six.__version__, sum(x), sys.prefix == os.environ["VIRTUAL_ENV"])
program = ["python", "-c", "import six; print(six.__version__)"]
b = subprocess.run(program, capture_output=True, text=True).stdout.strip()
print("seen")
len(a)""",
    "%%step second --env six==1.17.0\nimport six\nc = six.__version__, a",
    "%%step last\nd = (b, *c)",
)


def test_each_step_has_the_packages_that_it_asks_for(place: Place) -> None:
    ran = place.run(flow(*TWO))
    assert ran.value("last.d") == ("1.16.0", "1.17.0", ("1.16.0", 6, True))
    outputs = next(result.outputs for task, result in ran.results.items() if task.step == "first")
    assert [one.get("text") or one["data"] for one in outputs] == ["seen\n", {"text/plain": "3"}]
    assert place.run(flow(*TWO), reuse=True).executed == []


def test_another_version_runs_the_step_and_what_reads_it_again(place: Place) -> None:
    place.run(flow(*TWO))
    cells = [text.replace("six==1.17.0", "six==1.15.0") for text in TWO]
    again = place.run(flow(*cells), reuse=True)
    assert (again.executed, again.value("last.d")[1]) == (["last", "second"], "1.15.0")


def test_only_what_is_asked_for_is_there(place: Place) -> None:
    body = "import importlib.util\nfound = [n for n in ('IPython', 'pytest', 'numpy') if importlib.util.find_spec(n)]"
    assert place.run(flow(f"%%step a {OLD}\n{body}")).value("a.found") == []


def test_a_foreach_has_one_environment_for_its_tasks(place: Place) -> None:
    ran = place.run(
        flow(
            "%%step items\nxs = [*range(8)]",
            f"%%step each --foreach i in xs {OLD}\nimport six, sys\ny = (i, six.__version__, sys.prefix)",
            "%%step all --join each\nys = [one.y for one in inputs]",
        )
    )
    ys = ran.value("all.ys")
    assert [y[:2] for y in ys] == [(i, "1.16.0") for i in range(8)]
    assert len({sys.prefix, *(y[2] for y in ys)}) == 2


def test_a_task_is_killed_retried_and_timed_as_any_other(place: Place) -> None:
    killed = "import os, pathlib\nn = pathlib.Path('n')\nif not n.exists():\n    n.touch()\n    os.kill(os.getpid(), 9)"
    ran = place.run(
        flow(
            f"%%step a {OLD} --retry 1\n{killed}\nx = 1",
            f"%%step b {OLD} --timeout 0.5s --allow-failures 1 --foreach i in [0, 1]\nimport time\n"
            "time.sleep(60 * i)\ny = i",
            "%%step c --join b\nys = [one.y for one in inputs]\nz = x",
        )
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert (ran.value("a.x"), ran.value("c.ys")) == (1, [0])


def test_a_server_that_was_killed_is_started_again(place: Place) -> None:
    shape = flow(f"%%step a {OLD}\nimport os\nparent = os.getppid()")
    first = place.run(shape).value("a.parent")
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)  # until it is gone
    second = place.run(shape).value("a.parent")
    assert second != first
    assert second in [one._process.pid for one in local_workers._servers.values() if one._process]


def test_local_modules_and_classes_of_the_notebook_are_seen(place: Place) -> None:
    (place.folder / "mine.py").write_text("import six\ndef version():\n    return six.__version__\n")
    cells = (
        "class Point:\n    x = 1",
        f"%%step a {OLD}\nimport mine\nv = mine.version()\np = Point()",
        "%%step b\nw = (v, type(p) is Point)",
    )
    assert place.run(flow(*cells)).value("b.w") == ("1.16.0", True)


def test_files_of_requirements_are_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("six==1.16.0  # old\n")
    (tmp_path / "requirements.txt").write_text("-r base.txt\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["toolz"]\n[dependency-groups]\nold = ["six==1.15.0"]\n'
        'all = [{include-group = "old"}]\n'
    )
    shape = flow(
        "%%step a --env requirements.txt\nimport six\nx = six.__version__",
        "%%step b --env pyproject.toml:all\nimport six\ny = six.__version__",
    )
    ran = place.run(shape)
    assert (ran.value("a.x"), ran.value("b.y")) == ("1.16.0", "1.15.0")
    (tmp_path / "base.txt").write_text("six==1.17.0\n")
    again = place.run(shape, reuse=True)
    assert (again.executed, again.value("a.x")) == (["a"], "1.17.0")
