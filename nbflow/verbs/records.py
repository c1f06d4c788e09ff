"""Defines the verbs about runs: runs, diff, tag."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from nbflow.errors import UnknownName
from nbflow.history.differences import Difference, compare_runs
from nbflow.progress.numbers import ago, brief, duration, indent, table
from nbflow.progress.tally import Count
from nbflow.store.catalog.rows import RunRow, StepRow
from nbflow.store.store import Store
from nbflow.verbs.workspace import NOTEBOOK, find_workspace


@click.command()
@NOTEBOOK
@click.option(
    "-n", "--limit", type=click.IntRange(1, 10**9), default=20, show_default=True, help="How many runs to list."
)
@click.option("--tag", help="List only runs with this tag.")
def runs(notebook: Path, limit: int, tag: str | None) -> None:
    """List the runs, newest first, with their parameters, durations and results."""
    archive = find_workspace(notebook).archive
    rows = archive.runs(limit) if tag is None else [row for row in archive.runs() if tag in row.tags][:limit]
    if not rows:
        known = {tag for row in archive.runs() for tag in row.tags}
        if tag is None:
            archive.none()
        raise UnknownName("tag", tag, known)
    for line in table(_row(row, archive.reader.steps(row.id)) for row in rows):
        click.echo(line)


def _row(row: RunRow, steps: Iterable[StepRow]) -> Iterator[str]:
    yield f"{row.number}"
    yield row.status + (f" ({row.kind} of {row.origin})" if row.origin else "")
    yield ago(time.time() - row.started)
    yield duration(row.finished - row.started) if row.finished else ""
    yield counts(steps)
    tags = f"[{', '.join(row.tags)}] " if row.tags else ""
    yield tags + ", ".join(f"{name}={brief(value)}" for name, value in row.parameters.items())


def counts(steps: Iterable[StepRow]) -> str:
    """Return how many tasks ran, were reused or failed, as the last line of a run says it: `9 ran, 3 reused`."""
    found = Count()
    for one in steps:
        found.add(one)
    words = {"ran": found.ran, "reused": found.reused, "failed": found.failed}
    return ", ".join(f"{number:,} {word}" for word, number in words.items() if number)


@click.command()
@NOTEBOOK
@click.argument("run")
@click.argument("name")
def tag(notebook: Path, run: str, name: str) -> None:
    """Give a run a name. `resume`, `diff` and `runs --tag` accept this name instead of the number."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    if name.isdecimal():
        raise click.UsageError(f"'{name}' could be the number of a run: use a name with a letter in it")
    with Store.open(workspace.root, create=False) as store, store.writer() as writer:
        writer.tag(row.id, name)
    click.echo(f"run {row.number} is tagged {name}")


@click.command()
@NOTEBOOK
@click.argument("run1")
@click.argument("run2")
@click.argument("step", required=False)
def diff(notebook: Path, run1: str, run2: str, step: str | None) -> None:
    """Show what differs between two runs, or in one step of them: code, parameters, artifacts, environment."""
    archive = find_workspace(notebook).archive
    then, now = archive.run(run1), archive.run(run2)
    found = compare_runs(archive, then, now, step)
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
        click.echo(f"runs {then.number} and {now.number} do not differ" + (f" in {step}" if step else ""))


def _lines(differences: Iterable[Difference]) -> list[str]:
    return list(table((one.name, str(one)) for one in differences))
