"""Defines the verb export, and what `check --script` does."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.export.file import read_exported, refuse_notebook, write_script
from nbflow.export.marks import Target
from nbflow.export.outdated import CellChange, compare_script
from nbflow.export.write_flow import export_flow as export_graph
from nbflow.progress.pictures import count
from nbflow.verbs.workplace import NOTEBOOK, Workplace, workplace_of_steps

TARGETS = [target.value for target in Target]


@click.command()
@NOTEBOOK
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", type=click.Choice(TARGETS), default=TARGETS[0], help="The library that will run the script.")
@click.option("--all-artifacts", is_flag=True, help="Pass on every artifact, not only those that a later step reads.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def export(notebook: Path, file: Path, target: str, all_artifacts: bool, force: bool) -> None:
    """Write the flow as a FlowSpec script that runs with nbflow or with Metaflow."""
    place = workplace_of_steps(notebook)
    refuse_notebook(file, place.folder / place.flow.document)
    exported = export_graph(place.graph, Target(target), all_artifacts, place.proven)
    write_script(file, exported.text, force)
    click.echo(f"{place.flow.document} · {count(len(place.graph.links), 'step')} · written to {file}")
    for note in exported.notes:
        click.echo(f"note: {note}")


def tell_differences(place: Workplace, script: Path) -> int:
    """Print what differs between a notebook and its script; return 1 if anything does, else 0."""
    differences = compare_script(read_exported(script), str(script), place.graph)
    for one in differences:
        click.echo(str(one))
    if not differences:
        click.echo(f"{script} is up to date with {place.flow.document}")
        return 0
    if all(one.change is CellChange.EDITED for one in differences):
        click.echo(f"to bring the script's edits into the notebook: nbflow sync {script} {place.command}")
    else:
        click.echo(f"to write the script again: nbflow export {place.command} {script} --force")
    return 1
