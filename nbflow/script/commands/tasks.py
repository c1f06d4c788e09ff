"""Defines the commands about single tasks: dump, logs, card."""

from __future__ import annotations

import contextlib
import json
import pprint
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import cloudpickle

from nbflow import client
from nbflow.cards.card_server import server_of
from nbflow.cards.reading import Card, cards_of
from nbflow.errors import MetaflowNotFound
from nbflow.script.commands.group import QUIET
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.read_class import alias_main


def tasks_command(name: str, cls: type[FlowSpec]) -> click.Command:
    """Return the command with this name."""
    alias_main(cls)
    return {"dump": _dump_command, "logs": _logs_command, "card": _card_command}[name]()


def find_tasks(flow: str, pathspec: str) -> list[client.Task]:
    """Return the tasks of RUN, RUN/STEP or RUN/STEP/TASK, also behind the name of the flow; else of the newest run."""
    parts = pathspec.split("/")
    parts = parts[1:] if parts[0] == flow else parts
    runs = client.Flow(flow, _namespace_check=False)
    run = _run(runs, parts[0]) if parts[0].isdecimal() else _newest(runs)
    rest = parts[1:] if parts[0].isdecimal() else parts
    if not rest:
        return [task for step in reversed(list(run)) for task in step.tasks]
    step = run[rest[0]]
    return [step[rest[1]]] if len(rest) > 1 else list(step.tasks)


def _run(flow: client.Flow, number: str) -> client.Run:
    """Return the run with this number; it may also be the run of a spun task, because all have different numbers."""
    spins = client.Flow(flow.id, _namespace_check=False, _spins=True)
    return spins[number] if number in spins else flow[number]


def _newest(flow: client.Flow) -> client.Run:
    run = flow.latest_run
    if run is None:
        raise MetaflowNotFound(f"flow {flow.id} has no run yet: run it first")
    return run


def _flow() -> str:
    return str(click.get_current_context().find_root().obj.__name__)


# dump


def _dump_command() -> click.Command:
    params: list[click.Parameter] = [
        click.Argument(["pathspec"], metavar="RUN/STEP[/TASK]"),
        click.Option(["--private/--no-private"], default=False, help="Show names that begin with _ too."),
        click.Option(["--max-value-size"], type=int, default=1000, help="Show values up to this number of characters."),
        click.Option(["--include"], default="", help="Show only these names, separated by commas."),
        click.Option(
            ["--file"], type=click.Path(dir_okay=False, path_type=Path), help="Pickle the values to this file."
        ),
    ]
    return click.Command("dump", params=params, callback=_dump, help="Show the artifacts of tasks with their values.")


def _dump(pathspec: str, private: bool, max_value_size: int, include: str, file: Path | None) -> None:
    wanted = [name.strip() for name in include.split(",") if name.strip()]
    tasks = find_tasks(_flow(), pathspec)
    if file is not None:
        found = {_path_in_flow(task): _artifacts(task, wanted, private) for task in tasks}
        values = {path: {one.id: one.data for one in artifacts} for path, artifacts in found.items()}
        file.write_bytes(cloudpickle.dumps(values))
        _say(f"Artifacts written to {file}")
        return
    for task in tasks:
        parts = _path_in_flow(task)
        _say(f"Dumping output of {parts}" if len(tasks) == 1 else f"[{parts}]")
        for artifact in _artifacts(task, wanted, private):
            click.echo(_line(artifact, max_value_size))


def _say(text: str) -> None:
    if not click.get_current_context().meta.get(QUIET):
        click.echo(text)


def _path_in_flow(task: client.Task) -> str:
    """Return `RUN/STEP/TASK`."""
    return task.pathspec.split("/", 1)[1]


def _artifacts(task: client.Task, wanted: list[str], private: bool) -> list[client.DataArtifact]:
    found = task._reached if private else task._visible
    return [one for name, one in sorted(found.items()) if not wanted or name in wanted]


