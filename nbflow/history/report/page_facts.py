"""Finds what a report says about a whole run: its facts, failures, parameters, results, and the run before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from nbflow.history.archive import Archive, task_name
from nbflow.history.differences import Difference, Differences, compare_runs
from nbflow.history.displays import differing_displays
from nbflow.history.report.rich_content import outputs_html, picture_in
from nbflow.history.results import CPU_SECONDS, PEAK_MEMORY, Best, best_of, costs_of_run, results_of_run
from nbflow.progress.numbers import brief, duration, format_size, significant
from nbflow.progress.tally import describe_counts
from nbflow.run.events.events import Failure
from nbflow.run.events.replay import read_failure
from nbflow.store.catalog.reprs import rank_of
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow
from nbflow.store.catalog.scalars import Scalar

MOST_FAILURES = 20
MOST_FIGURES = 12
"""The number of tasks whose figures are shown beside those of the run before."""

_LONGEST_VALUE = 500  # characters of a parameter
_LONGEST_DIFF = 400  # lines of code that changed


@dataclass(frozen=True, slots=True)
class FailedTask:
    """Says which task failed, why, and in which line of which cell."""

    step: str
    task: str
    error: str
    where: str


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """Holds the value of a parameter in the run; `default` is "" if it is the same."""

    name: str
    value: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """Holds a scalar artifact, and its value in the run before. `trend` is `better`, `worse`, `changed` or ""."""

    step: str
    name: str
    value: str
    before: str
    trend: str


@dataclass(frozen=True)
class EarlierRun:
    """Holds what differs from the run before. `figures` has pairs of outputs, `code` lines with their kind."""

    row: RunRow
    found: Differences
    artifacts: tuple[Difference, ...]
    code: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing at all differs."""
        return not (self.found.parameters or self.found.artifacts or self.code or self.figures)


def facts_of_run(archive: Archive, row: RunRow) -> Iterator[tuple[str, str]]:
    """Yield the facts about a run that stand below its title."""
    yield "Began", datetime.fromtimestamp(row.started).strftime("%Y-%m-%d %H:%M")
    if row.finished is not None:
        yield "Took", duration(row.finished - row.started)
    yield from _costs(archive, row)
    yield "Tasks", describe_counts(archive.reader.steps(row.id)) or "none"
    if row.user:
        yield "By", row.user
    if row.origin is not None:
        yield "Resumes", f"run {row.origin}"
    if row.tags:
        yield "Tags", ", ".join(row.tags)
    if row.document:
        yield "Notebook", row.document


def _costs(archive: Archive, row: RunRow) -> Iterator[tuple[str, str]]:
    """Yield what the tasks that ran took beside their time, and the hosts of a cluster that they ran on."""
    found = costs_of_run(archive, row)
    if (memory := found.get(("", PEAK_MEMORY))) is not None:
        yield "Memory", f"{format_size(memory)} at most"
    if (seconds := found.get(("", CPU_SECONDS))) is not None:
        yield "CPU", duration(seconds)
    if hosts := sorted({task.host for task in archive.reader.tasks(row.id) if task.host}):
        yield "Hosts", ", ".join(hosts)


def failures_of(tasks: Sequence[TaskRow]) -> list[FailedTask]:
    """Return a line for each failed task."""
    failed = ((task, read_failure(task.failure)) for task in tasks if task.failure)
    return [FailedTask(task.step, task_name(task), brief(failure, 200), _where(failure)) for task, failure in failed]


def _where(failure: Failure) -> str:
    """Return the last line of the traceback that is in a cell, not in a library."""
    places = [frame.where for frame in failure.frames]
    return next((place for place in reversed(places) if " · " in place), places[-1] if places else "")


def parameters_in_run(archive: Archive, row: RunRow) -> Iterator[ParameterLine]:
    """Yield the parameters of a run, with what the notebook says about them."""
    specs = {one.name: one for one in archive.graph(row).flow.parameters}
    for name, value in row.parameters.items():
        spec = specs.get(name)
        default = "" if spec is None or spec.required or spec.default == value else brief(spec.default)
        shown = brief(value, _LONGEST_VALUE)
        yield ParameterLine(name, shown, default if default != shown else "", spec.help if spec else "")


def results_beside(archive: Archive, row: RunRow, before: RunRow | None) -> Iterator[ResultLine]:
    """Yield the scalar artifacts of a run beside those of the run before."""
    earlier = results_of_run(archive, before) if before is not None else {}
    for (step, name), value in results_of_run(archive, row).items():
        old = earlier.get((step, name))
        yield ResultLine(
            step, name, significant(value), "" if old is None else significant(old), _trend(name, old, value)
        )


def _trend(name: str, old: Scalar | None, new: Scalar) -> str:
    if old is None or old == new:
        return ""
    was, now = rank_of(old), rank_of(new)
    if was is None or now is None or best_of(name) is Best.UNKNOWN:
        return "changed"
    return "better" if (now > was) == (best_of(name) is Best.HIGHEST) else "worse"


def run_before(archive: Archive, row: RunRow) -> RunRow | None:
    """Return the newest run before this one that is over, None if there is none."""
    earlier = (one for one in archive.runs() if one.number < row.number and one.status is not RunStatus.RUNNING)
    return next(earlier, None)


def compare_with(archive: Archive, row: RunRow, before: RunRow) -> EarlierRun:
    """Return what differs between a run and the run before; the scalars are among the results already."""
    found = compare_runs(archive, (before, row))
    scalars = {f"{step}.{name}" for step, name in results_of_run(archive, row)}
    others = tuple(one for one in found.artifacts if one.name not in scalars)
    figures = islice(_figures(archive, before, row), MOST_FIGURES)
    return EarlierRun(before, found, others, tuple(islice(_code(found.code), _LONGEST_DIFF)), tuple(figures))


def _figures(archive: Archive, before: RunRow, row: RunRow) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Yield each task whose pictures are not those of the run before, with those that differ."""
    for task, shown in differing_displays(archive, (before, row)):
        old, new = ([one for one in outputs if picture_in(one)] for outputs in shown)
        same = [picture_in(one) for one in old if picture_in(one) in map(picture_in, new)]
        then, now = ([one for one in pictures if picture_in(one) not in same] for pictures in (old, new))
        if then and now:
            names = (f"{task}, run {run.number}" for run in (before, row))
            yield task, tuple(outputs_html(then, next(names))), tuple(outputs_html(now, next(names)))


_KINDS = {"+": "added", "-": "removed", "@": "place"}


def _code(diffs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, line) of unified diffs; what stands in front of the first `@@` is the heading."""
    for diff in diffs:
        _, new, *lines = diff.split("\n")
        yield "heading", new.removeprefix("+++ ").rpartition(" · ")[0]
        for line in lines:
            yield _KINDS.get(line[:1], "same"), line


def environment_of(archive: Archive, row: RunRow) -> Mapping[str, str]:
    """Return the versions of Python, of the platform and of the packages that the run had."""
    facts = archive.reader.environment(row.environment) or {}
    named = {"Python": facts.get("python", ""), "Platform": facts.get("platform", "")}
    return {name: str(value) for name, value in (named | dict(facts.get("packages", {}))).items() if value}
