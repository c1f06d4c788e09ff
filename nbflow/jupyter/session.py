"""A kernel session: what Shift+Enter on a step cell does. Knows a namespace and a screen, and no IPython."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from nbflow.arguments import bind_parameters
from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.randomness import write_random
from nbflow.cli.tally import Tally
from nbflow.cli.words import duration
from nbflow.errors import AncestorsMissing, FlowRefused, NbflowError, UnknownName
from nbflow.flow.graph import Graph, link
from nbflow.flow.step import Flow, Step
from nbflow.jupyter.broadcast import Broadcast, Going
from nbflow.jupyter.document import Document
from nbflow.jupyter.home import LiveHome
from nbflow.jupyter.interactive import InteractiveRun, LiveJournal
from nbflow.jupyter.kernel import KernelPerformer, Played
from nbflow.jupyter.known import Anew, Known, find_stored, look_up
from nbflow.jupyter.modules import LocalModules
from nbflow.jupyter.runs import Runs
from nbflow.jupyter.screen import Screen
from nbflow.jupyter.sent import Sent
from nbflow.jupyter.soundness import refuse_unless_sound
from nbflow.jupyter.verbs import use
from nbflow.jupyter.wording import describe_attempt, describe_end, describe_learned
from nbflow.run.events import Reuse, StartTask, TaskFailed, TaskId, TaskReused, TaskStarted, TaskSucceeded
from nbflow.run.executor import describe
from nbflow.run.keys import Keys
from nbflow.run.launch import keep_learned, link_known
from nbflow.run.machine import Run
from nbflow.run.plan import Plan, plan_run
from nbflow.run.program import Program
from nbflow.store.artifact import Artifact
from nbflow.store.store import Store


class Session:
    """One per kernel. `kept` are the names in the namespace that belong to the front end and are never set aside."""

    def __init__(
        self, namespace: dict[str, Any], screen: Screen, folder: Path, path: Path | None = None,
        kept: frozenset[str] = frozenset(), broadcast: Broadcast | None = None,
    ) -> None:  # fmt: skip
        self.namespace, self.screen, self.kept = namespace, screen, kept
        self.broadcast = broadcast or Broadcast()
        self._folder = folder
        self.document = Document(path)
        self.ledger = Ledger(namespace)
        self.given: dict[str, Any] = {}  # parameters set by the form
        self.runs = Runs(self)
        self.body_error: BaseException | None = None
        self.focus: TaskId | None = None  # the one task of a foreach that runs here next, to look into it
        self.interactive: InteractiveRun | None = None
        self._ran: list[tuple[str, str | None]] = []
        self._modules = LocalModules()
        self._store: Store | None = None
        self._linked: tuple[Flow, Graph] | None = None
        self._home: LiveHome | None = None
        self._scene: tuple[Program, LiveHome, KernelPerformer | None] | None = None

    # the notebook as it is now

    @property
    def folder(self) -> Path:
        return self.document.path.parent if self.document.path else self._folder

    @property
    def root(self) -> Path:
        return self._store.root if self._store else Store.locate(self.folder)

    def ran(self, source: str, cell_id: str | None) -> None:
        """An ordinary cell was executed to its end. Looked at later, so that it costs nothing."""
        self._ran.append((source, cell_id))

    def take(self, sent: Sent) -> None:
        """The notebook as the front end shows it, whether it is saved or not, and under the name it has by now."""
        self._take_note()
        if moved := self.document.find_moved(sent.path):
            self.follow(moved)
        self.document.take(sent.cells)

    def graph(self) -> Graph:
        """The flow as the notebook stands now; the same object until that changes."""
        self._take_note()
        flow = self.document.flow()
        if self._linked is None or self._linked[0] is not flow:
            self._linked = flow, self._link(flow)
        return self._linked[1]

    def _link(self, flow: Flow) -> Graph:
        if self._store is None and not (self.root / "catalog.db").exists():
            return link(flow)
        return link_known(flow, self.store(create=False).history)

    def _take_note(self) -> None:
        """Of the ordinary cells that ran since: what they say, and what their definitions bound."""
        if not self._ran:
            return
        keys = [self.document.execute(source, cell_id) for source, cell_id in self._ran]
        self._ran.clear()
        flow = self.document.flow()
        numbers = {cell.id: cell.number for cell in flow.cells}
        ran = [numbers[key] for key in keys if key in numbers]
        for number in dict.fromkeys(ran):
            self.ledger.define(one for one in flow.prelude.definitions if one.place.cell == number)

    def forget_graph(self) -> None:
        """A run may have found that steps change what they read, and has made newer tasks."""
        self._linked = self._scene = None
        if self.interactive is not None:
            self.interactive.journal.forget_found()

    def store(self, create: bool = True) -> Store:
        if self._store is not None and not self._store.catalog.exists():
            self._forget_store()
        if self._store is None:
            self._store = Store.open(Store.locate(self.folder), create)
        return self._store

    def _forget_store(self) -> None:
        """Somebody has deleted it; the session goes on with a new one."""
        if self.interactive is not None:
            self.interactive.abandon()
        self.interactive = self._store = self._scene = None

    def follow(self, path: Path) -> None:
        """Belong to this notebook, and to its store, from now on."""
        before = self.document.flow().name
        self.document.follow(path)
        if self._store is not None and self._store.root != Store.locate(path.parent):
            self.close()
        elif self.interactive is not None and before != path.stem:
            self.interactive.close()
            self.interactive = None
        self._linked = self._scene = None

    def close(self) -> None:
        self.runs.close()
        if self.interactive is not None:
            self.interactive.close()
        if self._store is not None:
            self._store.close()
        self.interactive = self._store = self._scene = None

    def parameters(self, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What is given now, then what the form has set, then what the notebook says."""
        return bind_parameters(self.graph().flow, self.chosen() | dict(given or {}), self.folder)

    def chosen(self) -> dict[str, Any]:
        """What was set in the form, of the parameters that there are."""
        known = {parameter.name for parameter in self.graph().flow.parameters}
        return {name: value for name, value in self.given.items() if name in known}

    def choose(self, values: Mapping[str, Any]) -> None:
        """Set parameters for cells and runs, until they are set again."""
        self.given.update(values)
        self.namespace.update(values)

    def set_parameters(self, source: str, cell_id: str | None = None) -> None:
        """A %%parameters cell was executed: its names hold what it says. Raises FlowRefused."""
        self._take_note()
        key = self.document.execute(source, cell_id)
        graph = self.graph()
        number = next((cell.number for cell in graph.flow.cells if cell.id == key), 0)
        mine = [one for one in graph.flow.problems if one.place and one.place.cell == number and not one.warning]
        if mine:
            raise FlowRefused([str(problem) for problem in mine])
        names = [one.name for one in graph.flow.parameters if one.place.cell == number]
        for name in names:
            self.given.pop(name, None)
        self.home().define(n for d in graph.prelude.definitions if d.place.cell == number for n in d.names)
        values = self.parameters()
        self.namespace.update({name: values[name] for name in names})

    def use(self, line: str) -> None:
        """Do what a `%flow` line says."""
        use(self, line)

    def home(self) -> LiveHome:
        return self._set_scene()[1]

    def _set_scene(self) -> tuple[Program, LiveHome, KernelPerformer | None]:
        graph, parameters = self.graph(), self.parameters()
        if self._scene is None or self._scene[0].graph is not graph or self._scene[0].parameters != parameters:
            program = Program(graph, parameters, self.folder, self.root)
            self._home = LiveHome(program, self._stored_code, self.ledger, self.kept, self._home)
            self._scene = program, self._home, None
        return self._scene

    def _stored_code(self, digest: str) -> str | None:
        return self.store().history.code(digest)

    # a step cell

    def execute(self, source: str, cell_id: str | None = None) -> None:
        """Shift+Enter on a step cell.

        Raises what the body raised, with `body_error` set to it; FlowRefused, AncestorsMissing, TasksFailed and what
        the store has to say.
        """
        self._take_note()
        key = self.document.execute(source, cell_id)
        graph = self.graph()
        step = next((step for step in graph.steps.values() if step.cell_id == key), None)
        self.run_step(refuse_unless_sound(graph, key, step).name)

    def run_step(self, name: str, anew: Anew = frozenset()) -> None:
        """Bring a step up to date and bind its artifacts; `anew` are tasks that run whatever is stored."""
        self.body_error = None
        self.runs.settle()
        step = self._step(name)
        program = self._begin()
        assert self.interactive is not None
        with self.interactive.working(program) as journal:
            if self.focus is not None and self.focus.step == name:
                self._run_focused(program, journal, step)
                program = self._begin()
            run, known = self._look_up(program, journal, step, anew)
            if known.missing and self.runs.wait_for(known.missing):
                run, known = self._look_up(program, journal, step, anew)
            if known.missing:
                raise AncestorsMissing(name, self._durations(known.missing))
            for event in known.found:
                journal.record(event, None)
            journal.commit()
            if known.start is None:
                self._reuse(step, known, journal)
            elif step.options.background:
                self.runs.start_background(self._plan(program.graph, step, anew), program)
            elif step.foreach or program.graph.links[name].scope:
                self.runs.in_workers(self._plan(program.graph, step, anew), program, journal, step)
            else:
                self._run_here(run, known.start, journal)

    def _step(self, name: str) -> Step:
        graph = self.graph()
        if name not in graph.steps:
            raise UnknownName("step", name, graph.steps)
        return graph.steps[name]

    def _begin(self) -> Program:
        """The program of the interactive run, which begins with its first step."""
        store = self.store()
        program, home, performer = self._set_scene()
        if self.interactive is None:
            self.interactive = InteractiveRun(store, program)
        if performer is None:
            program = replace(program, root=store.root, run=self.interactive.row.id)
            self._scene = program, home, KernelPerformer(program, store, home)
        return program

    def _run_focused(self, program: Program, journal: LiveJournal, step: Step) -> None:
        """The one task that is being looked into runs here, whatever became of its siblings."""
        run, known = self._look_up(program, journal, step, frozenset(), self.focus)
        if known.start is None:
            self.focus = None  # its item is gone
            return
        for event in known.found:
            journal.record(event, None)
        tally = Tally(program.graph, [step.name])
        with self.broadcast.step(journal.run_row, tally, self.document.where) as going:
            self._play(run, known.start, journal, going)
        self.screen.say(f"{self.focus} · done here")
        self.focus = None

    def _look_up(
        self, program: Program, journal: LiveJournal, step: Step, anew: Anew, target: TaskId | None = None
    ) -> tuple[Run, Known]:
        keys = Keys(program)
        plan = self._plan(program.graph, step, anew)

        def find(start: StartTask) -> TaskReused | None:
            return find_stored(start, program.graph, keys, journal)

        run = Run(program.graph, plan)
        known = look_up(run, step.name, find, target)
        if self.interactive is not None:
            self.interactive.keep_files({name: keys.files(name) for name in plan.reuse})
        return run, known

    def _plan(self, graph: Graph, step: Step, anew: Anew) -> Plan:
        reuse = dict(plan_run(graph, only=step.name).reuse) | {step.name: Reuse.ANY}
        return Plan(reuse, anew, self.runs.slots)

    def _durations(self, steps: Iterable[str]) -> dict[str, str]:
        took = self.store().history.durations(self.graph().flow.name)
        return {step: duration(took[step]) if step in took else "" for step in steps}

    # what is stored

    def _reuse(self, step: Step, known: Known, journal: LiveJournal) -> None:
        """Nothing is executed: artifacts are bound, outputs shown again, one line says so."""
        found = known.of(step.name)
        mine = [event for event in found if not event.task.split]
        with self.broadcast.step(journal.run_row, Tally(self.graph(), [step.name]), self.document.where) as going:
            for event in found:
                going.count(event)
        for line in self.runs.describe_reuse(step.name, mine):
            self.screen.say(line)
        for event in mine if len(mine) <= 10 else ():
            if event.outputs:
                self.screen.replay(json.loads(self.store().history.text(event.outputs) or "[]"))
        if mine and not self.graph().links[step.name].scope and not mine[-1].skipped:
            self.bind(mine[-1].artifacts, journal.rows.get(mine[-1].task, 0))

    def bind(self, artifacts: Iterable[Artifact], task: int) -> None:
        """Load artifacts into the notebook's namespace: all of them, or none when one cannot be loaded."""
        wanted = tuple(artifacts)
        self.namespace.update(self.store().load({one.name: one for one in wanted}, self.home()))
        self.ledger.own(task, wanted)

    # what runs here

    def _run_here(self, run: Run, first: StartTask, journal: LiveJournal) -> None:
        start: StartTask | None = first
        with self.broadcast.step(journal.run_row, Tally(run.graph, [first.task.step]), self.document.where) as going:
            while start is not None:
                event = self._play(run, start, journal, going)
                learned = run.learned
                instructions = run.handle(event)
                if run.learned != learned:
                    self._learn(run, event)
                    return
                start = next((one for one in instructions if isinstance(one, StartTask)), None)

    def _play(self, run: Run, start: StartTask, journal: LiveJournal, going: Going) -> Any:
        assert self._scene is not None
        program, _, performer = self._scene
        assert performer is not None
        for name in self._modules.refresh(program, start.task.step):
            self.screen.say(f"{name} changed on disk: imported again")
        started = TaskStarted(start.task, start.attempt)
        journal.record(started, None)
        journal.commit()
        going.count(started)
        played = performer.play(run, start, self.screen)
        if isinstance(played.error, KeyboardInterrupt):
            self._stop(start, played, journal, going)
        event = describe(played.result, start.attempt)
        journal.record(event, played.result)
        if isinstance(event, TaskSucceeded):
            write_random(journal.writer, journal.rows[start.task])
        journal.commit()
        going.count(event)
        self._bind_made(played, journal.rows.get(start.task, 0))
        for line in describe_end(event, played.result):
            self.screen.say(line)
        if isinstance(event, TaskFailed) and not self._will_retry(event, played):
            self._raise(played)
        return event

    def _stop(self, start: StartTask, played: Played, journal: LiveJournal, going: Going) -> NoReturn:
        """It was interrupted, which is nothing that went wrong with it."""
        journal.stop(start.task, played.result)
        going.stop()
        self._bind_made(played, 0)
        self._raise(played)

    def _will_retry(self, event: TaskFailed, played: Played) -> bool:
        retry = self.graph().steps[event.task.step].options.retry
        if event.attempt >= retry or not isinstance(played.error, Exception):
            return False
        self.screen.say(describe_attempt(event, retry))
        return True

    def _bind_made(self, played: Played, task: int) -> None:
        """The very objects that the body made. After a failure all that it had bound, for a look at it."""
        if played.error is None:
            self.namespace.update(played.made)
            self.ledger.own(task, played.result.artifacts)
        else:
            self.namespace.update(played.left)
            self.ledger.disown(played.left)

    def _learn(self, run: Run, event: TaskSucceeded) -> None:
        """Remember that the step changes what it reads, for the graph of today and of later."""
        assert self.interactive is not None
        keep_learned(self.interactive.writer, run)
        self.interactive.writer.commit()
        self.forget_graph()
        self.screen.say(describe_learned(event))
        if event.again:
            self.run_step(event.task.step)

    def _raise(self, played: Played) -> NoReturn:
        assert played.error is not None
        is_own = isinstance(played.error, NbflowError) and played.result.failure is not None
        self.body_error = None if is_own and not played.result.failure.frames else played.error  # type: ignore[union-attr]
        raise played.error
