"""Makes the section of each step: its code, what its tasks displayed, and a table of the items of a foreach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from nbflow.history.archive import Archive, task_name
from nbflow.history.executed import cells_of_run
from nbflow.history.report.rich_content import outputs_html
from nbflow.history.results import Best, TaskCells, cells_of_tasks, in_order
from nbflow.history.step_outputs import CellOutputs, outputs_of_step
from nbflow.progress.numbers import duration, format_size, significant
from nbflow.progress.pictures import count, mark
from nbflow.progress.status import StepStatus, status_of_task
from nbflow.run.output.outputs import Output
from nbflow.store.catalog.rows import RunRow, TaskRow
from nbflow.store.catalog.scalars import Scalar

MOST_ROWS = 1_000
"""The number of tasks of one step that a table lists; those that failed come first if there are more."""

FEW_ROWS, FEW_OUTPUTS = 20, 6
"""The numbers of tasks up to which a table and the outputs of a step are unfolded."""

_MOST_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class TaskTableRow:
    """Holds the cells of one task in the table of its step. `best` are the places of the best values."""

    task: str
    status: StepStatus
    seconds: str
    cells: tuple[str, ...]
    best: frozenset[int]


@dataclass(frozen=True, slots=True)
class TaskTable:
    """Lists the tasks of a step that has several; `left` is how many more there are."""

    columns: tuple[str, ...]
    rows: tuple[TaskTableRow, ...]
    left: int


@dataclass(frozen=True)
class StepSection:
    """Holds what a report says about one step. `outputs` are pieces of HTML, `code` is HTML too."""

    name: str
    words: str
    status: StepStatus
    facts: str
    code: str
    outputs: tuple[str, ...]
    table: TaskTable | None
    shown: int  # the number of tasks that displayed something

    @property
    def is_table_open(self) -> bool:
        """Tell whether the table is shown unfolded."""
        return self.table is not None and len(self.table.rows) + self.table.left <= FEW_ROWS

    @property
    def are_outputs_open(self) -> bool:
        """Tell whether the outputs are shown unfolded; those of a step that failed always are."""
        return self.status is StepStatus.FAILED or self.shown <= FEW_OUTPUTS


def step_sections(
    archive: Archive, row: RunRow, tasks: Mapping[str, Sequence[TaskRow]], command: str
) -> Iterator[StepSection]:
    """Yield the sections of a run in the order of the document. `tasks` has those of each step, without splits."""
    graph = archive.graph(row)
    sources = {cell.number: cell.source for cell in cells_of_run(archive, row)}
    for step, linked in graph.links.items():
        mine, found = tasks.get(step, ()), outputs_of_step(archive, row, step, command)
        spec = graph.steps[step]
        several = bool(linked.scope) or len(mine) > 1
        yield StepSection(
            step, mark(spec), found.status, _facts(found, row, several, mine),
            highlighted(sources.get(spec.place.cell, spec.source.body), spec.source.language),
            tuple(_outputs(found.outputs, step)), _table(archive, row, step, mine) if several and mine else None,
            sum(1 for task in mine if task.outputs or task.failure),
        )  # fmt: skip


def _facts(found: CellOutputs, row: RunRow, several: bool, tasks: Sequence[TaskRow]) -> str:
    told = [count(found.tasks, "task")] if several else []
    told += [duration(found.seconds)] if found.tasks else []
    memory = [task.memory for task in tasks if task.memory]
    told += [f"{format_size(max(memory))} at most"] if memory else []
    told += [f"from run {found.source}"] if found.source is not None and found.source != row.number else []
    return " · ".join(told)


def highlighted(code: str, language: str = "") -> str:
    """Return code as HTML whose colours are classes of Pygments. The header of a cell in another language has none."""
    from pygments import highlight  # noqa: PLC0415 - only reports need it
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415

    start = code.find("\n", code.find("%%step")) + 1 if language else 0
    lexer = get_lexer_by_name(language or "python", stripnl=False, ensurenl=False)
    return escape(code[:start]) + str(highlight(code[start:], lexer, HtmlFormatter(nowrap=True))).rstrip("\n")


def _outputs(outputs: Iterable[Output], step: str) -> Iterator[str]:
    """Yield the outputs of a step; the name of a task becomes a heading above those of the task."""
    task = step
    for output in outputs:
        named = output.get("metadata", {}).get("nbflow", {})
        if isinstance(named, dict) and "task" in named:
            task = str(named["task"])
            yield f"<h4>{escape(str(output['data']['text/plain']))}</h4>"
        else:
            yield from outputs_html([output], f"Figure of {task}")


# foreachs and loops


def _table(archive: Archive, row: RunRow, step: str, tasks: Sequence[TaskRow]) -> TaskTable:
    found = cells_of_tasks(archive, row, step, tasks)
    columns = found.columns[:_MOST_COLUMNS]
    best = [_best(found, place) for place in range(len(columns))]
    rows = [
        TaskTableRow(
            task_name(task), status_of_task(task.status), "" if task.seconds is None else duration(task.seconds),
            tuple("" if value is None else significant(value) for value in values[: len(columns)]),
            frozenset(place for place, line in enumerate(best) if line == number),
        )
        for number, (task, values) in enumerate(zip(tasks, found.rows, strict=True))
    ]  # fmt: skip
    first = sorted(range(len(rows)), key=lambda number: (rows[number].status is not StepStatus.FAILED, number))
    chosen = sorted(first[:MOST_ROWS])
    shown = tuple(rows[number] for number in chosen)
    return TaskTable(tuple(one.name for one in columns), shown, len(rows) - len(shown))


def _best(found: TaskCells, place: int) -> int | None:
    """Return the row with the best value of a column, None if nobody can tell."""
    column = found.columns[place]
    values: dict[int, Scalar | None] = {number: cells[place] for number, cells in enumerate(found.rows)}
    if column.is_item or column.best is Best.UNKNOWN or len({*values.values()}) < 2:
        return None
    return in_order(values, column.best)[0]


def tasks_by_step(archive: Archive, row: RunRow) -> dict[str, list[TaskRow]]:
    """Return the tasks of each step of a run, in the order of their items, without the splits of foreachs."""
    found: dict[str, list[TaskRow]] = {step: [] for step in archive.graph(row).links}
    for task in archive.reader.tasks(row.id):
        if not task.split and task.step in found:
            found[task.step].append(task)
    for several in found.values():
        several.sort(key=lambda task: (task.path, task.turn))
    return found