def _line(artifact: client.DataArtifact, limit: int) -> str:
    head = f"    {artifact.id} [sha: {artifact.sha[:8]} size: {artifact.size} type: {artifact.summary.type}]"
    if artifact.size > limit:
        return head
    value = pprint.pformat(artifact.data, width=100)
    return f"{head} = {value}" if len(value) <= limit else head


# logs


def _logs_command() -> click.Command:
    params: list[click.Parameter] = [
        click.Argument(["pathspec"], metavar="RUN/STEP[/TASK]"),
        click.Option(["--stdout/--no-stdout"], default=False, help="Show only stdout."),
        click.Option(["--stderr/--no-stderr"], default=False, help="Show only stderr."),
        click.Option(["--both/--no-both"], default=True, help="Both streams."),
        click.Option(
            ["--timestamps/--no-timestamps"],
            default=False,
            help="Print the time at which the task ended before each line.",
        ),
        click.Option(["--attempt"], type=int, help="The attempt, from 0; the last one if it is not given."),
    ]
    show = click.Command("show", params=params, callback=_logs, help="Show the output of tasks.")
    return _Shown("logs", commands={"show": show}, help="Show the output of tasks: logs [show] RUN/STEP[/TASK].")


class _Shown(click.Group):
    """Reads `logs RUN/STEP` as `logs show RUN/STEP`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_command = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if is_command or not args else ["show", *args])


def _logs(pathspec: str, stdout: bool, stderr: bool, both: bool, timestamps: bool, attempt: int | None) -> None:
    streams = [name for name, wanted in (("stdout", stdout), ("stderr", stderr)) if wanted] or ["stdout", "stderr"]
    for task in find_tasks(_flow(), pathspec):
        if not click.get_current_context().meta.get(QUIET):
            click.echo(f"Dumping logs of run_id={task.step.run.id} step={task.step.id} task_id={task.id}", err=True)
        for output in (task if attempt is None else task._at(attempt)).outputs:
            if output.get("name") in streams:
                _echo(output["text"], timestamps, task)


def _echo(text: str, timestamps: bool, task: client.Task) -> None:
    for line in text.removesuffix("\n").split("\n"):
        click.echo(f"{task.finished_at:%Y-%m-%d %H:%M:%S} {line}" if timestamps and task.finished_at else line)


# cards


def _card_command() -> click.Command:
    pathspec = click.Argument(["pathspec"], metavar="[RUN/]STEP[/TASK]")
    options: list[click.Parameter] = [
        click.Option(["--type", "kind"], help="Only cards of this type."),
        click.Option(["--id", "name"], help="Only the card with this id."),
        click.Option(["--hash", "digest"], help="Only the card whose hash begins with this text."),
    ]
    listing: list[click.Parameter] = [
        click.Argument(["pathspec"], required=False),
        click.Option(["--as-json"], is_flag=True, help="As JSON."),
        click.Option(["--file"], type=click.Path(dir_okay=False, path_type=Path), help="Write the JSON to this file."),
    ]
    commands = {
        "list": click.Command(
            "list", params=[*listing, *options], callback=_list, help="List the cards."
        ),
        "get": click.Command(
            "get",
            params=[pathspec, *options, click.Argument(["file"], required=False)],
            callback=_get,
            help="Print a card as HTML.",
        ),
        "view": click.Command("view", params=[pathspec, *options], callback=_view, help="Open a card in the browser."),
        "server": click.Command(
            "server",
            params=[
                click.Option(["--run-id", "run"], help="The run whose cards are shown; the newest if not given."),
                click.Option(["--port"], type=int, default=8324, show_default=True, help="The port of the server."),
                click.Option(
                    ["--poll-interval", "pause"], type=float, default=5, show_default=True,
                    help="Seconds until the browser looks for changes again.",
                ),
                click.Option(["--max-cards", "most"], type=click.IntRange(1), help="Show at most so many cards."),
                click.Option(["--namespace"], help="Show the newest run in this namespace."),
            ],
            callback=_serve,
            help="Show the cards of a run in the browser, also while its tasks run.",
        ),
    }  # fmt: skip
    return click.Group("card", commands=commands, help="Show the cards of tasks: list, get, view, server.")


def _serve(run: str | None, port: int, pause: float, most: int | None, namespace: str | None) -> None:
    """Serve the cards until Ctrl+C is pressed."""

    def cards() -> list[Card]:
        return _cards(run or _newest_of(namespace))[:most]

    if run is None and namespace is not None:
        _newest_of(namespace)  # so that a name without runs is refused here, and not in the browser
    with server_of(cards, port, pause) as server:
        click.echo(f"Cards of {_flow()} at http://127.0.0.1:{server.server_port} (stop it with Ctrl+C)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _newest_of(namespace: str | None) -> str:
    """Return the id of the newest run in a namespace. Raises MetaflowNotFound if there is none."""
    runs = client.Flow(_flow(), _namespace_check=False)
    found = _newest(runs) if namespace is None else next((one for one in runs if namespace in one.tags), None)
    if found is None:
        raise MetaflowNotFound(f"flow {runs.id} has no run in namespace '{namespace}': leave --namespace out")
    return found.id


def _cards(pathspec: str) -> list[Card]:
    return [card for task in find_tasks(_flow(), pathspec) for card in cards_of(task)]


def _list(
    pathspec: str | None, kind: str | None, name: str | None, digest: str | None, as_json: bool, file: Path | None
) -> None:
    runs = client.Flow(_flow(), _namespace_check=False)
    found = _matching(pathspec or _newest(runs).id, kind, name, digest)
    if as_json:
        tasks = [_told(task, list(cards)) for task, cards in groupby(found, lambda card: card.task.pathspec)]
        _give(json.dumps(tasks[0] if pathspec and len(tasks) == 1 else tasks, indent=4), file)
        return
    for card in found:
        shown = f"  id {card.id}" if card.id else ""
        click.echo(
            f"{card.task.pathspec}  type {card.type}{shown}  hash {card.hash[:5]}  {len(card.html):,} characters"
        )


def _told(task: str, cards: list[Card]) -> dict[str, Any]:
    """Return the cards of a task as Metaflow's list describes them."""
    return {
        "pathspec": task,
        "cards": [{"id": one.id, "hash": one.hash, "type": one.type, "filename": _filename(one)} for one in cards],
    }


