"""Verbs that look at the flow itself: show, check, params."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nbflow.errors import NothingToRun
from nbflow.flow.checks.rules import check_flow
from nbflow.garbage import without_gc
from nbflow.notebook.init.files import repair_notebook
from nbflow.progress.numbers import table
from nbflow.progress.pictures import count, to_dot, to_mermaid, to_svg, to_text
from nbflow.run.diskcheck import check_disk
from nbflow.verbs.context import PLACE
from nbflow.verbs.exports import tell_differences
from nbflow.verbs.options import describe_parameter, type_in_words
from nbflow.verbs.workplace import NOTEBOOK, workplace, workplace_of_steps


@click.command()
@NOTEBOOK
@click.option("--svg", "form", flag_value="svg", help="As SVG; needs Graphviz.")
@click.option("--mermaid", "form", flag_value="mermaid", help="As mermaid source.")
@click.option("--dot", "form", flag_value="dot", help="As DOT source.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
def show(notebook: Path, form: str | None, output: Path | None) -> None:
    """The graph: as text, SVG, mermaid or DOT."""
    draw = {"svg": to_svg, "mermaid": to_mermaid, "dot": to_dot, None: to_text}[form]
    drawn = draw(workplace_of_steps(notebook).graph)
    if output is None:
        click.echo(drawn, nl=not drawn.endswith("\n"))
    else:
        output.write_text(drawn, "utf-8", "backslashreplace")


@click.command()
@NOTEBOOK
@click.option("--script", type=click.Path(path_type=Path), help="See whether this exported script is up to date.")
@click.option("--fix", is_flag=True, help="Make steps of the cells that must be some, and change nothing else.")
@without_gc()
def check(notebook: Path, script: Path | None, fix: bool) -> None:
    """Find what is wrong with the flow before it runs. Exit code 1 when there are errors, 0 on mere warnings.

    Each cause is told once, with all steps that it concerns, and with what mends it. With --fix, the cells that only
    need a header get it; their code stays as it is. What is told then is left.
    With --script, find what differs between the notebook and a script exported from it; exit code 1 when anything does.
    """
    if script is not None:
        sys.exit(tell_differences(workplace(notebook), script))
    if fix:
        _mend(notebook)
    place = workplace(notebook)
    graph = place.graph
    problems = [*check_flow(graph), *check_disk(graph, place.folder)]
    for problem in problems:
        click.echo(f"{'warning' if problem.warning else 'error'}: {problem}")
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    if not (graph.links or errors):
        click.echo(f"warning: {NothingToRun(graph.flow.document)}")
        warnings += 1
    verdict = f"{count(errors, 'error')}, {count(warnings, 'warning')}" if errors or warnings else "nothing is wrong"
    click.echo(f"{graph.flow.document} · {count(len(graph.links), 'step')} · {verdict}")
    sys.exit(1 if errors else 0)


def _mend(notebook: Path) -> None:
    plan = repair_notebook(notebook)
    for group in plan.groups:
        if group.is_new:
            click.echo(f"mended: cell {group.number} is now step '{group.name}': {group.why}")
    if plan.changes and PLACE in click.get_current_context().meta:
        click.echo("reload the notebook from disk; what follows is about its cells as they were")


@click.command()
@NOTEBOOK
def params(notebook: Path) -> None:
    """The parameters with their types, defaults and help."""
    parameters = workplace(notebook).flow.parameters
    if not parameters:
        click.echo("no parameters: begin a cell with %%parameters, and state one per line:  top_k: int = 5  # how many")
        return
    for line in table([f"--{p.name}", type_in_words(p), describe_parameter(p)] for p in parameters):
        click.echo(line)
