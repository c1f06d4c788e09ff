"""Limits of the system, odd files and odd clocks: one clear line, no traceback, and a store that still works."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nbflow.client import Flow
from tests.cli.shell import Shell

CELLS = (
    "%%step a\nimport numpy as np\nlarge = np.arange(200_000)",
    "%%step b --foreach i in range(4)\ny = int(large[i]) * 2",
    "%%step c --join b\nz = [one.y for one in inputs]",
)
RIGHT = [0, 2, 4, 6]
COMMAND = [sys.executable, "-m", "nbflow"]


def nbflow(folder: Path, *words: str, limits: Callable[[], None] | None = None, **more: Any) -> tuple[int, str]:
    """Run nbflow in a process of its own; return the exit code and all that it has printed."""
    environment = {**os.environ, **more.pop("env", {})}
    done = subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, preexec_fn=limits, capture_output=True, text=True, check=False,
        errors="replace", timeout=120, **more,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def limit(what: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(what, (value, value))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Shell(tmp_path).write("flow", *CELLS)
    return tmp_path


@pytest.fixture
def ran(folder: Path) -> Path:
    assert Shell(folder)("run", str(folder / "flow.ipynb")).code == 0
    return folder


def assert_it_goes_on(folder: Path) -> None:
    shell = Shell(folder)
    assert shell("verify", str(folder)).out == "every stored object is intact\n"
    again = shell("run", str(folder / "flow.ipynb"), "--reuse")
    assert again.code == 0, again.out
    assert result(folder) == RIGHT


def result(folder: Path) -> Any:
    run: Any = Flow("flow", folder).latest_run
    return run["c"].task.data.z


# limits of a process


@pytest.mark.parametrize(
    ("what", "value", "code"),
    [
        (resource.RLIMIT_NOFILE, 64, 0),
        (resource.RLIMIT_NOFILE, 16, 1),
        (resource.RLIMIT_AS, 120 << 20, 1),
        (resource.RLIMIT_FSIZE, 500_000, 1),
    ],
)
def test_a_limit_of_the_system(what: int, value: int, code: int, folder: Path) -> None:
    found, said = nbflow(folder, "run", "flow.ipynb", limits=limit(what, value))
    assert found == code, said
    assert "/nbflow/" not in said, said
    assert_it_goes_on(folder)


@pytest.mark.parametrize(("files", "code"), [(20, 1), (30, 0)])
def test_few_open_files_mean_few_workers(files: int, code: int, folder: Path) -> None:
    Shell(folder).write("flow", *CELLS, "%%step many --foreach i in range(30)\ny = i")
    words = ("run", "flow.ipynb", "-j", "6")
    found, said = nbflow(folder, *words, limits=limit(resource.RLIMIT_NOFILE, files))
    assert (found, said.count("Too many open files"), "failed" in said) == (code, code, False), said
    assert_it_goes_on(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_no_more_processes() -> None:
    """The limit counts the processes of a user, and holds for all users but root."""
    user, python = 51_234, Path(sys.executable).resolve()
    try:
        subprocess.run([python, "-c", ""], user=user, group=user, check=True, cwd="/", capture_output=True)
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("no other user may run this Python")

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))

    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # root's own folder of the tests is closed to others
        folder = Path(name)
        Shell(folder).write("flow", *CELLS)
        for path in (folder, *folder.iterdir()):
            os.chown(path, user, user)
        found, said = nbflow(folder, "run", "flow.ipynb", limits=few, user=user, group=user)
        assert (found, said.count("\n") < 6, "/nbflow/" in said) == (1, True, False), said
        assert "raise the limit of processes: ulimit -u" in said
        found, said = nbflow(folder, "run", "flow.ipynb", user=user, group=user)
        assert found == 0, said


def test_a_catalog_that_may_not_grow_loses_nothing_that_was_finished(ran: Path) -> None:
    size = (ran / ".nbflow" / "catalog.db").stat().st_size
    Shell(ran).write("flow", *CELLS, "%%step d\nwords = [str(i) * 100 for i in range(4_000)]")
    found, said = nbflow(ran, "run", "flow.ipynb", "--reuse", limits=limit(resource.RLIMIT_FSIZE, size // 4096 * 4096))
    assert found == 1
    assert "no room" in said
    assert "/nbflow/" not in said
    assert_it_goes_on(ran)


# what cannot be written


@pytest.mark.parametrize(
    "words",
    [("run", "flow.ipynb"), ("status", "flow.ipynb"), ("verify",), ("show", "flow.ipynb"), ("logs", "flow.ipynb", "a")],
)
def test_an_output_that_takes_nothing(words: tuple[str, ...], ran: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, *words], cwd=ran, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120
        )
    assert done.stderr in ("", "Error: No space left on device. Free some space, or choose another folder\n")
    assert_it_goes_on(ran)


@pytest.fixture
def read_only(ran: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same folder, copied without its times, on a file system that cannot be written."""
    place = tmp_path_factory.mktemp("read-only")
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system takes rights that this user does not have")
    shutil.copytree(ran, place, dirs_exist_ok=True, copy_function=shutil.copy)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_store_on_a_file_system_that_cannot_be_written(read_only: Path) -> None:
    shell, flow = Shell(read_only), str(read_only / "flow.ipynb")
    for words in (("run", flow), ("run", flow, "--reuse"), ("gc", flow), ("resume", flow), ("tag", flow, "1", "x")):
        refused = shell(*words)
        assert (refused.code, refused.err.count("\n"), "cannot write to" in refused.err) == (1, 1, True), words
    target = str(read_only / "written.html")
    for words in (("report", flow, "-o", target), ("convert", flow, "--to", "comment"), ("export", flow, target)):
        refused = shell(*words)
        assert (refused.code, refused.err.count("\n"), "cannot be written" in refused.err) == (1, 1, True), words
    for words in (("status", flow), ("verify", flow), ("runs", flow), ("dump", flow, "c", "--value"), ("du", flow)):
        assert shell(*words).code == 0, words
    assert result(read_only) == RIGHT


