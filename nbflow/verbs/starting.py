"""Defines the verbs with which one starts: init makes a flow of an ordinary notebook, demo copies a notebook to try."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from nbflow.garbage import without_gc
from nbflow.notebook.convert import FORMS
from nbflow.notebook.demos import DEMOS, copy_demo, find_demo
from nbflow.notebook.init.files import Wishes, plan_notebook, write_flow
from nbflow.notebook.init.init_plan import ONLY_SHOWS, InitPlan, PlanRow
from nbflow.progress.numbers import brief, table
from nbflow.progress.pictures import count
from nbflow.verbs.context import WORKSPACE


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path), required=False)
@click.option("--store", metavar="URL", help="Keep the runs of this folder in a bucket: s3://bucket/folder.")
@click.option("-n", "--dry-run", is_flag=True, help="Only print what would become of each cell.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists; write even if errors remain.")
@click.option("--form", type=click.Choice(FORMS), default="magic", help="Write `%%step NAME` or `#| step: NAME`.")
@click.option("--parameters", is_flag=True, help="Make parameters of literals that look like settings.")
@click.option("--show-cells", is_flag=True, help="Also make steps of cells that only show something.")
@without_gc()
def init(
    notebook: Path | None,
    store: str | None,
    dry_run: bool,
    output: Path | None,
    force: bool,
    form: str,
    parameters: bool,
    show_cells: bool,
) -> None:
    """Make a flow of an ordinary notebook: put a step header on each cell that computes something.

    No cell is executed. Cells that are steps already stay as they are, so a second `init` changes nothing. Without -o
    the notebook itself is rewritten, but only if `nbflow check` then finds no errors; else the exit code is 1.
    Code, outputs and everything else in the file stay. Small cells that continue with one value are merged, and so are
    cells that share an object which cannot be stored. Cell numbers are those of NOTEBOOK as it is now.

    With --store, also without NOTEBOOK, the address is written into pyproject.toml, or into `.nbflow/config` where
    there is none, and the store is made if it is not there yet. `az://`, `gs://` and `file://` are known too.
    """
    if store is not None:
        click.echo(_keep_store(store))
    if notebook is None:
        if store is None:
            raise click.MissingParameter(param_type="argument", param_hint="'NOTEBOOK'")
        return
    wishes = Wishes(form, parameters, show_cells)
    plan = plan_notebook(notebook, wishes)
    for line in _told(plan):
        click.echo(line)
    errors = sum(not one.warning for one in plan.left)
    refused = errors and output is None and not force
    if not (dry_run or refused):
        write_flow(notebook, plan, wishes, output, force=force)
    click.echo(_verdict(notebook, plan, output, errors, dry_run=dry_run))
    if plan.changes and not (dry_run or refused or output) and WORKSPACE in click.get_current_context().meta:
        click.echo("reload the notebook from disk")
    sys.exit(1 if errors else 0)


def _keep_store(address: str) -> str:
    """Make a store at an address unless it is there, and write into the settings of this folder that it is used."""
    from nbflow.store.homes import FOLDER, copy_of, is_url, keep_setting  # noqa: PLC0415 - only `--store` needs a store
    from nbflow.store.store import Store  # noqa: PLC0415 - as above

    if not is_url(address):
        raise click.BadParameter(f"'{address}' is not a URL: write s3://bucket/folder", param_hint="'--store'")
    Store.open(copy_of(address)).close()
    told = f"{keep_setting(Path.cwd(), address)}: the runs of this folder are kept at {address}"
    if Store.exists(Path.cwd() / FOLDER):
        told += f"\nthe runs so far stay in {FOLDER}: nbflow pull NOTEBOOK --from . copies those of a notebook"
    return told


def _told(plan: InitPlan) -> Iterator[str]:
    if plan.rows:
        yield from table([("cell", "first words", "becomes", "name", "why"), *map(_row, plan.rows)])
    yield from _offered(plan)
    for problem in plan.left:
        yield f"{'not proven' if problem.warning else 'error'}: {problem}"


def _row(row: PlanRow) -> Iterable[str]:
    first, last = row.cells[0], row.cells[-1]
    return (f"{first}" if first == last else f"{first}-{last}", brief(row.words, 32), row.kind, row.name, row.why)


def _offered(plan: InitPlan) -> Iterator[str]:
    if plan.offers:
        texts = [f"{offer.text} (cell {offer.number})" for offer in plan.offers]
        yield f"could be parameters, with --parameters: {', '.join(texts)}"
    shown = [f"{row.cells[0]}" for row in plan.rows if row.why == ONLY_SHOWS and row.kind != "step"]
    if shown:
        yield f"could be steps, with --show-cells: {'cell' if len(shown) == 1 else 'cells'} {', '.join(shown)}"
    for name, option in plan.loops:
        yield f"could run in parallel: the loop of step '{name}' as  %%step {name} {option}"


def _verdict(notebook: Path, plan: InitPlan, output: Path | None, errors: int, *, dry_run: bool) -> str:
    new = f"{notebook.name} · {count(len(plan.steps), 'new step')}"
    if errors and not dry_run and output is None:
        return f"{new} · {count(errors, 'error')} left, so nothing is written: correct them, or use -o FILE"
    if dry_run or not (plan.changes or output):
        return f"{new} · nothing is written" if dry_run else f"{new} · nothing to change"
    return f"{new} · written to {output}" if output else f"{new} · rewritten"


@click.command()
@click.argument("name", metavar="[NAME]", required=False, type=click.Choice([*DEMOS]))
@click.argument("folder", metavar="[FOLDER]", default=Path(), type=click.Path(path_type=Path, file_okay=False))
def demo(name: str | None, folder: Path) -> None:
    """Copy the demo NAME with the files it needs into FOLDER (default: this one); without NAME, list the demos.

    No file is overwritten.
    """
    if name is None:
        for line in table([one.name, one.about, _needed(one.needs)] for one in DEMOS.values()):
            click.echo(line.rstrip())
        click.echo("nbflow demo NAME [FOLDER] copies one")
        return
    found = find_demo(name)
    notebook = copy_demo(found, folder)
    click.echo(f"{notebook}: open it in JupyterLab, or  nbflow run {shlex.quote(str(notebook))}")
    if found.needs:
        click.echo(_needed(found.needs))


def _needed(libraries: Iterable[str]) -> str:
    named = " ".join(libraries)
    return f"it needs: pip install {named}" if named else ""
