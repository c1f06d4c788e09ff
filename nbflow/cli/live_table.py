"""Shows the progress of a run as a table that stays at the bottom of the terminal."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from nbflow.plain import plain_text
from nbflow.progress.narrator import Narrator
from nbflow.progress.table import steps_table
from nbflow.run.events.events import Event, TaskStarted
from nbflow.run.task.job import Result


class TableProgress:
    """Keeps a table with one line per step at the bottom of the terminal; the output of steps goes above it."""

    def __init__(self, narrator: Narrator, console: Console) -> None:
        self.narrator, self.tally, self.console = narrator, narrator.tally, console
        self._began: dict[str, float] = {}
        self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=8)

    def __call__(self, event: Event, result: Result | None) -> None:
        if isinstance(event, TaskStarted):
            self._began.setdefault(event.task.step, time.monotonic())
        if self.tally.add(event):
            self.say(self.narrator.tell(event, result))

    def say(self, texts: Iterable[str]) -> None:
        for text in texts:
            with contextlib.suppress(OSError):  # the terminal may be gone
                self.console.print(Text.from_ansi(plain_text(text).rstrip("\n")), highlight=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the table while the block runs."""
        with self._live:
            yield

    def _draw(self) -> RenderableType:
        return Group(steps_table(self.tally, self._elapsed()))

    def _elapsed(self) -> dict[str, float]:
        """Return for each running step the seconds since it began."""
        now = time.monotonic()
        return {step: now - began for step, began in list(self._began.items()) if self.tally.counts[step].running}
