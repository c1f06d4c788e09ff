"""Builds the notebook of a run: its cells, the outputs of its tasks below the step cells, and what papermill notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.exact_values import recorded
from nbflow.history.archive import Archive
from nbflow.history.step_outputs import CellOutputs, outputs_of_step
from nbflow.notebook.arguments import as_in_run
from nbflow.notebook.ipynb_form import CellForm, NotebookForm, form_of
from nbflow.progress.status import StepStatus
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus
from nbflow.store.values.user_code import abridged

MARK = "papermill-error-cell-tag"
"""The tag of the cells that mark a failure, by which papermill and others find them."""

_STYLE = 'style="color:red; font-family:Helvetica Neue, Helvetica, Arial, sans-serif; font-size:2em;"'
_LONGEST_VALUE = 10_000  # characters of a parameter
_LONGEST_SHOWN = 200  # characters of a parameter below its cell
_STATUS = {
    StepStatus.MISSING: "pending",
    StepStatus.WAITING: "pending",
    StepStatus.RUNNING: "running",
    StepStatus.DONE: "completed",
    StepStatus.REUSED: "completed",
    StepStatus.SKIPPED: "completed",
    StepStatus.STALE: "completed",
    StepStatus.FAILED: "failed",
    StepStatus.CANCELLED: "failed",
}
"""The word that papermill has for each status."""


class ExecutedNotebook:
    """Holds the notebook of a run while the run goes on, and after it.

    `path` is the notebook as it is now, `command` what users type for it. Cells whose code has changed since the run
    have the code of the run.
    """

    def __init__(self, archive: Archive, row: RunRow, path: Path | None, command: str) -> None:
        self._archive, self._row, self._command = archive, row, command
        self._graph = archive.graph(row)
        self._form = form_of(path, tuple(cells_of_run(archive, row)), without=MARK)
        self._outputs: dict[str, CellOutputs] = {}

    def fill(self, steps: Iterable[str]) -> None:
        """Read the outputs of these steps."""
        for step in steps:
            self._outputs[step] = outputs_of_step(self._archive, self._row, step, self._command)

    @property
    def steps(self) -> tuple[str, ...]:
        """Return all steps of the flow."""
        return tuple(self._graph.links)

    def text(self, target: Path) -> str:
        """Return the text of the notebook file that is written to `target`."""
        self._row = self._archive.reader.run_of_id(self._row.id) or self._row
        form, counts = self._form.copy(), self._counts()
        self._show_other_cells(form)
        for step, found in self._outputs.items():
            number = self._graph.steps[step].place.cell
            if number in form.code:
                _show(form.code[number], found, counts.get(step), self._row)
        form.metadata.update(self._metadata(form, target))
        self._mark_failure(form, counts)
        return form.text()

    def _counts(self) -> dict[str, int]:
        """Return the execution count of each step that began: their order."""
        began = {step: (one.began, one.first) for step, one in self._outputs.items() if one.began is not None}
        return {step: number for number, step in enumerate(sorted(began, key=began.__getitem__), start=1)}

    def _show_other_cells(self, form: NotebookForm) -> None:
        flow = self._graph.flow
        scratch = {one.place.cell for one in flow.scratch}
        is_over = self._row.status is not RunStatus.RUNNING
        for cell in form.cells:
            cell["metadata"].pop("nbflow", None)
            cell["metadata"]["papermill"] = _note("completed", False) if is_over else _note("pending")
        for number in (scratch | {step.place.cell for step in flow.steps}) & form.code.keys():
            form.code[number]["metadata"]["papermill"] = _note("pending")
        for number, values in self._parameters().items():
            if number in form.code:
                form.code[number]["outputs"] = [_values(values)]

    def _parameters(self) -> dict[int, dict[str, Any]]:
        """Return the parameters that each cell defines, as steps saw them, by the number of the cell."""
        found: dict[int, dict[str, Any]] = {}
        values = as_in_run(self._graph.flow, self._row.parameters)
        for one in self._graph.flow.parameters:
            if one.name in values:
                found.setdefault(one.place.cell, {})[one.name] = values[one.name]
        return found

    def _metadata(self, form: NotebookForm, target: Path) -> dict[str, Any]:
        row, facts = self._row, self._archive.reader.environment(self._row.environment) or {}
        states = {model: state for one in self._outputs.values() for model, state in one.widgets.items()}
        defaults = {one.name: one.default for one in self._graph.flow.parameters if not one.required}
        notes = {
            "default_parameters": _short(recorded(defaults)),
            "environment_variables": {},
            "exception": True if row.status is RunStatus.FAILED else None,
            "input_path": self._command,
            "output_path": str(target),
            "parameters": _short(row.parameters),
            **_times(row.started, row.finished),
        }
        language = {"name": "python", "pygments_lexer": "ipython3", "version": str(facts.get("python", ""))}
        made = {"papermill": notes, "nbflow": {"flow": row.flow, "run": row.number, "status": row.status}}
        return {
            **({"language_info": language} if "language_info" not in form.metadata else {}),
            **made,
            **({"widgets": {_STATES: {"version_major": 2, "version_minor": 0, "state": states}}} if states else {}),
        }

    def _mark_failure(self, form: NotebookForm, counts: Mapping[str, int]) -> None:
        """Add the two cells by which papermill marks a failure: a link on top, and its goal above the cell."""
        failed = [step for step in self.steps if self._is_failed(step)]
        cell = form.code.get(self._graph.steps[failed[0]].place.cell) if failed else None
        if cell is None:
            return
        link = f'<a href="#papermill-error-cell">In [{counts.get(failed[0])}]</a>'
        goal = "Execution using nbflow encountered an exception here and stopped:"
        form.cells.insert(
            next(number for number, one in enumerate(form.cells) if one is cell),
            _marking("papermill-error-here", f'<span id="papermill-error-cell" {_STYLE}>{goal}</span>'),
        )
        text = f"<span {_STYLE}>An Exception was encountered at '{link}'.</span>"
        form.cells.insert(0, _marking("papermill-error-top", text))

    def _is_failed(self, step: str) -> bool:
        return step in self._outputs and self._outputs[step].status is StepStatus.FAILED


_STATES = "application/vnd.jupyter.widget-state+json"


def cells_of_run(archive: Archive, row: RunRow) -> Iterator[Cell]:
    """Yield the code cells of a run. A kernel session has each step as it was when it ran last."""
    graph = archive.graph(row)
    at = archive.past(row).at if row.kind is RunKind.INTERACTIVE else {}
    changed = {
        graph.steps[step].place.cell: _source(one.graph, step) for step, one in at.items() if step in graph.steps
    }
    for cell in graph.flow.cells:
        yield replace(cell, source=changed.get(cell.number, cell.source))


def _source(graph: Graph, step: str) -> str:
    number = graph.steps[step].place.cell
    return next(cell.source for cell in graph.flow.cells if cell.number == number)


def _show(cell: CellForm, found: CellOutputs, number: int | None, row: RunRow) -> None:
    """Put outputs below a cell, with the facts about them in its metadata."""
    cell["execution_count"] = number
    cell["outputs"] = [{**one, **_counted(one, number)} for one in found.outputs]
    is_begun = found.began is not None
    note = _note(_STATUS[found.status], found.status is StepStatus.FAILED if is_begun else None)
    cell["metadata"]["papermill"] = {**note, **_times(found.began, found.ended)}
    if is_begun:
        cell["metadata"]["nbflow"] = _facts(found, row)


def _facts(found: CellOutputs, row: RunRow) -> dict[str, Any]:
    """Return what the panel writes into the metadata of a cell, so that it knows of which run the outputs are."""
    return {
        "run": row.number,
        "began": row.started,
        "status": found.status,
        "tasks": found.tasks,
        "seconds": found.seconds,
        "source": found.source,
        "place": "kernel" if row.kind is RunKind.INTERACTIVE else "worker",
        "widgets": list(found.widgets),
    }


def _counted(output: Mapping[str, Any], number: int | None) -> dict[str, Any]:
    return {"execution_count": number} if "execution_count" in output else {}


def _note(status: str, exception: bool | None = None) -> dict[str, Any]:
    return {"status": status, "exception": exception, **_times(None, None)}


def _times(began: float | None, ended: float | None) -> dict[str, Any]:
    return {
        "start_time": _iso(began),
        "end_time": _iso(ended),
        "duration": None if began is None or ended is None else round(ended - began, 6),
    }


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the output that shows the parameters of a cell as the run used them."""
    lines = [f"{name} = {abridged(repr(value), _LONGEST_SHOWN)}" for name, value in values.items()]
    return {"output_type": "display_data", "data": {"text/plain": "\n".join(lines)}, "metadata": {}}


def _short(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without the end of a text that is very long, such as that of a file."""
    return {name: abridged(one, _LONGEST_VALUE) if isinstance(one, str) else one for name, one in values.items()}


def _marking(key: str, text: str) -> CellForm:
    return {"cell_type": "markdown", "id": key, "metadata": {"tags": [MARK]}, "source": text}
