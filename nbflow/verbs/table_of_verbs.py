"""Holds the table of verbs, and the click group that looks verbs up in it.

The shell and the `%flow` line of a notebook use the same table. The module of a verb is imported when the verb is used,
so `nbflow --help` answers at once.
"""

from __future__ import annotations

import difflib
import errno
import importlib
import keyword
import os
import shlex
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
    TargetIsInput,
    TargetNameWrong,
    TaskUnknown,
    UnknownName,
)

VERBS = {
    "init": ("starting", "Make a flow of an ordinary notebook."),
    "demo": ("starting", "Copy a demo notebook to try, or list the demos."),
    "run": ("execution", "Run the flow, or a part of it."),
    "resume": ("execution", "Run again, and reuse every earlier result that is still valid."),
    "rerun": ("execution", "Compute a step or one of its items again, even if it is stored."),
    "show": ("inspection", "Draw the graph as text, SVG, mermaid or DOT."),
    "check": ("inspection", "Find what is wrong with the flow before it runs."),
    "params": ("inspection", "List the parameters with their types, defaults and help."),
    "status": ("staleness", "Show the status of every step, and which steps would run."),
    "why": ("staleness", "Explain why a step would run: what changed since it last ran."),
    "runs": ("records", "List the runs with their parameters, durations and results."),
    "diff": ("records", "Show what differs between two runs: code, parameters, artifacts, environment."),
    "tag": ("marking", "Give a run a name."),
    "note": ("marking", "Write a note on a run, or print it."),
    "pin": ("marking", "Pin a run, so that gc keeps it and the panel lists it first."),
    "delete": ("marking", "Delete runs, and the results that no other run needs."),
    "logs": ("task_logs", "Print the output of a task."),
    "dump": ("task_logs", "Print the type, size and beginning of a task's artifacts, or load them."),
    "report": ("writing", "Write a run as one HTML page, as PDF, or as an executed notebook."),
    "export": ("exports", "Write the flow as a FlowSpec script, for nbflow or Metaflow."),
    "convert": ("writing", "Rewrite step headers as comments or as magics."),
    "import": ("imports", "Make a notebook of a FlowSpec script."),
    "sync": ("imports", "Copy code that was edited in an exported script back to its cells."),
    "du": ("disk_usage", "Show what each notebook, run, step and name takes on disk, and what gc would free."),
    "gc": ("keeping", "Delete old runs, and the objects that no remaining run needs."),
    "env": ("environments", "List, build and remove the environments of steps."),
    "push": ("copying", "Copy runs to another store, in a bucket or a folder."),
    "pull": ("copying", "Copy runs from another store, in a bucket or a folder."),
    "trust": ("trusting", "Trust users, or everything that the store holds now."),
    "verify": ("keeping", "Check that every stored object is intact."),
}
"""Maps each verb to its module below nbflow.verbs and its line of help."""

_USAGE = (
    AddressError, NoRunYet, NotANotebook, NothingToRun, ParameterError, ParameterMissing, TargetIsInput,
    TargetNameWrong, TaskUnknown, UnknownName,
)  # fmt: skip


class Verbs(click.Group):
    """Looks verbs up in VERBS, and shows errors of nbflow as one message without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"nbflow.verbs.{VERBS[cmd_name][0]}")
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
        except MemoryError as error:
            raise _refusal(SystemRefused(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output is gone, which click handles itself
                raise
            raise _refusal(SystemRefused(error)) from error


def _no_such_verb(word: str) -> str:
    if word.endswith(".ipynb") or Path(word).is_file():
        return f"write a verb first: nbflow run {shlex.quote(word)}"
    if word == "spin":
        return "'spin' is for scripts. For a notebook, nbflow run NOTEBOOK --only STEP runs one step on stored inputs"
    near = difflib.get_close_matches(word, VERBS, 1)
    return f"there is no verb '{word}'" + (f": did you mean '{near[0]}'?" if near else f": there is {', '.join(VERBS)}")


class BadInput(click.ClickException):
    """Signals that a command does not fit this notebook or store; the exit code is 2."""

    exit_code = 2


def _refusal(error: NbflowError) -> click.ClickException:
    """Return the error as click shows it: one message, no traceback."""
    return (BadInput if isinstance(error, _USAGE) else click.ClickException)(str(error))
