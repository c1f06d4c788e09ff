"""Computes the status of each step of the flow as it is now, from the newest runs."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import recorded
from nbflow.flow.syntax.specs import FlowSource, StepSpec
from nbflow.history.versions import ChangesSince, Past, StepState, Version, current_state
from nbflow.notebook.arguments import bind_parameters
from nbflow.progress.numbers import duration
from nbflow.progress.status import StepStatus
from nbflow.run.environment import files_of
from nbflow.run.environments.locking import known_lock, known_locks
from nbflow.run.program.program import Program
from nbflow.run.surroundings.disk import Disk
from nbflow.run.task.traces import Traces
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunRow

LOOKED_AT = 20
"""The number of runs in which a step's last valid result is searched, newest first."""


def resumed_parameters(
    graph_of: Callable[[RunRow], Graph],
    flow: FlowSource,
    given: Mapping[str, Any],
    folder: Path,
    origin: RunRow | None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return the parameters that `resume` would use: the given value, else that of the run, else the default.

    `graph_of` reads the graph of a run, if the flow has parameters. Files of more than `limit` bytes are refused, if
    it is given.
    """
    if origin is None or not flow.parameters:
        return bind_parameters(flow, given, folder, limit=limit)
    return bind_parameters(flow, given, folder, origin.parameters, graph_of(origin).flow, limit)


def version_of(
    graph: Graph, parameters: Mapping[str, Any], folder: Path, root: Path, history: CatalogReader
) -> Version:
    """Return the flow as it is now with these parameters, in the form that can be compared with runs."""
    traces = Traces(graph, Disk(folder), history)
    program = Program(graph, parameters, folder, root, locks=known_locks(graph, folder))
    python = ".".join(platform.python_version_tuple()[:2])
    files = files_of(program, graph.links)
    return Version(
        graph, recorded(parameters), files, python, program.locks, since=traces.changes,
        lock_of=lambda words: known_lock(words, folder),
    )  # fmt: skip


def states_of_steps(
    now: Version, pasts: Iterable[Past], clock: Callable[[], float] = time.time
) -> dict[str, StepState]:
    """Return the status of every step, in document order; `pasts` are newest first, and are read as far as needed."""
    compared, known = ChangesSince(now), ReadOnce(pasts)
    states = {step: current_state(step, compared, known) for step in now.graph.links}
    too_old = {step: reason for step in states if (reason := _age(now.graph.steps[step], states[step], clock()))}
    return {step: _aged(one, now.graph, too_old) for step, one in states.items()} if too_old else states


_VALID = (StepStatus.DONE, StepStatus.SKIPPED)


def _age(step: StepSpec, state: StepState, today: float) -> str:
    """Return that a result is older than its `--cache ttl` allows, or "" if it is not."""
    ttl = step.options.cache.ttl if state.status is not StepStatus.SKIPPED else None
    if ttl is None or state.lived is None or state.lived.finished >= today - ttl.total_seconds():
        return ""
    return f"its result is older than {duration(ttl.total_seconds())} (--cache ttl)"


def _aged(state: StepState, graph: Graph, too_old: Mapping[str, str]) -> StepState:
    """Return the state of a step of which the result, or that of a step above it, is too old."""
    above = (
        f"{name}, above it: {reason}" for name, reason in too_old.items() if graph.ancestry.waits(state.step, name)
    )
    reasons = (*([too_old[state.step]] if state.step in too_old else []), *above)
    if state.status not in _VALID or not reasons:
        return state
    return replace(state, status=StepStatus.STALE, reasons=reasons)


class ReadOnce(Iterable[Past]):
    """Iterates as often as wanted over what can be read only once, and reads no more of it than is asked for."""

    def __init__(self, pasts: Iterable[Past]) -> None:
        self._rest, self._read = iter(pasts), list[Past]()

    def __iter__(self) -> Iterator[Past]:
        yield from self._read
        for past in self._rest:
            self._read.append(past)
            yield past


def would_run(states: Mapping[str, StepState]) -> list[str]:
    """Return the steps that a run would compute now."""
    return [step for step, one in states.items() if one.status not in (*_VALID, StepStatus.RUNNING)]
