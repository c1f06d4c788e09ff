"""Defines the verb env: the environments that steps ask for with `--env`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from nbflow.errors import EnvironmentRefused, NbflowError, VersionRefused
from nbflow.flow.syntax.environment_braces import foreseen_environments, names_in_braces
from nbflow.progress.numbers import ago, duration, table
from nbflow.progress.pictures import count
from nbflow.run.environments.building import BuiltEnvironment, build_environment, built_environments, remove_unused
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.environments.resolving import WORKER_NEEDS, resolve
from nbflow.verbs.context import WORKSPACE
from nbflow.verbs.keeping import Age
from nbflow.verbs.workspace import Workspace, find_workspace

_SHOWN = 6  # packages of an environment


@click.group()
def env() -> None:
    """Look at the environments that steps ask for with --env, build them, and remove those that nobody uses.

    They are below the user's cache folder, and all notebooks share them.
    """


@env.command("list")
def list_environments() -> None:
    """List the environments that are built, the one used last first."""
    rows = [("environment", "Python", "used", "packages"), *map(_row, built_environments())]
    if len(rows) == 1:
        click.echo("no environment is built")
        return
    for line in table(rows):
        click.echo(line.rstrip())


def _row(one: BuiltEnvironment) -> tuple[str, str, str, str]:
    return one.digest[:8], one.lock.python, ago(time.time() - one.used), _packages(one.lock)


def _packages(lock: EnvironmentLock) -> str:
    """Return the packages of a lock in a line, without those that every worker needs."""
    ours = {need.partition(">")[0] for need in WORKER_NEEDS}
    found = [f"{name} {version}" for name, version in lock.packages.items() if name not in ours]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return ", ".join([*found[:_SHOWN], *more])


@env.command()
@click.argument("notebook", type=click.Path(path_type=Path), required=False)
@click.option("--upgrade", is_flag=True, help="Resolve anew: take the newest versions that are allowed.")
def build(notebook: Path | None, upgrade: bool) -> None:
    """Resolve and build the environments of all steps of NOTEBOOK now, so that its runs need no network.

    The exit code is 1 if one of them cannot be had.
    """
    if notebook is None and WORKSPACE not in click.get_current_context().meta:
        raise click.MissingParameter(param_type="argument", param_hint="'NOTEBOOK'")
    workspace = find_workspace(notebook or Path())
    wanted = _wanted(workspace)
    if not any(step.options.env for step in workspace.graph.steps.values()):
        click.echo(f"no step of {workspace.flow.document} asks for an environment")
    failed = [words for words, steps in wanted.items() if not _build(workspace, words, steps, upgrade)]
    if failed:
        sys.exit(1)


def _wanted(workspace: Workspace) -> dict[tuple[str, ...], list[str]]:
    """Return the steps that ask for each environment, as far as that is known before a run.

    Raises EnvironmentRefused for a literal item that is no version.
    """
    wanted: dict[tuple[str, ...], list[str]] = {}
    for step in workspace.graph.steps.values():
        try:
            found = foreseen_environments(step)
        except VersionRefused as error:
            raise EnvironmentRefused(str(step.place), step.name, step.options.env or (), str(error)) from None
        for words in found:
            wanted.setdefault(words, []).append(step.name)
        if step.options.env and not found:
            asked = ", ".join(sorted(names_in_braces(step.options.env)))
            click.echo(f"{step.name} · only a run knows its environments, which depend on {asked}")
    return wanted


def _build(workspace: Workspace, words: tuple[str, ...], steps: list[str], upgrade: bool) -> bool:
    began = time.monotonic()
    try:
        lock = resolve(words, workspace.folder, anew=upgrade)
        build_environment(lock)
    except NbflowError as error:
        place = workspace.graph.steps[steps[0]].place
        click.echo(f"error: {EnvironmentRefused(str(place), steps[0], words, str(error))}", err=True)
        return False
    click.echo(f"{', '.join(steps)} · {_packages(lock)} · {lock.digest[:8]} · {duration(time.monotonic() - began)}")
    return True


@env.command("gc")
@click.option("--older", type=Age(), default=30 * 86400.0, help="Remove those not used for this long.  [default: 30d]")
def remove_environments(older: float) -> None:
    """Remove environments that were not used for long. A run that needs one builds it again."""
    removed = remove_unused(older)
    for line in _told(removed):
        click.echo(line)
    click.echo(f"removed {count(len(removed), 'environment')}")


def _told(removed: list[BuiltEnvironment]) -> Iterator[str]:
    yield from table([(one.digest[:8], _packages(one.lock)) for one in removed])
