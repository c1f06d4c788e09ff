"""Defines the verbs that write a file outside the store: convert, report."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.history.archive import Archive
from nbflow.history.executed_file import refuse_target, write_executed
from nbflow.history.report import page
from nbflow.notebook.convert import FORMS, convert_notebook
from nbflow.notebook.write import write_whole
from nbflow.progress.pictures import count
from nbflow.store.catalog.rows import RunRow
from nbflow.verbs.workspace import NOTEBOOK, find_workspace


@click.command()
@NOTEBOOK
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="Write `#| step: NAME` or `%%step NAME`.")
def convert(notebook: Path, form: str) -> None:
    """Rewrite the step headers of a notebook in the other form; nothing else in the file changes."""
    changed = convert_notebook(notebook, form)
    click.echo(f"{count(changed, 'cell')} of {notebook.name} changed")


REPORT_FILE = "A page, or an executed notebook if it ends with .ipynb. Default: FLOW-RUN.html."


@click.command()
@NOTEBOOK
@click.argument("run", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=REPORT_FILE)
def report(notebook: Path, run: str | None, output: Path | None) -> None:
    """Write a run (default: the newest) as one HTML page that needs no other file, or as an executed notebook."""
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    path = output or Path(f"{workspace.flow.name}-{row.number}.html")
    write_report(workspace.archive, row, path, workspace.path, workspace.command)
    click.echo(f"run {row.number} is written to {path}")


def write_report(archive: Archive, row: RunRow, path: Path, source: Path | None, command: str) -> None:
    """Write a run as a page, or as a notebook if `path` ends so; `source` is the notebook as it is now.

    Raises TargetUnwritable, and TargetIsInput for a notebook.
    """
    if path.suffix == ".ipynb":
        refuse_target(path, source)
        write_executed(archive, row, source, command, path)
    else:
        write_whole(path, page(archive, row).encode("utf-8", "backslashreplace"), force=True)
