"""Performs the verbs that change the names in the kernel, or the notebook it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from nbflow.checkpoints.point import Checkpoint, read_checkpoint
from nbflow.checkpoints.restore import apply_restore, prepare_restore, undo_restore
from nbflow.checkpoints.restore_plan import RestorePlan, describe_plan
from nbflow.checkpoints.save import save_checkpoint
from nbflow.errors import NoRunYet, ResultEvicted, UnknownName, VerbUnknown
from nbflow.flow.graph.graph import Graph
from nbflow.history.address import Address, read_address
from nbflow.history.archive import Archive, task_name
from nbflow.jupyter.kernel.known import find_start
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs.preview import preview_of
from nbflow.jupyter.protocol.messages import MIME
from nbflow.jupyter.protocol.wire import to_data
from nbflow.progress.pictures import count
from nbflow.run.events.events import StartTask, TaskId, TaskReused
from nbflow.run.events.replay import lacks_result, read_failure
from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus
from nbflow.store.homes import address_of
from nbflow.store.store import Store


def archive_of(session: Session) -> Archive:
    """Return the runs of the notebook. Raises NoRunYet if there is no store."""
    flow = session.graph().flow.name
    if not Store.exists(session.root):
        raise NoRunYet(flow, address_of(session.root))
    return Archive(session.store().history, flow, session.root)


@click.command()
@click.argument("address", metavar="[RUN/]STEP[ITEM]")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--as", "as_name", metavar="NAME", help="Bind the one NAME under this name instead.")
@click.option("--keep", is_flag=True, help="Keep names that nbflow bound and the checkpoint does not have.")
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@click.option("--wire", is_flag=True, hidden=True, help="Print it in the panel's format.")
@click.pass_obj
def restore(
    session: Session, address: str, names: tuple[str, ...], as_name: str | None, keep: bool, dry_run: bool, wire: bool
) -> None:
    """Bind names to the values that they held after a task, in this kernel. `undo` reverts it."""
    if as_name is not None and len(names) != 1:
        raise VerbUnknown("--as takes one NAME: restore STEP NAME --as OTHER")
    if as_name is not None and not as_name.isidentifier():
        raise VerbUnknown(f"'{as_name}' is not a valid Python name: write an identifier after --as")
    try:
        checkpoint, plan = _prepare(session, address, names, as_name)
    except ResultEvicted as error:  # it may be computed again at this moment
        if not session.runs.wait_for((error.step,)):
            raise
        checkpoint, plan = _prepare(session, address, names, as_name)
    if dry_run:
        _show_plan(session, plan, wire)
        return
    plan = replace(plan, removed=()) if keep else plan
    undo = apply_restore(plan, session.ledger, session.store())
    changed = len(plan.added) + len(plan.changed)
    parts = [f"{count(changed, 'name')} bound", *([f"{len(plan.removed)} removed"] if plan.removed else [])]
    parts += [f"{len(plan.kept)} kept"] if plan.kept else []
    print(f"{checkpoint.address} restored: {', '.join(parts)} · %flow undo reverts it")
    for note in undo.notes:
        print(f"  {note}")


def _prepare(
    session: Session, address: str, names: tuple[str, ...], as_name: str | None
) -> tuple[Checkpoint, RestorePlan]:
    checkpoint = read_checkpoint(archive_of(session), read_address(address))
    return checkpoint, prepare_restore(session.ledger, session.store(), checkpoint, names, as_name)


def _show_plan(session: Session, plan: RestorePlan, wire: bool) -> None:
    text = "\n".join(describe_plan(plan))
    if wire:
        data = {MIME: to_data(preview_of(plan, session.namespace)), "text/plain": text}
        session.screen.replay([{"output_type": "display_data", "data": data, "metadata": {}}])
    else:
        print(text)


@click.command()
@click.pass_obj
def undo(session: Session) -> None:
    """Undo the last restore: every name is bound to the same object as before it."""
    taken = undo_restore(session.ledger)
    print(f"Restore of {taken.address} undone")


@click.command()
@click.argument("name")
@click.pass_obj
def checkpoint(session: Session, name: str) -> None:
    """Store all storable names of this kernel as the checkpoint NAME, for `restore NAME`."""
    if not name.isidentifier():
        raise VerbUnknown(f"'{name}' cannot name a checkpoint: write one Python identifier, such as before_lunch")
    flow = session.graph().flow
    store, ledger = session.store(), session.ledger
    saved = save_checkpoint(name, ledger, store, flow.name, flow.document, flow.cells, session.graph().links)
    stored = f"{count(len(saved.artifacts), 'name')} stored as {name} (run {saved.run})"
    print(f"{stored}: %flow restore {name} brings them back")
    for lost in saved.lost:
        print(f"  {lost.path} is a {lost.was} and could not be stored ({lost.reason})")


@click.command()
@click.argument("task", metavar="[STEP[ITEM]]", required=False)
@click.pass_obj
def debug(session: Session, task: str | None) -> None:
    """Bind the inputs of a failed task (by default the newest) in this kernel.

    Shift+Enter on its cell then runs the same task in this kernel, so that %debug works.
    """
    archive = archive_of(session)
    row, failed = _find_failed(archive, read_address(task) if task else None)
    graph = archive.graph(row)
    target = TaskId(failed.step, failed.path, failed.turn)
    if (step := session.graph().steps.get(failed.step)) is not None and step.options.env:
        raise VerbUnknown(
            f"step '{failed.step}' runs with other packages than this kernel (--env): install them here and write "
            "--env none, then debug it"
        )
    start = find_start(graph, target, _stored_in(archive, row))
    if start is None:
        raise VerbUnknown(f"the inputs of {task_name(failed)} are no longer stored: %flow run --to {failed.step}")
    session.bind({0: start.inputs})
    session.ledger.disown([one.name for one in start.inputs])
    linked = graph.links[failed.step]
    values = {name: value for name, value in session.live_parameters().items() if name in linked.parameters}
    session.namespace.update(values)
    session.home().define(linked.prelude)
    session.steps.focus = target if failed.path else None
    _tell(row, failed, graph, start)


def _find_failed(archive: Archive, address: Address | None) -> tuple[RunRow, TaskRow]:
    if address is None:
        for row in archive.runs(20) or (archive.none(),):
            found = [task for task in archive.reader.tasks(row.id) if _is_failed(task)]
            if found:
                return row, found[-1]
        raise VerbUnknown("no task of the last 20 runs failed: name one, as in %flow debug fit[3]")
    row, tasks = archive.find(address)
    found = [task for task in tasks if _is_failed(task)] or [task for task in tasks if not task.split]
    if not found:
        raise UnknownName("task", str(address), [task_name(task) for task in tasks])
    return row, found[0]


def _is_failed(task: TaskRow) -> bool:
    return task.status is TaskStatus.FAILED and not task.split and not lacks_result(task.failure)


def _stored_in(archive: Archive, row: RunRow) -> Mapping[TaskId, TaskReused]:
    """Return the finished tasks of a run as if all were taken from the store again."""
    done = (TaskStatus.SUCCEEDED, TaskStatus.REUSED, TaskStatus.SKIPPED)
    found = {}
    for one in archive.reader.tasks(row.id):
        if one.status in done:
            task = TaskId(one.step, one.path, one.turn, one.split)
            is_skipped = one.status is TaskStatus.SKIPPED
            found[task] = TaskReused(task, archive.reader.artifacts(one.id), "", one.again, is_skipped)
    return found


def _tell(row: RunRow, failed: TaskRow, graph: Graph, start: StartTask) -> None:
    bound = ", ".join(one.name for one in start.inputs) or "nothing"
    print(f"{task_name(failed)} of run {row.number}: bound its inputs {bound}")
    if failed.failure:
        failure = read_failure(failed.failure)
        print(f"it raised {failure.type}: {failure.message}")
        for frame in failure.frames[-1:]:
            print(f"  {frame.where}: {frame.source}")
    cell = graph.steps[failed.step].place.cell
    print(f"execute cell {cell} (step {failed.step}) to run it here; after an error, %debug inspects it")


@click.command()
@click.pass_obj
def cancel(session: Session) -> None:
    """Stop the run in the background."""
    session.runs.cancel()


def share_runs(session: Session, flow: str) -> None:
    """Use the runs of another flow. Raises UnknownName if the store has none."""
    known = {run.flow for run in session.store(create=False).history.runs()}
    if session.document.path is None or flow not in known:
        raise UnknownName("flow", flow, known)
    session.share_runs(flow)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--runs-of", metavar="FLOW", help="Go on with the runs of this flow, of which the notebook is a copy.")
@click.pass_obj
def notebook(session: Session, path: Path | None, runs_of: str | None) -> None:
    """Print the notebook that this kernel belongs to; with PATH, set it."""
    if runs_of is not None:
        share_runs(session, runs_of)
    if path is not None:
        session.follow(path.absolute())
    known = session.document.path
    where = f"{known}" if known else "unknown: steps are ordered as they were defined"
    print(f"notebook: {where}\nstore: {session.root}")
    if session.document.unreadable is not None:
        print(
            f"its file cannot be read now, so the cells that were read before are used: {session.document.unreadable}"
        )
