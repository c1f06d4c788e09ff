"""The command group. A verb's module is imported when the verb is used, so that `nbflow --help` answers at once."""

from __future__ import annotations

import difflib
import errno
import importlib
import keyword
from pathlib import Path
from typing import Any

import click

from nbflow.errors import (
    AddressError,
    NbflowError,
    NoRunYet,
    NotANotebook,
    NothingToRun,
    ParameterError,
    ParameterMissing,
    SystemRefused,
    TaskUnknown,
    UnknownName,
)
from nbflow.terminal import take_any_text

VERBS = {
    "init": ("starting", "Make a flow of an ordinary notebook."),
    "run": ("running", "Run the flow, or a part of it."),
    "resume": ("running", "A new run that keeps all that still holds of an earlier one."),
    "rerun": ("running", "Compute a step or one of its items again, whatever is stored."),
    "show": ("looking", "The graph: as text, SVG, mermaid or DOT."),
    "check": ("looking", "Find what is wrong with the flow before it runs."),
    "params": ("looking", "The parameters with their types, defaults and help."),
    "status": ("standing", "What is known of every step, what is stale, what would run."),
    "why": ("standing", "Why a step would run: what changed since it last did."),
    "runs": ("past", "The runs so far: parameters, durations, results."),
    "diff": ("past", "What differs between two runs: code, parameters, artifacts, environment."),
    "tag": ("past", "Give a run a name."),
    "logs": ("tasks", "What a task printed."),
    "dump": ("tasks", "What a task's artifacts hold."),
    "report": ("writing", "A run as one HTML page: parameters, graph, and what every task displayed."),
    "export": ("exporting", "Write the flow as a FlowSpec script, for nbflow or Metaflow."),
    "convert": ("writing", "Write step headers as comments or as magics."),
    "import": ("importing", "Make a notebook of a FlowSpec script."),
    "sync": ("importing", "Copy bodies edited in an exported script back to their cells."),
    "gc": ("keeping", "Delete what no kept run needs."),
    "trust": ("keeping", "Trust what the store holds, whoever signed it."),
    "verify": ("keeping", "Read every stored object and compare it with its name."),
}
"""Verb -> (module below nbflow.cli, help)."""

_USAGE = (
    AddressError, NoRunYet, NotANotebook, NothingToRun, ParameterError, ParameterMissing, TaskUnknown, UnknownName,
)  # fmt: skip


class Verbs(click.Group):
    """Looks verbs up in VERBS, and says what nbflow's own errors say without a traceback."""

    def main(self, *args: Any, **options: Any) -> Any:
        take_any_text()
        return super().main(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"nbflow.cli.{VERBS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            ctx.fail(_no_such_verb(args[0]))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NbflowError as error:
            raise _refusal(error) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads any more, and click knows what to do then
                raise
            raise _refusal(SystemRefused(error)) from error


def _no_such_verb(word: str) -> str:
    if word.endswith(".ipynb") or Path(word).is_file():
        return f"a verb comes first: nbflow run {word}"
    if word == "spin":
        return "'spin' is for scripts: of a notebook, nbflow run NOTEBOOK --only STEP does one step on what is stored"
    near = difflib.get_close_matches(word, VERBS, 1)
    return f"there is no verb '{word}'" + (f": did you mean '{near[0]}'?" if near else f": there is {', '.join(VERBS)}")


class BadInput(click.ClickException):
    """What was typed makes no sense for this notebook or store."""

    exit_code = 2


def _refusal(error: NbflowError) -> click.ClickException:
    """One message and no traceback."""
    return (BadInput if isinstance(error, _USAGE) else click.ClickException)(str(error))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="jupyter-nbflow", prog_name="nbflow")
def nbflow() -> None:
    """Run notebooks as flows.

    Write `nbflow VERB NOTEBOOK`; `nbflow VERB --help` has the details, and `nbflow run NOTEBOOK --help` lists the
    parameters of the notebook too. A task is named `fit`, `fit[3]`, `fit[0,2]` when nested, or `7/fit[3]` in run 7.
    """
