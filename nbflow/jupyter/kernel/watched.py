"""Shows the progress of a run in a cell: a table that is updated, and lines for noteworthy events."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable

from rich.console import Console

from nbflow.jupyter.kernel.broadcast import Going
from nbflow.jupyter.kernel.screen import Update
from nbflow.progress.narrator import Narrator
from nbflow.progress.status import RunStatus
from nbflow.progress.table import steps_table
from nbflow.run.events.events import Event, Outcome, TaskStarted
from nbflow.run.task.job import Result

_PAUSE = 0.1
"""The least number of seconds between two updates; a front end drops updates that come faster."""

_WIDTH = 100

KEPT = 30
"""The number of lines that are shown below the table."""


class Watched:
    """Listens to a run: `say` prints a line, `update` replaces the table.

    Without `say` the newest lines are shown below the table, because a background run would print into any cell.
    """

    def __init__(self, narrator: Narrator, update: Update, say: Callable[[str], None] | None) -> None:
        self.narrator, self.tally = narrator, narrator.tally
        self._kept: list[str] = []
        self._update, self._print = update, say or self._keep
        self._began: dict[str, float] = {}
        self._shown = 0.0
        self.going: Going | None = None  # passes the events on to the panel

    def __call__(self, event: Event, result: Result | None) -> None:
        if isinstance(event, TaskStarted):
            self._began.setdefault(event.task.step, time.monotonic())
        if self.tally.add(event):
            self.say(self.narrator.tell(event, result))
        if self.going is not None:
            self.going.heard(event)
        if time.monotonic() - self._shown > _PAUSE:
            self.show()

    def end(self, outcome: Outcome) -> None:
        """Report the end of the run to the panel."""
        if self.going is not None:
            self.going.end(RunStatus(outcome.value))

    def say(self, texts: Iterable[str]) -> None:
        """Print lines, or show them below the table."""
        for text in texts:
            self._print(text)

    def _keep(self, text: str) -> None:
        self._kept += text.rstrip("\n").split("\n")

    def show(self) -> None:
        """Update the table now."""
        self._shown = time.monotonic()
        self._update("\n".join([self._draw(), *self._kept[-KEPT:]]))

    def _draw(self) -> str:
        now = time.monotonic()
        running = {step: now - began for step, began in self._began.items() if self.tally.counts[step].running}
        file = io.StringIO()
        Console(file=file, width=_WIDTH, color_system=None, force_jupyter=False).print(steps_table(self.tally, running))
        return "\n".join(line.rstrip() for line in file.getvalue().rstrip().split("\n"))
