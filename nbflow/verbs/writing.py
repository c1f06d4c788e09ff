"""Defines the verbs that write a file outside the store: convert, report."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.history.report import page
from nbflow.notebook.convert import FORMS, convert_notebook
from nbflow.progress.pictures import count
from nbflow.verbs.workspace import NOTEBOOK, find_workspace


@click.command()
@NOTEBOOK
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="Write `#| step: NAME` or `%%step NAME`.")
def convert(notebook: Path, form: str) -> None:
    """Rewrite the step headers of a notebook in the other form; nothing else in the file changes."""
    changed = convert_notebook(notebook, form)
    click.echo(f"{count(changed, 'cell')} of {notebook.name} changed")


@click.command()
@NOTEBOOK
@click.argument("run", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: FLOW-RUN.html.")
def report(notebook: Path, run: str | None, output: Path | None) -> None:
    """Write a run (default: the newest) as one HTML page that needs no other file."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    path = output or Path(f"{workspace.flow.name}-{row.number}.html")
    path.write_text(page(workspace.archive, row), "utf-8", "backslashreplace")
    click.echo(f"run {row.number} is written to {path}")
