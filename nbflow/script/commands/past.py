"""Defines the commands about stored runs: runs, status, tag, gc."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from nbflow import client
from nbflow.errors import MetaflowNamespaceMismatch, MetaflowNotFound, MetaflowTaggingError
from nbflow.flow.syntax.units import read_duration
from nbflow.progress.numbers import brief
from nbflow.script.language.flowspec import FlowSpec
from nbflow.store.catalog.keeping_rules import NEWEST, kept_by_options
from nbflow.store.catalog.rows import TaskStatus
from nbflow.store.catalog.user import user_name
from nbflow.store.homes import locate_store
from nbflow.store.store import Store


def past_command(name: str, cls: type[FlowSpec]) -> click.Command:
    """Return the command with this name."""
    if name == "tag":
        return _tag_command()
    callbacks: dict[str, Callable[..., Any]] = {"runs": _runs, "status": _status, "gc": _gc}
    options: list[click.Parameter] = []
    if name == "gc":
        options = [
            click.Option(
                ["--keep"],
                type=click.IntRange(0, 10**9),
                help=f"How many runs of each flow to keep.  [default: {NEWEST}, with --older 0]",
            ),
            click.Option(["--older"], help="Delete only runs that ended longer ago than this: 30d, 12h."),
            click.Option(["--keep-tagged"], is_flag=True, help="Keep every run that has a tag."),
            click.Option(["--dry-run"], is_flag=True, help="Only say what would be deleted."),
        ]
    return click.Command(name, params=options, callback=callbacks[name], help=callbacks[name].__doc__)


def _flow() -> client.Flow:
    return client.Flow(click.get_current_context().find_root().obj.__name__, _namespace_check=False)


def _newest() -> client.Run:
    run = _flow().latest_run
    if run is None:
        raise MetaflowNotFound("there is no run yet: run the flow first")
    return run


def _runs() -> None:
    """List the runs, the newest first."""
    for run in _flow():
        parameters = " ".join(f"{name}={brief(value)}" for name, value in run.parameters.items())
        tags = " ".join(sorted(run.user_tags))
        began = f"{run.created_at:%Y-%m-%d %H:%M:%S}" if run.created_at else ""
        click.echo("  ".join(part for part in (run.id, began, str(run.status), parameters, tags) if part))


def _status() -> None:
    """Show the status of each step in the newest run."""
    run = _newest()
    click.echo(f"run {run.id}: {run.status}")
    for step in reversed(list(run)):
        states = [task.status for task in step.tasks]
        click.echo(f"    {step.id}: " + ", ".join(f"{states.count(one)} {one}" for one in TaskStatus if one in states))


def _gc(keep: int | None, older: str | None, keep_tagged: bool, dry_run: bool) -> None:
    """Delete old runs, and everything that no kept run of any flow in this store needs."""
    kept = kept_by_options(keep, read_duration("--older", older) if older else None, keep_tagged)
    with Store.open(locate_store(Path.cwd()), create=False) as store:
        swept = store.gc(kept, dry_run)
    click.echo(f"{'would delete' if dry_run else 'deleted'} {len(swept.runs)} runs, {swept.bytes:,} bytes")


# tags


def _tag_command() -> click.Command:
    run = click.Option(["--run-id"], type=int, help="The run; the newest if it is not given.")
    space = click.Option(["--namespace"], help="Look for the run in this namespace, not in all of them.")
    tags = click.Argument(["tags"], nargs=-1, required=True)
    pair = click.Argument(["pair"], nargs=-1, metavar="[OLD NEW]")
    remove = click.Option(["--remove"], multiple=True, help="Remove this tag.")
    add = click.Option(["--add"], multiple=True, help="Add this tag.")
    hide = click.Option(["--hide-system-tags"], is_flag=True, help="Show only tags of users.")
    flat = click.Option(["--flat"], is_flag=True, help="Print one tag a line.")
    commands = {
        "add": click.Command("add", params=[run, space, tags], callback=_add, help="Add tags to a run."),
        "remove": click.Command("remove", params=[run, space, tags], callback=_remove, help="Remove tags from a run."),
        "replace": click.Command(
            "replace",
            params=[run, space, remove, add, pair],
            callback=_replace,
            help="Replace tags by others, at once.",
        ),
        "list": click.Command(
            "list", params=[run, space, hide, flat, *_groupings()], callback=_list, help="List the tags of runs."
        ),
    }
    return click.Group("tag", commands=commands, help="Change the tags of runs: add, remove, replace, list.")


def _groupings() -> list[click.Parameter]:
    helps = {
        "--all": "Of all runs.", "--my-runs": "Of your own runs.", "--group-by-run": "Print one run a line.",
        "--group-by-tag": "Print one tag a line, with its runs.",
    }  # fmt: skip
    return [click.Option([name], is_flag=True, help=text) for name, text in helps.items()]


def _run(number: int | None, namespace: str | None) -> client.Run:
    run = _newest() if number is None else _flow()[number]
    if namespace and namespace not in run.tags:
        raise MetaflowNamespaceMismatch(namespace)
    return run


def _add(run_id: int | None, namespace: str | None, tags: tuple[str, ...]) -> None:
    run = _run(run_id, namespace)
    run.add_tags(tags)
    _say(run)


def _remove(run_id: int | None, namespace: str | None, tags: tuple[str, ...]) -> None:
    run = _run(run_id, namespace)
    run.remove_tags(tags)
    _say(run)


def _replace(
    run_id: int | None, namespace: str | None, remove: tuple[str, ...], add: tuple[str, ...], pair: tuple[str, ...]
) -> None:
    run = _run(run_id, namespace)
    if len(pair) == 2 and not remove and not add:
        remove, add = pair[:1], pair[1:]
    if not remove or not add or (pair and (remove, add) != (pair[:1], pair[1:])):
        raise MetaflowTaggingError("tag replace takes --remove OLD and --add NEW, each as often as needed, or OLD NEW")
    missing = [tag for tag in remove if tag not in run.tags]
    if missing:
        listed = ", ".join(sorted(run.user_tags)) or "none"
        raise MetaflowTaggingError(f"run {run.id} has no tag '{missing[0]}': it has {listed}")
    run.replace_tags(remove, add)
    _say(run)


def _list(
    run_id: int | None, namespace: str | None, hide_system_tags: bool, flat: bool, all: bool, my_runs: bool,
    group_by_run: bool, group_by_tag: bool,
) -> None:  # fmt: skip
    if sum((flat, group_by_run, group_by_tag)) > 1 or sum((run_id is not None, all, my_runs)) > 1:
        raise click.UsageError(
            "tag list takes one of --run-id, --all and --my-runs, and one of --flat, --group-by-run and --group-by-tag"
        )
    many = all or my_runs or (run_id is None and (group_by_run or group_by_tag))
    runs = _runs_of(my_runs) if many else [_run(run_id, namespace)]
    if group_by_tag:
        _list_by_tag(runs, hide_system_tags)
    elif group_by_run:
        _list_by_run(runs, hide_system_tags)
    elif flat:
        listed = ", ".join(run.id for run in runs)
        click.echo(f"Tags of run{'s' * (len(runs) > 1)} {listed}:", err=True)
        for tag in sorted({tag for run in runs for tag in (run.user_tags if hide_system_tags else run.tags)}):
            click.echo(tag, err=True)  # both on stderr, where Metaflow's scripts read them
    else:
        for run in runs:
            _say(run)


def _runs_of(own: bool) -> list[client.Run]:
    return [run for run in _flow() if not own or f"user:{user_name()}" in run.tags]


def _list_by_run(runs: Sequence[client.Run], hide_system_tags: bool) -> None:
    for run in runs:
        system = "" if hide_system_tags else ",".join(sorted(run.system_tags))
        click.echo(f"{run.pathspec} ; {system} ; {','.join(sorted(run.user_tags))}")


def _list_by_tag(runs: Sequence[client.Run], hide_system_tags: bool) -> None:
    for kind in ("user",) if hide_system_tags else ("user", "system"):
        having: dict[str, list[str]] = {}
        for run in runs:
            for tag in run.user_tags if kind == "user" else run.system_tags:
                having.setdefault(tag, []).append(run.pathspec)
        for tag in sorted(having):
            click.echo(f"{kind}:{tag} ; {','.join(having[tag])}")


def _say(run: client.Run) -> None:
    click.echo(f"run {run.id}: {', '.join(sorted(run.user_tags)) or 'no tags'}")
