"""Compares the notebook in the front end with the stored runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from nbflow.errors import ParameterError, ParameterMissing
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link_memory import LinkMemory
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.reading.reading_memory import ReadingMemory
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.exact_values import recorded
from nbflow.flow.syntax.specs import FlowSource
from nbflow.history.archive import Archive, expected
from nbflow.history.step_states import LOOKED_AT, resumed_parameters, states_of_steps, version_of
from nbflow.history.versions import Past, StepState
from nbflow.jupyter.panel.flow_shape import fields_of, lines_of_problems, problems_of, shape_of
from nbflow.jupyter.panel.notebook_place import LARGEST_FILE, NotebookPlace
from nbflow.jupyter.panel.past_runs import recall_past, recall_totals
from nbflow.jupyter.panel.status_lines import Totals, run_line, step_line, step_line_of
from nbflow.jupyter.protocol.messages import PROTOCOL, FlowShape, FlowState, ProblemLine, RunLine, StepLine
from nbflow.notebook.arguments import bind_parameters, files_among, read_choices
from nbflow.progress.status import StepStatus
from nbflow.run.diskcheck import check_disk
from nbflow.run.hosts.named_clusters import cluster_names
from nbflow.run.learning import link_learned
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus

Learned = frozenset[tuple[tuple[str, str], frozenset[str]]]
"""The names that runs have found steps to change: ((step, digest of its code), names)."""


@dataclass(frozen=True)
class CellsRead:
    """Holds what follows from the cells alone."""

    graph: Graph
    shape: FlowShape
    problems: tuple[ProblemLine, ...]


@lru_cache(16)
def _read(cells: tuple[Cell, ...], name: str, document: str, learned: Learned) -> CellsRead:
    """Read the cells and link their steps; cached until a cell is edited."""
    graph = _notebook(name, document).link(cells, name, document, dict(learned))
    return CellsRead(graph, shape_of(graph), tuple(problems_of(graph)))


class EditedNotebook:
    """Remembers how a notebook was read and linked last, so that an edit reads and links only what it concerns."""

    def __init__(self) -> None:
        self._lock = Lock()  # the server answers in several threads
        self._reading, self._links = ReadingMemory(), LinkMemory()

    def link(self, cells: Sequence[Cell], name: str, document: str, learned: Mapping[Any, frozenset[str]]) -> Graph:
        """Return the graph of the notebook with these cells."""
        with self._lock:
            return link_learned(read_flow(cells, name, document, self._reading), learned, self._links)


@lru_cache(4)
def _notebook(name: str, document: str) -> EditedNotebook:
    return EditedNotebook()


def flow_state(place: NotebookPlace, cells: Sequence[Cell], choices: Mapping[str, str] | None = None) -> FlowState:
    """Return the state of a notebook whose cells in the front end are `cells`.

    A step is done if its result holds for the chosen parameters; without choices, for those of the newest run.
    """
    if not place.has_store:
        read = _read(tuple(cells), place.flow, place.document, frozenset())
        return _state(place, read, [StepLine(step, StepStatus.MISSING) for step in read.graph.links], {}, None)
    with place.archive() as archive:
        read = _read(tuple(cells), place.flow, place.document, _learned(archive, place))
        return _against(archive, place, read, choices)


def graph_of_cells(place: NotebookPlace, cells: Sequence[Cell]) -> Graph:
    """Return the graph of a notebook whose cells in the front end are `cells`."""
    if not place.has_store:
        return _read(tuple(cells), place.flow, place.document, frozenset()).graph
    with place.archive() as archive:
        return _read(tuple(cells), place.flow, place.document, _learned(archive, place)).graph


def _learned(archive: Archive, place: NotebookPlace) -> Learned:
    return frozenset(archive.reader.learned(place.flow).items())


def _against(archive: Archive, place: NotebookPlace, read: CellsRead, choices: Mapping[str, str] | None) -> FlowState:
    rows = {row.number: row for row in archive.runs(LOOKED_AT)}
    newest = next(iter(rows.values()), None)
    totals = cache(lambda number: recall_totals(archive, rows[number]))
    open_runs = (totals(number) for number, row in rows.items() if row.status is RunStatus.RUNNING)
    busy = next((one for one in open_runs if one.is_busy or _is_starting(one.row)), None)
    pasts = cache(lambda number: recall_past(archive, rows[number]))
    values = _parameters(lambda row: pasts(row.number).version.graph, place, read.graph, newest)
    wanted = values if choices is None else _chosen(read.graph.flow, values, choices, place.folder)
    now = version_of(read.graph, wanted, place.folder, place.root, archive.reader)
    states = states_of_steps(now, map(pasts, rows))
    lines = {step: _state_line(one, totals, pasts) for step, one in states.items()}
    if busy is not None:
        lines |= {line.step: line for line in _busy_lines(archive, busy) if line.step in lines}
    last = run_line(archive, totals(newest.number)) if newest is not None else None
    run = run_line(archive, busy) if busy is not None else last
    state = _state(place, read, list(lines.values()), recorded(values), run)
    return replace(state, lost_id=_lost_id(archive, place, read.graph, newest), newest=last)


def _lost_id(archive: Archive, place: NotebookPlace, graph: Graph, newest: RunRow | None) -> str:
    """Return the id of the notebook that ran here, if this one has none and still has a step of it; else "".

    A new notebook with an old file name has other steps.
    """
    ids = archive.reader.ids_of(place.flow) if newest is not None and not place.id else frozenset()
    if newest is None or len(ids) != 1:
        return ""
    before = archive.graph(newest).steps
    known = (before[name].source.code == step.source.code for name, step in graph.steps.items() if name in before)
    return next(iter(ids)) if any(known) else ""


def _is_starting(row: RunRow) -> bool:
    """Tell whether a run goes on, even if none of its tasks is running at this moment."""
    return row.status is RunStatus.RUNNING and row.kind is not RunKind.INTERACTIVE


def _state(
    place: NotebookPlace, read: CellsRead, lines: Sequence[StepLine], values: Mapping[str, Any], run: RunLine | None
) -> FlowState:
    fields = tuple(fields_of(read.graph.flow.parameters, values))
    missing = lines_of_problems(read.graph, check_disk(read.graph, place.folder))
    return FlowState(
        PROTOCOL, read.shape, tuple(lines), fields, (*read.problems, *missing), run, str(place.root), place.copy_of,
        cluster_names(place.folder),
    )  # fmt: skip


def _parameters(
    graph_of: Callable[[RunRow], Graph], place: NotebookPlace, graph: Graph, newest: RunRow | None
) -> dict[str, Any]:
    """Return the parameters that `resume` would use; if they cannot be read, those of the newest run."""
    try:
        return resumed_parameters(graph_of, graph.flow, {}, place.folder, newest, LARGEST_FILE)
    except (ParameterError, ParameterMissing):
        known = {one.name: one.default for one in graph.flow.parameters}
        return known | {name: value for name, value in (newest.parameters if newest else {}).items() if name in known}


def _chosen(flow: FlowSource, newest: Mapping[str, Any], choices: Mapping[str, str], folder: Path) -> Mapping[str, Any]:
    """Return the chosen parameters, else the values of their cell; a file that is not chosen is the newest run's."""
    try:
        given = read_choices(flow, choices, folder)
        values = bind_parameters(flow, given, folder, limit=LARGEST_FILE)
    except (ParameterError, ParameterMissing):  # the user is typing
        return newest
    return values | {name: newest[name] for name in files_among(flow) & newest.keys() - given.keys()}


def _state_line(one: StepState, totals: Callable[[int], Totals], pasts: Callable[[int], Past]) -> StepLine:
    """Return the line of a step with its status now, and the counts of the run that this status comes from."""
    if one.past is None:
        return StepLine(one.step, one.status, reasons=one.reasons)
    then = totals(one.past)
    count = then.count(one.step, expected(pasts(one.past).version.graph, one.step, then.steps))
    line = step_line_of(one.step, count, one.status, then.began(one.step), one.past, one.reasons)
    return replace(line, outdated=True) if one.outdated else line


def _busy_lines(archive: Archive, busy: Totals) -> Iterator[StepLine]:
    """Yield lines of the run that goes on: of all its steps; of a kernel session, only of running steps."""
    graph = archive.graph(busy.row)
    for step in archive.steps(busy.row):
        line = step_line(step, busy, graph)
        if line.status is StepStatus.RUNNING or busy.row.kind is not RunKind.INTERACTIVE:
            yield line
