"""Performs the command line of a script, `python flow.py …`, and ends the process."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import sys
from typing import Any, NoReturn

from nbflow.errors import FlowRefused, MetaflowException, NbflowError, SystemRefused, UnknownName
from nbflow.garbage import collect_rarely
from nbflow.progress.streams import take_any_text
from nbflow.script.inputs.parameters import script_file
from nbflow.script.language.flowspec import FlowSpec, go_back
from nbflow.script.language.uncaught import say, say_failed


def start_script(cls: type[FlowSpec]) -> None:
    """Start the flow of which an object has been made. It returns only in an interactive session."""
    worker = sys.modules.get("nbflow.run.workers.worker")
    if worker is not None and worker.is_working():
        raise MetaflowException(
            f"flow {cls.__name__} cannot start inside a task of another flow: start it with nbflow.Runner"
        )
    shell = _shell_of_session()
    if shell is None:
        run_command_line(cls)
    else:
        from nbflow.script.processes.run_aside import run_aside  # noqa: PLC0415 - a script's start must stay quick

        run_aside(cls, shell)


def _shell_of_session() -> Any:
    """Return IPython's shell in a kernel or a terminal; None in any other process."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def run_command_line(cls: type[FlowSpec], args: list[str] | None = None) -> NoReturn:
    """Perform the command line and end the process. The exit code is 0, 1 after a failure, 2 for wrong usage."""
    words = sys.argv[1:] if args is None else args
    take_any_text()
    go_back()  # each worker changes its folder itself when it imports the script
    if "run" in words or "resume" in words:
        collect_rarely()
        _start_workers(cls)
    _leave(_perform(cls, words))


def _start_workers(cls: type[FlowSpec]) -> None:
    from nbflow.script.execution.early import start_workers_early  # noqa: PLC0415 - other commands do not need it

    with contextlib.suppress(NbflowError):
        start_workers_early(script_file(cls), None)


def _perform(cls: type[FlowSpec], words: list[str]) -> int:
    import click  # noqa: PLC0415 - a script's import of nbflow must stay quick

    from nbflow.script.commands.configured import settle_for  # noqa: PLC0415
    from nbflow.script.commands.group import build_commands  # noqa: PLC0415

    try:
        words = settle_for(cls, words) or ["--help"]
        commands, program = build_commands(cls), _program()
        code = commands(
            args=words, prog_name=program, standalone_mode=False, obj=cls, auto_envvar_prefix="METAFLOW"
        )  # fmt: skip
        return code if isinstance(code, int) else 0
    except click.Abort:
        return 1
    except click.ClickException as error:
        error.show()
        return int(error.exit_code)
    except FlowRefused as error:
        say("Validity checker found an issue:", *error.problems)
        return 1
    except UnknownName as error:
        say(str(error))
        return 1
    except NbflowError as error:
        say_failed(error)
        return 1
    except OSError as error:
        say_failed(SystemRefused(error))
        return 1


def _leave(code: int) -> NoReturn:
    """Call the exit functions and end the process, without waiting for the end of the fork server."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _program() -> str:
    return f"python {shlex.quote(sys.argv[0])}" if sys.argv and sys.argv[0].endswith(".py") else "flow"
