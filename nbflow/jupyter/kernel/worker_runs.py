"""Starts runs in worker processes from a cell, shows their progress, and binds their results in the namespace."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbflow.errors import NbflowError, TasksFailed, VerbUnknown
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import is_same_value
from nbflow.flow.syntax.specs import StepSpec
from nbflow.history.archive import Archive
from nbflow.history.executed_file import ExecutedFile
from nbflow.history.store_limit import keep_within_limit
from nbflow.jupyter.kernel.background import BackgroundRun
from nbflow.jupyter.kernel.interactive import LiveJournal
from nbflow.jupyter.kernel.live_notebook import LiveNotebook
from nbflow.jupyter.kernel.phrases import offer_magics
from nbflow.jupyter.kernel.screen import Update
from nbflow.jupyter.kernel.watched import Watched
from nbflow.notebook.arguments import as_in_run
from nbflow.progress.narrator import Memory, Narrator
from nbflow.progress.numbers import duration
from nbflow.progress.pictures import count
from nbflow.progress.tally import Tally
from nbflow.run.diskcheck import warnings_of
from nbflow.run.events.events import Event, Outcome, Reuse, TaskId, TaskReused
from nbflow.run.events.task_table import TaskPhase
from nbflow.run.executor import Executor
from nbflow.run.launch import Finished, launch, refuse_errors
from nbflow.run.learning import keep_learned
from nbflow.run.local_resources import count_resources
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.run.output.widgets import show_states
from nbflow.run.program.program import Program
from nbflow.run.request import RunRequest
from nbflow.run.task.job import Result
from nbflow.store.catalog.flow_names import explain_name
from nbflow.store.catalog.rows import RunRow, RunStatus
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.verbs.execution import memory_of, processors, whence_of


@dataclass(frozen=True)
class RunOrder:
    """Holds all that is needed to start a requested run from any thread."""

    graph: Graph
    request: RunRequest
    root: Any
    folder: Any
    client: str
    executed: ExecutedFile | None = None


class WorkerRuns:
    """Starts runs of a live notebook in worker processes; at most one of them runs in the background."""

    def __init__(self, notebook: LiveNotebook) -> None:
        self._notebook = notebook
        self.background: BackgroundRun | None = None

    @property
    def slots(self) -> int:
        """Return the number of workers that run at the same time."""
        return processors()

    def _say(self, text: str) -> None:
        self._notebook.screen.say(offer_magics(text, self._notebook.document.name))

    # a step in workers, as part of the interactive run

    def in_workers(self, plan: RunPlan, program: Program, journal: LiveJournal, step: StepSpec | None = None) -> None:
        """Perform a plan in workers; show the progress of `step`, if given. Raises TasksFailed, KeyboardInterrupt."""
        store, where = self._notebook.store(), self._notebook.document.where
        with self._notebook.screen.progress() as update:
            names = [*program.graph.links[step.name].scope, step.name] if step else []
            shown = dict.fromkeys(names, Reuse.ANY)
            watched = self._watch(program.graph, RunPlan(shown), store, update)
            with self._notebook.broadcast.step(journal.run_row, watched.tally, where) as watched.going:
                machine = RunMachine(program.graph, count_resources(plan, program.graph))
                executor = Executor(machine, program, journal, _Only(watched, shown))
                try:
                    outcome = executor.execute()
                    watched.end(outcome)
                finally:
                    watched.show()
        run = executor.run
        if run.learned:
            keep_learned(journal.writer, run.graph, run.learned)
            journal.writer.commit()
            self._notebook.forget_graph()
        raise_unless_succeeded(run, outcome, f"step '{step.name}'" if step else "a step above")

    def _watch(self, graph: Graph, plan: RunPlan, store: Store, update: Update, aside: bool = False) -> Watched:
        memory = memory_of(store, graph.flow.name)
        command = shlex.quote(self._notebook.document.name)
        narrator = Narrator(graph, Tally(graph, plan.reuse), memory, command, brief=True)
        return Watched(narrator, update, None if aside else self._say)

    # %flow run

    def perform(self, request: RunRequest, background: bool = False, executed: ExecutedFile | None = None) -> None:
        """Run the flow and bind its results as Run All would; a background run binds them at the next cell."""
        notebook = self._notebook
        graph = notebook.graph()
        refuse_errors(graph)
        order = RunOrder(graph, request, notebook.store().root, notebook.folder, notebook.broadcast.client(), executed)
        if background:
            self._start(order)
            return
        store = notebook.store()
        with notebook.screen.progress() as update:
            finished = self._launch(order, store, update)
        self._conclude(finished, request)

    def _launch(self, order: RunOrder, store: Store, update: Update, beside: BackgroundRun | None = None) -> Finished:
        began = time.monotonic()
        watched = self._watch(order.graph, order.request.plan, store, update, beside is not None)
        begun: list[RunRow] = []

        def started(row: RunRow, executor: Executor) -> None:
            begun.append(row)
            if order.executed is not None:
                order.executed.begin(Archive(store.history, row.flow, order.root), row)
            for problem in warnings_of(order.graph, order.folder, request.plan.reuse):
                self._say(f"warning: {problem}")
            self._tell_begin(order, watched, beside, row, executor)

        def listen(event: Any, result: Any) -> None:
            watched(event, result)
            if self._notebook.broadcast.sinks:
                _show_widgets(watched.narrator.memory, event, result)
            if order.executed is not None:
                order.executed.heard(event, watched.tally)
            if beside is not None:
                beside.tell()

        request = order.request
        try:
            finished = launch(
                order.graph, request, store, order.folder, listen, started=started,
            )  # fmt: skip
        except BaseException:
            _close(store, begun)
            watched.end(Outcome.FAILED)
            raise
        watched.end(finished.outcome)
        seconds = time.monotonic() - began
        watched.say([*watched.narrator.summary(finished.row.number, finished.outcome, seconds)][:1])
        watched.say([order.executed.end()] if order.executed is not None else [])
        watched.say(keep_within_limit(store))
        watched.show()
        return finished

    def _tell_begin(
        self, order: RunOrder, watched: Watched, beside: BackgroundRun | None, row: RunRow, executor: Executor
    ) -> None:
        notebook = self._notebook
        watched.going = notebook.broadcast.begin(row, watched.tally, notebook.document.where, order.client)
        if beside is not None:
            beside.watched = watched
            beside.began(row, executor)
        else:
            self._say(_heading(row, order))

    def _conclude(self, finished: Finished, request: RunRequest) -> None:
        self.bind_results(finished)
        self._notebook.forget_graph()
        raise_unless_succeeded(finished.run, finished.outcome, f"run {finished.row.number}")

    # background runs

    def _start(self, order: RunOrder) -> None:
        if self.background is not None and not self.background.is_over:
            number = self.background.row.number if self.background.row else "before"
            raise VerbUnknown(f"run {number} still runs in the background: wait for it, or stop it with %flow cancel")
        progress = self._notebook.screen.progress()
        update = progress.__enter__()

        def work(beside: BackgroundRun) -> Finished:
            with Store.open(order.root) as store:  # a connection can be used only in the thread that made it
                return self._launch(order, store, update, beside)

        self.background = BackgroundRun(work)
        self.background.wait_until_begun()
        if self.background.row is not None:
            self._say(f"run {self.background.row.number} goes on in the background: %flow status shows it")

    def start_background(self, plan: RunPlan, program: Program) -> None:
        """Start a `--bg` step as a background run of its own."""
        request, client = RunRequest(plan, dict(program.parameters)), self._notebook.broadcast.client()
        self._start(RunOrder(program.graph, request, program.root, program.folder, client))

    def wait_for(self, steps: Sequence[str]) -> bool:
        """Wait for the steps that the background run performs; return whether there were any."""
        beside = self.background
        wanted = [step for step in steps if beside is not None and beside.takes_part(step)]
        if beside is None or not wanted:
            return False
        if not beside.is_over:
            self._say(f"waiting for {', '.join(wanted)}, which runs in the background")
            beside.wait(wanted)
        return True

    def settle(self) -> None:
        """Bind the results of the background run, if it is over or the panel says so."""
        beside = self.background
        if beside is None or not (beside.is_over or beside.is_ending):
            return
        beside.wait()
        self.background = None
        if beside.error is not None:
            self._say(f"the background run failed: {beside.error}")
        elif beside.finished is not None:
            self.bind_results(beside.finished)
            self._notebook.forget_graph()

    def cancel(self) -> None:
        """Stop the background run and bind what it has finished. Raises VerbUnknown if there is none."""
        if self.background is None or self.background.is_over:
            raise VerbUnknown("nothing runs in the background; to stop a cell, use the stop button")
        self.background.cancel()
        self._say("cancelled; finished tasks are kept")
        self.settle()

    def close(self) -> None:
        """Cancel the background run, if there is one."""
        if self.background is not None and not self.background.is_over:
            self.background.cancel()

    # results

    def bind_results(self, finished: Finished) -> None:
        """Bind the parameters and artifacts of this run, and remove outdated ones of other runs.

        A name comes from the last step in document order that bound it; names of single foreach items are not bound.
        """
        notebook = self._notebook
        rows = {TaskId(t.step, t.path, t.turn, t.split): t.id for t in notebook.store().history.tasks(finished.row.id)}
        last: dict[str, tuple[ArtifactRef, int]] = {}
        ended: set[str] = set()
        for task, artifacts in results_of(finished.run):
            last |= {name: (artifact, rows.get(task, 0)) for name, artifact in artifacts.items()}
            for name in finished.run.graph.links[task.step].ends - artifacts.keys():
                last.pop(name, None)
                ended.add(name)
        notebook.unbind(ended - last.keys())
        self._let_go(finished, {name: artifact for name, (artifact, _) in last.items()})
        notebook.hold(as_in_run(finished.run.graph.flow, finished.row.parameters))
        by_task: dict[int, list[ArtifactRef]] = {}
        for artifact, row in last.values():
            by_task.setdefault(row, []).append(artifact)
        try:
            notebook.bind(by_task)  # in one call, so that names of several tasks keep sharing objects
        except NbflowError:
            self._bind_one_by_one(by_task)

    def _bind_one_by_one(self, by_task: Mapping[int, Sequence[ArtifactRef]]) -> None:
        for row, made in by_task.items():
            try:
                self._notebook.bind({row: made})
            except NbflowError as error:
                self._say(f"{', '.join(one.name for one in made)} could not be bound: {error}")

    def _let_go(self, finished: Finished, made: Mapping[str, ArtifactRef]) -> None:
        """Remove artifacts that another run made from other values than those of this run."""
        notebook = self._notebook
        notebook.ledger.prune()
        held = {name: one.artifact for name, one in notebook.ledger.bound.items() if one.ours}
        before, ran = notebook.live_parameters(), as_in_run(finished.run.graph.flow, finished.row.parameters)
        changed = {name for name, value in ran.items() if not is_same_value(before.get(name, value), value)}
        left = outdated(finished.run, held, made, frozenset(changed))
        for name in left:
            del notebook.namespace[name]
        notebook.ledger.prune()
        if left:
            names = ", ".join(left)
            self._say(f"removed {names}: another run made this from other values, and this run did not make it again")

    def describe_reuse(self, step: str, events: Sequence[TaskReused]) -> Iterator[str]:
        """Yield lines such as `train · from run 7, 2 h ago, saved 1 h 58 m`."""
        if not events:
            yield f"{step} · no items, nothing to run"
            return
        if all(event.skipped for event in events):
            yield f"{step} · skipped: its condition did not hold"
            return
        whence = whence_of(self._notebook.store(), self._notebook.graph().flow.name)
        runs = {event.source.partition("/")[0] for event in events}
        origin = whence(events[0].source) if len(runs) == 1 else f"{len(runs)} runs"
        seconds = sum(event.seconds for event in events)
        tasks = f"{count(len(events), 'task')} " if len(events) > 1 else ""
        saved = f", saved {duration(seconds)}" if seconds >= 0.05 else ""
        yield f"{step} · {tasks}from {origin}{saved}"


def _show_widgets(memory: Memory, event: Event, result: Result | None) -> None:
    """Create in the front end the models of the widgets that a task has displayed, for those who show its outputs."""
    reused = memory.outputs(event.outputs) if isinstance(event, TaskReused) and event.outputs else ()
    for output in result.outputs if result is not None else reused:
        if "widgets" in output:
            show_states(output["widgets"]["state"])


class _Only:
    """Passes on the events of some steps to a listener; the steps above come from the store."""

    def __init__(self, watched: Watched, steps: Iterable[str]) -> None:
        self._watched, self._steps = watched, frozenset(steps)

    def __call__(self, event: Any, result: Any) -> None:
        task = getattr(event, "task", None)
        if task is None or task.step in self._steps:
            self._watched(event, result)


def results_of(run: RunMachine) -> Iterator[tuple[TaskId, Mapping[str, ArtifactRef]]]:
    """Yield the finished tasks that are not items of a foreach, in document order; of a loop, the last turn."""
    newest: dict[str, TaskId] = {}
    for task, entry in run.tasks.items():
        if not task.path and not task.split and entry.state is TaskPhase.SUCCEEDED:
            newest[task.step] = max(newest.get(task.step, task), task, key=lambda one: one.turn)
    for step in run.graph.links:
        if step in newest:
            yield newest[step], run.tasks[newest[step]].artifacts or {}


def outdated(
    run: RunMachine, held: Mapping[str, ArtifactRef], made: Mapping[str, ArtifactRef], parameters: frozenset[str]
) -> list[str]:
    """Return the names in a kernel that do not fit a run: the run should have made them, or has changed their sources.

    `held` maps the names in the kernel to their artifacts, `made` those of the run; `parameters` are the parameters
    that have other values in the run.
    """
    links = run.graph.links
    moved = {name for name, one in made.items() if name not in held or held[name].digest != one.digest}
    stale = {step for step, linked in links.items() if step in run.plan.reuse and linked.writes & moved}
    stale |= {step for step, linked in links.items() if linked.parameters & parameters}
    below = {step for step in links if step in stale or not stale.isdisjoint(run.graph.ancestors(step))}
    writers = {name: {step for step, linked in links.items() if name in linked.writes} for name in held}
    return sorted(name for name in held.keys() - made.keys() if writers[name] & (below | run.plan.reuse.keys()))


def raise_unless_succeeded(run: RunMachine, outcome: Outcome, what: str) -> None:
    """Raise an error unless the run succeeded, so that Run All stops at this cell.

    Raises TasksFailed; KeyboardInterrupt if the run was cancelled.
    """
    if outcome is Outcome.CANCELLED:
        raise KeyboardInterrupt
    if outcome is Outcome.FAILED:
        failed = {str(task): entry for task, entry in sorted(run.tasks.items()) if entry.state is TaskPhase.FAILED}
        reasons = {
            task: f"{entry.failure.type}: {entry.failure.message}".splitlines()[0]
            for task, entry in failed.items()
            if entry.failure is not None and not entry.tolerated
        }
        total = sum(not task.split and task.step in {one.partition("[")[0] for one in failed} for task in run.tasks)
        if reasons:
            raise TasksFailed(what, reasons, total)
        fix = f"Run what is missing: %flow run --to {list(run.plan.reuse)[-1]}"
        reason = "its result is not stored for the notebook as it is now"
        raise TasksFailed(what, dict.fromkeys(failed, reason), total, fix)


def _close(store: Store, begun: Iterable[RunRow]) -> None:
    """Mark runs as failed that could not end by themselves, because the kernel lives on."""
    for row in begun:
        with store.writer() as writer:
            writer.update_run(row.id, status=RunStatus.FAILED, finished=time.time())


def _heading(row: RunRow, order: RunOrder) -> str:
    steps = count(len(order.request.plan.reuse), "step")
    name = f"\n{explain_name(row.flow, row.document)}" if row.number == 1 else ""
    request = order.request
    place = f"on {request.place}" if request.place else count(request.plan.slots, "worker")
    return f"run {row.number} of {order.graph.flow.name} · {steps} · {place}{name}"
