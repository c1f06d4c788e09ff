"""Starts runs of scripts: from a FlowSpec class and its parameters to a finished run in the store.

`run_script` runs all steps, `resume_script` reuses finished tasks of an earlier run, and `clone_script` only copies
them. Each announces the run, records it with its parameters, and leaves the rest to the executor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowNotFound, UnknownName
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import recorded
from nbflow.history.store_limit import keep_within_limit
from nbflow.run.environment import describe_environment, files_of
from nbflow.run.environments.locking import Locks, resolve_locks
from nbflow.run.events.events import Outcome, Reuse
from nbflow.run.events.task_table import TaskPhase
from nbflow.run.executor import Executor
from nbflow.run.journal import Journal, JournalOfSpin, failing_without_workers
from nbflow.run.local_resources import memory_here
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import Resources, RunPlan
from nbflow.run.workers.local_workers import LocalWorkers
from nbflow.run.workers.workers import StartWorkers
from nbflow.script.execution.console import Console
from nbflow.script.execution.early import WIDEST, most_workers, start_workers_early
from nbflow.script.execution.hooks import call_hooks
from nbflow.script.execution.script_program import ScriptHome, ScriptProgram, Spin
from nbflow.script.execution.script_sources import write_script_sources
from nbflow.script.execution.settings import Settings
from nbflow.script.inputs.configuring import stored_configs
from nbflow.script.inputs.parameter_values import resolve_parameters
from nbflow.script.inputs.parameters import constants_of, parameters_of, script_file
from nbflow.script.language.class_decorators import project_facts
from nbflow.script.language.current import current
from nbflow.script.preparing.prepared import Prepared, refuse_script_errors
from nbflow.script.preparing.read_class import alias_main
from nbflow.script.preparing.static_branches import branches_of
from nbflow.store.catalog.foreign import refuse_untrusted
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.user import user_name
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.homes import locate_store
from nbflow.store.store import Store
from nbflow.store.values.encoded import Encoded

_OVER = frozenset({TaskStatus.SUCCEEDED, TaskStatus.REUSED, TaskStatus.SKIPPED})
_PARAMETERS = "_parameters"
"""The hidden task that holds the parameters and the class constants of a run."""


@dataclass(frozen=True)
class Ended:
    """Holds a run that is over: its row in the catalog, its outcome, and its machine with all tasks."""

    row: RunRow
    outcome: Outcome
    run: RunMachine


def run_script(prepared: Prepared, given: Mapping[str, Any], settings: Settings) -> Ended:
    """Run all steps of a script and return the finished run.

    `given` holds parameters by name. Raises ValueError for parameters that do not fit, and FlowRefused if the checks
    find problems.
    """
    refuse_script_errors(prepared)
    with announced(prepared, settings, None):
        values = resolve_parameters(prepared.cls, given)
    _start_workers_early(prepared, settings)
    plan = _plan(prepared.graph, dict.fromkeys(prepared.graph.links, Reuse.NEVER), settings)
    return launch_prepared(prepared, values, RunMachine(prepared.graph, plan), settings, RunKind.RUN)


def resume_script(
    prepared: Prepared, given: Mapping[str, Any], settings: Settings, origin: int | None, step: str | None
) -> Ended:
    """Start a new run that reuses every task whose code, inputs and parameters have not changed.

    `origin` is the number of the earlier run, None for the newest. `step` and the steps after it run in any case.
    Raises MetaflowNotFound if there is no such run, and UnknownName if there is no such step.
    """
    refuse_script_errors(prepared)
    _refuse_unknown(prepared, step)
    _start_workers_early(prepared, settings)
    row = find_origin(prepared.cls, origin)
    with announced(prepared, settings, row):
        values = values_again(prepared, row, given)
    anew = {step, *prepared.graph.descendants(step)} if step is not None else set()
    reuse = {name: Reuse.NEVER if name in anew else Reuse.ANY for name in prepared.graph.links}
    run = RunMachine(prepared.graph, _plan(prepared.graph, reuse, settings))
    return launch_prepared(prepared, values, run, settings, RunKind.RESUME, row)


def clone_script(prepared: Prepared, settings: Settings, origin: int | None, step: str | None) -> None:
    """Record a new run with the finished tasks of an earlier run, without `step` and the steps after it.

    Nothing runs. Raises MetaflowNotFound if there is no such run, and UnknownName if there is no such step.
    """
    _refuse_unknown(prepared, step)
    row = find_origin(prepared.cls, origin)
    left_out = {step, *prepared.graph.descendants(step)} if step is not None else set()
    with Store.open(locate_store(Path.cwd())) as store, store.lease(), store.writer() as writer:
        tasks = [one for one in store.history.tasks(row.id) if one.status in _OVER and one.step not in left_out]
        refuse_untrusted(store.history, [one.id for one in tasks], store.root)
        new = writer.begin_run(
            row.flow, row.document, RunKind.RESUME, parameters=row.parameters, origin=row.number, tags=settings.tags,
            code=row.code, environment=row.environment,
        )  # fmt: skip
        settings.announce(row.flow, new.number, store.root.parent)
        console = Console(str(new.number), store.root, prepared.graph)
        console.tell(f"Workflow starting (run-id {new.number}): clones run {row.number}")
        journal = Journal(writer, store.history, new)
        for task in tasks:
            if task.step == _PARAMETERS:
                values = store.history.artifacts(task.id)
                store.gate.admit(values)
                journal.put(task._replace(run=new.id), Encoded(values, ()))
            else:
                console(journal.clone(task), None)
        is_whole = row.status is RunStatus.SUCCEEDED and step is None
        journal.finish(Outcome.SUCCEEDED if is_whole else Outcome.FAILED)
        console.tell(f"Run {row.number} is cloned.")


def _refuse_unknown(prepared: Prepared, step: str | None) -> None:
    if step is not None and step not in prepared.graph.links:
        raise UnknownName("step", step, prepared.graph.links)


@contextmanager
def announced(prepared: Prepared, settings: Settings, origin: RunRow | None) -> Iterator[None]:
    """Let functions that compute defaults ask `current` about the facts that are known before the run."""
    current.set(**_known_before(prepared, settings), origin_run_id=None if origin is None else str(origin.number))
    yield
    current.set()


def find_origin(cls: type, number: int | None) -> RunRow:
    """Return the run to resume: the one with the number, or the newest. Raises MetaflowNotFound."""
    name, root = cls.__name__, locate_store(Path.cwd())
    rows: tuple[RunRow, ...] = ()
    if Store.exists(root):
        with Store.reader(root) as reader:
            rows = reader.runs(name)
    if not rows:
        raise MetaflowNotFound(f"flow {name} has no run in {root}: run it first, with the command run")
    found = [row for row in rows if number in (None, row.number)]
    if not found:
        known = ", ".join(str(row.number) for row in rows[:10])
        raise MetaflowNotFound(f"flow {name} has no run {number}: it has {known}")
    return found[0]


def values_again(prepared: Prepared, row: RunRow, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values, else those of the earlier run, else the present defaults."""
    known = parameters_of(prepared.cls)
    kept = {name: value for name, value in stored_values(prepared.cls, row).items() if name in known}
    return resolve_parameters(prepared.cls, given, {name: kept[name] for name in kept if known[name].name not in given})


