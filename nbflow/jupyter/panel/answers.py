"""Answers the panel's requests, and turns errors into HTTP answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from nbflow.errors import AddressError, NbflowError, NoRunYet, ParameterError, TaskUnknown, UnknownName
from nbflow.jupyter.panel.artifact_versions import value_versions
from nbflow.jupyter.panel.flow_list import flow_list, space_list
from nbflow.jupyter.panel.flow_plan import flow_plan
from nbflow.jupyter.panel.flow_state import flow_state, graph_of_cells
from nbflow.jupyter.panel.manual import demo_notebook, manual_page
from nbflow.jupyter.panel.notebook_place import NotBelowRoot, NotebookPlace, find_place
from nbflow.jupyter.panel.repair_lines import repair_edits
from nbflow.jupyter.panel.requests import HTML, JSON
from nbflow.jupyter.panel.run_list import output_list, report_page, run_list, run_state
from nbflow.jupyter.panel.tables import run_diff, run_results, task_grid
from nbflow.jupyter.panel.task_detail import task_state
from nbflow.jupyter.panel.task_list import task_list
from nbflow.jupyter.protocol.sent import Misunderstood, read_sent
from nbflow.jupyter.protocol.wire import to_json
from nbflow.jupyter.values.viewers import KernelCommand, ask_viewer
from nbflow.run.program.star_names import look_beside
from nbflow.store.catalog.lock_wait import patience
from nbflow.store.catalog.schema import storable
from nbflow.store.homes import address_of

_STATUS: Mapping[type[NbflowError], HTTPStatus] = {
    NotBelowRoot: HTTPStatus.NOT_FOUND,
    NoRunYet: HTTPStatus.NOT_FOUND,
    UnknownName: HTTPStatus.NOT_FOUND,
    TaskUnknown: HTTPStatus.NOT_FOUND,
    Misunderstood: HTTPStatus.BAD_REQUEST,
    AddressError: HTTPStatus.BAD_REQUEST,
    ParameterError: HTTPStatus.BAD_REQUEST,
}
"""The HTTP status for each error; all other errors of nbflow concern the state of the store and are conflicts."""


_PATIENCE = 5.0
"""A request waits at most so many seconds for a locked store; then the panel shows why, and asks again later."""


@dataclass(frozen=True)
class Question:
    """Describes a request below `/nbflow/`. `top` is the root folder of the server.

    Hidden notebooks are only found with `allow_hidden`, which is the setting of the Jupyter server. `kernel` is how the
    kernel of the notebook is started.
    """

    top: Path
    query: Mapping[str, str]
    body: str = ""
    allow_hidden: bool = False
    kernel: KernelCommand = field(default_factory=KernelCommand)

    @property
    def place(self) -> NotebookPlace:
        """Return the notebook that the request is about. Raises NotBelowRoot."""
        path, id = self.query.get("path", "").strip("/"), self.query.get("id", "")
        return find_place(self.top, path, self.allow_hidden, id)

    def text(self, name: str) -> str | None:
        """Return a value of the query, None if it is missing or empty."""
        return self.query.get(name) or None

    def needed(self, name: str) -> str:
        """Return a value of the query. Raises Misunderstood if it is missing."""
        found = self.text(name)
        if found is None:
            raise Misunderstood(f"'{name}' is missing: add it to the query")
        return found

    def number(self, name: str) -> int:
        """Return a number of the query. Raises Misunderstood if it is not one."""
        text = self.needed(name)
        if not text.isdecimal() or len(text) > 9:
            raise Misunderstood(f"'{name}' is not the number of a task: '{text}'")
        return int(text)


@dataclass(frozen=True)
class PanelAnswer:
    """Holds an HTTP answer: text, content type and status."""

    text: str
    kind: str = JSON
    status: HTTPStatus = HTTPStatus.OK


def answer(what: str, question: Question) -> PanelAnswer:
    """Answer a request. Errors of nbflow become answers with their message."""
    try:
        with patience(_PATIENCE):
            found = ANSWERS[what](question)
        if isinstance(found, PanelAnswer):
            return found
        return PanelAnswer(found, HTML) if what == "report" else PanelAnswer(storable(to_json(found)))
    except NbflowError as error:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), HTTPStatus.CONFLICT)
        message = str(error)
    except RecursionError:
        status, message = (
            HTTPStatus.BAD_REQUEST,
            "a cell is nested too deeply to be read: write it in several statements",
        )
    return PanelAnswer(storable(to_json({"message": message})), status=status)


def _flow(question: Question) -> Any:
    look_beside(question.place.path)
    sent = read_sent(question.body)
    return flow_state(question.place, sent.cells, sent.choices)


def _task(question: Question) -> Any:
    return task_state(question.place, question.needed("run"), question.number("task"))


def _outputs(question: Question) -> Any:
    steps = question.text("steps")
    return output_list(question.place, question.needed("run"), steps.split(",") if steps else None)


def _plan(question: Question) -> Any:
    look_beside(question.place.path)
    return flow_plan(question.place.document, question.body)


def _repair(question: Question) -> Any:
    look_beside(question.place.path)
    graph = graph_of_cells(question.place, read_sent(question.body).cells)
    return repair_edits(graph, question.body)


def _versions(question: Question) -> Any:
    return value_versions(question.place, question.needed("run"), question.number("task"), question.needed("name"))


def _value(question: Question) -> PanelAnswer:
    """Have another process answer: this one loads no values."""
    place = question.place
    if not place.has_store:
        raise NoRunYet(place.flow, address_of(place.root))
    status, text = ask_viewer(question.kernel, place.root, place.flow, place.folder, question.body)
    return PanelAnswer(text, status=status)


ANSWERS: Mapping[str, Callable[[Question], Any]] = {
    "flow": _flow,
    "runs": lambda question: run_list(question.place),
    "run": lambda question: run_state(question.place, question.text("run")),
    "tasks": lambda question: task_list(question.place, question.text("run")),
    "grid": lambda question: task_grid(question.place, question.needed("step"), question.text("run")),
    "task": _task,
    "outputs": _outputs,
    "results": lambda question: run_results(question.place),
    "diff": lambda question: run_diff(question.place, question.needed("runs").split(",")),
    "report": lambda question: report_page(question.place, question.text("run")),
    "plan": _plan,
    "repair": _repair,
    "versions": _versions,
    "value": _value,
    "flows": lambda question: flow_list(question.top, question.allow_hidden, look=question.text("look") is not None),
    "space": lambda question: space_list(question.top),
    "manual": lambda question: manual_page(question.text("page")),
    "demo": lambda question: demo_notebook(question.text("demo")),
}
"""The function that answers each request, by the last part of the path."""