# odd names and files


def test_a_long_name_of_the_temporary_folder(folder: Path) -> None:
    long = folder / ("t" * 140)
    long.mkdir()
    assert nbflow(folder, "run", "flow.ipynb", env={"TMPDIR": str(long)})[0] == 0
    assert list(long.iterdir()) == []
    assert result(folder) == RIGHT


def test_names_that_are_no_text(folder: Path) -> None:
    odd = os.fsdecode(b"caf\xe9 \xff.ipynb")
    (folder / "flow.ipynb").rename(folder / odd)
    for words in (("run", odd), ("status", odd), ("report", odd), ("convert", odd, "--to", "comment"), ("gc", odd)):
        found, said = nbflow(folder, *words)
        assert found == 0, said


def test_files_of_others_in_the_store(ran: Path) -> None:
    for place in [ran / ".nbflow", *(found for found in (ran / ".nbflow").rglob("*") if found.is_dir())]:
        (place / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
        (place / "Thumbs.db").write_bytes(b"x")
    for words in (("run", "--reuse"), ("gc",), ("du",), ("verify",), ("status",)):
        answer = Shell(ran)(words[0], str(ran / "flow.ipynb"), *words[1:])
        assert answer.code == 0, answer
    assert_it_goes_on(ran)


BOOK: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
CELL = {
    "cell_type": "code",
    "id": "a",
    "metadata": {},
    "source": "%%step a\nx = 1",
    "outputs": [],
    "execution_count": None,
}
MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "half": json.dumps(BOOK | {"cells": [CELL]}).encode()[:-40],
    "NUL": b"\0" * 100,
    "binary": bytes(range(256)),
    "UTF-16": json.dumps(BOOK).encode("utf-16"),
    "null": b"null",
    "list": b"[]",
    "a number of cells": json.dumps(BOOK | {"cells": 5}).encode(),
    "a cell that is none": json.dumps(BOOK | {"cells": [None]}).encode(),
    "a source that is none": json.dumps(BOOK | {"cells": [CELL | {"source": {"a": 1}}]}).encode(),
    "no type": json.dumps(BOOK | {"cells": [{"source": "x"}]}).encode(),
    "a type that is none": json.dumps(BOOK | {"cells": [CELL | {"cell_type": []}]}).encode(),
    "a format that is none": json.dumps(BOOK | {"nbformat": "four"}).encode(),
    "a huge number": b'{"nbformat": ' + b"9" * 5000 + b"}",
    "not a number": json.dumps(BOOK | {"nbformat": float("nan")}).encode(),
    "nested": b'{"cells": ' + b"[" * 50_000,
    "half of a character": json.dumps(BOOK | {"cells": [CELL | {"source": "x = '\udc80'"}]}).encode(),
    "NUL in a cell": json.dumps(BOOK | {"cells": [CELL | {"source": "%%step a\nx = 1\0"}]}).encode(),
}
READING = ("run", "check", "show", "status", "params", "export", "convert", "init", "why")


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_notebook(kind: str, shell: Shell) -> None:
    more = {"export": ("f.py",), "convert": ("--to", "comment"), "why": ("a",)}
    path = shell.folder / "bad.ipynb"
    for verb in READING:
        path.write_bytes(MALFORMED[kind])
        answer = shell(verb, str(path), *more.get(verb, ()))  # an error that is not one of ours is raised here
        assert answer.code == 0 or answer.err or answer.out, (kind, verb)
        assert "Traceback" not in answer.err, (kind, verb)
        if answer.code:
            assert path.read_bytes() == MALFORMED[kind], (kind, verb)


