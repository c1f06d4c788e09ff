"""Defines the verbs that look at the flow itself: show, check, params."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from nbflow.errors import NothingToRun
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.specs import FlowSource, Site
from nbflow.garbage import without_gc
from nbflow.notebook.write import write_whole
from nbflow.progress.numbers import table
from nbflow.progress.pictures import count, to_mermaid, to_text
from nbflow.run.diskcheck import check_disk
from nbflow.run.local_resources import check_resources
from nbflow.run.program.program import Program
from nbflow.verbs.context import WORKSPACE
from nbflow.verbs.options import ParameterOption, describe_parameter, parameter_options, type_in_words
from nbflow.verbs.workspace import NOTEBOOK, Workspace, find_workspace, find_workspace_with_steps


@click.command()
@NOTEBOOK
@click.option("--svg", "form", flag_value="svg", help="Draw it as SVG; this needs Graphviz.")
@click.option("--mermaid", "form", flag_value="mermaid", help="Print mermaid source.")
@click.option("--dot", "form", flag_value="dot", help="Print DOT source.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def show(notebook: Path, form: str | None, output: Path | None) -> None:
    """Draw the graph as text, SVG, mermaid or DOT."""
    drawn = _drawing(form)(find_workspace_with_steps(notebook).graph)
    if output is None:
        click.echo(drawn, nl=not drawn.endswith("\n"))
    else:
        write_whole(output, drawn.encode("utf-8", "backslashreplace"), force=True)


def _drawing(form: str | None) -> Callable[[Graph], str]:
    if form in ("svg", "dot"):
        from nbflow.progress.dot import to_dot, to_svg  # noqa: PLC0415 - graphviz takes a while to import

        return to_svg if form == "svg" else to_dot
    return to_mermaid if form == "mermaid" else to_text


@click.command()
@NOTEBOOK
@click.option("--script", type=click.Path(path_type=Path), help="Check whether this exported script is up to date.")
@click.option("--fix", is_flag=True, help="Add the missing step headers first, and change nothing else.")
@click.option("--on", "cluster", metavar="CLUSTER", help="Also name the files that hosts would not get from you.")
@without_gc()
def check(notebook: Path, script: Path | None, fix: bool, cluster: str | None) -> None:
    """Find what is wrong with the flow before it runs. The exit code is 1 if there are errors, 0 if only warnings.

    Each cause is reported once, with all steps it affects and with the fix. With --fix, cells that only need a header
    get one; their code stays as it is, and the problems that remain are reported.
    With --script, print what differs between the notebook and a script exported from it; the exit code is 1 if
    anything differs.
    With --on, warn of files that a run on hosts without your disk would miss; nothing is asked of the cluster.
    """
    if script is not None:
        from nbflow.verbs.exports import tell_differences  # noqa: PLC0415 - a plain check exports nothing

        sys.exit(tell_differences(find_workspace(notebook), script))
    if fix:
        _mend(notebook)
    workspace = find_workspace(notebook)
    graph = workspace.graph
    problems = [*check_flow(graph), *check_disk(graph, workspace.folder)]
    problems += check_resources(graph) if cluster is None else _problems_on_hosts(workspace)
    problems += _taken_options(workspace.flow)
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


def _taken_options(flow: FlowSource) -> Iterator[Problem]:
    """Warn of parameters that have the name of an option of `run`."""
    for option in options_of_run(flow):
        name = option.parameter.name
        if option.spelling != f"--{name}":
            message = f"parameter '{name}' has the name of an option: --{name} is not taken for the parameter"
            fix = f"Set it with {option.spelling}, or rename it"
            yield Problem("parameter-option", message, fix, option.parameter.place, warning=True)


def options_of_run(flow: FlowSource) -> list[ParameterOption]:
    """Return the options of `nbflow run` that set the parameters."""
    from nbflow.verbs.execution import run  # noqa: PLC0415 - most verbs of this module run nothing

    return [*parameter_options(flow, run.params)]


def lines_of_parameters(flow: FlowSource) -> list[str]:
    """Return a line for each parameter: its option, its type, its help and its default."""
    options = options_of_run(flow)
    return [*table([one.spelling, type_in_words(one.parameter), describe_parameter(one.parameter)] for one in options)]


def _problems_on_hosts(workspace: Workspace) -> list[Problem]:
    from nbflow.run.program.needed_files import unreachable_files  # noqa: PLC0415 - a plain check ships nothing

    values = {one.name: one.default for one in workspace.flow.parameters}
    there = [name for name, step in workspace.graph.steps.items() if step.options.on is not Site.LOCAL]
    return [*unreachable_files(Program(workspace.graph, values, workspace.folder, workspace.root), there)]


def _mend(notebook: Path) -> None:
    from nbflow.notebook.init.files import repair_notebook  # noqa: PLC0415 - a plain check repairs nothing

    plan = repair_notebook(notebook)
    for group in plan.groups:
        if group.is_new:
            click.echo(f"fixed: cell {group.number} is now step '{group.name}': {group.why}")
    if plan.changes and WORKSPACE in click.get_current_context().meta:
        click.echo("reload the notebook from disk; the cell numbers below are those of the old file")


@click.command()
@NOTEBOOK
def params(notebook: Path) -> None:
    """List the parameters with their types, defaults and help."""
    flow = find_workspace(notebook).flow
    if not flow.parameters:
        click.echo("no parameters: begin a cell with %%parameters, and write one per line:  top_k: int = 5  # how many")
        return
    for line in lines_of_parameters(flow):
        click.echo(line)
