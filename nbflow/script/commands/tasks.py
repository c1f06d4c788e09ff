"""Commands about single tasks: dump, logs, card."""

from __future__ import annotations

import contextlib
import pprint
from pathlib import Path

import click
import cloudpickle

from nbflow import client
from nbflow.cards.reading import Card, cards_of
from nbflow.cards.server import server_of
from nbflow.errors import MetaflowNotFound
from nbflow.script.commands.group import QUIET
from nbflow.script.flow import FlowSpec
from nbflow.script.reading import alias_main


def command_of(name: str, cls: type[FlowSpec]) -> click.Command:
    alias_main(cls)
    return {"dump": _dump_command, "logs": _logs_command, "card": _card_command}[name]()


def find_tasks(flow: str, pathspec: str) -> list[client.Task]:
    """Of `RUN`, `RUN/STEP` or `RUN/STEP/TASK`, also with the flow's name in front; without a run, of the newest."""
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
    """A run, or that of a task that was spun: no number is given twice."""
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
        click.Option(["--private/--no-private"], default=False, help="Names that begin with _ too."),
        click.Option(["--max-value-size"], type=int, default=1000, help="Show values up to so many characters."),
        click.Option(["--include"], default="", help="Only these names, separated by commas."),
        click.Option(
            ["--file"], type=click.Path(dir_okay=False, path_type=Path), help="Pickle the values to this file."
        ),
    ]
    return click.Command("dump", params=params, callback=_dump, help="The artifacts of tasks, with their values.")


def _dump(pathspec: str, private: bool, max_value_size: int, include: str, file: Path | None) -> None:
    wanted = [name.strip() for name in include.split(",") if name.strip()]
    tasks = find_tasks(_flow(), pathspec)
    if file is not None:
        values = {task.pathspec: {one.id: one.data for one in _artifacts(task, wanted)} for task in tasks}
        file.write_bytes(cloudpickle.dumps(values))
        _say(f"Artifacts written to {file}")
        return
    for task in tasks:
        parts = task.pathspec.split("/", 1)[1]
        _say(f"Dumping output of {parts}" if len(tasks) == 1 else f"[{parts}]")
        for artifact in _artifacts(task, wanted):
            click.echo(_line(artifact, max_value_size))


def _say(text: str) -> None:
    if not click.get_current_context().meta.get(QUIET):
        click.echo(text)


def _artifacts(task: client.Task, wanted: list[str]) -> list[client.DataArtifact]:
    return [one for one in sorted(task, key=lambda one: one.id) if not wanted or one.id in wanted]


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
        click.Option(["--stdout/--no-stdout"], default=False, help="Only what was printed to stdout."),
        click.Option(["--stderr/--no-stderr"], default=False, help="Only what was printed to stderr."),
        click.Option(["--both/--no-both"], default=True, help="Both streams."),
        click.Option(
            ["--timestamps/--no-timestamps"], default=False, help="Each line with the time its task was over."
        ),
        click.Option(["--attempt"], type=int, help="Of this attempt, from 0; of the last one if it is not given."),
    ]
    show = click.Command("show", params=params, callback=_logs, help="What tasks printed.")
    return _Shown("logs", commands={"show": show}, help="What tasks printed: logs [show] RUN/STEP[/TASK].")


class _Shown(click.Group):
    """`logs RUN/STEP` means `logs show RUN/STEP`."""

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
        pathspec,
        click.Option(["--type", "kind"], help="The card of this type."),
        click.Option(["--id", "name"], help="The card with this id."),
    ]
    commands = {
        "list": click.Command(
            "list", params=[click.Argument(["pathspec"], required=False)], callback=_list, help="The cards there are."
        ),
        "get": click.Command(
            "get",
            params=[*options, click.Argument(["file"], required=False)],
            callback=_get,
            help="The HTML of a card.",
        ),
        "view": click.Command("view", params=options, callback=_view, help="Open a card in the browser."),
        "server": click.Command(
            "server",
            params=[
                click.Option(["--run-id", "run"], help="The run whose cards are shown; the newest if not given."),
                click.Option(["--port"], type=int, default=8324, show_default=True, help="Where the browser finds it."),
                click.Option(
                    ["--poll-interval", "pause"], type=float, default=5, show_default=True,
                    help="Seconds between two looks at a card.",
                ),
            ],
            callback=_serve,
            help="Show the cards of a run in the browser, those of running tasks as they change.",
        ),
    }  # fmt: skip
    return click.Group("card", commands=commands, help="The cards of tasks: list, get, view, server.")


def _serve(run: str | None, port: int, pause: float) -> None:
    """Until somebody presses Ctrl+C."""

    def cards() -> list[Card]:
        return _cards(run or _newest(client.Flow(_flow(), _namespace_check=False)).id)

    with server_of(cards, port, pause) as server:
        click.echo(f"Cards of {_flow()} at http://127.0.0.1:{server.server_port} (stop it with Ctrl+C)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _cards(pathspec: str) -> list[Card]:
    return [card for task in find_tasks(_flow(), pathspec) for card in cards_of(task)]


def _list(pathspec: str | None) -> None:
    runs = client.Flow(_flow(), _namespace_check=False)
    for card in _cards(pathspec or _newest(runs).id):
        name = f"  id {card.id}" if card.id else ""
        click.echo(f"{card.task.pathspec}  type {card.type}{name}  {len(card.html):,} characters")


def _pick(pathspec: str, kind: str | None, name: str | None) -> Card:
    cards = [one for one in _cards(pathspec) if kind in (None, one.type) and name in (None, one.id)]
    if not cards:
        raise MetaflowNotFound(f"{pathspec} has no such card: list shows those there are; @card above a step makes one")
    if len(cards) > 1:
        raise MetaflowNotFound(f"{pathspec} has {len(cards)} such cards: give the task, --type or --id")
    return cards[0]


def _get(pathspec: str, kind: str | None, name: str | None, file: str | None) -> None:
    card = _pick(pathspec, kind, name)
    if file is None:
        click.echo(card.html)
    else:
        Path(file).write_text(card.html, "utf-8", "backslashreplace")
        click.echo(f"Card written to {file}")


def _view(pathspec: str, kind: str | None, name: str | None) -> None:
    click.echo(f"Card at {_pick(pathspec, kind, name).view()}")
