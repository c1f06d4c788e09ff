"""Verbs that take a script: import."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.importing.notebook import import_script
from nbflow.show import count

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
    drafts = import_script(script, target, force=force)
    steps = [draft.step for draft in drafts if draft.step]
    click.echo(f"{target}: {count(len(steps), 'step')} of {script.name}: {', '.join(steps)}")