def _filename(card: Card) -> str:
    return f"{'-'.join(part for part in (card.type, card.id, card.hash) if part)}.html"


def _give(text: str, file: Path | None) -> None:
    if file is None:
        click.echo(text)
    else:
        file.write_text(text, "utf-8")


def _matching(pathspec: str, kind: str | None, name: str | None, digest: str | None) -> list[Card]:
    cards = (one for one in _cards(pathspec) if kind in (None, one.type) and name in (None, one.id))
    return [one for one in cards if one.hash.startswith(digest or "")]


def _pick(pathspec: str, kind: str | None, name: str | None, digest: str | None) -> Card:
    cards = _matching(pathspec, kind, name, digest)
    if not cards:
        raise MetaflowNotFound(
            f"{pathspec} has no such card: the command list shows the cards, and @card above a step makes one"
        )
    if len(cards) > 1:
        raise MetaflowNotFound(f"{pathspec} has {len(cards)} such cards: give the task, --type, --id or --hash")
    return cards[0]


def _get(pathspec: str, kind: str | None, name: str | None, digest: str | None, file: str | None) -> None:
    card = _pick(pathspec, kind, name, digest)
    if file is None:
        click.echo(card.html)
    else:
        Path(file).write_text(card.html, "utf-8", "backslashreplace")
        click.echo(f"Card written to {file}")


def _view(pathspec: str, kind: str | None, name: str | None, digest: str | None) -> None:
    click.echo(f"Card at {_pick(pathspec, kind, name, digest).view()}")
