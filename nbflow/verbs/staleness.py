"""Defines the verbs that compare the notebook as it is now with the stored runs: status, why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from nbflow.history.step_states import LOOKED_AT, states_of_steps, would_run
from nbflow.history.versions import StepState, Version, diff_values
from nbflow.progress.numbers import ago, brief, duration, table
from nbflow.progress.pictures import count
from nbflow.progress.status import StepStatus, describe_status
from nbflow.run.environment import describe_environment
from nbflow.store.catalog.rows import RunRow
from nbflow.verbs.options import FlowCommand, require_step
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace_with_steps

PACKAGES = 5
"""The number of changed packages that `why` names."""


@click.command(cls=FlowCommand)
@NOTEBOOK
@click.pass_context
def status(ctx: click.Context, notebook: Path) -> None:
    """Show the status of every step, and which steps would run.

    It shows what `nbflow resume` would do: with the parameters of the newest run, except those that you give.
    """
    workspace = find_workspace_with_steps(notebook)
    newest = workspace.archive.run()
    now = workspace.version(ctx, newest)
    states = _states(workspace, now)
    click.echo(f"{workspace.flow.name} · {_basis(newest, now)}\n")
    for line in table(_row(one, workspace) for one in states.values()):
        click.echo(line)
    pending = would_run(states)
    click.echo(f"\n{count(len(pending), 'step')} would run" + (f": {', '.join(pending)}" if pending else ""))
    for line in _unseeded(workspace):
        click.echo(line)


@click.command(cls=FlowCommand)
@NOTEBOOK
@click.argument("step")
@click.pass_context
def why(ctx: click.Context, notebook: Path, step: str) -> None:
    """Explain why a step would run: what changed since it last ran, and which other steps would run for it."""
    workspace = find_workspace_with_steps(notebook)
    require_step(workspace.flow, step)
    newest = workspace.archive.run()
    states = _states(workspace, workspace.version(ctx, newest))
    for line in _explain(workspace, states[step]):
        click.echo(line)
    needed = [name for name in would_run(states) if name in workspace.graph.ancestors(step) | {step}]
    if needed:
        click.echo(f"nbflow run {workspace.command} --reuse --to {step} would run {', '.join(needed)}")
    for line in _packages(workspace, states[step].past):
        click.echo(line)


def _unseeded(workspace: Workspace) -> Iterator[str]:
    graph = workspace.graph
    names = [name for name, linked in graph.links.items() if graph.steps[name].random.draws - linked.draws]
    if names:
        verb = "draws" if len(names) == 1 else "draw"
        yield f"{', '.join(names)} {verb} random numbers, and no step above sets a seed: two runs may differ"


def _states(workspace: Workspace, now: Version) -> dict[str, StepState]:
    return states_of_steps(now, map(workspace.archive.past, workspace.archive.runs(LOOKED_AT)))


def _basis(row: RunRow, now: Version) -> str:
    values = ", ".join(f"{name} {brief(value)}" for name, value in now.parameters.items())
    return f"newest run {row.number}, {describe_status(row)}" + (f" · {values}" if values else "")


def _row(one: StepState, workspace: Workspace) -> Iterator[str]:
    yield "  " * len(workspace.graph.links[one.step].scope) + one.step
    yield _standing(one)
    yield duration(one.lived.seconds) if one.lived and one.lived.seconds else ""
    yield _when(one) if one.lived else ""
    more = f" (and {len(one.reasons) - 1} more)" if len(one.reasons) > 1 else ""
    yield one.reasons[0] + more if one.reasons else ""


def _standing(one: StepState) -> str:
    """Return the status of a step; of a foreach of which tasks failed, how many did: `37 of 40, 3 failed`."""
    lived = one.lived
    if lived is None or not lived.failed or lived.total < 2:
        return one.status
    counts = f"{lived.passed:,} of {lived.total:,}, {lived.failed:,} failed"
    return counts if one.status is StepStatus.FAILED else f"{one.status}, {counts}"


def _when(one: StepState) -> str:
    assert one.lived is not None
    when = f", {ago(time.time() - one.lived.finished)}" if one.lived.finished else ""
    return f"run {one.past}{when}"


def _explain(workspace: Workspace, one: StepState) -> Iterator[str]:
    match one.status:
        case StepStatus.DONE:
            yield f"{one.step} is done: nothing it depends on changed since {_when(one)}"
        case StepStatus.SKIPPED:
            unchanged = "its condition did not hold, and nothing it depends on changed since"
            yield f"{one.step} was skipped in {_when(one)}: {unchanged}"
        case StepStatus.RUNNING:
            yield f"{one.step} is running in {_when(one)}"
        case StepStatus.MISSING:
            yield f"{one.step} is not in the store:"
        case StepStatus.FAILED:
            yield f"{one.step} failed in {_when(one)}" + (", and is stale:" if one.outdated else ":")
        case StepStatus.CANCELLED:
            yield f"{one.step} was cancelled in {_when(one)}:"
        case StepStatus.STALE:
            yield f"{one.step} is stale because of these changes since {_when(one)}:"
    yield from (f"  {reason}" for reason in one.reasons)


def _packages(workspace: Workspace, number: int | None) -> Iterator[str]:
    """Yield a line about package versions that changed. They make no step stale, but may explain a new result."""
    if number is None:
        return
    then = workspace.archive.reader.environment(workspace.archive.run(number).environment) or {}
    changed = diff_values(then.get("packages", {}), describe_environment({})["packages"])
    if changed:
        named = ", ".join(f"{name} {before} → {after}" for name, (before, after) in changed[:PACKAGES])
        more = f" and {len(changed) - PACKAGES} more" if len(changed) > PACKAGES else ""
        yield f"packages changed, which makes no step stale: {named}{more}"
