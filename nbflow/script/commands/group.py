"""Defines the command group: the module of a command is imported on use, and options may stand before the command."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence

import click

from nbflow.script.inputs.config import configs_of
from nbflow.script.inputs.parameters import parameters_of
from nbflow.script.language import refused
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.packages import choose_local

COMMANDS = {
    "run": "running", "resume": "running", "spin": "running", "show": "looking", "check": "looking",
    "output-dot": "looking", "help": "looking", "version": "looking", "dump": "tasks", "logs": "tasks", "card": "tasks",
    "tag": "past", "status": "past", "runs": "past", "gc": "past",
}  # fmt: skip
"""Maps each command to its module in this package."""

QUIET = "nbflow.quiet"
"""The key in the context of a command that is set if `--quiet` was given and the command has no such option."""

NO_PYLINT = "nbflow.no-pylint"
"""The key in the context of a command that is set if Metaflow's option `--no-pylint` was given."""

_QUIET = frozenset({"run", "resume", "spin", "check", "show", "output-dot"})

VALUED = frozenset(
    {
        "--metadata", "--datastore", "--datastore-root", "--environment", "--event-logger", "--monitor", "--with",
        "--namespace", "--package-suffixes", "--tag", "--max-workers", "--max-num-splits", "--run-id-file",
        "--branch", "--mode", "--local-config-file", "--runner-attribute-file",
    }
)  # fmt: skip
IGNORED_VALUES = (
    "--metadata",
    "--datastore",
    "--datastore-root",
    "--environment",
    "--event-logger",
    "--monitor",
    "--package-suffixes",
    "--mode",
)
IGNORED_FLAGS = ("--pylint", "--no-pylint", "--allow-branches", "--force-rebuild-environments")
_LOCAL = {"--metadata": ("local",), "--datastore": ("local",), "--environment": ("local", "pypi", "conda")}


def build_commands(cls: type[FlowSpec]) -> click.Group:
    """Return the group with the commands of one flow."""
    return Commands(name=cls.__name__, help=cls.__doc__ or f"The flow {cls.__name__}.", params=_options(cls))


def _options(cls: type[FlowSpec]) -> list[click.Parameter]:
    """Return the options for configs, for the help only: they have been taken out of the words before."""
    configs = configs_of(cls).values()
    if not configs:
        return []
    listed = "; ".join(f"{one.name}: {one._spec.help}".rstrip(": ") for one in configs)
    return [
        click.Option(["--config"], nargs=2, multiple=True, metavar="NAME PATH", help=f"A file for a config: {listed}"),
        click.Option(
            ["--config-value"],
            nargs=2,
            multiple=True,
            metavar="NAME TEXT",
            help="The value of a config, usually as JSON.",
        ),
    ]


class Commands(click.Group):
    """Finds the commands of a flow, and reads options on both sides of a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        group = COMMANDS[cmd_name]
        module = importlib.import_module(f"nbflow.script.commands.{group}")
        command = getattr(module, f"{group}_command")(cmd_name, ctx.obj)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = command_first(_without_ignored(args, ctx))
        if reason := refused.why_refused(words):
            ctx.fail(reason)
        if (
            words and words[0] not in _QUIET and "--quiet" in words
        ):  # it stands before the command, and is for every command
            words.remove("--quiet")
            ctx.meta[QUIET] = True
        return super().parse_args(ctx, words)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            _refuse_early_parameter(ctx, args)
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the commands are {', '.join(COMMANDS)}"
            ctx.fail(f"No such command '{args[0]}': {hint}")
        return super().resolve_command(ctx, args)


def _refuse_early_parameter(ctx: click.Context, args: Sequence[str]) -> None:
    """End with an error if a word is the value of a parameter that stands before the command."""
    value, *others = args
    command = next((word for word in others if word in COMMANDS), "run")
    for option in (word for word in others if word in own_options(ctx.obj)):
        ctx.fail(f"{option} is a parameter of the flow, which stands behind the command: {command} {option} {value}")


def own_options(cls: type[FlowSpec]) -> frozenset[str]:
    """Return the options that are parameters of the flow."""
    return frozenset(f"--{one.name}" for one in parameters_of(cls).values())


def _without_ignored(args: Sequence[str], ctx: click.Context) -> list[str]:
    """Remove options of Metaflow that have no meaning on one machine. Refuse values that ask for other machines.

    Behind the command, the name of such an option may be that of a parameter.
    """
    own: frozenset[str] = frozenset()
    kept: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        own = own or (own_options(ctx.obj) if word in COMMANDS else own)
        name, equals, value = word.partition("=")
        if name in own:
            kept.append(word)
            continue
        if name in IGNORED_FLAGS:
            ctx.meta[NO_PYLINT] = name == "--no-pylint" or ctx.meta.get(NO_PYLINT, False)
            continue
        if name in IGNORED_VALUES:
            value = value if equals else rest.pop(0) if rest else ""
            if name == "--environment" and value == "local":
                choose_local(ctx.obj)
            if name in _LOCAL and value not in _LOCAL[name]:
                ctx.fail(f"{name} {value} is not part of nbflow: it keeps everything in .nbflow on this machine")
            continue
        kept.append(word)
    return kept


def command_first(args: Sequence[str]) -> list[str]:
    """Move options that stand before the command, as in Metaflow, behind it."""
    before: list[str] = []
    rest = list(args)
    while rest and rest[0].startswith("-"):
        if rest[0] in ("--help", "--version") and not before:
            return list(args)
        word = rest.pop(0)
        before.append(word)
        if word in VALUED and rest:
            before.append(rest.pop(0))
    return [*rest[:1], *before, *rest[1:]]
