"""Starts runs: takes a flow, a plan and parameters to a finished run in the store, for every command that runs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nbflow.errors import FlowRefused
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import recorded
from nbflow.run.environment import describe_environment, files_of
from nbflow.run.environments.locking import resolve_locks
from nbflow.run.events.events import Outcome
from nbflow.run.executor import Executor, Listener
from nbflow.run.journal import Journal, failing_without_workers
from nbflow.run.learning import keep_learned
from nbflow.run.local_resources import count_resources
from nbflow.run.machine.machine import RunMachine
from nbflow.run.program.keys import all_references
from nbflow.run.program.program import Program
from nbflow.run.program.stored_sources import write_cells
from nbflow.run.request import RunRequest, refuse_empty
from nbflow.run.workers.local_workers import LocalWorkers
from nbflow.store.catalog.flow_names import place_in
from nbflow.store.catalog.known_stores import remember_store
from nbflow.store.catalog.rows import RunRow
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over."""

    row: RunRow
    outcome: Outcome
    run: RunMachine


def launch(
    graph: Graph,
    request: RunRequest,
    store: Store,
    folder: Path,
    listener: Listener,
    *,
    started: Callable[[RunRow, Executor], None] = lambda row, executor: None,
) -> Finished:
    """Run a linked flow to the end.

    Args:
        graph: The flow.
        request: What is to run.
        store: Where the run is kept.
        folder: The folder in which the steps run.
        listener: Hears of every event after it was recorded.
        started: Called once the run has its number, before the first task; may cancel the run by the executor.

    Raises:
        FlowRefused: The graph has errors.
        NothingToRun: The flow has no steps.
        StoreError: The store cannot be written.
    """
    refuse_errors(graph)
    store.remove_leftovers(folder)
    locks = resolve_locks(graph, request.plan.reuse, folder)
    with store.lease(), store.writer() as writer:
        program = Program(graph, request.parameters, folder, store.root, locks=locks)
        row = begin_run(writer, program, request)
        program = replace(program, run=row.id)
        journal = Journal(writer, store.history, row)
        plan = request.plan if request.workers else count_resources(request.plan, graph)
        with failing_without_workers(journal):
            executor = Executor(RunMachine(graph, plan), program, journal, listener, request.workers or LocalWorkers)
        started(row, executor)
        outcome = executor.execute()
        keep_learned(writer, executor.run.graph, executor.run.learned)
        return Finished(row, outcome, executor.run)


def refuse_errors(graph: Graph) -> None:
    """Raise FlowRefused with all errors of the graph, or NothingToRun if it is empty."""
    errors = [problem for problem in check_flow(graph) if not problem.warning]
    if errors:
        raise FlowRefused(errors)
    refuse_empty(graph.flow)


def begin_run(writer: CatalogWriter, program: Program, request: RunRequest) -> RunRow:
    """Write the row of a run, its code, its environment and the digests of the files that its steps depend on."""
    flow, steps = program.graph.flow, request.plan.reuse
    remember_store(flow.id, program.root)
    writer.keep_notebook(flow.name, place_in(program.root, program.folder, flow.document), flow.id)
    for reference, source in all_references(flow.prelude):
        writer.put_code(source, reference)
    return writer.begin_run(
        flow.name,
        flow.document,
        request.kind,
        parameters=recorded(program.parameters),
        origin=request.origin,
        tags=request.tags,
        code=writer.put_code(write_cells(flow.cells)),
        environment=writer.put_environment(describe_environment(files_of(program, steps), steps, program.locks)),
    )
