"""Defines the command `nbflow`."""

from __future__ import annotations

import importlib
from typing import Any

import click

from nbflow.progress.streams import leave_out_controls, take_any_text
from nbflow.verbs.context import PERFORM
from nbflow.verbs.table_of_verbs import Verbs


class ShellVerbs(Verbs):
    """Offers the verbs in a shell, where a run ends the process with its exit code."""

    def main(self, *args: Any, **options: Any) -> Any:
        take_any_text()
        leave_out_controls()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        ctx.meta[PERFORM] = _perform
        return super().invoke(ctx)


def _perform(place: Any, request: Any, executed: Any) -> None:
    """Import what runs a flow when one is run, so that `nbflow --help` answers at once."""
    importlib.import_module("nbflow.cli.terminal").perform_in_terminal(place, request, executed)


@click.group(cls=ShellVerbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="jupyter-nbflow", prog_name="nbflow")
def nbflow() -> None:
    """Run notebooks as flows.

    Write `nbflow VERB NOTEBOOK`. `nbflow VERB --help` explains a verb, and `nbflow run NOTEBOOK --help` also lists the
    parameters of the notebook. A task is named `fit`, `fit[3]`, `fit[0,2]` in nested foreaches, or `7/fit[3]` in run 7.
    """
