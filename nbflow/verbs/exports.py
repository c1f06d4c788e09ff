"""Defines the verb export, and what `check --script` does."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.export.file import read_exported, refuse_notebook, write_script
from nbflow.export.marks import Target
from nbflow.export.outdated import CellChange, compare_script
from nbflow.export.write_flow import export_flow as export_graph
from nbflow.progress.pictures import count
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace_with_steps

TARGETS = [target.value for target in Target]


@click.command()
@NOTEBOOK
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", type=click.Choice(TARGETS), default=TARGETS[0], help="The library that will run the script.")
@click.option("--all-artifacts", is_flag=True, help="Pass on every artifact, not only those that a later step reads.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def export(notebook: Path, file: Path, target: str, all_artifacts: bool, force: bool) -> None:
    """Write the flow as a FlowSpec script that runs with nbflow or with Metaflow."""
    workspace = find_workspace_with_steps(notebook)
    refuse_notebook(file, workspace.folder / workspace.flow.document)
    exported = export_graph(workspace.graph, Target(target), all_artifacts, workspace.proven)
    write_script(file, exported.text, force)
    click.echo(f"{workspace.flow.document} · {count(len(workspace.graph.links), 'step')} · written to {file}")
    for note in exported.notes:
        click.echo(f"note: {note}")


def tell_differences(workspace: Workspace, script: Path) -> int:
    """Print what differs between a notebook and its script; return 1 if anything does, else 0."""
    differences = compare_script(read_exported(script), str(script), workspace.graph)
    for one in differences:
        click.echo(str(one))
    if not differences:
        click.echo(f"{script} is up to date with {workspace.flow.document}")
        return 0
    if all(one.change is CellChange.EDITED for one in differences):
        click.echo(f"to bring the script's edits into the notebook: nbflow sync {script} {workspace.command}")
    else:
        click.echo(f"to write the script again: nbflow export {workspace.command} {script} --force")
    return 1
