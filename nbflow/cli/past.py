"""Verbs about runs: runs, diff, tag."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from nbflow.archive import Archive
from nbflow.cli.words import ago, brief, duration, indent, table
from nbflow.cli.workplace import NOTEBOOK, workplace
from nbflow.errors import UnknownName
from nbflow.history import diff_code, diff_values
from nbflow.run.events import TaskId
from nbflow.store.artifact import Artifact
from nbflow.store.rows import RunRow, StepRow, TaskStatus
from nbflow.store.store import Store

FEW = 4
"""So many tasks of one step are named one by one when an artifact differs."""

WIDTH = 60
"""Characters of a value that stand on one side of a difference."""


@click.command()
@NOTEBOOK
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@click.option("--tag", help="Only those with this tag.")
def runs(notebook: Path, limit: int, tag: str | None) -> None:
    """The runs so far: parameters, durations, results."""
    archive = workplace(notebook).archive
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
    """`9 ran, 3 reused`."""
    found = dict.fromkeys(TaskStatus, 0)
    for one in steps:
        found[one.status] += 0 if one.split else one.tasks
    words = {TaskStatus.SUCCEEDED: "ran", TaskStatus.REUSED: "reused", TaskStatus.FAILED: "failed"}
    return ", ".join(f"{found[status]:,} {word}" for status, word in words.items() if found[status])


@click.command()
@NOTEBOOK
@click.argument("run")
@click.argument("name")
def tag(notebook: Path, run: str, name: str) -> None:
    """Give a run a name, by which `resume`, `diff` and `runs --tag` find it."""
    place = workplace(notebook)
    row = place.archive.run(run)
    if name.isdecimal():
        raise click.UsageError(f"'{name}' could be the number of a run: put a letter into the name")
    with Store.open(place.root, create=False) as store, store.writer() as writer:
        writer.tag(row.id, name)
    click.echo(f"run {row.number} is tagged {name}")


@click.command()
@NOTEBOOK
@click.argument("run1")
@click.argument("run2")
@click.argument("step", required=False)
def diff(notebook: Path, run1: str, run2: str, step: str | None) -> None:
    """What differs between two runs, or one step of them: code, parameters, artifacts, environment."""
    archive = workplace(notebook).archive
    then, now = archive.run(run1), archive.run(run2)
    known = {*archive.graph(then).links, *archive.graph(now).links}
    if step is not None and step not in known:
        raise UnknownName("step", step, known)
    parts = {
        "parameters": _changes(diff_values(*_parameters(archive, then, now, step))),
        "code": _code(archive, then, now, step),
        "artifacts": list(_artifacts(archive, then, now, step)),
        "environment": _changes(diff_values(*(_environment(archive, row) for row in (then, now)))),
    }
    for title, lines in parts.items():
        if lines:
            click.echo(f"{title}\n" + indent("\n".join(lines)), nl=False)
    if not any(parts.values()):
        click.echo(f"runs {then.number} and {now.number} do not differ" + (f" in {step}" if step else ""))


def _changes(differences: list[tuple[str, str, str]]) -> list[str]:
    return list(table((name, f"{before} → {after}") for name, before, after in differences))


def _parameters(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> tuple[Mapping[str, Any], ...]:
    """Those of the whole run, or those that the step reads."""
    if step is None:
        return then.parameters, now.parameters
    links = [archive.graph(row).links.get(step) for row in (then, now)]
    read = frozenset().union(*(linked.parameters for linked in links if linked))
    return tuple({name: v for name, v in row.parameters.items() if name in read} for row in (then, now))


def _code(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> list[str]:
    labels = (f"run {then.number}", f"run {now.number}")
    return [text.rstrip("\n") for text in diff_code(archive.graph(then), archive.graph(now), labels, step)]


def _environment(archive: Archive, row: RunRow) -> dict[str, str]:
    facts = archive.reader.environment(row.environment) or {}
    return {"Python": facts.get("python", "-"), "platform": facts.get("platform", "-"), **facts.get("packages", {})}


def _artifacts(archive: Archive, then: RunRow, now: RunRow, step: str | None) -> Iterator[str]:
    """What the artifacts say of themselves, side by side; nothing is loaded."""
    links = archive.graph(now).links
    rows: list[tuple[str, str]] = []
    for name in [step] if step else list(links):
        before, after = (_held(archive, row, name) for row in (then, now))
        for artifact, paths in _differing(before, after).items():
            if len(paths) > FEW:
                rows.append((f"{name}.{artifact}", f"differs in {len(paths):,} of {len(after):,} tasks"))
                continue
            for path in paths:
                change = _change(before[path][artifact], after[path][artifact])
                rows.append((f"{TaskId(name, path)}.{artifact}", change))
    yield from table(rows)


Artifacts = Mapping[tuple[int, ...], Mapping[str, Artifact]]
"""What the tasks of one step hold, by their path."""


def _held(archive: Archive, row: RunRow, step: str) -> Artifacts:
    return {path: artifacts for (_, path), artifacts in archive.reader.views(row.id, [step])}


def _differing(then: Artifacts, now: Artifacts) -> dict[str, list[tuple[int, ...]]]:
    """Artifact -> the paths at which both have it, with different digests."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for path in sorted(then.keys() & now.keys()):
        for name in sorted(then[path].keys() & now[path].keys()):
            if then[path][name].digest != now[path][name].digest:
                found.setdefault(name, []).append(path)
    return found


def _change(then: Artifact, now: Artifact) -> str:
    """Digests name bytes, so what looks the same may be the same."""
    before, after = describe(then), describe(now)
    return f"{before}, in other bytes" if before == after else f"{before} → {after}"


def describe(artifact: Artifact) -> str:
    """`DataFrame 5 × 9`, or its short repr."""
    summary = artifact.summary
    if summary.shape is not None:
        return f"{summary.type.rpartition('.')[2]} {' × '.join(map(str, summary.shape))}"
    return brief(summary.text, WIDTH)
