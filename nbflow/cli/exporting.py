"""Verbs between notebooks and scripts: export."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.cli.workplace import NOTEBOOK, workplace
from nbflow.export.file import write_script
from nbflow.export.marks import Target
from nbflow.export.script import export as export_graph
from nbflow.show import count


@click.command()
@NOTEBOOK
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", type=click.Choice([one.value for one in Target]), default="nbflow", help="Whose FlowSpec it is.")
@click.option("--all-artifacts", is_flag=True, help="Hand on every artifact, not only what something below reads.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(notebook: Path, file: Path, target: str, all_artifacts: bool, force: bool) -> None:
    """Write the flow as a FlowSpec script, which runs with nbflow, or with Metaflow."""
    place = workplace(notebook)
    exported = export_graph(place.graph, Target(target), all_artifacts)
    write_script(file, exported.text, force)
    click.echo(f"{place.flow.document} · {count(len(place.graph.links), 'step')} · written to {file}")
    for note in exported.notes:
        click.echo(f"note: {note}")
