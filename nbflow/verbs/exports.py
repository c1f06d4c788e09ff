"""Defines the verb export, and what `check --script` does."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

import click

from nbflow.export.file import read_exported, refuse_notebook, write_script
from nbflow.export.images.recipes import ImageKind
from nbflow.export.marks import Target
from nbflow.export.outdated import CellChange, compare_script
from nbflow.export.write_flow import export_flow as export_graph
from nbflow.progress.pictures import count
from nbflow.run.launch import refuse_errors
from nbflow.run.program.program import Program
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace_with_steps

SCRIPTS, IMAGES = [target.value for target in Target], [kind.value for kind in ImageKind]


@click.command()
@NOTEBOOK
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--target", type=click.Choice([*SCRIPTS, *IMAGES]), default=SCRIPTS[0],
    help="The library that will run the script; or the program that builds an image, then FILE is a folder.",
)  # fmt: skip
@click.option("--all-artifacts", is_flag=True, help="Pass on every artifact, not only those that a later step reads.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def export(notebook: Path, file: Path, target: str, all_artifacts: bool, force: bool) -> None:
    """Write the flow as a FlowSpec script that runs with nbflow or with Metaflow, or as a container image.

    With --target docker or apptainer, write the folder of which an image is built: the notebook, the files that its
    steps name, the packages in the versions that are installed here, and the recipe.
    """
    workspace = find_workspace_with_steps(notebook)
    if target in IMAGES:
        if all_artifacts:
            raise click.UsageError("--all-artifacts is for scripts")
        _export_image(workspace, file, ImageKind(target), force)
        return
    refuse_notebook(file, workspace.folder / workspace.flow.document)
    exported = export_graph(workspace.graph, Target(target), all_artifacts, workspace.proven)
    write_script(file, exported.text, force)
    _tell(workspace, f"written to {file}", exported.notes)


def _export_image(workspace: Workspace, folder: Path, kind: ImageKind, force: bool) -> None:
    from nbflow.export.images.write_image import write_image  # noqa: PLC0415 - a script needs no packages

    refuse_errors(workspace.graph)
    values = {one.name: one.default for one in workspace.flow.parameters}
    program = Program(workspace.graph, values, workspace.folder, workspace.root)
    document = workspace.path
    if document is None:
        raise click.UsageError("save the notebook first: an image holds its file")
    written = write_image(program, document.absolute(), folder, kind, force)
    what = f"{count(written.files, 'file')}, {count(written.packages, 'package')} · written to {written.recipe}"
    _tell(workspace, what, written.notes)


def _tell(workspace: Workspace, what: str, notes: Iterable[str]) -> None:
    click.echo(f"{workspace.flow.document} · {count(len(workspace.graph.links), 'step')} · {what}")
    for note in notes:
        click.echo(f"note: {note}")


def tell_differences(workspace: Workspace, script: Path) -> int:
    """Print what differs between a notebook and its script; return 1 if anything does, else 0."""
    differences = compare_script(read_exported(script), str(script), workspace.graph)
    for one in differences:
        click.echo(str(one))
    if not differences:
        click.echo(f"{script} is up to date with {workspace.flow.document}")
        return 0
    quoted = shlex.quote(str(script))
    if all(one.change is CellChange.EDITED for one in differences):
        click.echo(f"to bring the script's edits into the notebook: nbflow sync {quoted} {workspace.command}")
    else:
        click.echo(f"to write the script again: nbflow export {workspace.command} {quoted} --force")
    return 1
