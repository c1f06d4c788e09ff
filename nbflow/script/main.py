"""`python flow.py …`: the command line of a script."""

from __future__ import annotations

import sys
from typing import Any

from nbflow.errors import FlowRefused, NbflowError, UnknownName
from nbflow.script.flow import FlowSpec

COMMANDS = {
    "run": "running", "resume": "running", "show": "looking", "check": "looking", "output-dot": "looking",
    "help": "looking", "version": "looking", "dump": "tasks", "logs": "tasks", "card": "tasks", "tag": "past",
    "status": "past", "runs": "past", "gc": "past",
}  # fmt: skip
"""Command -> its module below nbflow.script.commands."""


def main(cls: type[FlowSpec], args: list[str] | None = None) -> None:
    """Do what the command line says and leave the process: 0 done, 1 failed, 2 typed wrongly."""
    import click  # noqa: PLC0415 - a script's import of nbflow must stay quick

    from nbflow.script.commands.group import build  # noqa: PLC0415

    try:
        build(cls)(args=sys.argv[1:] if args is None else args, prog_name=_program(), standalone_mode=False, obj=cls)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FlowRefused as error:
        _say("Validity checker found an issue:", *error.problems)
        sys.exit(1)
    except UnknownName as error:
        _say(str(error))
        sys.exit(2)
    except NbflowError as error:
        _say(f"{getattr(error, 'headline', 'Flow failed')}:", str(error))
        sys.exit(1)
    sys.exit(0)


def _program() -> str:
    return f"python {sys.argv[0]}" if sys.argv and sys.argv[0].endswith(".py") else "flow"


def _say(first: str, *more: Any) -> None:
    print("\n".join([first, *(f"    {line}" for text in more for line in str(text).split("\n"))]), file=sys.stderr)
