"""Steps that use processes and threads: they work as in a kernel, and nothing of them outlives the run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.run.surroundings.children import end_children, started_by
from tests.exploring import some
from tests.flows import Shape
from tests.run.running import Place, Ran
from tests.run.test_kills import is_alive

ROOT = Path(__file__).parents[2]

POOLS = Shape("pools", """
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor
from joblib import Parallel, delayed
def square(x):
    return x * x
---
%%step method
method = mp.get_start_method()
---
%%step pool
with mp.Pool(2) as _pool:
    pool = _pool.map(square, range(3))
---
%%step of_the_step
def cube(x):
    return x ** 3
with mp.Pool(2) as _pool:
    of_the_step = _pool.map(cube, range(3))
---
%%step executor
with ProcessPoolExecutor(2) as _executor:
    executor = list(_executor.map(square, range(3)))
---
%%step process
_queue = mp.Queue()
_process = mp.Process(target=_queue.put, args=(5,))
_process.start()
process = _queue.get(timeout=60)
_process.join()
---
%%step manager
with mp.Manager() as _manager:
    _shared = _manager.dict()
    _process = mp.Process(target=_shared.__setitem__, args=("a", 1))
    _process.start()
    _process.join()
    manager = dict(_shared)
---
%%step loky
loky = Parallel(n_jobs=2)(delayed(square)(i) for i in range(3))
---
%%step chosen
mp.set_start_method("spawn")
chosen = mp.get_start_method()
---
%%step after
after = chosen, mp.get_start_method()
""", {})  # fmt: skip

LEFT = Shape("left", """
import multiprocessing, os, re, signal, subprocess, sys, threading, time, atexit
from pathlib import Path
def sleep():
    time.sleep(600)
---
%%step start
_plain = subprocess.Popen(["sleep", "600"])
_apart = subprocess.Popen(["sleep", "600"], start_new_session=True)
_shell = subprocess.Popen("sleep 600 & sleep 600", shell=True)
_own = multiprocessing.Process(target=sleep)
_own.start()
_daemon = multiprocessing.Process(target=sleep, daemon=True)
_daemon.start()
children = [_plain.pid, _apart.pid, _shell.pid, _own.pid, _daemon.pid, os.getpid()]
Path("children").write_text(" ".join(map(str, children)))
---
%%step wait
_seen = children
Path("waiting").touch()
if Path("stay").exists():
    time.sleep(600)
if Path("hold").exists():
    re.match("(a+)+$", 64 * "a" + "b")
if Path("stop").exists():
    os.kill(os.getpid(), signal.SIGSTOP)
""", {})  # fmt: skip


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    ran = Place(tmp_path_factory.mktemp("pools")).run(POOLS)
    assert ran.finished.outcome is Outcome.SUCCEEDED, [r.failure for r in ran.results.values() if r.failure]
    return ran


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "fork"),
        ("pool", [0, 1, 4]),
        ("of_the_step", [0, 1, 8]),
        ("executor", [0, 1, 4]),
        ("process", 5),
        ("manager", {"a": 1}),
        ("loky", [0, 1, 4]),
        ("after", ("spawn", "fork")),
    ],
)
def test_a_step_uses_processes_as_a_cell_does(name: str, value: object, pools: Ran) -> None:
    if name in ("method", "after") and not sys.platform.startswith("linux"):
        pytest.skip("other systems start processes in another way")
    assert pools.value(f"{name}.{name}") == value


def children_of(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "children").read_text().split()]


def test_what_a_step_has_started_ends_with_the_run(tmp_path: Path) -> None:
    assert Place(tmp_path).run(LEFT).finished.outcome is Outcome.SUCCEEDED
    assert not any(map(is_alive, children_of(tmp_path)))


def test_what_a_step_has_started_ends_with_its_timeout(tmp_path: Path) -> None:
    (tmp_path / "stay").touch()
    shape = Shape("left", "\n---\n".join(LEFT.cells).replace("%%step wait", "%%step wait --timeout 1s"), {})
    assert Place(tmp_path, slots=1).run(shape).finished.outcome is Outcome.FAILED
    assert not any(map(is_alive, children_of(tmp_path)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("how", some(["stay", "hold", "stop"]))
def test_what_a_step_has_started_ends_with_the_driver(number: signal.Signals, how: str, tmp_path: Path) -> None:
    """Even if the step holds the lock of the interpreter, or was stopped, when the driver ends."""
    (tmp_path / how).touch()
    program = (
        "import signal, sys; from pathlib import Path; from tests.run.running import Place; "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # `nohup` lets all processes ignore it
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # and a shell does, of those in the background
        "from tests.run.test_processes import LEFT; Place(Path(sys.argv[1])).run(LEFT)"
    )
    command, temporary = [sys.executable, "-c", program, str(tmp_path)], Path(tempfile.mkdtemp())
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment) as driver:
        until(lambda: (tmp_path / "waiting").exists() or driver.poll() is not None)
        children = children_of(tmp_path)
        were_alive = all(map(is_alive, children))
        driver.send_signal(number)
        assert driver.stdout is not None
        assert driver.stdout.read() == b""  # nobody keeps it open
    assert were_alive
    until(lambda: not any(map(is_alive, children)))
    until(lambda: not [*temporary.glob("pymp-*")])  # the folder of the driver's sockets
    shutil.rmtree(temporary)


def until(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


AWAY = Shape("away", """
import os, subprocess, sys
from pathlib import Path
def note(pid):
    with open("children", "a") as file:
        file.write(f"{pid} ")
