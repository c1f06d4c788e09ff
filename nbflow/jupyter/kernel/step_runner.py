"""Executes a step for a kernel: takes it from the store, runs it in the kernel, or hands it to workers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import NoReturn

from nbflow.checkpoints.random_generators import write_random
from nbflow.errors import AncestorsMissing, NbflowError, UnknownName
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec
from nbflow.jupyter.kernel.broadcast import Going
from nbflow.jupyter.kernel.edited_modules import LocalModules
from nbflow.jupyter.kernel.interactive import LiveJournal
from nbflow.jupyter.kernel.kernel_performer import Played
from nbflow.jupyter.kernel.known import Anew, KnownTasks, find_stored, look_up, run_above
from nbflow.jupyter.kernel.live_notebook import LiveNotebook, Scene
from nbflow.jupyter.kernel.look_up_memory import LookUpMemory
from nbflow.jupyter.kernel.phrases import describe_attempt, describe_end, describe_learned
from nbflow.jupyter.kernel.worker_runs import WorkerRuns
from nbflow.progress.numbers import duration
from nbflow.progress.tally import Tally
from nbflow.run.diskcheck import check_disk
from nbflow.run.events.events import (
    Event,
    Reuse,
    StartTask,
    TaskFailed,
    TaskId,
    TaskReused,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.executor import event_of
from nbflow.run.learning import keep_learned
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan, plan_run
from nbflow.run.program.keys import Keys
from nbflow.run.task.tracebacks import describe_failure
from nbflow.run.task.traces import comparison
from nbflow.store.catalog.foreign import read_outputs
from nbflow.store.values.artifact_ref import ArtifactRef


class StepRunner:
    """Executes the steps of a live notebook one at a time, when the user executes their cells."""

    def __init__(self, notebook: LiveNotebook, runs: WorkerRuns) -> None:
        self._notebook, self._runs = notebook, runs
        self._modules = LocalModules()
        self._memory = LookUpMemory()
        self.body_error: BaseException | None = None
        self.focus: TaskId | None = None  # the one task of a foreach that runs here next, for debugging

    def run(self, name: str, anew: Anew = frozenset(), shown: bool = False) -> None:
        """Bring a step up to date and bind its artifacts; `anew` are tasks that run even if they are stored.

        The stored turns of a loop that goes on are shown again, unless they are `shown` already.

        Raises the error of the body, which is then also in `body_error`; UnknownName, AncestorsMissing, TasksFailed and
        the errors of the store.
        """
        notebook = self._notebook
        self.body_error = None
        self._runs.settle()
        step = self._step(name)
        notebook.resolve_environments(name)
        scene = notebook.begin()
        for problem in check_disk(scene.program.graph, notebook.folder, [name]):
            notebook.screen.say(f"warning: {problem}")
        with scene.interactive.working(scene.program) as journal:
            if self.focus is not None and self.focus.step == name:
                self._run_focused(scene, journal, step)
                scene = notebook.begin()
            run, known = self._know(scene, journal, step, anew)
            if known.start is None or self._needs_workers(scene, step):
                scene.performer.live.define_code_of(name)
            if known.start is None:
                with self._followed(step):
                    self._reuse(step, run, known, journal)
            elif step.options.background:
                self._runs.start_background(self._plan(scene.program.graph, step, anew), scene.program)
            elif self._needs_workers(scene, step):
                self._runs.in_workers(self._plan(scene.program.graph, step, anew), scene.program, journal, step)
                self._bind_found(scene, journal, step)
            else:
                if not shown:
                    self._show_again(known.of(step.name))
                with self._followed(step):
                    self._run_here(scene, run, known.start, journal)

    @contextmanager
    def _followed(self, step: StepSpec) -> Iterator[None]:
        """Let names of ordinary cells follow the objects that a step changes in place: the step has copies of them."""
        notebook, assigned = self._notebook, step.names.writes - step.names.mutates
        before = {name: one.value for name, one in notebook.ledger.bound.items() if name not in assigned}
        try:
            yield
        finally:
            changed = notebook.graph().links[step.name].writes if step.name in notebook.graph().links else ()
            notebook.ledger.follow({name: before[name] for name in changed if name in before})

    def _needs_workers(self, scene: Scene, step: StepSpec) -> bool:
        """Tell whether a step has many tasks, other packages, or must not see settings that the kernel has executed."""
        scope = scene.program.graph.links[step.name].scope
        return bool(step.options.background or step.options.env or scope) or scene.performer.live.is_ahead_of(step)

    def _step(self, name: str) -> StepSpec:
        graph = self._notebook.graph()
        if name not in graph.steps:
            raise UnknownName("step", name, graph.steps)
        return graph.steps[name]

    def _run_focused(self, scene: Scene, journal: LiveJournal, step: StepSpec) -> None:
        """Run the one task that is being debugged in the kernel, whether or not its siblings are stored."""
        run, known = self._look_up(scene, journal, step, frozenset(), self.focus)
        if known.start is None:
            self.focus = None  # its item is gone
            return
        for event in known.found:
            journal.record(event, None)
        with self._going(journal, scene.program.graph, step.name) as going:
            self._play(scene, run, known.start, journal, going)
        self._notebook.screen.say(f"{self.focus} · done here")
        self.focus = None

    def _going(self, journal: LiveJournal, graph: Graph, step: str) -> AbstractContextManager[Going]:
        """Return a context in which the panel is told about a step."""
        notebook = self._notebook
        return notebook.broadcast.step(journal.run_row, Tally(graph, [step]), notebook.document.where)

    # stored tasks

    def _know(self, scene: Scene, journal: LiveJournal, step: StepSpec, anew: Anew) -> tuple[RunMachine, KnownTasks]:
        """Look up and record the stored tasks that the step needs, and wait for those that a background run makes."""
        run, known = self._look_up(scene, journal, step, anew)
        if known.missing and self._runs.wait_for(known.missing):
            run, known = self._look_up(scene, journal, step, anew)
        if known.missing:
            raise self._without(step.name, known.missing)
        for event in known.found:
            journal.record(event, None)
        journal.commit()
        return run, known

    def _look_up(
        self, scene: Scene, journal: LiveJournal, step: StepSpec, anew: Anew, target: TaskId | None = None
    ) -> tuple[RunMachine, KnownTasks]:
        """Return how far a run of the step and those above comes with stored tasks; those it found are not recorded."""
        program, graph = scene.program, scene.program.graph
        plan, keys = self._plan(graph, step, anew), Keys(program)
        journal.compare = comparison(graph, program.folder, journal.history, [step.name])
        above = None if anew or target else self._memory.find_above(program, scene.interactive, plan, step.name)
        run = RunMachine(graph, plan, before=above)
        known = look_up(run, step.name, lambda start: find_stored(start, run, keys, journal), target)
        further = [step.name] if above else plan.reuse
        scene.interactive.keep_files({name: keys.files(name) for name in further}, program.locks)
        return run, known

    def _plan(self, graph: Graph, step: StepSpec, anew: Anew) -> RunPlan:
        reuse = dict(plan_run(graph, only=step.name).reuse) | {step.name: Reuse.ANY}
        return RunPlan(reuse, anew, self._runs.slots)

    def _without(self, step: str, missing: Sequence[str]) -> AncestorsMissing:
        """Return the error of a step whose inputs are missing, with how long the steps that make them took."""
        graph = self._notebook.graph()
        took = self._notebook.store().history.durations(graph.flow.name)
        durations = {name: duration(took[name]) if name in took else "" for name in missing}
        above = graph.links[step].upstream
        seconds = sum(took[name] for name in missing) if took.keys() >= {*missing} else None
        return AncestorsMissing(step, durations, above[0] if len(above) == 1 else step, seconds)

    def _bind_found(self, scene: Scene, journal: LiveJournal, step: StepSpec) -> None:
        """Bind the artifacts that workers made for a step, and show its outputs, unless the step has many tasks."""
        if scene.program.graph.links[step.name].scope:
            return
        run, known = self._look_up(scene, journal, step, frozenset())
        mine = known.of(step.name)
        self._show_again(mine)
        if mine and not mine[-1].skipped:
            self._bind(run, journal, mine[-1])

    def _show_again(self, tasks: Sequence[TaskReused]) -> None:
        """Show the stored outputs of tasks, unless there are many."""
        for event in tasks if len(tasks) <= 10 else ():
            if event.outputs:
                self._notebook.screen.replay(read_outputs(self._notebook.store().history, event.outputs))

    def _bind(self, run: RunMachine, journal: LiveJournal, found: TaskReused) -> None:
        """Bind the artifacts of a stored task, and those that share objects with them."""
        beside = run.partners_of(found.task, found.artifacts)
        self._notebook.bind({journal.rows.get(found.task, 0): found.artifacts}, beside)

    def _reuse(self, step: StepSpec, run: RunMachine, known: KnownTasks, journal: LiveJournal) -> None:
        """Bind the stored artifacts, show the outputs again, and say so in one line; nothing is executed."""
        notebook = self._notebook
        found = known.of(step.name)
        mine = [event for event in found if not event.task.split]
        with self._going(journal, notebook.graph(), step.name) as going:
            for event in found:
                going.count(event)
        for line in self._runs.describe_reuse(step.name, mine):
            notebook.screen.say(line)
        self._show_again(mine)
        if mine and not notebook.graph().links[step.name].scope and not mine[-1].skipped:
            self._bind(run, journal, mine[-1])
            self._unbind(step.name, {one.name for one in mine[-1].artifacts})

    # tasks in the kernel

    def _run_here(self, scene: Scene, run: RunMachine, first: StartTask, journal: LiveJournal) -> None:
        start: StartTask | None = first
        with self._going(journal, run.graph, first.task.step) as going:
            while start is not None:
                event = self._play(scene, run, start, journal, going)
                learned = run.learned
                instructions = run.handle(event)
                if isinstance(event, TaskSucceeded):
                    self._look_above(scene, run, start, event, journal)
                    if run.learned != learned:
                        self._learn(scene, run, event)
                        return
                start = next((one for one in instructions if isinstance(one, StartTask)), None)
                if start is not None:  # the next turn of a loop, or the next attempt
                    journal.expect(start, Keys(scene.program).key(start), "")

    def _play(self, scene: Scene, run: RunMachine, start: StartTask, journal: LiveJournal, going: Going) -> Event:
        for name in self._modules.refresh(scene.program, start.task.step):
            self._notebook.screen.say(f"{name} changed on disk: imported again")
        started = TaskStarted(start.task, start.attempt)
        journal.record(started, None)
        journal.commit()
        going.count(started)
        played = scene.performer.play(
            run, start, self._notebook.screen, cache(lambda: self._find_partners(scene, start, journal))
        )
        if isinstance(played.error, KeyboardInterrupt):
            self._stop(start, played, journal, going)
        objection = run.objection(start.task.step, played.result.learned)
        if objection is not None:
            played.result.failure, played.error = describe_failure(objection), objection
        event = event_of(played.result, start.attempt)
        journal.record(event, played.result)
        self._bind_made(played, journal.rows.get(start.task, 0))  # first: the catalog may be locked for long
        if isinstance(event, TaskSucceeded):
            write_random(journal.writer, journal.rows[start.task])
        journal.commit()
        going.count(event)
        for line in describe_end(event, played.result):
            self._notebook.screen.say(line)
        if isinstance(event, TaskFailed) and not self._will_retry(event, played):
            self._raise(played)
        return event

    def _find_partners(self, scene: Scene, start: StartTask, journal: LiveJournal) -> tuple[ArtifactRef, ...]:
        return self._run_above(scene, start, journal).partners_of(start.task, start.inputs, start.joined)

    def _run_above(self, scene: Scene, start: StartTask, journal: LiveJournal) -> RunMachine:
        keys = Keys(scene.program)
        return run_above(scene.program.graph, start, lambda run: lambda other: find_stored(other, run, keys, journal))

    def _look_above(
        self, scene: Scene, run: RunMachine, start: StartTask, event: TaskSucceeded, journal: LiveJournal
    ) -> None:
        """Learn which steps above share a constant that the task has changed, whether it waits for them or not."""
        if any(one.name in scene.program.graph.prelude.names for one in event.artifacts):
            above = self._run_above(scene, start, journal)
            above.handle(event)
            steps = {*above.learned} - {start.task.step}
            run.learned = {**run.learned, **{step: above.learned[step] for step in steps}}

    def _stop(self, start: StartTask, played: Played, journal: LiveJournal, going: Going) -> NoReturn:
        """Record an interrupted task as cancelled, not as failed, and raise the interrupt."""
        journal.stop(start.task, played.result)
        going.stop()
        self._bind_made(played, 0)
        self._raise(played)

    def _will_retry(self, event: TaskFailed, played: Played) -> bool:
        retry = self._notebook.graph().steps[event.task.step].options.retry
        if event.attempt >= retry or not isinstance(played.error, Exception):
            return False
        self._notebook.screen.say(describe_attempt(event, retry))
        return True

    def _bind_made(self, played: Played, task: int) -> None:
        """Bind the objects that the body made; after a failure, all names that it had bound, for debugging."""
        notebook = self._notebook
        if played.error is None:
            notebook.namespace.update({name: made for name, made in played.made.items() if name not in GENERATORS})
            notebook.ledger.own(task, played.result.artifacts)
            notebook.ledger.rebind(played.beside)
            self._unbind(played.result.task.step, played.made.keys())
        else:
            notebook.namespace.update(played.left)
            notebook.ledger.disown(played.left)
            notebook.ledger.rebind(played.beside)

    def _unbind(self, step: str, bound: Collection[str]) -> None:
        """Remove the names that the step has deleted."""
        self._notebook.unbind(self._notebook.graph().links[step].ends.difference(bound))

    def _learn(self, scene: Scene, run: RunMachine, event: TaskSucceeded) -> None:
        """Remember that the step changes what it reads, for this graph and later ones."""
        keep_learned(scene.interactive.writer, run.graph, run.learned)
        scene.interactive.writer.commit()
        self._notebook.forget_graph()
        drawn = not GENERATORS.isdisjoint(event.learned)  # the draws came before their state was known
        step = event.task.step
        anew = drawn or _sources(self._notebook.graph(), step) != _sources(scene.program.graph, step)
        if anew:
            self._notebook.screen.clear()
        if event.learned:
            self._notebook.screen.say(describe_learned(event))
        if event.again or anew:
            self._run_above_again(step)
            self.run(step, shown=not anew)

    def _run_above_again(self, name: str) -> None:
        """Run steps above again if they now have to hand on more than when they ran."""
        scene = self._notebook.begin()
        graph = scene.program.graph
        with scene.interactive.working(scene.program) as journal:
            _, known = self._look_up(scene, journal, graph.steps[name], frozenset())
            for missing in known.missing:
                self._notebook.screen.say(f"{missing} · runs again, because it shares objects that {name} changes")
            if known.missing:
                reuse = dict.fromkeys(graph.ancestors(name), Reuse.ANY)
                plan = RunPlan({one: reuse[one] for one in graph.links if one in reuse}, slots=self._runs.slots)
                self._runs.in_workers(plan, scene.program, journal)

    def _raise(self, played: Played) -> NoReturn:
        assert played.error is not None
        is_own = isinstance(played.error, NbflowError) and played.result.failure is not None
        self.body_error = None if is_own and not played.result.failure.frames else played.error  # type: ignore[union-attr]
        raise played.error


def _sources(graph: Graph, step: str) -> Mapping[str, tuple[str, ...]]:
    """Map each name that a step reads to the steps it comes from; to none if ordinary cells provide it."""
    linked = graph.links[step]
    read = {one.name: one.writers for one in linked.bindings if one.name not in linked.carried}
    return dict.fromkeys(linked.prelude, ()) | read
