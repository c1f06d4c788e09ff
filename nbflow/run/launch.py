"""From a flow, a plan and parameters to a finished run in the store: what every command that runs something does."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbflow.errors import FlowRefused, NothingToRun
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.effects.library_calls import concerns_imports
from nbflow.flow.graph.link import Graph, link
from nbflow.flow.syntax.specs import FlowSource
from nbflow.run.events.events import Outcome
from nbflow.run.executor import Executor, Listener
from nbflow.run.journal import Journal
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.run.output.frontend import SHELL_MODULE
from nbflow.run.output.needs_shell import needs_shell
from nbflow.run.program.keys import Keys, all_references
from nbflow.run.program.local_modules import local_modules
from nbflow.run.program.program import Program
from nbflow.run.program.stored_sources import write_cells
from nbflow.run.workers.fork_server import start_fork_server
from nbflow.run.workers.pool import default_method
from nbflow.store.catalog.flow_names import place_in
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.store import LIVE_FOLDER, Store


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over."""

    row: RunRow
    outcome: Outcome
    run: RunMachine


def launch(
    graph: Graph,
    plan: RunPlan,
    parameters: Mapping[str, Any],
    store: Store,
    folder: Path,
    listener: Listener,
    *,
    kind: RunKind = RunKind.RUN,
    origin: int | None = None,
    tags: Iterable[str] = (),
    started: Callable[[RunRow, Executor], None] = lambda row, executor: None,
) -> Finished:
    """Run a linked flow to the end.

    `started` is called once the run has its number, before the first task; through the executor it may be cancelled.
    Raises FlowRefused when the graph has errors, and whatever the store has to say when it cannot be written.
    """
    refuse_errors(graph)
    with store.lease(), store.writer() as writer:
        program = Program(graph, parameters, folder, store.root)
        row = begin_run(writer, program, plan, kind, origin, tags)
        program = replace(program, run=row.id)
        forget_the_dead(store)
        start_fork_server(modules_to_preload(program, plan), plan.slots, program.folder)
        run = RunMachine(graph, plan)
        executor = Executor(run, program, Journal(writer, store.history, row), listener, default_method())
        started(row, executor)
        outcome = executor.execute()
        keep_learned(writer, run)
        return Finished(row, outcome, run)


def forget_the_dead(store: Store) -> None:
    """Remove what the workers of killed runs had written while they ran."""
    running = {str(run.id) for run in store.history.runs() if run.status is RunStatus.RUNNING}
    for folder in (store.root / LIVE_FOLDER).glob("*"):
        if folder.name not in running:
            shutil.rmtree(folder, ignore_errors=True)


def refuse_errors(graph: Graph) -> None:
    """Nothing runs if the graph is wrong, or empty: raises FlowRefused with all that is wrong, and NothingToRun."""
    errors = [str(problem) for problem in check_flow(graph) if not problem.warning]
    if errors:
        raise FlowRefused(errors)
    refuse_empty(graph.flow)


def refuse_empty(flow: FlowSource) -> None:
    """Raise NothingToRun for a flow without steps, unless problems say why there are none."""
    if not flow.steps and all(problem.warning for problem in flow.problems):
        raise NothingToRun(flow.document)


def begin_run(
    writer: CatalogWriter, program: Program, plan: RunPlan, kind: RunKind, origin: int | None, tags: Iterable[str]
) -> RunRow:
    """Write the run, its code, its environment and the digests of the files that its steps depend on."""
    flow = program.graph.flow
    writer.keep_place(flow.name, place_in(program.root, program.folder, flow.document))
    for reference, source in all_references(flow.prelude):
        writer.put_code(source, reference)
    return writer.begin_run(
        flow.name,
        flow.document,
        kind,
        parameters=program.parameters,
        origin=origin,
        tags=tags,
        code=writer.put_code(write_cells(flow.cells)),
        environment=writer.put_environment(describe_environment(files_of(program, plan.reuse), plan.reuse)),
    )


def keep_learned(writer: CatalogWriter, run: RunMachine) -> None:
    """Remember for the next graph which steps change what they read."""
    for step, names in run.learned.items():
        for name in names:
            writer.learn(run.graph.flow.name, step, run.graph.steps[step].code, name)


def link_known(flow: FlowSource, history: CatalogReader) -> Graph:
    """The graph of a flow, with the writes that earlier runs found in the steps as they stand now."""
    return link_learned(flow, history.learned(flow.name))


def link_learned(flow: FlowSource, known: Mapping[tuple[str, str], frozenset[str]]) -> Graph:
    """`known`: (step, digest of its code) -> names it was found to write."""
    return link(
        flow, {step.name: known[step.name, step.code] for step in flow.steps if (step.name, step.code) in known}
    )


def modules_to_preload(program: Program, plan: RunPlan) -> list[str]:
    """What the steps of this run import, without the project's own files, which may change while the server lives.

    What is imported below a setting that imports may look at, such as the environment, is left to the workers.
    A shell goes before all else: libraries look for it when they are imported.
    """
    set_at = next((one.place for one in program.graph.prelude.definitions if concerns_imports(one)), None)
    names: set[str] = set()
    for step in (program.graph.steps[name] for name in plan.reuse):
        importing = [(one.place, one.modules) for one in program.closure(step.name)]
        for place, modules in (*importing, (step.place, step.modules)):
            names |= modules if set_at is None or place < set_at else frozenset()
    local = local_modules(names, program.project)
    found = sorted(name for name in names if not name.startswith(".") and name.partition(".")[0] not in _tops(local))
    return [SHELL_MODULE, *found] if needs_shell(program) else found


def _tops(modules: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def files_of(program: Program, steps: Iterable[str]) -> dict[str, dict[str, str]]:
    """Local modules and watched files by step, with the digests of their content; steps without any are left out."""
    keys = Keys(program)
    found = {step: keys.files(step) for step in steps}
    return {step: files for step, files in found.items() if files}


def describe_environment(files: Mapping[str, Mapping[str, str]], steps: Iterable[str] = ()) -> dict[str, Any]:
    """Python, platform, the version of every installed distribution, and the files. Recorded, not keyed.

    `steps` are those that take part in the run, where it is known beforehand.
    """
    found = (path.name for folder in sys.path for path in Path(folder or ".").glob("*.dist-info"))
    packages = dict(sorted(name.removesuffix(".dist-info").split("-", 1) for name in found))
    facts = {"python": platform.python_version(), "platform": platform.platform()}
    return {**facts, "packages": packages, "files": files, "steps": list(steps)}