def stored_values(cls: type, row: RunRow) -> dict[str, Any]:
    """Return the parameters and constants of an earlier run by attribute."""
    home = ScriptHome(sys.modules[cls.__module__])
    with Store.open(locate_store(Path.cwd()), create=False) as store:
        tasks = store.history.tasks(row.id, _PARAMETERS)
        made_by = [task.id for task in tasks[:1]]
        store.gate.admit_tasks(made_by)
        artifacts = store.history.artifacts(tasks[0].id) if tasks else ()
        return store.load({one.name: one for one in artifacts}, home, made_by=made_by)


def _start_workers_early(prepared: Prepared, settings: Settings) -> None:
    if not settings.cluster:
        start_workers_early(script_file(prepared.cls), settings.max_workers)


@contextmanager
def workers_of(settings: Settings) -> Iterator[StartWorkers]:
    """Give what makes the workers of a run. A cluster is closed if the run does not begin, and else when it ends."""
    if not settings.cluster:
        yield LocalWorkers
        return
    from nbflow.run.hosts.clusters import find_cluster  # noqa: PLC0415 - a run on this machine does not pay for it

    cluster = find_cluster(settings.cluster, Path.cwd(), {}, partial(print, file=sys.stderr))
    try:
        yield cluster.start
    finally:
        cluster.close()


