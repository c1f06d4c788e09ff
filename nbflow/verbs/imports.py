"""Verbs that take a script: import, sync."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.importing.notebook import import_script
from nbflow.importing.sync import sync_script as sync_bodies
from nbflow.progress.pictures import count
from nbflow.verbs.context import PLACE

SCRIPT = click.argument("script", metavar="FLOW.py", type=click.Path(path_type=Path))


@click.command("import")
@SCRIPT
@click.argument("notebook", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a notebook that is there.")
def import_(script: Path, notebook: Path | None, force: bool) -> None:
    """Make a notebook of a FlowSpec script: a step cell for each step, in plain variables.

    Without NOTEBOOK it is called like the script. A name that ends in .py makes a text notebook with # %% cells.
    """
    target = notebook or script.with_suffix(".ipynb")
    imported = import_script(script, target, force=force)
    click.echo(f"{target}: {count(len(imported.steps), 'step')} of {script.name}: {', '.join(imported.steps)}")
    for note in imported.notes:
        click.echo(f"note: {note}")


@click.command()
@SCRIPT
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be copied.")
def sync(script: Path, notebook: Path, dry_run: bool) -> None:
    """Copy the bodies that were edited in an exported script back to the cells they came from.

    Nothing is written when a body was edited in both places. What else was edited in the script stays there.
    """
    edits = sync_bodies(script, notebook, dry_run=dry_run)
    for edit in edits:
        verb = "would be copied" if dry_run else "copied"
        click.echo(f"step {edit.step} · {verb} from {script}, line {edit.line}, to cell {edit.cell.number}")
    if edits and not dry_run and PLACE in click.get_current_context().meta:
        click.echo("reload the notebook from disk")
    if not edits:
        click.echo(f"every body of {script.name} is that of its cell in {notebook.name}")
