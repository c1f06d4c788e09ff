"""Performs one task of a notebook: loads its inputs, executes its body, and stores what it made."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from nbflow.errors import (
    ForeachNotIterable,
    InputLost,
    LanguageFailed,
    MemoryLimitLow,
    NameTaken,
    NbflowError,
    OutputMissing,
    ParameterChanged,
    StepExited,
)
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec
from nbflow.garbage import without_gc
from nbflow.run.dataflow.sharing_items import reads_sharers
from nbflow.run.events.events import NOTHING_PASSED_ON, Failure, FailureKind, PassedOn, TaskId
from nbflow.run.events.replay import read_failure
from nbflow.run.output.outputs import Output
from nbflow.run.program.keys import seed_of
from nbflow.run.program.patching import patches_libraries
from nbflow.run.program.program import Program
from nbflow.run.surroundings.patches import undone
from nbflow.run.surroundings.surroundings import Surroundings
from nbflow.run.task.absent import explain_absence
from nbflow.run.task.body_names import BodyNames, names_of_body
from nbflow.run.task.compiled import CompiledBody, compile_body
from nbflow.run.task.cost import measured
from nbflow.run.task.definition_state import Fingerprint, applied
from nbflow.run.task.file_recorder import FileRecorder
from nbflow.run.task.granted import granted
from nbflow.run.task.hints import add_file_hint, add_hint, add_module_hint
from nbflow.run.task.job import Job, Result
from nbflow.run.task.join_inputs import InputTask, JoinInputs, Loader, View, group_by_item, refuse_unknown
from nbflow.run.task.namespace import Namespace
from nbflow.run.task.random_state import load_generators, observe, put, seed_all, vary
from nbflow.run.task.task_store import TaskStore
from nbflow.run.task.tracebacks import clear_our_frames, describe_failure, filename_of_step, show_source
from nbflow.store.pickling.heap import Heap
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.encoded import Encoded
from nbflow.store.values.user_code import repr_of

_OF_USERS = (
    InputLost, LanguageFailed, MemoryLimitLow, NameTaken, OutputMissing, ParameterChanged, StepExited
)  # fmt: skip
"""Are the errors of nbflow that the code of a step can cause."""


class Capturing(Protocol):
    """Receives the output of a task."""

    def task(self, label: str) -> AbstractContextManager[list[Output]]: ...
    def result(self, value: object) -> None: ...
    def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Before:
    """Knows what the names, the definitions and the parameters of a task held before its body ran."""

    names: BodyNames
    definitions: Fingerprint
    parameters: Fingerprint


class Performer:
    """Runs tasks of one program in one namespace, one after another."""

    def __init__(self, program: Program, store: TaskStore, home: Namespace, capture: Capturing) -> None:
        self.program, self.store, self.home, self.capture = program, store, home, capture
        self._files = FileRecorder(program, lambda: store.records)
        self._bodies: dict[str, CompiledBody] = {}
        self._patching: dict[str, bool] = {}
        self._surroundings: Surroundings | None = None
        self.error: BaseException | None = None  # what the last task raised, for other code of this process

    def run(self, job: Job) -> Result:
        """Run a task and return its result; an error of the user's code is part of the result, and is not raised."""
        result = Result(job.task)
        self.error = None
        self.home.clear()
        with self.capture.task(str(job.task)) as outputs:
            try:
                self._perform(job, result)
            except BaseException as error:  # noqa: BLE001 - the user's code, which may also exit
                self.error = error
                step = self.program.graph.steps[job.task.step]
                add_hint(error, step, self.program.graph)
                if self.program.is_copied:
                    add_file_hint(error, step)
                if self.program.is_elsewhere:
                    add_module_hint(error, step.name)
                result.failure = self._describe(error)
                clear_our_frames(error.__traceback__)
            self.capture.flush()
            self._put_back()
        result.outputs = outputs
        return result

    def rest(self) -> None:
        """Let go of the objects of the last task."""
        self.error = None
        self.home.clear()

    def _put_back(self) -> None:
        """Undo what the body did to its process."""
        if self._surroundings is not None:
            self._surroundings.restore()
            self._surroundings = None

    def _describe(self, error: BaseException) -> Failure:
        kind = (
            FailureKind.STORE
            if isinstance(error, NbflowError) and not isinstance(error, _OF_USERS)
            else FailureKind.ERROR
        )
        return describe_failure(error, kind)

    def _perform(self, job: Job, result: Result) -> None:
        step = self.program.graph.steps[job.task.step]
        self._refuse_lost(step, job.inputs)
        self.home.prepare(step.name)
        self.home.bind(job.besides)
        heap = self.store.heap(self.home)
        inputs = heap.load({artifact.name: artifact for artifact in job.inputs}, beside=self._beside(job, heap))
        self.home.take({name: value for name, value in inputs.items() if name not in GENERATORS})
        if not self._is_wanted(step, job.task, inputs):
            result.skipped = True
        elif job.task.split:
            self._split(step, job, heap, result)
        else:
            self._execute(step, job, inputs, heap, result)

    def _look_before(self, step: StepSpec, job: Job, inputs: Mapping[str, Any]) -> Before:
        definitions = self.home.fingerprint(self.program.looked_at(step.name, job.besides) | self.home.referred)
        names = names_of_body(step, self.program.graph, self.home.namespace, (*inputs, *definitions.names))
        return Before(names, definitions, self.home.fingerprint_parameters(step.name))

    def _refuse_lost(self, step: StepSpec, inputs: Iterable[ArtifactRef]) -> None:
        """Raise InputLost if an input is lost as a whole; a lost part of an input fails where it is used."""
        for artifact in (one for one in inputs if one.lost):
            whole = next((lost for lost in artifact.lost if lost.path == artifact.name), None)
            if whole is not None and artifact.name in step.names.reads:
                writers = {one.name: one.writers for one in self.program.graph.links[step.name].bindings}
                writer = writers.get(artifact.name, ("",))[0]
                raise InputLost(step.name, artifact.name, writer, whole.was, whole.reason)

    def _is_wanted(self, step: StepSpec, task: TaskId, inputs: Mapping[str, Any]) -> bool:
        """Return whether the guard of a step holds. A foreach asks once, in its split; a loop before its first turn."""
        if step.control.guard is None or task.turn or (step.control.foreach and not task.split):
            return True
        name = step.control.guard.name
        value = inputs[name] if name in inputs else self.program.parameters[name]
        return step.control.guard.holds(value, self.program.graph.links[step.name].answers)

    def _split(self, step: StepSpec, job: Job, heap: Heap, result: Result) -> None:
        assert step.control.foreach is not None
        filename = filename_of_step(step)
        self._show(step, filename)
        code = compile(step.control.foreach.expr, filename, "eval", dont_inherit=True)
        with measured(result), self._files.watch(step.name, split=True) as recording:
            items = list(_iterate(step, eval(code, self.home.namespace)))
        result.files = recording.rows()
        shared = heap if reads_sharers(self.program.graph, job) else None
        if shared is not None:
            shared.compare()
        saved = self.store.save_apart(items, self.home, step.name, shared)
        result.artifacts, result.components = saved.artifacts, saved.components

    def _execute(self, step: StepSpec, job: Job, inputs: Mapping[str, Any], heap: Heap, result: Result) -> None:
        linked, before = self.program.graph.links[step.name], self._look_before(step, job, inputs)
        if linked.joined or linked.branches:
            self.home.namespace["inputs"] = self._look_at(step, job, heap.look_at)
        before.names.offer(inputs, job.task.path)
        self._set_random(step, job, inputs)
        streams = observe(job.streams.watched)
        patched: list[str] = []
        try:
            with measured(result):
                try:
                    with self._files.watch(step.name) as recording, undone(patched):
                        self._run_body(step, job, before)
                finally:
                    if self._surroundings is not None:
                        self._surroundings.restore_for_store()
                    result.is_spent, result.patched = self._patches(step.name), tuple(patched)
        except BaseException as error:
            explain_absence(error, self.program.graph, step.name, inputs)
            bound = self.home.to_keep(dict(before.names.bound()))
            self._keep(self.store.save(bound, self.home, step.name), result)
            self._hand_over_rest(job, heap)
            raise
        result.files = recording.rows()
        if self.program.graph.code_of[step.name]:
            self.home.look_from_below(step.name)
        self._finish(step, job, before, heap, result)
        after = observe(job.streams.watched)
        result.learned = (*result.learned, *sorted(name for name in after if after[name] != streams.get(name)))

    def _patches(self, step: str) -> bool:
        """Return whether a step leaves patches in libraries, so that no other task may use this process."""
        if step not in self._patching:
            self._patching[step] = patches_libraries(self.program.graph, step)
        return self._patching[step]

    def _set_random(self, step: StepSpec, job: Job, inputs: Mapping[str, Any]) -> None:
        """Set the random generators as they are at this place of the notebook, differently for each foreach item."""
        streams = job.streams
        load_generators([*streams.watched, *(name for name, _ in streams.drawn)])
        for name, depth in streams.drawn:
            if name in inputs:
                put(name, inputs[name])
            else:
                self.home.bind([name])
            if job.task.path[depth:]:
                vary(name, job.task.path[depth:])
        if step.options.seed is not None:
            seed_all(seed_of(step.options.seed, job.task.path))

    def _run_body(self, step: StepSpec, job: Job, before: Before) -> None:
        self._surroundings = Surroundings()  # after the settings above the step
        sys.argv = [self.program.graph.flow.document]  # not the arguments of the driver or the kernel
        try:
            with granted(step, job):
                value = self._compiled(step).execute(self.home.namespace, partial(self._define, before))
        except SystemExit as error:
            given = "" if error.code is None else repr_of(error.code)
            raise StepExited(step.name, given).with_traceback(error.__traceback__) from None
        if value is not None:
            self.capture.result(value)

    def _compiled(self, step: StepSpec) -> CompiledBody:
        if step.name not in self._bodies:
            filename = filename_of_step(step)
            self._show(step, filename)
            code = self.program.graph.code_of[step.name]
            self._bodies[step.name] = compile_body(step, filename, self.home.flags, code)
        return self._bodies[step.name]

    def _define(self, before: Before, definition: Definition) -> None:
        """Note that the body has defined what the steps below share: later changes of it must be handed on."""
        self.home.define_own(definition)
        if definition.is_code:
            before.definitions.update(self.home.fingerprint(definition.names))

    def _show(self, step: StepSpec, filename: str) -> None:
        cell = next((cell for cell in self.program.graph.flow.cells if cell.number == step.place.cell), None)
        if cell is not None:
            show_source(filename, cell)

    def _finish(self, step: StepSpec, job: Job, before: Before, heap: Heap, result: Result) -> None:
        values = dict(before.names.bound()) | self._left_to_next_turn(job)
        missing = sorted(step.names.writes - step.names.maybe_writes - values.keys())
        if missing:
            raise OutputMissing(step.name, missing)
        spoiled = sorted(before.parameters.changed(self.home.namespace, self.home))
        if spoiled:
            raise ParameterChanged(step.name, spoiled)
        gone = sorted(before.names.deleted())
        if gone:
            raise NameTaken(step.name, gone)
        kept = (before.definitions.changed(self.home.namespace, self.home) | before.names.rebound()) - values.keys()
        values |= {name: self.home.namespace[name] for name in kept if name in self.home.namespace}
        result.again = bool(values[step.control.loop]) if step.control.loop else False
        values |= observe(job.streams.kept)
        heap.compare()
        scope = f"{step.name}@{job.task.turn}" if job.task.turn else step.name
        anew = self.program.graph.defined_in(step.name)
        left = (one for one in job.inputs if before.names.has(one.name) and one.name not in anew)
        visible = (*left, *(self._partners(job) if heap.changed else ()))
        self._refuse_changed_parameters(step, job, visible, heap)
        constants = before.definitions.constants(self.home.namespace) | before.parameters.constants(self.home.namespace)
        constants = self.home.to_share({name: one for name, one in constants.items() if name not in values})
        encoded, reached = self.store.save_reached(
            self.home.to_keep(values), visible, self.home, heap, scope, constants
        )
        made = values.keys() | reached.keys()
        tied = tuple(one for one in encoded.artifacts if one.name not in made)
        if tied:
            encoded = replace(encoded, artifacts=tuple(one for one in encoded.artifacts if one.name in made))
        self._keep(encoded, result)
        self._hand_over({**values, **applied(reached)}, heap, (*visible, *job.partners), result)
        result.learned = tuple(sorted(reached.keys() | kept & values.keys()))
        result.passed_on = _passed_on(heap.changed, visible, made, tied)

    def _left_to_next_turn(self, job: Job) -> dict[str, Any]:
        """Return what a turn before has changed, as it is now; the run has found this out since workers started."""
        names = job.hands_on.intersection(one.name for one in job.inputs)
        return {name: self.home.namespace[name] for name in names if name in self.home.namespace}

    def _refuse_changed_parameters(self, step: StepSpec, job: Job, visible: Iterable[ArtifactRef], heap: Heap) -> None:
        """Raise ParameterChanged if the step has changed an object of a parameter through another name."""
        changed = {one.name: one for one in visible if not heap.changed.isdisjoint(one.shares)}
        spoiled = sorted(changed.keys() & self.program.parameters.keys())
        if spoiled:
            shared = {digest for name in spoiled for digest in changed[name].shares} & heap.changed
            through = [one.name for one in job.inputs if not shared.isdisjoint(one.shares)]
            raise ParameterChanged(step.name, spoiled, through)

    def _partners(self, job: Job) -> Iterable[ArtifactRef]:
        """Return the artifacts of other names that share objects with the inputs."""
        return job.partners

    def _beside(self, job: Job, heap: Heap) -> Iterable[ArtifactRef]:
        """Return the partners that are known before the body runs; all of them if an input may hold a frame."""
        return job.partners

    def _keep(self, encoded: Encoded, result: Result) -> None:
        result.artifacts, result.components = encoded.artifacts, encoded.components
        result.lost = tuple(lost for artifact in encoded.artifacts for lost in artifact.lost)

    def _hand_over(self, made: Mapping[str, Any], heap: Heap, visible: Iterable[ArtifactRef], result: Result) -> None:
        """Give what a task has made to other code of this process; a worker has none."""

    def _hand_over_rest(self, job: Job, heap: Heap) -> None:
        """Give what shares objects with the inputs of a failed task to other code of this process."""

    def _look_at(self, step: StepSpec, job: Job, look: Loader) -> JoinInputs:
        """Return the views of a join, or the branches that a plain step names as `inputs.STEP`."""
        linked = self.program.graph.links[step.name]
        with without_gc():
            tasks = self._input_tasks(job)
            if linked.branches:
                return JoinInputs((), {one.task.step: View(one.task.path, [one], None, look) for one in tasks})
            foreach = self.program.graph.steps[linked.opened[-1]].control.foreach
            place = linked.joined.index  # if two steps write a name, the lower one counts
            tasks.sort(key=lambda one: place(one.task.step))
            return JoinInputs(group_by_item(tasks, len(linked.opened), foreach.var if foreach else None, look))

    def _input_tasks(self, job: Job) -> list[InputTask]:
        """Return the tasks that `inputs` shows. Raises StoreBroken if the catalog has others than the driver knows."""
        links = self.program.graph.links
        joined = links[job.task.step].joined or links[job.task.step].branches
        found = [one for name in joined for one in self._tasks_of(name, job.task.path[: len(links[name].scope)])]
        refuse_unknown(found, job.marks, self.program.root)
        return found

    def _tasks_of(self, step: str, prefix: tuple[int, ...]) -> Iterator[InputTask]:
        records, run = self.store.records, self.program.run
        for (_, path), artifacts in records.views(run, [step], prefix):
            yield InputTask(TaskId(step, path), artifacts)
        for (_, path), artifacts, failure in records.failures(run, [step], prefix):
            told = read_failure(failure)
            yield InputTask(TaskId(step, path), artifacts, f"{told.type}: {told.message}")


def _iterate(step: StepSpec, value: Any) -> Iterator[Any]:
    """Return an iterator over the value of a foreach. Raises ForeachNotIterable if it has no items."""
    try:
        return iter(value)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # by an `__iter__` of the user, whose traceback says more
        assert step.control.foreach is not None
        var, expr = step.control.foreach.var, step.control.foreach.expr
        raise ForeachNotIterable(str(step.place), var, expr, str(error)) from None


def _passed_on(
    changed: Collection[str], visible: Iterable[ArtifactRef], stored: Collection[str], tied: tuple[ArtifactRef, ...]
) -> PassedOn:
    if not changed and not tied:
        return NOTHING_PASSED_ON
    facts = PassedOn(tuple(sorted(changed)), tied=tied)
    return replace(facts, names=tuple((o.name, o.digest) for o in visible if o.name in stored and facts.concerns(o)))
