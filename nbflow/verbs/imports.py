"""Defines the verbs that read a script: import, sync."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.importing.notebook import import_script
from nbflow.importing.sync import sync_script as sync_bodies
from nbflow.progress.pictures import count
from nbflow.verbs.context import WORKSPACE

SCRIPT = click.argument("script", metavar="FLOW.py", type=click.Path(path_type=Path))


@click.command("import")
@SCRIPT
@click.argument("notebook", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite NOTEBOOK if it exists.")
def import_(script: Path, notebook: Path | None, force: bool) -> None:
    """Make a notebook from a FlowSpec script: each step becomes a step cell with plain variables.

    FLOW.R is a flow for Metaflow's R package; its steps stay in R. It is parsed by R and not evaluated.

    Without NOTEBOOK, the notebook gets the name of the script. If NOTEBOOK ends in .py, it becomes a text notebook
    with # %% cells.
    """
    target = notebook or script.with_suffix(".ipynb")
    imported = import_script(script, target, force=force)
    click.echo(f"{target}: {count(len(imported.steps), 'step')} of {script.name}: {', '.join(imported.steps)}")
    for note in imported.notes:
        click.echo(f"note: {note}")


@click.command()
@SCRIPT
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print what would be copied.")
def sync(script: Path, notebook: Path, dry_run: bool) -> None:
    """Copy the code of steps that was edited in an exported script back to the cells it came from.

    Nothing is written if a step was edited in both places. Other edits in the script are not copied.
    """
    edits = sync_bodies(script, notebook, dry_run=dry_run)
    for edit in edits:
        verb = "would be copied" if dry_run else "copied"
        click.echo(f"step {edit.step} · {verb} from {script}, line {edit.line}, to cell {edit.cell.number}")
    if edits and not dry_run and WORKSPACE in click.get_current_context().meta:
        click.echo("reload the notebook from disk")
    if not edits:
        click.echo(f"nothing to copy: every step of {script.name} has the code of its cell in {notebook.name}")
