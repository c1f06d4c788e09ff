"""Reads checkpoints from the catalog; nothing is unpickled for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nbflow.checkpoints.random_generators import RandomState, read_random
from nbflow.errors import BlobMissing, NotACheckpoint
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.definition import Prelude
from nbflow.history.address import Address
from nbflow.history.archive import Archive, task_name
from nbflow.notebook.arguments import as_in_run
from nbflow.run.program.keys import prelude_references
from nbflow.store.blobs import protocol
from nbflow.store.catalog.evictions import refuse_evicted
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef, Component

_DONE = (TaskStatus.SUCCEEDED, TaskStatus.REUSED)


@dataclass(frozen=True, slots=True)
class HeldName:
    """Says what a name held at a checkpoint, and which task had bound it: its row, and its address for users."""

    artifact: ArtifactRef
    task: int
    address: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """Describes what the names held after a task.

    `needed` holds the prelude names that its steps use; `prelude` is the prelude of the run.
    """

    flow: str
    run: int  # number
    address: str  # "7/fit[3]"
    task: int  # row
    held: Mapping[str, HeldName] = field(default_factory=dict)
    components: Mapping[str, Component] = field(default_factory=dict, repr=False)
    prelude: Prelude = field(default=Prelude(), repr=False)
    needed: frozenset[str] = frozenset()
    parameters: Mapping[str, object] = field(default_factory=dict)
    random: RandomState | None = field(default=None, repr=False)
    document: str = ""
    scratch: frozenset[str] = frozenset()  # names that no step writes: a checkpoint by hand saved them

    @property
    def artifacts(self) -> dict[str, ArtifactRef]:
        """Return the artifacts by name."""
        return {name: one.artifact for name, one in self.held.items()}

    @property
    def tasks(self) -> frozenset[int]:
        """Return the rows of all tasks that made a part of it."""
        return frozenset(one.task for one in self.held.values()) | {self.task}

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return, for each prelude name, the digest and the source that pickles refer to."""
        return prelude_references(self.prelude)


def read_checkpoint(archive: Archive, address: Address) -> Checkpoint:
    """Return the checkpoint of the task that an address names; for a loop, of its last turn.

    Raises NoRunYet, UnknownName or TaskUnknown if there is no such task, and NotACheckpoint if the task did not succeed
    or the address names several tasks.
    """
    row, tasks = archive.find(address)
    done = [task for task in tasks if task.status in _DONE]
    paths = sorted({task.path for task in done})
    if not done:
        raise NotACheckpoint(f"{row.number}/{task_name(tasks[-1])}", str(tasks[-1].status))
    if len(paths) > 1:
        raise NotACheckpoint(f"{row.number}/{address.step}", "several tasks", [task_name(task) for task in done])
    return describe_checkpoint(archive, row, done[-1])


def read_checkpoint_of_row(archive: Archive, task: int) -> Checkpoint:
    """Return the checkpoint of the task with this row, which its run may have replaced since. Raises NotACheckpoint."""
    found = archive.reader.task(task)
    row = archive.reader.run_of_id(found.run) if found else None
    if found is None or row is None or found.status not in _DONE:
        raise NotACheckpoint(f"task {task}", str(found.status) if found else "not there")
    return describe_checkpoint(archive, row, found)


def describe_checkpoint(archive: Archive, row: RunRow, task: TaskRow) -> Checkpoint:
    """Return the checkpoint after a task of a run."""
    reader = archive.reader
    row = as_signed(reader, row, task)
    graph = archive.graph(row)
    held: dict[str, HeldName] = {}
    for one in visible(graph, reader, row, task):
        address = f"{row.number}/{task_name(one)}"
        own = {
            artifact.name: HeldName(artifact, one.id, address)
            for artifact in reader.artifacts(one.id)
            if artifact.is_named
        }
        ended = graph.links[one.step].ends.difference(own) if one.step in graph.links else frozenset[str]()
        held = {name: before for name, before in held.items() if name not in ended} | own
    is_step = task.step in graph.links
    return Checkpoint(
        archive.flow,
        row.number,
        f"{row.number}/{task_name(task)}",
        task.id,
        held,
        _components(reader, held),
        graph.prelude_below(task.step) if is_step else Prelude(),
        _needed(graph, task.step) if is_step else frozenset(),
        as_in_run(graph.flow, row.parameters),
        read_random(reader, task.id),
        row.document,
        frozenset() if is_step else frozenset(held) - frozenset().union(*(one.writes for one in graph.links.values())),
    )


def visible(graph: Graph, reader: CatalogReader, row: RunRow, task: TaskRow) -> Iterator[TaskRow]:
    """Yield the tasks whose artifacts the names held after a task, the nearest last; no step below it had run."""
    if task.step not in graph.links:
        yield task
        return
    for name, linked in graph.links.items():
        outside = linked.scope == graph.links[task.step].scope[: len(linked.scope)]
        if outside and name != task.step:
            yield from _newest_turns(_before(reader, row, task, name, task.path[: len(linked.scope)]))
        elif name == task.step:
            before = _before(reader, row, task, name, task.path)
            yield from _newest_turns(one for one in before if one.turn < task.turn)
            yield task
            return


def _before(reader: CatalogReader, row: RunRow, task: TaskRow, step: str, path: tuple[int, ...]) -> list[TaskRow]:
    """Return the finished tasks of a step; in the run of a live session only those that were finished at that time."""
    is_live = row.kind is RunKind.INTERACTIVE
    rows = reader.tasks(row.id, step, superseded=is_live, path=path)
    found = [one for one in rows if not one.split and one.status in _DONE]
    return [one for one in found if not is_live or one.number < task.number]


def _newest_turns(tasks: Iterable[TaskRow]) -> list[TaskRow]:
    """Return the newest task of every turn, in order; turns of an earlier round of the loop do not count."""
    ordered = sorted(tasks, key=lambda one: one.number)
    first = max((i for i, one in enumerate(ordered) if one.turn == 0), default=0)
    newest = {one.turn: one for one in ordered[first:]}
    return [newest[turn] for turn in sorted(newest)]


def as_signed(reader: CatalogReader, row: RunRow, task: TaskRow) -> RunRow:
    """Return the row of the run, with the code that the task ran with: the cells of a live session change."""
    seal = reader.seal(task.id)
    return replace(row, code=seal.code) if seal else row


def _needed(graph: Graph, step: str) -> frozenset[str]:
    """Return the prelude names that the step and the steps above it mention, and all names that these need."""
    steps = graph.ancestors(step) | {step}
    mentioned = {name for one in steps for name in graph.links[one].prelude}
    mentioned |= {name for one in steps for definition in graph.code_of[one] for name in definition.names}
    closure = graph.prelude_below(step).closure(mentioned)
    return frozenset(name for definition in closure for name in definition.names)


def _components(reader: CatalogReader, held: Mapping[str, HeldName]) -> dict[str, Component]:
    wanted = {digest: name for name, one in held.items() for digest in (one.artifact.component, *one.artifact.shares)}
    found: dict[str, Component] = {}
    for digest, name in wanted.items():
        component = reader.component(digest)
        if component is None:
            refuse_evicted(reader, digest)
            raise BlobMissing(digest, name)
        found[digest] = component
    return found


def sizes(component: Component) -> tuple[int, int]:
    """Return how many bytes of a component are mapped as buffers, and how many are unpickled."""
    buffers = sum(protocol.blob_size(digest) for digest in component.buffers)
    return buffers, component.size - buffers