def _plan(graph: Graph, reuse: Mapping[str, Reuse], settings: Settings) -> RunPlan:
    if settings.cluster:
        from nbflow.run.hosts.clusters import WINDOW  # noqa: PLC0415 - as above

        return RunPlan(reuse, slots=settings.max_workers or WINDOW, here=Resources())
    workers = most_workers(_width(graph), settings.max_workers)
    asked = max((step.options.cpu for step in graph.steps.values()), default=1)
    return RunPlan(reuse, slots=max(workers, min(asked, settings.max_workers or asked)), memory=memory_here())


def _width(graph: Graph) -> int:
    """Return how many tasks may run at once; a foreach is taken to be wide."""
    if any(step.control.foreach for step in graph.steps.values()):
        return WIDEST
    transitions = (step.control.next for step in graph.steps.values())
    return 1 + sum(len(one.targets) - 1 for one in transitions if one and one.kind == "branch")


def launch_prepared(
    prepared: Prepared, values: Mapping[str, Any], run: RunMachine, settings: Settings, kind: RunKind,
    origin: RunRow | None = None, spin: Spin | None = None,
) -> Ended:  # fmt: skip
    """Record a run and perform it to its end. With `spin` it is the run of a single task."""
    module = alias_main(prepared.cls)
    locks = resolve_locks(prepared.graph, run.plan.reuse, script_file(prepared.cls).parent)
    with workers_of(settings) as workers, Store.open(locate_store(Path.cwd())) as store:
        store.remove_leftovers(Path.cwd())
        with store.lease(), store.writer() as writer:
            program = _program(prepared, values, settings, module, locks)
            row = _begin(writer, prepared, program, run.plan, settings, kind, origin)
            program = replace(program, run=row.id, facts=_facts(prepared, row, settings, values), spin=spin)
            console = Console(str(row.number), program.live, prepared.graph)
            journal = (Journal if spin is None else JournalOfSpin)(writer, store.history, row)
            with failing_without_workers(journal):
                executor = Executor(run, program, journal, console, workers)
            console.number_of = _numbers(executor)
            if spin is None or spin.keeps:
                _keep_values(prepared, executor, store, row, values)
            settings.announce(prepared.cls.__name__, row.number, store.root.parent)
            console.tell(_beginning(row, origin, spin))
            with console.following():
                outcome = executor.execute()
            if spin is None:
                call_hooks(prepared.cls, f"{prepared.cls.__name__}/{row.number}", outcome is Outcome.SUCCEEDED)
            _conclude(console, run, outcome, spin)
        for line in keep_within_limit(store):
            console.tell(line.rstrip())
        return Ended(row, outcome, run)


def _beginning(row: RunRow, origin: RunRow | None, spin: Spin | None) -> str:
    if spin is not None:
        return f"The inputs are those of {spin.again}"
    return f"Workflow starting (run-id {row.number}):" + (f" resumes run {origin.number}" if origin else "")


def _numbers(executor: Executor) -> Callable[[str], int | None]:
    return executor.journal.running.get


