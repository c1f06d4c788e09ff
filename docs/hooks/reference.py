"""Writes the help of every verb into the page of commands, so that the page is true whenever it is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from nbflow.cli.main import nbflow
from nbflow.jupyter.kernel.verbs.dispatch import LIVE_VERBS

SHELL, NOTEBOOK = "<!-- verbs of the shell -->", "<!-- verbs of a notebook -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the two marks; MkDocs calls this for every page."""
    if SHELL not in markdown:
        return markdown
    group = click.Context(nbflow, info_name="nbflow", max_content_width=100, terminal_width=100)
    verbs = {name: command for name in nbflow.list_commands(group) if (command := nbflow.get_command(group, name))}
    live = click.Context(click.Group(), info_name="%flow", max_content_width=100, terminal_width=100)
    shell, notebook = "\n".join(_sections(group, verbs)), "\n".join(_sections(live, LIVE_VERBS))
    return markdown.replace(SHELL, shell).replace(NOTEBOOK, notebook)


def _sections(above: click.Context, verbs: Any, level: int = 3) -> Iterator[str]:
    for name, command in verbs.items():
        context = click.Context(command, parent=above, info_name=name, max_content_width=100, terminal_width=100)
        context.help_option_names = ["-h", "--help"]
        yield f"{'#' * level} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            yield from _sections(
                context, {one: sub for one, sub in command.commands.items() if not sub.hidden}, level + 1
            )