---
%%step plain
note(subprocess.Popen(["sleep", "600"], start_new_session=True).pid)
x = 1
---
%%step daemon
_middle = "from subprocess import *; print(Popen(['sleep', '600'], start_new_session=True, stdout=-3, stderr=-3).pid)"
note(int(subprocess.check_output([sys.executable, "-c", _middle])))
y = x
---
%%step dead
note(subprocess.Popen(["sleep", "600"], start_new_session=True).pid)
if y and "dead" in os.listdir():
    os._exit(3)
""", {})  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell whose child a process was")
@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.FAILED])
def test_what_a_step_has_started_in_another_session_ends_with_the_run(outcome: Outcome, tmp_path: Path) -> None:
    """Also if the worker ends by itself, before its driver looks at what it has started, or dies."""
    if outcome is Outcome.FAILED:
        (tmp_path / "dead").touch()
    assert Place(tmp_path).run(AWAY).finished.outcome is outcome
    assert len(children_of(tmp_path)) == 3
    assert not any(map(is_alive, children_of(tmp_path)))


def test_a_worker_is_told_from_what_it_has_started() -> None:
    command = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        child = int(leader.stdout.readline())
        assert started_by(leader.pid) == {child}
        end_children(leader.pid)
        assert not is_alive(child)
        leader.kill()


ENDING = Shape("ending", """
import atexit, tempfile, threading, weakref, time, os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
---
%%step start
atexit.register(Path("atexit").touch)
def _at_the_end():
    Path("function").touch()
atexit.register(_at_the_end)
_folder = tempfile.TemporaryDirectory()
Path("folder").write_text(_folder.name)
def _late():
    time.sleep(0.3)
    Path("thread").touch()
threading.Thread(target=_late).start()
keep = ThreadPoolExecutor(1)
x = 1
""", {})  # fmt: skip


def test_a_worker_ends_as_python_ends(tmp_path: Path) -> None:
    assert Place(tmp_path).run(ENDING).finished.outcome is Outcome.SUCCEEDED
    assert (tmp_path / "atexit").exists()
    assert (tmp_path / "function").exists()
    assert (tmp_path / "thread").exists()
    assert not Path((tmp_path / "folder").read_text()).exists()


LATE = Shape("late", """
import subprocess, sys, threading, time
from pathlib import Path
go = Path("go")
def say_later(go, said, sleep):
    print("before", flush=True)
    while not go.exists():
        sleep(0.01)
    print("after", flush=True)
    said.touch()
---
%%step start
threading.Thread(target=say_later, args=(go, Path("said"), time.sleep), daemon=True).start()
_child = subprocess.Popen("until test -e go; do sleep 0.01; done; echo from a child; touch heard", shell=True)
time.sleep(0.2)
x = 1
---
%%step then
y = x
print("mine")
go.touch()
while not (Path("said").exists() and Path("heard").exists()):
    time.sleep(0.01)
""", {})  # fmt: skip


def test_what_a_task_left_behind_prints_nothing_into_the_next(tmp_path: Path) -> None:
    ran = Place(tmp_path, slots=1).run(LATE)
    assert ran.text("start") == "before\n"
    assert ran.text("then") == "mine\n"


KEPT = Shape("kept", """
%%shared
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
executor, pool = ThreadPoolExecutor(1), ThreadPool(1)
---
%%step start
x = list(executor.map(print, ["one"])) + pool.map(print, ["two"])
---
%%step then
y = list(executor.map(print, ["three"])) + pool.map(print, ["four"]) + x
""", {})  # fmt: skip


def test_threads_of_a_pool_that_tasks_share_print_for_whom_they_work(tmp_path: Path) -> None:
    ran = Place(tmp_path, slots=1).run(KEPT)
    assert (ran.text("start"), ran.text("then")) == ("one\ntwo\n", "three\nfour\n")


FORKED = Shape("forked", """
import os
---
%%step start
x = os.fork()
if x:
    os.waitpid(x, 0)
---
%%step then
y = x > 0
""", {})  # fmt: skip


def test_a_child_that_a_body_forks_ends_with_the_body(tmp_path: Path) -> None:
    ran = Place(tmp_path).run(FORKED)
    assert ran.value("then.y") is True


IDLE = Shape("idle", """
import time
from pathlib import Path
class Large:
    def __init__(self):
        self.gone = Path("gone")
    def __del__(self):
        self.gone.touch()
---
%%step make --foreach n in range(2)
if n == 0:
    made = Large()
else:
    _end = time.monotonic() + 30
    while not Path("gone").exists() and time.monotonic() < _end:
        time.sleep(0.01)
    is_gone = Path("gone").exists()
---
%%step gather --join make
is_gone = inputs[1].is_gone
""", {"gather.is_gone": True})  # fmt: skip


def test_a_worker_that_waits_holds_nothing_of_its_last_task(tmp_path: Path) -> None:
    ran = Place(tmp_path).run(IDLE)
    assert ran.value("gather.is_gone") is True
