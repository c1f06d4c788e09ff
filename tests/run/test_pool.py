"""Whatever tasks do to their processes, each job is begun at most once and answered exactly once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.run.events.events import Reuse, TaskId
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.workers import supervisor
from nbflow.run.workers.local_pool import LocalPool
from nbflow.run.workers.workers import (
    JobCancelled,
    JobTimedOut,
    WorkerAnswer,
    WorkerDied,
    WorkersMissing,
    WorkerStopped,
)
from nbflow.store.store import Store
from tests.flows import LINEAR
from tests.run.hosts.hosts import wait_until
from tests.run.misbehaving import STARTS_FAIL

ANSWERED_WITHIN = 60.0  # seconds, after which a job counts as forgotten


class Answers:
    """Receives for a pool, and waits until so many jobs are answered."""

    def __init__(self, expected: int) -> None:
        self.all: list[tuple[Job, WorkerAnswer]] = []
        self._expected = expected
        self._changed = threading.Condition()

    def started(self, job: Job) -> None: ...

    def wrote(self, task: str, text: str) -> None: ...

    def receive(self, job: Job, answer: WorkerAnswer) -> None:
        with self._changed:
            self.all.append((job, answer))
            self._changed.notify()

    def expect(self, answers: int) -> None:
        self._expected = answers

    def wait(self) -> dict[str, list[WorkerAnswer]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= self._expected, ANSWERED_WITHIN), self.all
        found: dict[str, list[WorkerAnswer]] = {}
        for job, answer in self.all:
            found.setdefault(str(job.task), []).append(answer)
        return found


@contextmanager
def using_pool(folder: Path, expected: int, workers: int) -> Iterator[tuple[LocalPool, Answers]]:
    Store.open(folder / ".nbflow")
    answers = Answers(expected)
    program = Program(LINEAR.graph, {}, folder, folder / ".nbflow", performer="tests.run.misbehaving:perform")
    pool = LocalPool(program, RunPlan(dict.fromkeys(LINEAR.graph.links, Reuse.NEVER), slots=workers), answers)
    try:
        yield pool, answers
    finally:
        pool.close()
        pool.stop()


def run_jobs(
    folder: Path, jobs: list[tuple[str, bool]], workers: int = 2, levels: Sequence[int] = ()
) -> dict[str, list[WorkerAnswer]]:
    """Have jobs done that are called after what they do; those that hang have a timeout."""
    with using_pool(folder, len(jobs), workers) as (pool, answers):
        for number, (kind, is_brief) in enumerate(jobs):
            timeout = 0.2 if kind in ("hang", "stop") else None
            level = levels[number] if levels else 0
            pool.submit(Job(TaskId(kind, (number,)), level=level, batch=16 if is_brief else 1), timeout)
        return answers.wait()


HARMLESS = ("pass_", "last", "raise_", "lose_streams", "fork", "answer_nonsense", "spend")
DEADLY = ("kill", "leave", "close_all")
ENDLESS = ("hang", "stop")


def check(answers: dict[str, list[WorkerAnswer]], jobs: list[tuple[str, bool]], folder: Path) -> None:
    assert sorted(answers) == sorted(f"{kind}[{number}]" for number, (kind, _) in enumerate(jobs))
    for task, said in answers.items():
        kind = task.partition("[")[0]
        expected = Result if kind in HARMLESS else WorkerDied if kind in DEADLY else JobTimedOut
        assert [type(one) for one in said] == [expected], task
    begun = Counter((folder / "begun.txt").read_text().split())
    assert begun == dict.fromkeys(answers, 1)


KINDS = st.sampled_from([*HARMLESS, *DEADLY, *ENDLESS])


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(KINDS, st.booleans()), min_size=1, max_size=12))
def test_every_job_is_begun_once_and_answered_once(jobs: list[tuple[str, bool]]) -> None:
    with TemporaryDirectory() as folder:
        check(run_jobs(Path(folder), jobs), jobs, Path(folder))


def test_many_jobs_that_kill_their_workers_take_no_other_with_them(tmp_path: Path) -> None:
    jobs = [("kill" if number % 10 else "pass_", True) for number in range(60)]
    check(run_jobs(tmp_path, jobs, workers=4), jobs, tmp_path)


@pytest.mark.parametrize("lasting", [("hang", False), ("last", True)])
def test_jobs_beside_one_that_lasts_are_done_once(lasting: tuple[str, bool], tmp_path: Path) -> None:
    jobs = [("pass_", True), lasting, *[("pass_", True)] * 30]
    check(run_jobs(tmp_path, jobs), jobs, tmp_path)


def test_a_worker_that_does_not_end_makes_room_for_another(tmp_path: Path) -> None:
    """The second job needs a process in which no settings are made yet; the first process has a thread that lasts."""
    answers = run_jobs(tmp_path, [("leave_thread", False), ("pass_", False)], workers=1, levels=[1, 0])
    assert all(isinstance(said[0], Result) for said in answers.values())


@pytest.mark.parametrize("jobs", [[("hang", False)], [("hang", True), ("pass_", True)], [("hang", False)] * 3])
def test_jobs_that_are_cancelled_are_answered_so_whether_they_have_begun_or_wait(
    jobs: list[tuple[str, bool]], tmp_path: Path
) -> None:
    with using_pool(tmp_path, len(jobs), workers=1) as (pool, answers):
        for number, (kind, is_brief) in enumerate(jobs):
            pool.submit(Job(TaskId(kind, (number,)), batch=16 if is_brief else 1), None)
        wait_until(lambda: (tmp_path / "begun.txt").exists())
        for number, (kind, _) in enumerate(jobs):
            pool.cancel(TaskId(kind, (number,)))
        said = answers.wait()
        pool.cancel(TaskId("hang", (0,)))  # it is over: the next job of this task is another one
        answers.expect(len(jobs) + 1)
        pool.submit(Job(TaskId("pass_", (0,))), None)
        assert [type(one) for one in answers.wait()["pass_[0]"]] == [Result]
    assert [type(one) for one in said["hang[0]"]] == [JobCancelled]
    assert {type(one) for task, each in said.items() if task.startswith("hang") for one in each} == {JobCancelled}


def test_a_worker_that_is_stopped_and_not_continued_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOKS_EVERY", 0.05)
    answers = run_jobs(tmp_path, [("stay_stopped", True), ("pass_", True), ("last", True)], workers=1)
    assert {task: type(said[0]) for task, said in answers.items()} == {
        "stay_stopped[0]": WorkerStopped,
        "pass_[1]": Result,
        "last[2]": Result,
    }


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STARTS_FAIL, "1")
    answers = run_jobs(tmp_path, [("pass_", False)] * 3)
    for said in answers.values():
        assert isinstance(said[0], WorkersMissing)
        assert said[0].cause.type == "ImportError"
        assert said[0].cause.message == "no module named atlantis"
