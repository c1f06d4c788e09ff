"""Settles a flow by the options for configs, before the command is read: the configs decide which options it has."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import click

from nbflow.errors import MetaflowException
from nbflow.script.commands.group import VALUED, command_first
from nbflow.script.inputs.config import configs_of
from nbflow.script.inputs.configuring import BadConfig, Given, configure, given_in_environment, impose, take_given
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.settling import settle_class

_READING = frozenset({"run", "resume", "show", "check", "output-dot", "spin"})
"""The commands that look at the steps of the class; the other commands look at runs."""


def settle_for(cls: type[FlowSpec], words: Sequence[str]) -> list[str]:
    """Settle the flow and return the words that are left. Raises UsageError and MetaflowException."""
    try:
        given, rest = take_given(cls, words, VALUED) if configs_of(cls) else (Given(), list(words))
        command = next(iter(command_first(rest)), "")
        if command in _READING:
            with contextlib.suppress(*((MetaflowException,) if "--help" in rest else ())):
                _settle(cls, given, rest, command)
    except (ValueError, BadConfig) as error:
        raise click.UsageError(str(error)) from None
    return rest


def _settle(cls: type[FlowSpec], given: Given, words: Sequence[str], command: str) -> None:
    if configs_of(cls):
        said = given_in_environment(cls)
        given = Given(given.paths or said.paths, given.texts or said.texts)
        if command == "resume":
            _take_from_origin(cls, given, words)
        else:
            configure(cls, given)
    settle_class(cls)


def _take_from_origin(cls: type[FlowSpec], given: Given, words: Sequence[str]) -> None:
    """Take the configs of the run that is resumed."""
    from nbflow.script.execution.launch_script import find_origin, stored_values  # noqa: PLC0415 - few flows are resumed with configs

    if given:
        raise ValueError(
            "Cannot specify --config or --config-value with 'resume': a resumed run has the configs of the earlier run"
        )
    impose(cls, stored_values(cls, find_origin(cls, _origin(words))))


def _origin(words: Sequence[str]) -> int | None:
    """Return the number behind --origin-run-id, or None: the command itself refuses what is not a number."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        text = value if equals else after
        if name == "--origin-run-id" and text.isdigit():
            return int(text)
    return None
