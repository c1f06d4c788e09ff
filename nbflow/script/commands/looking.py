"""Defines the commands that look at the flow itself: show, check, output-dot, help, version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from nbflow.script.commands.group import NO_PYLINT
from nbflow.script.inputs.parameters import parameters_of, script_file
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.lint import Lint
from nbflow.script.preparing.prepared import prepare, refuse_script_errors, script_problems


def looking_command(name: str, cls: type[FlowSpec]) -> click.Command:
    """Return the command with this name."""
    callbacks: dict[str, Callable[..., Any]] = {
        "show": _show, "check": _check, "output-dot": _dot, "help": _help, "version": _version,
    }  # fmt: skip
    callback = callbacks[name]
    options: list[click.Parameter] = [click.Option(["--quiet/--no-quiet"], default=False)]
    if name in ("check", "show"):
        options.append(click.Option(["--lint/--no-lint"], default=True, help="Look for undefined names too."))
    if name in ("show", "output-dot", "check"):
        options.append(click.Option(["--warnings/--no-warnings"], default=False))
    return click.Command(name, params=options, callback=callback, help=callback.__doc__)


def _cls() -> type[FlowSpec]:
    cls: type[FlowSpec] = click.get_current_context().obj
    return cls


def _show(**_: Any) -> None:
    """Show the steps with their docstrings, and where they lead."""
    cls = _cls()
    prepared = prepare(cls)
    if cls.__doc__:
        click.echo(f"\n{cls.__doc__.strip()}\n")
    for name, parameter in parameters_of(cls).items():
        click.echo(f"Parameter {name}: {parameter.described()}")
    for name, step in prepared.graph.steps.items():
        click.echo(f"\nStep {name}")
        click.echo("    " + (" ".join(step.doc.split()) or "?"))
        if step.control.next is not None:
            click.echo(f"    => {', '.join(step.control.next.targets)}{_how(step.control.next)}")
    problems = script_problems(prepared)
    for problem in problems:
        click.echo(f"\n{problem}")


def _how(leads: Any) -> str:
    if leads.foreach:
        return f" (foreach {leads.foreach})"
    return f" (switch on {leads.condition})" if leads.condition else ""


def _check(quiet: bool = False, **facts: Any) -> None:
    """Check the flow. The exit code is 1 if there are problems."""
    cls = _cls()
    if not quiet:
        click.echo("Validating your flow...")
    wants_lint = facts.get("lint", True) and not click.get_current_context().meta.get(NO_PYLINT)
    with Lint(script_file(cls), wants_lint) as linting:
        refuse_script_errors(prepare(cls))
        linting.report()
    if not quiet:
        click.echo("    The graph looks good!")


def _dot(**_: Any) -> None:
    """Print the graph in the DOT language."""
    from nbflow.progress.dot import to_dot  # noqa: PLC0415 - graphviz takes a while to import

    click.echo(to_dot(prepare(_cls()).graph))


def _help(**_: Any) -> None:
    """List the commands."""
    parent = click.get_current_context().parent
    assert parent is not None
    click.echo(parent.get_help())


def _version(**_: Any) -> None:
    """Show the version of nbflow."""
    from importlib.metadata import version  # noqa: PLC0415 - 10 ms to import

    click.echo(f"nbflow {version('jupyter-nbflow')}")
