"""Performs the tasks of a script in a worker.

A task has a FlowSpec instance of its own. Its method runs with everything that the decorators ask for, and the
attributes that it has set become artifacts.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbflow.cards.making import CARDS_ARTIFACT, CurrentCards, Underway, live_file
from nbflow.errors import (
    ChangeLeftBehind,
    FailureHandledByCatch,
    InvalidNextException,
    StoreError,
    TimeoutException,
    UnstorableArtifact,
)
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.flowspec.classes import ITEMS
from nbflow.flow.syntax.specs import Next, StepSpec
from nbflow.run.events.events import FailureKind, Level
from nbflow.run.output.capture import Capture
from nbflow.run.surroundings.alarm import alarm
from nbflow.run.surroundings.patches import undone
from nbflow.run.surroundings.stdin import IN_SCRIPT
from nbflow.run.surroundings.surroundings import Surroundings
from nbflow.run.task.cost import measured
from nbflow.run.task.granted import with_gpus
from nbflow.run.task.hints import add_module_hint
from nbflow.run.task.job import CAUGHT, CHOSEN, Job, Result
from nbflow.run.task.random_state import observe
from nbflow.run.task.task_store import TaskStore
from nbflow.run.task.tracebacks import describe_failure
from nbflow.script.execution.choices import choices_undone
from nbflow.script.execution.fresh_start import FreshStart
from nbflow.script.execution.given import given_to
from nbflow.script.execution.main_part import run_main_part
from nbflow.script.execution.script_program import ScriptHome, ScriptProgram, load_script
from nbflow.script.execution.watch import ExportWatch, TopWatch
from nbflow.script.execution.wrapping import call_wrapped
from nbflow.script.inputs.configuring import impose
from nbflow.script.language.current import Lazy, current
from nbflow.script.language.flowspec import FlowSpec, items_of, values_of
from nbflow.script.language.foreach_items import return_items
from nbflow.script.language.joining import InputFlows
from nbflow.script.language.state import TaskArtifacts
from nbflow.script.language.step_facts import DecoratorFacts
from nbflow.script.language.transition import HIDDEN, VARIABLES, Transition
from nbflow.script.preparing.read_class import step_facts
from nbflow.script.preparing.settling import finish, leave_out
from nbflow.script.wrapper import wrap
from nbflow.store.leftovers import own_name
from nbflow.store.pickling.reduce.crossing import expect_crossing
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.encoded import Encoded


def perform_script(program: ScriptProgram, store: TaskStore) -> ScriptPerformer:
    """Import the script in a worker and return the performer of its tasks."""
    os.chdir(program.cwd)
    expect_crossing(program.crosses)
    sys.path[:0] = [path for path in program.path if path not in sys.path]
    if program.facts["namespace"] != f"user:{program.facts['username']}":
        importlib.import_module("nbflow.client").namespace(program.facts["namespace"])
    return ScriptPerformer(program, store, Capture(program.live))


def _import(program: ScriptProgram) -> tuple[type[FlowSpec], ScriptHome, FreshStart]:
    generators = observe(GENERATORS)
    module = load_script(Path(program.file), program.module)
    if program.is_main:
        run_main_part(module, Path(program.file))
    cls = getattr(module, program.flow)
    impose(cls, program.configs)
    finish(cls, program.decorators)
    if program.spin is not None:
        leave_out(cls, program.spin.skips_decorators)
    return cls, ScriptHome(module, frees_arrays=program.branches is None), FreshStart(program, cls, generators)


def _kind_of(error: BaseException) -> FailureKind:
    """Return the kind of a failure. What `@catch` does not see in time counts as the end of the process.

    This is what only ends a process, and an artifact that cannot be stored, which shows after the body.
    """
    if isinstance(error, StoreError):
        return FailureKind.STORE
    is_late = isinstance(error, UnstorableArtifact) or not isinstance(error, Exception)
    return FailureKind.CRASH if is_late else FailureKind.ERROR


class ScriptPerformer:
    """Runs the tasks of one script, one after another."""

    def __init__(self, program: ScriptProgram, store: TaskStore, capture: Capture) -> None:
        self.program, self.store, self.capture = program, store, capture
        self.cls, self.home, self._start = _import(program)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._is_stale = False  # whether a task has changed the top of the script

    def run(self, job: Job) -> Result:
        """Perform a task. An exception of the user's code is not raised: it is part of the result."""
        result = Result(job.task, pid=os.getpid(), number=job.number)
        if self._is_stale:
            self._import_anew()
        surroundings = Surroundings(IN_SCRIPT)
        with self.capture.task(str(job.task), job.attempt) as outputs:
            try:
                self._perform(job, result)
            except BaseException as error:  # noqa: BLE001 - the user's code, which may also exit
                if self.program.is_elsewhere:
                    add_module_hint(error)
                result.failure = describe_failure(error, _kind_of(error))
                print(f"{self._told(job)} failed:", file=sys.stderr)
                print(result.failure.traceback, end="", file=sys.stderr)
            surroundings.restore()
        result.outputs = outputs
        return result

    def rest(self) -> None:
        """Do nothing: the flow object that holds the artifacts of a task is gone with the task."""

    def _told(self, job: Job) -> str:
        """Return the text of the flow in a task, as far as there is one: items of users may fail too."""
        step = job.task.step
        with contextlib.suppress(Exception):
            return str(self._flow(step, {one.name: one for one in job.inputs}, job.stack, {}))
        return f"<flow {self.program.flow} step {step}>"

    def _perform(self, job: Job, result: Result) -> None:
        step = self.program.graph.steps[job.task.step]
        self._start.begin()
        is_join = bool(self.program.graph.links[step.name].joined)
        given = given_to(self.program.spin, job.task, is_join)
        flow = self._flow(step.name, {one.name: one for one in job.inputs}, job.stack, given)
        if job.task.split:
            self._split(step, flow, result)
            return
        flow._state.is_join = is_join
        facts = step_facts(self.cls, step.name)
        self._announce(job, step, facts, flow)
        branches = self.program.branches
        watch = (
            ExportWatch(self.program.graph, step.name, self.home, branches)
            if branches
            else TopWatch(self.program.graph, step.name, self.home)
        )
        try:
            with measured(result), with_gpus(job.gpus):
                self._attempt(job, step, flow, facts)
        finally:
            failed = sys.exc_info()[1] is not None
            changed = watch.changed()
            self._is_stale = bool(changed)
            self._finish(flow, facts, result, failed)
            if not failed:
                watch.refuse(changed)

    def _import_anew(self) -> None:
        """Import the script again, so that its top is as in a new process."""
        os.chdir(self.program.cwd)
        sys.modules.pop(self.program.module, None)
        self.cls, self.home, self._start = _import(self.program)
        self._is_stale = False

    def _flow(
        self, step: str, artifacts: dict[str, ArtifactRef], stack: tuple[Level, ...], given: Mapping[str, Any]
    ) -> FlowSpec:
        flow = self.cls(use_cli=False)
        parameters = self.program.parameters
        flow.__dict__["_parameters"] = {**parameters, **{name: given[name] for name in given if name in parameters}}
        flow.__dict__.update({name: value for name, value in given.items() if not hasattr(self.cls, name)})
        flow.__dict__["_task_state"] = TaskArtifacts(
            step, artifacts, self.store, self.home, stack, self._lists(step), max_splits=self.program.max_splits,
            lost_at=lambda name: self._lost_at(step, name),
        )  # fmt: skip
        flow._state.take_items(given)
        return flow

    def _lists(self, step: str) -> list[tuple[str, str]]:
        """Return (next step, name of the list) for each foreach around a step."""
        graph = self.program.graph
        opened = {
            (one.control.next.targets[0], one.control.next.foreach) for one in graph.steps.values() if one.control.next
        }
        names = {target: name for target, name in opened if name}
        return [(target, names.get(target, "")) for target in graph.links[step].scope]

    def _lost_at(self, step: str, name: str) -> str:
        """Return the first join before a step that has lost this artifact; "" if there is none."""
        graph = self.program.graph
        joins = sorted((graph.links[one].rank, one) for one in graph.ancestors(step) if graph.links[one].joined)
        for _, join in joins:
            if any(self._has(one, name) for one in graph.ancestors(join)) and not self._has(join, name):
                return join
        return ""

    def _has(self, step: str, name: str) -> bool:
        """Tell whether a task of this run has the artifact."""
        return self.store.records.has_artifact(self.program.run, step, name)

    def _split(self, step: StepSpec, flow: FlowSpec, result: Result) -> None:
        assert step.control.foreach is not None
        items = items_of(getattr(flow, next(iter(step.control.foreach.reads))))
        saved = self.store.save_apart(items, self.home)
        result.artifacts, result.components = saved.artifacts, saved.components
        _refuse_lost(result.artifacts, step.control.foreach.expr)

    # the body

    def _attempt(self, job: Job, step: StepSpec, flow: FlowSpec, facts: DecoratorFacts) -> None:
        too_long = TimeoutException(f"Step {step.name} timed out after {facts.timeout or 0:g} seconds")
        try:
            with undone([]), choices_undone(), _environment(facts.environment), alarm(facts.timeout, too_long):
                if job.failure is not None:
                    raise FailureHandledByCatch(f"{job.failure.type}: {job.failure.message}")
                self._call(job, step, flow, facts)
        except Exception as error:
            if not facts.catch or job.attempt < step.options.retry:
                raise
            self._catch(error, step, flow, facts)
        else:
            if facts.catch and facts.catch_var:
                setattr(flow, facts.catch_var, None)

    def _call(self, job: Job, step: StepSpec, flow: FlowSpec, facts: DecoratorFacts) -> None:
        inputs = (self._inputs(job, flow._state),) if flow._state.is_join else ()
        if facts.wrappers:
            call_wrapped(facts.wrappers, flow, step.name, step.control.next, inputs)
        else:
            getattr(flow, step.name)(*inputs)
        self._check_transition(step, flow)

    def _inputs(self, job: Job, joined: TaskArtifacts) -> InputFlows:
        flows: list[FlowSpec] = []
        by_step: dict[str, FlowSpec] = {}
        for done in job.joined:
            given = given_to(self.program.spin, done.task, is_join=True)
            flow = self._flow(done.task.step, {one.name: one for one in done.artifacts}, done.stack, given)
            flows.append(flow)
            by_step.setdefault(done.task.step, flow)
        for one in flows:
            joined.take(VARIABLES, one._state)
        if self.program.branches is not None:
            for one in flows:  # one heap: at the join, names share objects as before the split
                one._state.heap = joined.heap
        return InputFlows(flows, by_step)

    def _check_transition(self, step: StepSpec, flow: FlowSpec) -> None:
        """Refuse a call of self.next that differs from the source, because the graph was built from the source."""
        called, written = flow._state.transition, step.control.next
        if written is None and called is not None:
            raise InvalidNextException(f"step '{step.name}' is the end and calls self.next: remove the call")
        if written is None:
            return
        if called is None:
            raise InvalidNextException(
                f"step '{step.name}' ended without self.next: let every path reach its last line"
            )
        if written.foreach == ITEMS and called.foreach:  # the name of the list is known only now
            setattr(flow, ITEMS, getattr(flow, called.foreach))
            setattr(flow, VARIABLES, {**getattr(flow, VARIABLES, {}), called.targets[0]: called.foreach})
            called = replace(called, foreach=ITEMS)
        if (called.targets, called.foreach, called.condition) != (written.targets, written.foreach, written.condition):
            raise InvalidNextException(
                f"step '{step.name}' went to {_told(called)}, but its last line leads to "
                f"{_told(written)}: write the transition itself into the last line"
            )

    def _catch(self, error: Exception, step: StepSpec, flow: FlowSpec, facts: DecoratorFacts) -> None:
        """Make the failure an artifact, and let the flow go on as if the step had ended."""
        if facts.print_exception:
            print(f"@catch caught an exception from {flow}")
            trace = describe_failure(error).traceback.rstrip("\n")
            print("\n".join(f">  {line}" for line in trace.split("\n")))
        flow._state.transition = None
        flow._state.caught = True
        if facts.catch_var:
            setattr(flow, facts.catch_var, wrap(error))

    # around the body

    def _announce(self, job: Job, step: StepSpec, facts: DecoratorFacts, flow: FlowSpec) -> None:
        run = self.program.facts
        task = str(job.number)
        spec = f"{run['flow_name']}/{run['run_id']}/{step.name}/{task}"
        shown_at = live_file(self.program.live, job.number)
        current.set(
            **run, step_name=step.name, task_id=task, retry_count=job.attempt, pathspec=spec,
            tempdir=Lazy(self._tempdir), task=Lazy(lambda: self._client("Task", spec)),
            run=Lazy(lambda: self._client("Run", f"{run['flow_name']}/{run['run_id']}")),
            graph=Lazy(self._graph),
        )  # fmt: skip
        if facts.cards:
            current.add(card=CurrentCards(facts.cards, shown_at, Underway(spec, flow, self._client)))

    def _graph(self) -> Any:
        """Return the graph for `current.graph`, which few steps ask for."""
        from nbflow.script.preparing.nodes import describe_graph  # noqa: PLC0415
        from nbflow.script.preparing.prepared import prepare  # noqa: PLC0415

        return describe_graph(prepare(self.cls))

    def _client(self, kind: str, pathspec: str) -> Any:
        """Return an object of the client. It is imported here because few steps ask for it."""
        found = getattr(importlib.import_module("nbflow.client"), kind)
        return found(pathspec, _namespace_check=False, _spins=self.program.spin is not None)

    def _tempdir(self) -> str:
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix=own_name("nbflow-"))
        return self._folder.name

    def _finish(self, flow: FlowSpec, facts: DecoratorFacts, result: Result, failed: bool) -> None:
        """Store the artifacts of the task; if it has failed, those that it has set until then."""
        state = flow._state
        extra = self._extra(state, facts, result, failed)
        return_items(flow)
        encoded = self._keep(state, values_of(flow), extra)
        result.artifacts, result.components = encoded.artifacts, encoded.components
        result.lost = tuple(lost for artifact in encoded.artifacts for lost in artifact.lost)
        if not failed:
            _refuse_lost(one for one in encoded.artifacts if self._may_be_read(one.name))
            self._refuse_left_behind(state)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _keep(self, state: TaskArtifacts, values: Mapping[str, Any], extra: Mapping[str, Any]) -> Encoded:
        """Return the artifacts of the task; for a spun task also its inputs, because its run has no other task."""
        spin = self.program.spin
        if spin is None:
            return state.keep(values, extra)
        if not spin.keeps:
            return self.store.save(extra, self.home)
        encoded = state.keep(values, extra)
        made = {one.name for one in encoded.artifacts} | HIDDEN
        inherited = tuple(one for name, one in state.artifacts.items() if name not in made)
        return Encoded((*inherited, *encoded.artifacts), encoded.components)

    def _may_be_read(self, name: str) -> bool:
        """Tell whether a step may read an artifact; a result that cannot be stored fails no task in a notebook."""
        branches = self.program.branches
        return branches is None or name in branches.mentioned

    def _refuse_left_behind(self, state: TaskArtifacts) -> None:
        branches = self.program.branches
        found = branches and branches.left_behind(self.program.graph, state.step, state.passed_on)
        if branches and found:
            raise ChangeLeftBehind(state.step, *found, branches.notebook)

    def _extra(self, state: TaskArtifacts, facts: DecoratorFacts, result: Result, failed: bool) -> Mapping[str, Any]:
        extra: dict[str, Any] = {}
        called = state.transition
        if called is not None and called.chose and not failed:
            result.chose, extra[CHOSEN] = called.chose, called.chose
            result.again = called.chose == state.step
        if state.caught:
            extra[CAUGHT] = True
        if facts.cards:
            self.capture.flush()
            self.capture.collect()
            extra[CARDS_ARTIFACT] = current.card.pages(self.capture.outputs)
        return extra


def _told(leads: Transition | Next) -> str:
    named = f" with foreach={leads.foreach!r}" if leads.foreach else ""
    return ", ".join(leads.targets) + named


def _refuse_lost(artifacts: Iterable[ArtifactRef], called: str = "") -> None:
    """Raise UnstorableArtifact if a part of a value could not be stored."""
    for artifact in artifacts:
        for lost in artifact.lost:
            raise UnstorableArtifact(called or artifact.name, lost.path, lost.was, lost.reason)


@contextlib.contextmanager
def _environment(pairs: tuple[tuple[str, str], ...]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name, _ in pairs}
    os.environ.update(pairs)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
