"""A performer whose tasks do to their process what the name of their step says."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.task.task_store import TaskStore

UNPICKLABLE: Any = lambda: None  # noqa: E731

STARTS_FAIL = "NBFLOW_TEST_STARTS_FAIL"


class Misbehaving:
    """Notes in a file that a task has begun, then does what its step is called."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def run(self, job: Job) -> Result:
        with self.log.open("a") as file:
            file.write(f"{job.task}\n")
        answer = getattr(self, job.task.step)()
        return Result(job.task) if answer is None else answer

    def rest(self) -> None: ...

    def pass_(self) -> None: ...

    def last(self) -> None:
        time.sleep(0.05)

    def kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def leave(self) -> None:
        os._exit(0)

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def stay_stopped(self) -> None:
        self.stop()

    def spend(self) -> None:
        os.nice(1)

    def hang(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)

    def raise_(self) -> None:
        raise KeyboardInterrupt

    def lose_streams(self) -> None:
        sys.stdout = sys.stderr = None
        os.close(1)
        os.close(2)

    def close_all(self) -> None:
        os.closerange(3, 4096)

    def answer_nonsense(self) -> Result:
        return Result(UNPICKLABLE)

    def leave_thread(self) -> None:
        threading.Thread(target=time.sleep, args=(600,)).start()

    def fork(self) -> None:
        if os.fork() == 0:
            time.sleep(600)


def perform(program: Program, store: TaskStore) -> Misbehaving:
    """Make the performer in a worker."""
    if STARTS_FAIL in os.environ:
        raise ImportError("no module named atlantis")
    return Misbehaving(program.folder / "begun.txt")
