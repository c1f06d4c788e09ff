"""Environments are resolved and built once, and every failure is one message."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nbflow.errors import (
    EnvironmentRefused,
    NbflowError,
    PythonMissing,
    RequirementsUnreadable,
    UvFailed,
    UvMissing,
)  # fmt: skip
from nbflow.run.environments import uv_program
from nbflow.run.environments.building import build_environment, built_environments, remove_unused
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.environments.resolving import WORKER_NEEDS, known, resolve
from tests.run.environments.test_runs import flow
from tests.run.running import Place


def test_a_lock_holds_exact_versions_and_hashes(tmp_path: Path) -> None:
    lock = resolve(["six<1.17", "jupyter-nbflow"], tmp_path)
    assert lock.packages["six"] == "1.16.0"
    assert lock.text.count("--hash=sha256:") >= len(lock.packages)
    assert known(["six<1.17", "jupyter-nbflow"], tmp_path) == lock


def test_what_was_resolved_and_built_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = resolve(["six==1.16.0"], tmp_path)
    build_environment(lock)
    monkeypatch.setattr(uv_program, "_find_uv", lambda: "/nowhere/uv")
    assert resolve(["six==1.16.0"], tmp_path) == lock
    assert build_environment(lock).exists()
    with pytest.raises(NbflowError):
        resolve(["six==1.15.0", "toolz"], tmp_path)


def test_eight_processes_build_an_environment_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    code = (
        "from pathlib import Path\nfrom nbflow.run.environments.building import build_environment\n"
        "from nbflow.run.environments.resolving import resolve\n"
        "python = build_environment(resolve(['six==1.16.0'], Path.cwd()))\n"
        "print(python, (python.parents[1] / 'pyvenv.cfg').stat().st_ino)"
    )
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(8)]
    assert len({process.communicate()[0] for process in started}) == 1
    assert [process.returncode for process in started] == [0] * 8


def test_a_build_that_was_killed_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom nbflow.run.environments import building, resolving\n"
        "call = building.call_uv\n"
        "def once(words, *rest, **options):\n"
        "    if words[0] == 'pip': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return call(words, *rest, **options)\n"
        "lock = resolving.resolve(['six==1.16.0'], Path.cwd())\nbuilding.call_uv = once\n"
        "building.build_environment(lock)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode < 0
    assert list(built_environments()) == []
    python = build_environment(resolve(["six==1.16.0"], tmp_path))
    assert [one.folder for one in built_environments()] == [python.parents[1]]
    assert [one.name for one in python.parents[2].iterdir() if one.is_dir()] == [python.parents[1].name]


def test_unused_environments_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    old, new = (build_environment(resolve([f"six=={one}"], tmp_path)) for one in ("1.16.0", "1.15.0"))
    os.utime(old.parents[1] / "nbflow-lock.txt", (0, 0))
    assert [one.lock.packages["six"] for one in remove_unused(3600)] == ["1.16.0"]
    assert (old.exists(), new.exists()) == (False, True)


def test_workers_need_what_nbflow_needs() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert set(WORKER_NEEDS) <= set(project["dependencies"])


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ("six==99", "because there is no version of six==99"),
        ("'six<1.16' 'six>1.16'", "requirements are unsatisfiable"),
        ("nbflow-has-no-such-package", "was not found in the package registry"),
        ("missing.txt", "gives no requirements: No such file"),
        ("python==3.7", "no Python ==3.7.* is installed, and nbflow downloads none"),
    ],
)  # fmt: skip
def test_a_run_says_in_one_message_why_there_is_no_environment(place: Place, env: str, words: str) -> None:
    shape = flow("%%step fine\nx = 1", f"%%step odd --env {env}\ny = x")
    with pytest.raises(EnvironmentRefused) as found:
        place.run(shape)
    assert str(found.value).startswith("flow.ipynb · cell 2, line 1: the environment of step 'odd' (")
    assert words.lower() in str(found.value).lower()


def test_what_cannot_be_built_fails_its_tasks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = EnvironmentLock("3.11", "six==1.16.0 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr("nbflow.run.launch.resolve_locks", lambda *_: {"odd": lock})
    ran = place.run(flow("%%step fine\nx = 1", "%%step odd --env six==1.16.0\ny = x"))
    failure = next(one.failure for task, one in ran.results.items() if task.step == "odd")
    assert failure is not None
    assert failure.type == "UvFailed"
    assert "Hash mismatch" in failure.message
    assert (failure.frames, ran.value("fine.x")) == ((), 1)


def test_uv_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(uv_program, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UvMissing, match=r"pip install 'jupyter-nbflow\[env\]'"):
        uv_program.call_uv(["--version"], tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", "x = ", "its TOML is broken"),
        ("a.toml", "x = 1", "it has no list dependencies"),
        ("a.toml:odd", "[project]\nname = 'x'", "it has no list odd"),
        ("a.txt", "-r b.txt", "which cannot be read"),
        ("a.txt", "-r a.txt", "which includes it"),
    ],
)
def test_a_file_that_gives_no_requirements_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    file = name.partition(":")[0]
    (tmp_path / file).write_text(text)
    with pytest.raises(RequirementsUnreadable, match=f"{file} gives no requirements: .*{words}"):
        resolve([name], tmp_path)


def test_a_folder_is_refused_because_it_may_change(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n')
    with pytest.raises(UvFailed, match="is a folder, whose content may change"):
        resolve([f"mine @ file://{tmp_path}"], tmp_path)


def test_a_python_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(PythonMissing, match=r"no Python ==3\.99\.\* is installed"):
        resolve(["six", "python==3.99"], tmp_path)


def test_a_fault_of_nbflow_itself_is_told_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(place.folder))
    monkeypatch.setattr("nbflow.run.environments.building.own_name", lambda kind: 1 / 0)
    ran = place.run(flow("%%step odd --env six==1.16.0\nx = 1"))
    assert "ZeroDivisionError" in str(next(iter(ran.results.values())).failure)