# catalogs


def without(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink(missing_ok=True)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_catalog_that_is_garbage(content: bytes, ran: Path) -> None:
    (ran / ".nbflow" / "catalog.db").write_bytes(content)
    flow = str(ran / "flow.ipynb")
    for words in (("run", flow), ("status", flow), ("verify", flow), ("gc", flow), ("du", flow), ("trust", flow)):
        answer = Shell(ran)(*words)
        assert (answer.code, answer.err.count("\n")) == (1, 1), (words, answer)
        assert "Move it away" in answer.err, words
    for file in (ran / ".nbflow").glob("catalog.*"):
        file.unlink()
    assert_it_goes_on_after_loss(ran)


def assert_it_goes_on_after_loss(folder: Path) -> None:
    assert Shell(folder)("run", str(folder / "flow.ipynb"), "--reuse").code == 0
    assert_it_goes_on(folder)


@pytest.mark.parametrize("content", [b"", b"x"])
def test_an_empty_catalog_is_made_anew(content: bytes, ran: Path) -> None:
    for file in (ran / ".nbflow").glob("catalog.db*"):
        file.write_bytes(content)
    assert_it_goes_on_after_loss(ran)


@pytest.mark.parametrize("name", ["catalog.db-wal", "catalog.db-shm", "catalog.seal", "lock", "live", ".gitignore"])
def test_a_store_without_one_of_its_files(name: str, ran: Path) -> None:
    found = ran / ".nbflow" / name
    shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)
    assert_it_goes_on(ran)


# others at the same time


def test_a_store_is_copied_while_it_is_written(folder: Path) -> None:
    Shell(folder).write(
        "flow", *CELLS, "%%step late --foreach i in range(12)\nimport time; time.sleep(0.05)\nw = large[i:]"
    )
    with subprocess.Popen([*COMMAND, "run", "flow.ipynb"], cwd=folder, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        for number, _ in enumerate(run.stdout):
            if number % 3 == 1:
                copy = folder / f"copy{number}"
                copy.mkdir()
                shutil.copy(folder / "flow.ipynb", copy)
                subprocess.run(["cp", "-r", folder / ".nbflow", copy], check=False, capture_output=True)
    for copy in folder.glob("copy*"):
        assert Shell(copy)("run", str(copy / "flow.ipynb"), "--reuse").code == 0
        assert Shell(copy)("verify", str(copy)).code == 0, copy
        assert result(copy) == RIGHT


def test_many_runs_at_once_beside_gc(folder: Path) -> None:
    runs = 8 if "NBFLOW_EXPLORE" in os.environ else 3

    def sweep() -> tuple[int, str]:
        return nbflow(folder, "gc", "--keep", "100")

    with ThreadPoolExecutor(runs + 1) as many:
        started = [many.submit(nbflow, folder, "run", "flow.ipynb", "--reuse", "-j", "1") for _ in range(runs)]
        swept = [many.submit(sweep).result() for _ in range(2)]
        said = [one.result() for one in started]
    assert [code for code, _ in said] == [0] * runs, said
    for code, text in swept:
        assert code == 0 or "let it finish or cancel it" in text or "there is no" in text, text
    assert_it_goes_on(folder)


CLOCK = """
import itertools, time
steps = itertools.cycle((0, 86_400, -86_400 * 365, 10, -3_600, 10**9))
real, place = time.time, [0]
def jump():
    place[0] += next(steps) if place[0] < 2 * 10**9 else -place[0]
    return real() + place[0]
time.time = jump
time.time_ns = lambda: int(jump() * 10**9)
"""


def test_a_clock_that_jumps(folder: Path) -> None:
    """The clock of every process of nbflow jumps whenever it is read."""
    (folder / "sitecustomize.py").write_text(CLOCK)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    for words in (
        ("run",),
        ("run", "--reuse"),
        ("status",),
        ("runs",),
        ("gc",),
        ("resume",),
        ("report", "-o", "r.html"),
    ):
        found, said = nbflow(folder, words[0], "flow.ipynb", *words[1:], env={"PYTHONPATH": path})
        assert found == 0, said
    assert_it_goes_on(folder)
