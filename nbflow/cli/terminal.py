"""A run as it goes: lines in a log, or a table that changes on a terminal."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nbflow.progress.narrator import Narrator
from nbflow.progress.numbers import duration
from nbflow.progress.streams import fall_silent
from nbflow.progress.tally import Count, Tally
from nbflow.run.events.events import Event, TaskStarted
from nbflow.run.task.performer import Result

SYMBOLS = {
    "waiting": ("·", "dim"),
    "running": ("▶", "blue"),
    "done": ("✓", "green"),
    "reused": ("↺", "green"),
    "skipped": ("–", "dim"),
    "failed": ("✗", "red"),
}
"""Status -> (symbol, style)."""


class LineProgress:
    """One line per finished task, in the order in which they finish."""

    def __init__(self, narrator: Narrator) -> None:
        self.narrator, self.tally = narrator, narrator.tally

    def __call__(self, event: Event, result: Result | None) -> None:
        if self.tally.add(event):
            self.say(self.narrator.tell(event, result))

    def say(self, texts: Iterable[str]) -> None:
        """Goes on in silence when nothing can be written any more: the run is worth more than its report."""
        try:
            for text in texts:
                click.echo(text, nl=False)
        except OSError:
            fall_silent()

    @contextmanager
    def shown(self) -> Iterator[None]:
        yield


class TableProgress:
    """A table with a line per step that stays at the bottom; what steps print goes above it."""

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
            with contextlib.suppress(OSError):  # the terminal is gone
                self.console.print(Text.from_ansi(text.rstrip("\n")), highlight=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._live:
            yield

    def _draw(self) -> RenderableType:
        return Group(steps_table(self.tally, self._elapsed()))

    def _elapsed(self) -> dict[str, float]:
        """Seconds since a running step began."""
        now = time.monotonic()
        return {step: now - began for step, began in list(self._began.items()) if self.tally.counts[step].running}


def steps_table(tally: Tally, elapsed: dict[str, float]) -> Table:
    """One row per step: symbol, name, how far, how long."""
    rows = Table.grid(padding=(0, 1))
    for column in ("symbol", "step", "bar", "count", "time"):
        rows.add_column(column, justify="right" if column in ("count", "time") else "left", no_wrap=True)
    for step, count in list(tally.counts.items()):
        symbol, style = SYMBOLS[count.state]
        bar, number = _far(count)
        name = "  " * len(tally.graph.links[step].scope) + step
        rows.add_row(Text(symbol, style), Text(name, style), bar, number, Text(_time(count, elapsed.get(step)), "dim"))
    return rows


def _far(count: Count) -> tuple[RenderableType, str]:
    """A bar where there are several tasks."""
    if count.total < 2:
        return "", ""
    return ProgressBar(count.total, count.over, width=20), f"{count.over:,}/{count.total:,}"


def _time(count: Count, running: float | None) -> str:
    if running is not None:
        return duration(running)
    if count.over and count.reused == count.over:
        return f"saved {duration(count.saved)}" if count.saved >= 0.05 else "reused"
    return duration(count.seconds) if count.ran or count.failed else ""
