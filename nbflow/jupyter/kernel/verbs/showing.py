"""Performs the verbs that show the flow or its results in the notebook, or write files of them."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.errors import VerbUnknown
from nbflow.history.address import read_address
from nbflow.jupyter.kernel.drawing import draw_live
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs.moving import archive_of
from nbflow.notebook.convert import FORMS, convert_notebook
from nbflow.progress.pictures import count
from nbflow.run.events.replay import read_failure
from nbflow.run.request import refuse_empty
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.rows import TaskStatus
from nbflow.verbs.task_logs import heading
from nbflow.verbs.writing import OUTPUT, PDF, write_report


@click.command("show")
@click.option("--svg/--text", default=True, help="Draw the graph, if Graphviz is installed, or print it as text.")
@click.pass_obj
def live_show(session: Session, svg: bool) -> None:
    """Show the graph, live if the front end can; --mermaid, --dot and -o FILE work as in a shell."""
    refuse_empty(session.graph().flow)
    data = draw_live(session, svg)._repr_mimebundle_()
    session.screen.replay([{"output_type": "display_data", "data": data, "metadata": {}}])


@click.command("card")
@click.argument("task", metavar="STEP[ITEM]")
@click.pass_obj
def live_card(session: Session, task: str) -> None:
    """Show again what a task printed and displayed."""
    archive = archive_of(session)
    row, tasks = archive.find(read_address(task))
    for one in tasks:
        session.screen.say(heading(row, one))
        session.screen.replay(stored_outputs(archive.reader, one))
        if one.status is TaskStatus.FAILED and one.failure:
            session.screen.say(read_failure(one.failure).traceback)


@click.command("report")
@click.argument("run", required=False)
@OUTPUT
@PDF
@click.pass_obj
def live_report(session: Session, run: str | None, output: Path | None, pdf: bool) -> None:
    """Write a run as one HTML page that needs no other file, as PDF, or as an executed notebook."""
    archive = archive_of(session)
    row = archive.run(run)
    path = output or session.folder / f"{archive.flow}-{row.number}.html"
    path = write_report(archive, row, path, session.document.path, session.document.name, pdf)
    session.screen.say(f"run {row.number} is written to {path}")


@click.command("convert")
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="`#| step: NAME` or `%%step NAME`.")
@click.pass_obj
def live_convert(session: Session, form: str) -> None:
    """Rewrite the headers of this notebook's file. Save first, and reload the notebook afterwards."""
    path = session.document.path
    if path is None:
        raise VerbUnknown("nbflow does not know the file of this notebook: run %flow notebook PATH first")
    changed = convert_notebook(path, form)
    then = ": reload it from disk" if changed else ""
    session.screen.say(f"{count(changed, 'cell')} of {path.name} changed{then}")
