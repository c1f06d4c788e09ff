"""Finds the locks of the steps of a flow. A flow whose steps have no environments imports nothing for that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbflow.errors import EnvironmentRefused, NbflowError
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.environments.environment_lock import EnvironmentLock

Locks = dict[str, EnvironmentLock]
"""Holds the lock of each step that has an environment."""


def known_locks(graph: Graph, folder: Path) -> Locks:
    """Return the locks of a flow, as far as they were resolved before; nothing is asked of an index."""
    found: Locks = {}
    for step, words in _with_environment(graph, graph.steps):
        from nbflow.run.environments.resolving import known  # noqa: PLC0415 - see above

        try:
            lock = known(words, folder)
        except NbflowError:
            continue  # a run says what is wrong
        if lock is not None:
            found[step.name] = lock
    return found


def resolve_locks(graph: Graph, steps: Iterable[str], folder: Path) -> Locks:
    """Return the locks of these steps. Raises EnvironmentRefused, which names the step and what uv says."""
    found: Locks = {}
    for step, words in _with_environment(graph, steps):
        from nbflow.run.environments.resolving import resolve  # noqa: PLC0415 - see above

        try:
            found[step.name] = resolve(words, folder)
        except NbflowError as error:
            raise EnvironmentRefused(str(step.place), step.name, words, str(error)) from error
    return found


def _with_environment(graph: Graph, steps: Iterable[str]) -> Iterable[tuple[StepSpec, tuple[str, ...]]]:
    found = (graph.steps[name] for name in steps if name in graph.steps)
    return ((step, step.options.env) for step in found if step.options.env)
