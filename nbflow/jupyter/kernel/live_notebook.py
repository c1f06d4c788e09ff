"""Holds the notebook of a kernel as it is now: its cells, namespace, screen and store. It does not use IPython."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbflow.checkpoints.ledger import Ledger
from nbflow.errors import ParameterError, ParameterMissing
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.graph.link_memory import LinkMemory
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.exact_values import is_same_value
from nbflow.flow.syntax.specs import FlowSource
from nbflow.jupyter.kernel.broadcast import Broadcast
from nbflow.jupyter.kernel.document import Document
from nbflow.jupyter.kernel.interactive import InteractiveRun
from nbflow.jupyter.kernel.kernel_performer import KernelPerformer
from nbflow.jupyter.kernel.notebook_home import NotebookHome
from nbflow.jupyter.kernel.screen import Screen
from nbflow.jupyter.protocol.sent import Sent
from nbflow.notebook.arguments import as_in_run, bind_parameters, files_among, read_choices
from nbflow.notebook.stored_flow import StoredFlow, find_stored_flow
from nbflow.run.environments.locking import known_locks, resolve_locks
from nbflow.run.learning import link_known
from nbflow.run.program.program import Program
from nbflow.run.task.definition_state import applied
from nbflow.run.task.random_state import put
from nbflow.store.catalog.flow_names import explain_name, place_in
from nbflow.store.catalog.rows import RunRow
from nbflow.store.homes import locate_store
from nbflow.store.pickling.reduce.crossing import expect_crossing
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef


@dataclass(frozen=True)
class Scene:
    """Holds what steps are executed with until the notebook changes."""

    program: Program
    performer: KernelPerformer
    interactive: InteractiveRun


class LiveNotebook:
    """Knows the flow, the parameters and the values of one kernel's notebook; it executes no steps.

    `kept` are the names in the namespace that belong to the front end; steps see them too.
    """

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
        self.held: dict[str, Any] = {}  # parameters of the run whose results the kernel holds
        self.interactive: InteractiveRun | None = None
        self._ran: list[tuple[str, str | None]] = []
        self._store: Store | None = None
        self._links = LinkMemory()
        self._linked: tuple[FlowSource, Graph] | None = None
        self._checked: tuple[Graph, tuple[Problem, ...]] | None = None
        self._home: NotebookHome | None = None
        self._scene: tuple[Program, NotebookHome, Scene | None] | None = None

    # the notebook as it is now

    @property
    def folder(self) -> Path:
        """Return the folder of the notebook, from which its relative paths start."""
        return self.document.path.parent if self.document.path else self._folder

    @property
    def root(self) -> Path:
        """Return the folder of the notebook's store, which may not exist yet."""
        return self._store.root if self._store else self._locate()

    def _locate(self) -> Path:
        """Return the folder of the store that the notebook would open now."""
        return self._find_stored().root if self.document.path else locate_store(self.folder)

    def _find_stored(self) -> StoredFlow:
        assert self.document.path is not None, "only a notebook with a file is looked for"
        return find_stored_flow(self.document.path, self.document.id)

    def ran(self, source: str, cell_id: str | None) -> None:
        """Note that an ordinary cell was executed; it is analysed later, so that the cell itself is not slowed down."""
        self._ran.append((source, cell_id))

    def take(self, sent: Sent) -> None:
        """Use the notebook as the front end shows it, saved or not, with its present name."""
        self._take_note()
        if moved := self.document.find_moved(sent.path):
            self.follow(moved)
        self.document.take(sent.cells, sent.id)
        if sent.choices is not None:
            self._choose_only(sent.choices)

    def _choose_only(self, choices: Mapping[str, str]) -> None:
        """Use the values of the %%parameters cell from now on, but for the chosen parameters. Raises ParameterError."""
        flow = self.graph().flow
        before = self._known_parameters()
        self.given = read_choices(flow, choices, self.folder)
        self.held = {name: self.held[name] for name in files_among(flow) & self.held.keys()}
        now = self._known_parameters()
        changed = {name for name in now if name not in before or not is_same_value(before[name], now[name])}
        self.namespace.update({name: now[name] for name in changed})

    def _known_parameters(self) -> Mapping[str, Any]:
        """Return the parameters for cells; none while a value is missing or cannot be read."""
        try:
            return self.live_parameters()
        except (ParameterError, ParameterMissing):
            return {}

    def forget(self, ids: Collection[str]) -> None:
        """Remove the cells with these ids, which the user has deleted."""
        self._take_note()
        self.document.forget(ids)

    def graph(self) -> Graph:
        """Return the graph of the notebook as it is now; the same object until the notebook changes."""
        self._take_note()
        self._call_flow()
        flow = self.document.flow()
        if self._linked is None or self._linked[0] is not flow:
            self._linked = flow, self._link(flow)
        return self._linked[1]

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the notebook as it is now; it is checked again only after it has changed."""
        graph = self.graph()
        if self._checked is None or self._checked[0] is not graph:
            self._checked = graph, check_flow(graph)
        return self._checked[1]

    def _call_flow(self) -> None:
        """Update the flow's name until the interactive run begins; before that, another notebook may take the name."""
        if self.interactive is None and self.document.path is not None:
            self.document.call_flow(self._find_stored().name)

    def _link(self, flow: FlowSource) -> Graph:
        self._forget_deleted()
        if self._store is None and not Store.exists(self.root):
            return link(flow, memory=self._links)
        return link_known(flow, self.store(create=False).history, self._links)

    def _take_note(self) -> None:
        """Record the texts and the definitions of the ordinary cells that ran since the last call."""
        if not self._ran:
            return
        keys = [self.document.execute(source, cell_id) for source, cell_id in self._ran]
        self._ran.clear()
        flow = self.document.flow()
        numbers = {cell.id: cell.number for cell in flow.cells}
        ran = [numbers[key] for key in keys if key in numbers]
        for number in ran:
            self.ledger.define(one for one in flow.prelude.definitions if one.place.cell == number)

    def forget_graph(self) -> None:
        """Link the graph again: a run may have learned that steps change their inputs, and has made newer tasks."""
        self._linked = self._scene = None
        if self.interactive is not None:
            self.interactive.journal.forget_found()

    def store(self, create: bool = True) -> Store:
        """Return the notebook's store, which stays open."""
        self._forget_deleted()
        if self._store is None:
            self._store = Store.open(self._locate(), create)
        return self._store

    def _forget_deleted(self) -> None:
        """Drop a store that was deleted from disk, so that the session continues with a new one."""
        if self._store is None or self._store.catalog.exists():
            return
        if self.interactive is not None:
            self.interactive.abandon()
        self.interactive = self._store = self._scene = None

    def follow(self, path: Path) -> None:
        """Use this notebook file and its store from now on."""
        left, before = self.document.path, self.document.flow_name
        self.document.follow(path)
        if left is not None and not left.exists():
            self._keep_place(before)
        stored = self._find_stored()
        if self._store is not None and self._store.root != stored.root:
            self.close()
        elif self.interactive is not None and before != stored.name:
            self.interactive.close()
            self.interactive = None
        if self.interactive is not None:
            self.document.call_flow(before)
        self._linked = self._scene = None

    def _keep_place(self, flow: str) -> None:
        """Record that the notebook of a flow was renamed or moved, if the flow has runs."""
        if self._store is None or not self._store.history.notebook_of(flow):
            return
        with self._store.writer() as writer:
            writer.keep_notebook(flow, place_in(self._store.root, self.folder, self.document.name), self.document.id)

    def share_runs(self, flow: str) -> None:
        """Use the runs of another flow from now on: those of the notebook that this one was copied from."""
        assert self.document.path is not None, "only a notebook with a file is a copy"
        self.store()
        self._keep_place(flow)
        self.follow(self.document.path)

    def close(self) -> None:
        """End the interactive run and close the store."""
        if self.interactive is not None:
            self.interactive.close()
        if self._store is not None:
            self._store.close()
        self.interactive = self._store = self._scene = None

    def parameters(self) -> dict[str, Any]:
        """Return the parameters for a run: those of the form, else those of the notebook."""
        return bind_parameters(self.graph().flow, self.chosen(), self.folder)

    def live_parameters(self) -> dict[str, Any]:
        """Return the parameters for cells: of the run whose results the kernel holds, else those of the next run."""
        flow = self.graph().flow
        held = as_in_run(flow, self.held)  # the text of a file is held, and its path is chosen
        chosen = {name: value for name, value in self.chosen().items() if name not in held}
        return bind_parameters(flow, chosen, self.folder, held)

    def chosen(self) -> dict[str, Any]:
        """Return the values that were set in the form, for parameters that still exist."""
        known = {parameter.name for parameter in self.graph().flow.parameters}
        return {name: value for name, value in self.given.items() if name in known}

    def choose(self, values: Mapping[str, Any]) -> None:
        """Set parameters for cells and runs, until they are set again."""
        self.given.update(values)
        self.held = {name: value for name, value in self.held.items() if name not in values}
        self.namespace.update(values)

    def hold(self, values: Mapping[str, Any]) -> None:
        """Use the parameters of a run for cells, until one of them is set or its cell is executed again."""
        self.held = dict(values)
        self.namespace.update(self.live_parameters())

    def home(self) -> NotebookHome:
        """Return the namespace as steps and restores use it."""
        return self._set_scene()[1]

    def _set_scene(self) -> tuple[Program, NotebookHome, Scene | None]:
        graph, parameters = self.graph(), self.live_parameters()
        program = Program(graph, parameters, self.folder, self.root, locks=known_locks(graph, self.folder))
        if self._scene is None or not _is_same(self._scene[0], program):
            self._home = NotebookHome(program, self._stored_code, self.ledger, self.kept, self._home)
            expect_crossing(program.crosses)
            self._scene = program, self._home, None
        return self._scene

    def _stored_code(self, digest: str) -> str | None:
        return self.store().history.code(digest)

    def resolve_environments(self, step: str) -> None:
        """Resolve the environments of a step and of those that it needs. Raises EnvironmentRefused."""
        graph = self.graph()
        if any(one.options.env for one in graph.steps.values()):
            resolve_locks(graph, (*graph.ancestors(step), step), self.folder)

    def begin(self) -> Scene:
        """Return what a step is executed with; the first call begins the interactive run."""
        store = self.store()
        program, home, scene = self._set_scene()
        if self.interactive is None:
            self.interactive = InteractiveRun(store, program)
            self._say_name(self.interactive.row)
        if scene is None:
            program = replace(program, root=store.root, run=self.interactive.row.id)
            scene = Scene(program, KernelPerformer(program, store, home), self.interactive)
            self._scene = program, home, scene
        return scene

    def _say_name(self, row: RunRow) -> None:
        if row.number == 1 and self.document.path and (why := explain_name(row.flow, row.document)):
            self.screen.say(why)

    def unbind(self, names: Iterable[str]) -> None:
        """Remove names that a step has deleted."""
        gone = [name for name in names if name in self.namespace]
        self.ledger.disown(gone)
        for name in gone:
            del self.namespace[name]

    def bind(self, by_task: Mapping[int, Iterable[ArtifactRef]], beside: Iterable[ArtifactRef] = ()) -> None:
        """Load artifacts, given by the rows of their tasks, into the notebook's namespace: all of them, or none.

        `beside` are artifacts of other tasks that share objects with them. A name that holds one of these is bound
        again to the shared object.
        """
        wanted = {one.name: one for artifacts in by_task.values() for one in artifacts}
        others = {one.name: one for one in beside if one.name not in wanted}
        values = applied(self.store().heap(self.home(), made_by=[*by_task]).load({**others, **wanted}))
        for name in wanted.keys() & GENERATORS:
            put(name, values[name])
        self.namespace.update({name: values[name] for name in wanted if name not in GENERATORS})
        for task, artifacts in by_task.items():
            self.ledger.own(task, artifacts)
        self.ledger.rebind((one, values[name]) for name, one in others.items())


def _is_same(known: Program, program: Program) -> bool:
    facts = known.locks == program.locks and is_same_value(known.parameters, program.parameters)
    return known.graph is program.graph and facts
