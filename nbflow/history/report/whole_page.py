"""Puts the parts of a report together to one page."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbflow.history.archive import Archive
from nbflow.history.report.flow_picture import draw_flow
from nbflow.history.report.page_facts import (
    MOST_FAILURES,
    compare_with,
    environment_of,
    facts_of_run,
    failures_of,
    parameters_in_run,
    results_beside,
    run_before,
)
from nbflow.history.report.step_sections import step_sections, tasks_by_step
from nbflow.history.report.task_timeline import draw_timeline
from nbflow.progress.numbers import duration
from nbflow.progress.pictures import count
from nbflow.progress.status import describe_status
from nbflow.store.catalog.rows import RunRow

_TEMPLATES = Path(__file__).parent / "templates"


def report_html(archive: Archive, row: RunRow, command: str) -> str:
    """Return a run as one page of HTML. `command` is the notebook in suggested commands."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only reports need it

    world = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    world.filters |= {"duration": duration, "count": count}
    return world.get_template("page.html").render(_parts(archive, row, command))


def _parts(archive: Archive, row: RunRow, command: str) -> dict[str, Any]:
    tasks = tasks_by_step(archive, row)
    before = run_before(archive, row)
    sections = list(step_sections(archive, row, tasks, command))
    failures = failures_of(archive.reader.tasks(row.id))
    return {
        "title": f"{archive.flow} · run {row.number}",
        "flow": archive.flow,
        "run": row,
        "status": describe_status(row),
        "facts": list(facts_of_run(archive, row)),
        "failures": failures[:MOST_FAILURES],
        "more_failures": max(len(failures) - MOST_FAILURES, 0),
        "picture": draw_flow(archive.graph(row)),
        "timeline": draw_timeline(row, tasks),
        "parameters": list(parameters_in_run(archive, row)),
        "results": list(results_beside(archive, row, before)),
        "before": compare_with(archive, row, before) if before is not None else None,
        "sections": sections,
        "by_name": {one.name: one for one in sections},
        "environment": environment_of(archive, row),
        "version": version("jupyter-nbflow"),
        "sheet": (_TEMPLATES / "page.css").read_text("utf-8"),
    }
