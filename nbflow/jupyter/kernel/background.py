"""Performs a run in a thread, so that the kernel stays free for other cells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from nbflow.jupyter.kernel.watched import Watched
from nbflow.run.executor import Executor
from nbflow.run.launch import Finished
from nbflow.store.catalog.rows import RunRow

Work = Callable[["BackgroundRun"], Finished]


class BackgroundRun:
    """Starts a run in a thread at once; every event wakes the threads that wait for it."""

    def __init__(self, work: Work) -> None:
        self.row: RunRow | None = None
        self.finished: Finished | None = None
        self.error: BaseException | None = None
        self.watched: Watched | None = None
        self._executor: Executor | None = None
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(work,), name="nbflow run", daemon=True)
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self.finished = work(self)
        except BaseException as error:  # noqa: BLE001 - the cell that waits raises it, or the next cell prints it
            self.error = error
        self.tell()

    def began(self, row: RunRow, executor: Executor) -> None:
        """Note that the run is recorded in the catalog, and wake those who wait for this."""
        self.row, self._executor = row, executor
        self.tell()

    def tell(self) -> None:
        """Wake all threads that wait for news of this run."""
        with self._news:
            self._news.notify_all()

    @property
    def is_over(self) -> bool:
        """Tell whether the run has ended, with or without an error."""
        return self.finished is not None or self.error is not None

    @property
    def is_ending(self) -> bool:
        """Tell whether the panel shows the end of the run, of which only the last lines are left to be printed."""
        going = self.watched.going if self.watched is not None else None
        return going is not None and going.finished is not None

    def takes_part(self, step: str) -> bool:
        """Tell whether the run performs a step."""
        return self.watched is not None and step in self.watched.tally.counts

    def wait_until_begun(self) -> None:
        """Wait until the run is recorded in the catalog, or has failed."""
        self._wait(lambda: self.row is not None)

    def wait(self, steps: Iterable[str] | None = None) -> None:
        """Wait until these steps are over, or the whole run; an interrupt ends the waiting, not the run."""
        wanted = list(steps) if steps is not None else []
        self._wait(lambda: bool(wanted) and all(self._has_done(step) for step in wanted))

    def _wait(self, enough: Callable[[], bool]) -> None:
        with self._news:
            while not (self.is_over or enough()):
                self._news.wait(1.0)

    def _has_done(self, step: str) -> bool:
        return self.takes_part(step) and self.watched is not None and self.watched.tally.counts[step].status.is_over

    def cancel(self) -> None:
        """Cancel the run and wait for its end."""
        if self._executor is not None:
            self._executor.cancel("cancelled")
        self._thread.join()
