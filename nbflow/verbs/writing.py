"""Defines the verbs that write a file outside the store: convert, report."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.errors import TargetEndingUnknown
from nbflow.history.archive import Archive
from nbflow.history.executed_file import refuse_target, write_executed
from nbflow.history.report.to_pdf import to_pdf
from nbflow.history.report.whole_page import report_html
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


REPORT_FILE = (
    "A page, a PDF if it ends with .pdf, or an executed notebook if it ends with .ipynb. Default: FLOW-RUN.html."
)
_ENDINGS = (".html", ".htm", ".pdf", ".ipynb")
OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=REPORT_FILE)
PDF = click.option("--pdf", is_flag=True, help="Print the page as PDF. Needs Chromium, Chrome or Edge.")


@click.command()
@NOTEBOOK
@click.argument("run", required=False)
@OUTPUT
@PDF
def report(notebook: Path, run: str | None, output: Path | None, pdf: bool) -> None:
    """Write a run (default: the newest) as one HTML page that needs no other file, as PDF, or as an executed notebook.

    The page has the graph, a timeline, the parameters and results beside those of the run before, what has changed
    since that run, and the outputs of all steps. It runs no scripts.
    """
    workspace = find_workspace(notebook)
    row = workspace.archive.run(run)
    path = output or Path(f"{workspace.flow.name}-{row.number}.html")
    path = write_report(workspace.archive, row, path, workspace.path, workspace.command, pdf)
    click.echo(f"run {row.number} is written to {path}")


def write_report(
    archive: Archive, row: RunRow, path: Path, source: Path | None, command: str, pdf: bool = False
) -> Path:
    """Write a run as a page, as PDF or as a notebook, as `path` ends; return the file that was written.

    `source` is the notebook as it is now. With `pdf`, a page becomes a PDF. Raises TargetEndingUnknown,
    TargetUnwritable, TargetIsInput for a notebook, and NoBrowser and PrintFailed for a PDF.
    """
    ending = path.suffix.lower()
    is_device = path.exists() and not path.is_file() and not path.is_dir()  # a page goes to /dev/stdout too
    if not pdf and ending not in _ENDINGS and not is_device:
        raise TargetEndingUnknown(path, _ENDINGS)
    if pdf and ending == ".ipynb":
        raise click.UsageError("--pdf prints a page: give a file that ends with .pdf, or leave out --pdf")
    path = path.with_name(path.name.removesuffix(".html").removesuffix(".pdf") + ".pdf") if pdf else path
    if ending == ".ipynb":
        refuse_target(path, source)
        write_executed(archive, row, source, command, path)
        return path
    html = report_html(archive, row, command)
    content = to_pdf(html) if pdf or ending == ".pdf" else html.encode("utf-8", "backslashreplace")
    write_whole(path, content, force=True)
    return path