def _program(
    prepared: Prepared, values: Mapping[str, Any], settings: Settings, module: str, locks: Locks
) -> ScriptProgram:
    file, root = script_file(prepared.cls), locate_store(Path.cwd())
    return ScriptProgram(
        prepared.graph, values, file.parent, root, file=str(file), module=module, flow=prepared.cls.__name__,
        is_main=prepared.cls.__module__ == "__main__", cwd=os.getcwd(), path=tuple(sys.path),
        max_splits=settings.max_splits, decorators=settings.decorators, configs=stored_configs(prepared.cls),
        locks=locks, branches=branches_of(prepared.script, prepared.graph),
    )  # fmt: skip


def _begin(
    writer: CatalogWriter, prepared: Prepared, program: ScriptProgram, plan: RunPlan, settings: Settings, kind: RunKind,
    origin: RunRow | None,
) -> RunRow:  # fmt: skip
    user = user_name()
    facts = project_facts(prepared.cls, user)
    project = [f"project:{facts['project_name']}", f"project_branch:{facts['branch_name']}"] if facts else []
    surroundings = describe_environment(files_of(program, plan.reuse), locks=program.locks) | {"tags": project}
    return writer.begin_run(
        prepared.cls.__name__,
        prepared.script.document,
        kind,
        parameters=_brief(program.parameters),
        origin=origin.number if origin else None,
        tags=settings.tags,
        code=writer.put_code(write_script_sources(prepared.script, prepared.graph)),
        environment=writer.put_environment(surroundings),
    )


def _brief(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as the list of runs shows them, without the content of files."""
    short = {
        name: f"<{len(value):,} {'bytes' if isinstance(value, bytes) else 'characters'}>"
        for name, value in values.items()
        if isinstance(value, str | bytes) and len(value) > 1000
    }
    held = {name: value for name, value in values.items() if type(value) in (list, tuple, dict)}
    return {**values, **short, **recorded(held)}


def _facts(prepared: Prepared, row: RunRow, settings: Settings, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_known_before(prepared, settings),
        "run_id": str(row.number),
        "origin_run_id": None if row.origin is None else str(row.origin),
        "tags": frozenset(row.tags),
        "parameter_names": sorted(values),
        "is_running_flow": True,
    }


def _known_before(prepared: Prepared, settings: Settings) -> dict[str, Any]:
    """Return the facts of `current` that are known before there is a run."""
    user = user_name()
    namespace = f"user:{user}" if settings.namespace is None else settings.namespace or None
    return {
        "flow_name": prepared.cls.__name__, "username": user, "namespace": namespace,
        **project_facts(prepared.cls, user),
    }  # fmt: skip


def _keep_values(prepared: Prepared, executor: Executor, store: Store, row: RunRow, values: Mapping[str, Any]) -> None:
    """Store parameters and constants as artifacts, so that readers find them like all others."""
    home = ScriptHome(sys.modules[prepared.cls.__module__])
    encoded = store.save({**constants_of(prepared.cls), **values, **stored_configs(prepared.cls)}, home)
    task = TaskRow(
        row.id, _PARAMETERS, number=-1, status=TaskStatus.SUCCEEDED, started=row.started, finished=row.started
    )
    executor.journal.put(task, encoded)


def _conclude(console: Console, run: RunMachine, outcome: Outcome, spin: Spin | None) -> None:
    match outcome:
        case Outcome.SUCCEEDED if spin is not None:
            console.tell("Task finished successfully.")
        case Outcome.SUCCEEDED:
            console.tell("Done!")
        case Outcome.CANCELLED:
            console.tell("Workflow cancelled.")
        case Outcome.FAILED:
            console.tell("Workflow failed." if spin is None else "Task failed.")
            for task, entry in [(task, entry) for task, entry in run.tasks.items() if entry.state is TaskPhase.FAILED]:
                console.tell(f"    Step failure: {task}: {_first_line(entry.failure)}")


def _first_line(failure: Any) -> str:
    return f"{failure.type}: {failure.message}".splitlines()[0] if failure else ""
