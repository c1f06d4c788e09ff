"""Defines the verbs that list and compare runs: runs, diff."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive
from nbflow.history.differences import Difference, compare_runs
from nbflow.history.results import (
    CPU_SECONDS,
    PEAK_MEMORY,
    Results,
    best_of,
    costs_of_run,
    find_result,
    in_order,
    require_columns,
    results_of_run,
)
from nbflow.progress.numbers import ago, brief, duration, format_size, indent, significant, table
from nbflow.progress.status import describe_status
from nbflow.progress.tally import describe_counts
from nbflow.store.catalog.rows import RunRow, StepRow
from nbflow.store.catalog.scalars import Scalar
from nbflow.store.catalog.trusted_users import plain_name
from nbflow.verbs.workspace import NOTEBOOK, find_workspace


class ColumnNames(click.ParamType[tuple[str, ...]]):
    """Reads names that are separated by commas: `r2,mae`."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        return tuple(dict.fromkeys(name.strip() for name in given if name.strip()))


@click.command()
@NOTEBOOK
@click.option(
    "-n", "--limit", type=click.IntRange(1, 10**9), default=20, show_default=True, help="How many runs to list."
)
@click.option("--tag", help="List only runs with this tag.")
@click.option("--user", help="List only runs of this user.")
@click.option(
    "--search", metavar="TEXT", help="List only runs with this text in a parameter, a tag, the note or the status."
)
@click.option(
    "--columns",
    type=ColumnNames(),
    default=(),
    help="Show these scalar artifacts too: r2,mae or evaluate.r2; peak_memory and cpu_seconds are what the run took.",
)
@click.option("--sort", metavar="NAME", help="Begin with the run that has the best value of this scalar artifact.")
@click.option("--reverse", is_flag=True, help="Begin with the other end.")
def runs(
    notebook: Path, limit: int, tag: str | None, user: str | None, search: str | None, columns: tuple[str, ...],
    sort: str | None, reverse: bool,
) -> None:  # fmt: skip
    """List the runs, newest first, with their parameters, durations and results.

    A scalar artifact is a number, a truth or a short text that a step outside of a foreach has stored. The best value
    is the lowest of an error, a loss or a time, and the highest of anything else.
    """
    archive = find_workspace(notebook).archive
    rows = _chosen(archive, tag, user, search)
    results: dict[int, Results] = {}
    if asked := {*columns, *([sort] if sort else [])}:
        costs = costs_of_run if asked & {PEAK_MEMORY, CPU_SECONDS} else lambda *_: {}
        results = {row.id: {**costs(archive, row), **results_of_run(archive, row)} for row in rows}
    require_columns([*columns, *([sort] if sort else [])], list(results.values()))
    if sort:
        values = {place: find_result(results[row.id], sort) for place, row in enumerate(rows)}
        rows = [rows[place] for place in in_order(values, best_of(sort), reverse)]
    elif reverse:
        rows.reverse()
    for line in table(_lines_of_runs(archive, rows[:limit], results, columns)):
        click.echo(line)


def _chosen(archive: Archive, tag: str | None, user: str | None, search: str | None) -> list[RunRow]:
    every = (archive.runs() if user is None else archive.runs_of(user)) or archive.none()
    rows = [row for row in every if tag is None or tag in row.tags]
    if not rows:
        raise UnknownName("tag", str(tag), {tag for row in every for tag in row.tags})
    if search is not None:
        rows = [row for row in rows if search.casefold() in _text_of(row).casefold()]
        if not rows:
            raise click.ClickException(f"no run has '{search}' in a parameter, a tag, its note or its status")
    return rows


def _text_of(row: RunRow) -> str:
    return "\n".join([describe_status(row), *row.tags, row.note, *_parameters(row)])


def _parameters(row: RunRow) -> Iterator[str]:
    return (f"{name}={brief(value)}" for name, value in row.parameters.items())


def _lines_of_runs(
    archive: Archive, rows: Sequence[RunRow], results: Mapping[int, Results], columns: Sequence[str]
) -> Iterator[list[str]]:
    if columns:
        yield ["run", "status", "began", "took", "tasks", *columns, ""]
    is_shared = len({row.user for row in rows}) > 1
    for row in rows:
        values = (find_result(results[row.id], column) for column in columns)
        shown = (_shown(*one) for one in zip(columns, values, strict=True))
        yield [*_facts(row, archive.reader.steps(row.id)), *shown, " ".join(_marks(row, is_shared))]


def _shown(column: str, value: Scalar | None) -> str:
    if column == PEAK_MEMORY and isinstance(value, int):
        return format_size(value)
    return "" if value is None else significant(value)


def _facts(row: RunRow, steps: Iterable[StepRow]) -> Iterator[str]:
    yield f"{row.number}"
    yield describe_status(row) + (f" ({row.kind} of {row.origin})" if row.origin else "")
    yield ago(time.time() - row.started)
    yield duration(row.finished - row.started) if row.finished else ""
    yield describe_counts(steps)


def _marks(row: RunRow, is_shared: bool) -> Iterator[str]:
    """Yield what users have said about a run, and its parameters: `pinned [best] top=2 · the one for the talk`.

    If the runs are of several users, the name of the user comes first.
    """
    if is_shared:
        yield f"by {plain_name(row.user)}"
    if row.pinned:
        yield "pinned"
    if row.tags:
        yield f"[{', '.join(row.tags)}]"
    yield ", ".join(_parameters(row))
    if row.note:
        yield f"· {brief(row.note, 60)}"


@click.command()
@NOTEBOOK
@click.argument("run1")
@click.argument("run2")
@click.argument("step", required=False)
def diff(notebook: Path, run1: str, run2: str, step: str | None) -> None:
    """Show what differs between two runs, or in one step of them: code, parameters, artifacts, environment.

    What the older run has comes first, in whichever order they are given.
    """
    archive = find_workspace(notebook).archive
    found = compare_runs(archive, (archive.run(run1), archive.run(run2)), step)
    parts = {
        "parameters": _lines(found.parameters),
        "code": list(found.code),
        "artifacts": _lines(found.artifacts),
        "environment": _lines(found.environment),
    }
    for title, lines in parts.items():
        if lines:
            click.echo(f"{title}\n" + indent("\n".join(lines)), nl=False)
    if not any(parts.values()):
        click.echo(
            f"runs {' and '.join(str(row.number) for row in found.runs)} do not differ"
            + (f" in {step}" if step else "")
        )


def _lines(differences: Iterable[Difference]) -> list[str]:
    return list(table((one.name, str(one)) for one in differences))
