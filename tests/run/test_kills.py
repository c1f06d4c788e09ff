"""Whatever is killed at whatever moment: no finished task is lost, and the run can go on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from nbflow.run.events.events import Outcome
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.store import Store
from tests.run.driver import KILLED
from tests.run.running import Place, Ran

ROOT = Path(__file__).parents[2]
EVENTS = 75  # what an undisturbed run announces, about
ROUNDS = 9 if "NBFLOW_EXPLORE" in os.environ else 3
KILLS_PER_ROUND = 6


@contextmanager
def driver(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.run.driver", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def listen(process: subprocess.Popen[str], events: int) -> list[str]:
    """What it announces, until so many events were heard or it ended."""
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line.strip())
        if len(heard) >= events:
            break
    return heard


def finished(lines: list[str]) -> set[str]:
    announced = (line.split() for line in lines)  # the last may have been cut off in the middle
    return {words[1] for words in announced if len(words) == 2 and words[0] in ("TaskSucceeded", "TaskReused")}


def workers_of(folder: Path) -> list[int]:
    return [int(path.stem) for path in (folder / ".nbflow" / "live").glob("*/*.task")]


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return values(Place(tmp_path_factory.mktemp("undisturbed")).run(KILLED))


def values(ran: Ran) -> dict[str, Any]:
    assert ran.finished.outcome is Outcome.SUCCEEDED
    addresses = ["end.result", "joined.everything", "loop@2.n", *(f"hashed[{i}].digest" for i in range(12))]
    return {address: ran.value(address) for address in addresses}


def assert_it_goes_on(folder: Path, heard: list[str], undisturbed: dict[str, Any]) -> None:
    again = Place(folder).run(KILLED, reuse=True)
    assert finished(heard).isdisjoint(again.executed), "a task that had been announced as finished ran again"
    assert values(again) == undisturbed
    assert again.store.verify() == []


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_driver_loses_no_finished_task(seed: int, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    chance = random.Random(seed)
    for kill in range(KILLS_PER_ROUND):
        folder = tmp_path / str(kill)
        folder.mkdir()
        with driver(folder) as process:
            heard = listen(process, chance.randrange(1, EVENTS))
            workers = workers_of(folder)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            heard += [line.strip() for line in process.stdout]
        assert_it_goes_on(folder, heard, undisturbed)
        assert not any(map(is_alive, workers)), "a worker outlived its driver"


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_worker_takes_only_its_own_task_with_it(
    seed: int, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    chance = random.Random(seed)
    for kill in range(KILLS_PER_ROUND):
        folder = tmp_path / str(kill)
        folder.mkdir()
        with driver(folder) as process:
            heard = listen(process, chance.randrange(1, EVENTS - 20))
            for worker in workers_of(folder)[:1]:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            assert process.stdout is not None
            heard += [line.strip() for line in process.stdout]
            assert process.stderr is not None
            assert heard[-1:] == ["over succeeded"] or heard[-1:] == ["over failed"], process.stderr.read()
        assert_it_goes_on(folder, heard, undisturbed)


def test_a_run_whose_driver_was_killed_is_told_from_one_that_goes_on(tmp_path: Path) -> None:
    with driver(tmp_path) as process:
        listen(process, 3)
        reader = Store.reader(tmp_path / ".nbflow")
        assert [run.status for run in reader.runs()] == [RunStatus.RUNNING]
        process.kill()
        process.wait()
        assert [run.status for run in reader.runs()] == [RunStatus.CRASHED]


def test_ctrl_c_ends_the_run_and_keeps_what_finished(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    with driver(tmp_path) as process:
        heard = listen(process, 20)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        heard += [line.strip() for line in process.stdout]
        assert process.wait() == 0
    assert heard[-1] == "over cancelled"
    reader = Store.reader(tmp_path / ".nbflow")
    assert [run.status for run in reader.runs()] == [RunStatus.CANCELLED]
    assert not any(map(is_alive, workers_of(tmp_path)))
    assert_it_goes_on(tmp_path, heard, undisturbed)
