"""Builds a table with one row per step: its progress and its duration."""

from __future__ import annotations

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nbflow.progress.numbers import duration
from nbflow.progress.status import StepStatus
from nbflow.progress.tally import Count, Tally

SYMBOLS = {
    StepStatus.WAITING: ("·", "dim"),
    StepStatus.RUNNING: ("▶", "blue"),
    StepStatus.DONE: ("✓", "green"),
    StepStatus.REUSED: ("↺", "green"),
    StepStatus.SKIPPED: ("–", "dim"),
    StepStatus.FAILED: ("✗", "red"),
}
"""Maps each status to its symbol and its style."""


def steps_table(tally: Tally, elapsed: dict[str, float]) -> Table:
    """Return the table. `elapsed` has the seconds since each running step began."""
    rows = Table.grid(padding=(0, 1))
    for column in ("symbol", "step", "bar", "count", "time"):
        rows.add_column(column, justify="right" if column in ("count", "time") else "left", no_wrap=True)
    for step, count in list(tally.counts.items()):
        symbol, style = SYMBOLS[count.status]
        bar, number = _far(count)
        name = "  " * len(tally.graph.links[step].scope) + step
        rows.add_row(Text(symbol, style), Text(name, style), bar, number, Text(_time(count, elapsed.get(step)), "dim"))
    return rows


def _far(count: Count) -> tuple[RenderableType, str]:
    """Return a progress bar and a count, if the step has several tasks."""
    if count.total < 2:
        return "", ""
    failed = f", {count.failed:,} failed" if count.failed else ""
    return ProgressBar(count.total, count.over, width=20), f"{count.passed:,}/{count.total:,}{failed}"


def _time(count: Count, running: float | None) -> str:
    if running is not None:
        return duration(running)
    if count.over and count.reused == count.over:
        return f"saved {duration(count.saved)}" if count.saved >= 0.05 else "reused"
    return duration(count.seconds) if count.ran or count.failed else ""
