"""Lists the runs of a notebook, and shows one of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from nbflow.history.archive import Archive
from nbflow.history.report.whole_page import report_html
from nbflow.history.step_outputs import outputs_of_step
from nbflow.jupyter.panel.flow_shape import shape_of
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.panel.past_runs import recall_totals
from nbflow.jupyter.panel.status_lines import run_line, step_lines
from nbflow.jupyter.protocol.messages import OutputList, RunList, RunState, StepOutputs
from nbflow.store.catalog.rows import RunRow

LISTED = 200
"""The number of runs that are listed."""


def run_list(place: NotebookPlace) -> RunList:
    """Return the newest runs of a notebook."""
    if not place.has_store:
        return RunList(())
    with place.archive() as archive:
        rows = archive.runs(LISTED)
        return RunList(tuple(run_line(archive, recall_totals(archive, row)) for row in rows))


def run_state(place: NotebookPlace, run: str | None) -> RunState:
    """Return a run (by default the newest) with its graph and the progress of its steps."""
    with place.archive() as archive:
        row = archive.run(run)
        graph, totals = archive.graph(row), recall_totals(archive, row)
        lines = tuple(step_lines(archive.steps(row), totals, graph))
        return RunState(run_line(archive, totals), shape_of(graph, place.step_cells()), lines)


def output_list(place: NotebookPlace, run: str, steps: Iterable[str] | None) -> OutputList:
    """Return the outputs of all steps of a run, or of those of `steps` that it has, as they stand under their cells."""
    with place.archive() as archive:
        row = archive.run(run)
        links = archive.graph(row).links
        known = [step for step in (links if steps is None else steps) if step in links]
        found = tuple(_outputs(archive, row, step, place.document) for step in known)
        return OutputList(run_line(archive, recall_totals(archive, row)), found)


def _outputs(archive: Archive, row: RunRow, step: str, document: str) -> StepOutputs:
    found = outputs_of_step(archive, row, step, shlex.quote(document))
    return StepOutputs(
        step, found.status, tuple(found.outputs), found.widgets, found.tasks, found.failed, found.seconds,
        found.source,
    )  # fmt: skip


def report_page(place: NotebookPlace, run: str | None) -> str:
    """Return the HTML report of a run (by default the newest)."""
    with place.archive() as archive:
        return report_html(archive, archive.run(run), shlex.quote(place.document))
