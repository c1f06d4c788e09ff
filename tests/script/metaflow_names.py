"""The public names of the Metaflow that is installed, and what nbflow has under the same names."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import click

CLIENT = ("Metaflow", "Flow", "Run", "Step", "Task", "DataArtifact")
CLASSES = ("FlowSpec", "Runner", "ConfigValue", "FlowMutator", "StepMutator", "UserStepDecorator")
CONSTRUCTED = ("Parameter", "IncludeFile", "Config", "Runner")
_OWN = frozenset({"EXT_PKG"})
"""What stands there for Metaflow itself."""

_INNER = frozenset(
    {
        "add_or_raise", "external_init", "extract_args_kwargs_from_decorator_spec", "make_decorator_spec",
        "parse_decorator_spec",
    }
)  # fmt: skip
"""Methods of decorators that Metaflow calls, and no script."""


def names() -> set[str]:
    """What `from metaflow import …` finds, but for modules and what is marked as internal."""
    metaflow = importlib.import_module("metaflow")
    found = {name for name in dir(metaflow) if not name.startswith("_") and not name.endswith("_internal")}
    return {name for name in found - _OWN if not inspect.ismodule(getattr(metaflow, name))}


def decorators() -> dict[str, list[str]]:
    """Each with its options."""
    plugins = importlib.import_module("metaflow.plugins")
    kinds = [*plugins.STEP_DECORATORS, *plugins.FLOW_DECORATORS]
    return {one.name: sorted(one.defaults) for one in kinds if not one.name.endswith("_internal")}


def commands() -> dict[str, list[str]]:
    """Each command of a script with its options; a command of a group has both names. Those for all stand under ''."""
    cli = importlib.import_module("metaflow.cli")
    found = {"": _options(cli.start)}
    for name in sorted({*cli.cli.commands, *cli.cli.lazy_subcommands}):
        found |= _below(name, cli.cli.get_command(None, name))
    for group in importlib.import_module("metaflow.plugins").get_plugin_cli():
        for name, command in group.commands.items():
            found |= _below(name, command)
    return found


def _below(name: str, command: Any) -> dict[str, list[str]]:
    found = {name: _options(command)}
    for inner, one in getattr(command, "commands", {}).items():
        found |= _below(f"{name} {inner}", one)
    return found


def _options(command: Any) -> list[str]:
    return sorted(option for one in command.params for option in one.opts if option.startswith("--"))


def attributes() -> dict[str, list[str]]:
    """Of the client's classes, and of those that scripts derive from or use."""
    metaflow = importlib.import_module("metaflow")
    executing = importlib.import_module("metaflow.runner.metaflow_runner").ExecutingRun
    classes = {name: getattr(metaflow, name) for name in (*CLIENT, *CLASSES)} | {"ExecutingRun": executing}
    found = {name: [one for one in dir(cls) if one[0] != "_" and one not in _INNER] for name, cls in classes.items()}
    found["current"] = [one for one in dir(metaflow.current) if not one.startswith("_")]
    return found


def arguments() -> dict[str, list[str]]:
    """Of what scripts construct."""
    metaflow = importlib.import_module("metaflow")
    return {name: [*_arguments(getattr(metaflow, name))] for name in CONSTRUCTED}


def _arguments(cls: Any) -> Iterator[str]:
    for name, one in inspect.signature(cls.__init__).parameters.items():
        if name != "self" and one.kind is not inspect.Parameter.VAR_KEYWORD:
            yield name


def own_options(command: str) -> set[str]:
    """Options of nbflow's own command of that name; those for all stand under ''."""
    group = importlib.import_module("nbflow.script.commands.group")
    flow = importlib.import_module("nbflow.script.language.flowspec")
    context = click.Context(group.build_commands(flow.FlowSpec), obj=flow.FlowSpec)
    if not command:
        return {*own_options("run"), *group.IGNORED_VALUES, *group.IGNORED_FLAGS}
    found: Any = context.command
    for name in command.split():
        found = found.get_command(context, name)
    return {option for one in found.params for option in (*one.opts, *one.secondary_opts)}
