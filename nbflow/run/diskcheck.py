"""Finds problems of a flow that only the files beside its notebook, and what is installed, show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from nbflow.errors import RequirementsUnreadable
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.files.file_use import may_be_same
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.environment_words import is_file
from nbflow.run.environments.crossing_models import crossing_models
from nbflow.run.program.module_state import state_of_modules
from nbflow.run.surroundings.pattern_files import matches_nothing

_OTHER_VALUES = frozenset(
    (
        "setting-in-step",
        "changed-by-items",
        "draws-of-items",
        "draws-of-workers",
        "changed-outside",
        "drawn-outside",
        "differs-by-worker",
    )
)


def warnings_of(graph: Graph, folder: Path, steps: Iterable[str]) -> Iterator[Problem]:
    """Yield the warnings to print before these steps run: the run may give other values than the cells do."""
    chosen = [*steps]
    is_whole = {*chosen} >= graph.links.keys()
    yield from other_values(check_flow(graph), {*chosen, *([None] if is_whole else [])})
    yield from check_disk(graph, folder, chosen)


def other_values(problems: Iterable[Problem], steps: Collection[str | None]) -> Iterator[Problem]:
    """Yield those problems by which these steps may give other values than the cells do; None stands for the flow."""
    return (one for one in problems if one.rule in _OTHER_VALUES and one.step in steps)


def check_disk(graph: Graph, folder: Path, steps: Iterable[str] | None = None) -> Iterator[Problem]:
    """Yield the problems with the files and the environments of these steps, or of all steps."""
    chosen = [*graph.links] if steps is None else [*steps]
    yield from unreadable_requirements(graph, folder, chosen)
    yield from crossing_models(graph, folder, chosen)
    yield from unmatched(graph, folder, chosen)
    yield from state_of_modules(graph, folder, chosen)


def unmatched(graph: Graph, folder: Path, steps: Iterable[str]) -> Iterator[Problem]:
    """Yield a warning for each pattern of `--watch`, or path in SQL, that matches no file and that no step will create.

    Such a pattern is usually a typing mistake, and a change of the intended file would never be noticed.
    """
    for name in steps:
        step = graph.steps[name]
        for pattern in step.options.watch:
            if matches_nothing(pattern, folder) and not _is_made(pattern, graph):
                option = "" if step.source.language == "sql" else "--watch "
                message = f"{option}{pattern} of step '{name}' matches no file in {folder}"
                yield Problem("watch", message, "Correct the pattern, or add the file", step.place, name, warning=True)


def unreadable_requirements(graph: Graph, folder: Path, steps: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each step whose `--env` names a file that gives no requirements."""
    for step in (graph.steps[name] for name in steps):
        words = [word for word in step.options.env or () if is_file(word)]
        if words and (fault := _fault_of(words, folder)):
            fix = "Correct the file, or --env"
            yield Problem("environment", f"step '{step.name}': {fault}", fix, step.place, step.name)


def _fault_of(words: Iterable[str], folder: Path) -> str:
    from nbflow.run.environments.requirements import gather_requirements  # noqa: PLC0415 - few flows name files

    try:
        gather_requirements(words, folder)
    except RequirementsUnreadable as error:
        return f"{error.file} gives no requirements: {error.reason}"
    return ""


def _is_made(pattern: str, graph: Graph) -> bool:
    uses = (use for linked in graph.links.values() for use in linked.files)
    return any(use.access.writes and may_be_same(use.path, pattern) for use in uses)
