"""Defines the commands that run steps: run, resume, spin."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from nbflow.run.events.events import Outcome
from nbflow.script.commands.group import NO_PYLINT, own_options
from nbflow.script.execution.launch_script import Ended, clone_script, resume_script, run_script
from nbflow.script.execution.script_program import Spin
from nbflow.script.execution.settings import Settings
from nbflow.script.inputs.parameter_types import JSONType, name_of_type
from nbflow.script.inputs.parameters import IncludeFile, Parameter, parameters_of, script_file
from nbflow.script.language.class_decorators import choose_branch
from nbflow.script.language.cluster_requests import read_place
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.lint import Lint
from nbflow.script.preparing.prepared import prepare, refuse_script_errors
from nbflow.script.preparing.settling import finish, leave_out
from nbflow.store.catalog.tag_rules import check_tags
from nbflow.store.catalog.user import user_name


def running_command(name: str, cls: type[FlowSpec]) -> click.Command:
    """Return the command with this name; the parameters of the flow are options of run and resume."""
    if name == "spin":
        return _spin_command()
    own = own_options(cls)
    params = [one for one in _options() if own.isdisjoint(one.opts)]
    params += [_option(one) for one in parameters_of(cls).values()]
    settings = {"token_normalize_func": _written_names(cls)}
    if name == "run":
        text = "Run the flow from its start."
        return click.Command("run", params=params, callback=_run, help=text, context_settings=settings)
    params += [
        click.Argument(["step"], required=False, metavar="[STEP]"),
        click.Option(["--origin-run-id"], type=int, help="The run to resume; the newest if it is not given."),
        click.Option(
            ["--clone-only/--no-clone-only"], default=False,
            help="Copy the finished tasks, up to STEP, and run nothing.",
        ),
    ]  # fmt: skip
    text = "Run again what failed, what is missing, and what changed since: code, inputs, parameters; or from STEP on."
    return click.Command("resume", params=params, callback=_resume, help=text, context_settings=settings)


def _written_names(cls: type[FlowSpec]) -> Callable[[str], str]:
    """Return what turns `alpha_x` into `alpha-x` if that is a parameter: no keyword for a Runner has a dash."""
    names = [one.name for one in parameters_of(cls).values()]
    written = {_as_keyword(one): one for one in names} | {one: one for one in names}
    return lambda word: written.get(word, word)


def _as_keyword(name: str) -> str:
    return name.replace("-", "_")


def _spin_command() -> click.Command:
    params: list[click.Parameter] = [
        click.Argument(["pathspec"], metavar="[RUN/]STEP[/TASK]"),
        click.Option(
            ["--skip-decorators/--no-skip-decorators"], default=False, help="Leave out all decorators of Metaflow."
        ),
        click.Option(
            ["--artifacts-module"], type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A .py file; its dictionary ARTIFACTS has values that replace stored ones.",
        ),
        click.Option(["--persist/--no-persist"], default=False, help="Store the artifacts of the step."),
        *(one for one in _options() if one.name in _OF_SPIN),
    ]  # fmt: skip
    text = "Run one step again, as it is written now, on the inputs of the newest run or of the given task."
    return click.Command("spin", params=params, callback=_spin, help=text)


_OF_SPIN = frozenset(
    {
        "max_log_size",
        "decorators",
        "run_id_file",
        "runner_kinds",
        "attribute_file",
        "namespace",
        "branch",
        "production",
        "quiet",
        "lint",
    }
)
"""The options of `run` that `spin` has too."""


def _options() -> list[click.Parameter]:
    return [
        click.Option(["--tag", "tags"], multiple=True, help="Tag the run; may be repeated."),
        click.Option(
            ["--on"], metavar="CLUSTER",
            help="Run the tasks on a dask cluster: its name in the project's settings, or the address tcp://HOST:8786.",
        ),
        click.Option(["--max-workers"], type=click.IntRange(1), help="Worker processes."),
        click.Option(
            ["--max-num-splits"], type=click.IntRange(1), default=100, show_default=True, help="Items of a foreach."
        ),
        click.Option(["--max-log-size"], type=int, help="Accepted; every task keeps 10 MB of each stream."),
        click.Option(
            ["--with", "decorators"], multiple=True, envvar=["METAFLOW_DECOSPECS", "METAFLOW_RUN_DECOSPECS"],
            help="Put a decorator above every step: retry:times=3.",
        ),
        click.Option(
            ["--run-id-file"], type=click.Path(dir_okay=False, path_type=Path), help="Write the run's id here."
        ),
        click.Option(
            ["--runner-attribute-file", "attribute_file"], type=click.Path(dir_okay=False, path_type=Path),
            help="Write the run's id, its flow and where it is kept here, as JSON.",
        ),
        click.Option(["--runner-kinds"], hidden=True, default="{}"),
        click.Option(["--namespace"], help="The namespace in which the client looks for runs during the run."),
        click.Option(["--branch"], help="The branch of the flow's @project."),
        click.Option(["--production"], is_flag=True, help="Run in the production branch of the flow's @project."),
        click.Option(["--quiet/--no-quiet"], default=False, help="Print only the output of tasks."),
        click.Option(["--lint/--no-lint"], default=True, help="Look for undefined names first."),
    ]  # fmt: skip


def _option(parameter: Parameter) -> click.Option:
    kind = "FILE" if isinstance(parameter, IncludeFile) else parameter.kind.upper()
    may_stand_alone = parameter.type is bool and not parameter.multiple
    more: dict[str, Any] = {"is_flag": False, "flag_value": "true"} if may_stand_alone else {}
    return click.Option(
        [f"--{parameter.name}", f"parameter_{parameter.attribute}"], type=str, metavar=parameter.metavar or kind,
        help=parameter.described(), hidden=parameter.hidden, multiple=parameter.multiple, **more,
    )  # fmt: skip


def _given(ctx: click.Context, cls: type[FlowSpec]) -> dict[str, Any]:
    """Return the parameters that the command line gives, as texts by name; several of one that may be repeated."""
    kinds = json.loads(ctx.params["runner_kinds"])
    found = {p: f"parameter_{attribute}" for attribute, p in parameters_of(cls).items()}
    return {
        p.name: _as_python_gave(p, ctx.params[option], kinds.get(p.name, kinds.get(_as_keyword(p.name))))
        for p, option in found.items()
        if ctx.get_parameter_source(option) is ParameterSource.COMMANDLINE
    }


def _as_python_gave(parameter: Parameter, given: Any, kind: str | None) -> Any:
    """Return an option as text, or as texts; `kind` says what a Runner was given: text, json (sent so), or number.

    Raises click.UsageError if the parameter has another type, as Metaflow does.
    """
    if kind == "text" and parameter.type is JSONType:
        return json.dumps(given)
    if kind == "json" and parameter.multiple:
        return tuple(json.loads(given[0]))
    fitting = {str: "text", int: "number", float: "number", bool: "number"}.get(parameter.type, kind)
    if kind not in (None, fitting):
        name = name_of_type(parameter.type)
        raise click.UsageError(f"Invalid type for '{parameter.name}', expected: '{name}', but found '{given}'")
    return given


def _known_clusters() -> tuple[str, ...]:
    from nbflow.run.hosts.named_clusters import cluster_names  # noqa: PLC0415 - a run on this machine does not pay for it

    return cluster_names(Path.cwd())


def _settings(facts: dict[str, Any]) -> Settings:
    check_tags((), facts["tags"], (), ())
    cluster, decorators = read_place(facts.get("on"), facts["decorators"], _known_clusters)
    return Settings(
        facts["max_workers"], facts["max_num_splits"], facts["tags"], decorators, facts["run_id_file"],
        facts["namespace"], facts.get("quiet", False), facts["attribute_file"], cluster=cluster,
    )  # fmt: skip


def _run(**facts: Any) -> None:
    ctx = click.get_current_context()
    settings = _settings(facts)
    choose_branch(ctx.obj, facts.get("branch"), facts.get("production", False))
    prepared = _begin(ctx.obj, settings, facts.get("lint", True))
    try:
        _leave(run_script(prepared, _given(ctx, ctx.obj), settings))
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None


def _resume(step: str | None, origin_run_id: int | None, clone_only: bool, **facts: Any) -> None:
    ctx = click.get_current_context()
    settings = _settings(facts)
    choose_branch(ctx.obj, facts.get("branch"), facts.get("production", False))
    prepared = _begin(ctx.obj, settings, facts.get("lint", True))
    if clone_only:
        clone_script(prepared, settings, origin_run_id, step)
        return
    try:
        _leave(resume_script(prepared, _given(ctx, ctx.obj), settings, origin_run_id, step))
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None


def _spin(pathspec: str, skip_decorators: bool, artifacts_module: Path | None, persist: bool, **facts: Any) -> None:
    from nbflow.script.execution.spinning import pathspec_parts, spin_script  # noqa: PLC0415 - reads runs, a run does not

    ctx = click.get_current_context()
    settings = Settings(
        max_workers=1, decorators=facts["decorators"], run_id_file=facts["run_id_file"], quiet=facts["quiet"],
        namespace=facts["namespace"], attribute_file=facts["attribute_file"],
        spun_step=pathspec_parts(ctx.obj.__name__, pathspec)[1],
    )  # fmt: skip
    choose_branch(ctx.obj, facts["branch"], facts["production"])
    finish(ctx.obj, settings.decorators)
    gone = leave_out(ctx.obj, skip_decorators)
    prepared = _begin(ctx.obj, settings, facts["lint"])
    for name in gone.get(settings.spun_step, ()) if not skip_decorators else ():
        click.echo(f"[Warning] @{name} is left out: spin runs a step once, and alone", err=True)
    if not settings.quiet:
        click.echo(f"Spinning up step {settings.spun_step} locally for flow {ctx.obj.__name__}")
    module = artifacts_module and artifacts_module.resolve()
    spin = Spin(keeps=persist, skips_decorators=skip_decorators, artifacts=module)
    try:
        _leave(spin_script(prepared, pathspec, settings, spin))
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None


def _begin(cls: type[FlowSpec], settings: Settings, wants_lint: bool) -> Any:
    """Print what is going to run, and check the flow."""
    wants_lint = wants_lint and not click.get_current_context().meta.get(NO_PYLINT)
    with Lint(script_file(cls), wants_lint) as linting:
        prepared = prepare(cls, settings.decorators, bool(settings.cluster))
        lines = f"nbflow executing {cls.__name__} for user:{user_name()}", "Validating your flow..."
        for line in () if settings.quiet else lines:
            click.echo(line)
        refuse_script_errors(prepared)
        if not settings.quiet:
            click.echo("    The graph looks good!")
        linting.report()
    return prepared


def _leave(ended: Ended) -> None:
    click.get_current_context().exit(0 if ended.outcome is Outcome.SUCCEEDED else 1)
