"""Finds the locks of the steps of a flow. A flow whose steps have no environments imports nothing for that."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from nbflow.errors import EnvironmentRefused, NbflowError
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.environment_braces import depends_on_values, foreseen_environments
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.environments.environment_lock import EnvironmentLock

Locks = dict[str, EnvironmentLock]
"""Holds the lock of each step that has one environment for all its tasks."""


def known_locks(graph: Graph, folder: Path) -> Locks:
    """Return the locks of a flow, as far as they were resolved before; nothing is asked of an index."""
    found: Locks = {}
    for step in (one for one in graph.steps.values() if one.options.env and not depends_on_values(one)):
        lock = known_lock(step.options.env or (), folder)
        if lock is not None:
            found[step.name] = lock
    return found


def known_lock(words: tuple[str, ...], folder: Path) -> EnvironmentLock | None:
    """Return the lock of an environment, if it was resolved before."""
    from nbflow.run.environments.resolving import known  # noqa: PLC0415 - see above

    try:
        return known(words, folder)
    except NbflowError:
        return None  # a run says what is wrong


def resolve_locks(graph: Graph, steps: Iterable[str], folder: Path) -> Locks:
    """Return the locks of these steps. Raises EnvironmentRefused, which names the step and what uv says.

    Of a step whose environment depends on its item, those are resolved that can be known before, unless it may do
    without some of its tasks.
    """
    found: Locks = {}
    for step in (graph.steps[name] for name in steps if name in graph.steps):
        is_spared = depends_on_values(step) and step.options.allow_failures
        for words in () if is_spared else foreseen_environments(step):
            try:
                lock = resolve_lock(step, step.name, words, folder)
            except EnvironmentRefused as error:
                raise _with_hint(error, graph) from error
            if not depends_on_values(step):
                found[step.name] = lock
    return found


def _with_hint(error: EnvironmentRefused, graph: Graph) -> EnvironmentRefused:
    """Return the error, with what the checks say of the environment of its step: a name may be mistyped."""
    said = [one for one in graph.flow.problems if one.rule == "environment" and one.step == error.step]
    reason = "\n".join((error.reason, *(f"{one.message}. {one.fix}" for one in said)))
    return EnvironmentRefused(error.place, error.step, error.requirements, reason)


def resolve_lock(
    step: StepSpec, name: str, words: tuple[str, ...], folder: Path, cancelled: threading.Event | None = None
) -> EnvironmentLock:
    """Return the lock of an environment of a step, or of the task that is named. Raises EnvironmentRefused."""
    from nbflow.run.environments.resolving import resolve  # noqa: PLC0415 - see above

    try:
        return resolve(words, folder, cancelled=cancelled)
    except NbflowError as error:
        raise EnvironmentRefused(str(step.place), name, words, str(error)) from error
