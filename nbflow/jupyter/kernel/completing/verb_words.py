"""Finds the words that can follow in a `%flow` line, from the options and arguments that the verbs have for click."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from nbflow.flow.syntax.specs import ParameterType
from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.jupyter.kernel.completing.machine_words import counts_of_processors, files_like
from nbflow.jupyter.kernel.completing.stored_words import addresses, artifacts_at, flow_names, run_names, run_tags
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs.dispatch import IN_BACKGROUND, LIVE_VERBS, SHELL_VERBS, STARTING
from nbflow.verbs.options import FlowCommand, ParameterOption, parameter_options, takes_value
from nbflow.verbs.table_of_verbs import VERBS

_IMPLIED = frozenset({"notebook", "place"})
"""The arguments that a notebook gives to a verb itself."""

_EXAMPLES: Mapping[str, Sequence[str]] = {
    "--memory": [size for size in STEP_OPTIONS["memory"].values if not size.endswith("!")],
    "--older": ("7d", "30d"),
    "--keep": ("5", "10"),
    "--limit": ("10", "50"),
}


def verb_words(session: Session, typed: str) -> tuple[str, Iterable[str]]:
    """Return the last word of a line, which is typed up to the cursor, and the words that can stand in its place."""
    fragment = re.search(r"\S*$", typed)
    assert fragment is not None, "an empty text matches"
    before = _split(typed[: fragment.start()])
    if not before:
        return fragment[0], sorted({*VERBS, *LIVE_VERBS})
    line = _Line(session, before[0], before[1:])
    option, equals, value = fragment[0].partition("=")
    if equals and option.startswith("--"):
        return value, line.values(line.option(option), value)
    return fragment[0], line.words(fragment[0])


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote is open
        return text.split()


@dataclass(frozen=True)
class _Line:
    """Holds a verb and the words behind it, up to the word that is typed."""

    session: Session
    verb: str
    before: Sequence[str]

    @property
    def commands(self) -> list[click.Command]:
        """Return what performs the verb: `show` draws in the notebook or as in a shell, as its options say."""
        shell = SHELL_VERBS.get_command(click.Context(SHELL_VERBS), self.verb)
        live = LIVE_VERBS.get(self.verb)
        found = [live, shell] if self.verb == "show" else [live or shell]
        return [self._inner(one) for one in found if one is not None]

    def _inner(self, command: click.Command) -> click.Command:
        """Return the command of a group that the first word names: `trust add`."""
        if isinstance(command, click.Group) and self.before:
            return command.commands.get(self.before[0], command)
        return command

    @property
    def options(self) -> list[click.Option]:
        own = [one for command in self.commands for one in command.params]
        flow = self.session.graph().flow
        takes = any(isinstance(command, FlowCommand) for command in self.commands)
        options = [one for one in own if isinstance(one, click.Option) and not one.hidden]
        return [*options, *(parameter_options(flow, own) if takes else ())]

    @property
    def arguments(self) -> list[click.Argument]:
        """Return the arguments that the user writes."""
        params = [one for command in self.commands[:1] for one in command.params if isinstance(one, click.Argument)]
        return [one for one in params if self.verb == "import" or one.name not in _IMPLIED or self.verb in LIVE_VERBS]

    def option(self, word: str) -> click.Parameter | None:
        """Return the option that a word names."""
        return next((one for one in self.options if word in (*one.opts, *one.secondary_opts)), None)

    def words(self, typed: str) -> Iterable[str]:
        """Return what can follow the words that are there."""
        if not self.commands:
            return ()
        if (waiting := self._waiting()) is not None:
            return self.values(waiting, typed)
        if isinstance(group := self.commands[0], click.Group):
            return [*(name for name, one in group.commands.items() if not one.hidden), *self._spellings()]
        given, arguments = self._positional(), self.arguments
        place = min(len(given), len(arguments) - 1)
        is_over = place < 0 or (len(given) >= len(arguments) and arguments[-1].nargs != -1)
        found = () if is_over else self.values(arguments[place], typed)
        return [*(word for word in found if word not in given), *self._spellings()]

    def _waiting(self) -> click.Parameter | None:
        """Return the option whose value is typed."""
        last = self.option(self.before[-1]) if self.before else None
        return last if last is not None and takes_value(last) else None

    def _positional(self) -> list[str]:
        return [word for place, word in enumerate(self.before) if not self._is_taken(place)]

    def _is_taken(self, place: int) -> bool:
        above = self.option(self.before[place - 1]) if place else None
        return (above is not None and takes_value(above)) or self.before[place].startswith("-")

    def _spellings(self) -> Iterator[str]:
        """Yield the options that can still be given."""
        given = {word.partition("=")[0] for word in self.before}
        for one in self.options:
            spelt = [name for name in (*one.opts, *one.secondary_opts, *_negated(one)) if name.startswith("--")]
            if one.multiple or not given & {*one.opts, *spelt}:
                yield from spelt
        if self.verb in STARTING and IN_BACKGROUND not in given:
            yield IN_BACKGROUND
        yield "--help"

    def values(self, param: click.Parameter | None, typed: str) -> Iterable[str]:
        """Return the values that an option or argument can have."""
        if isinstance(param, ParameterOption):
            choices = [str(choice) for choice in param.parameter.choices]
            return (
                ["true", "false"] if param.parameter.type is ParameterType.BOOL else [c for c in choices if _is_word(c)]
            )
        if param is None:
            return ()
        if isinstance(param.type, click.Choice):
            return [str(choice) for choice in param.type.choices]
        if isinstance(param.type, click.Path):
            return files_like(self.session.folder, typed)[1]
        return self._named(param, typed)

    def _named(self, param: click.Parameter, typed: str) -> Iterable[str]:
        """Return names of the flow and its store for a value, as its place in the help is called."""
        asked = (param.metavar or param.name or "").upper().strip("[].0123456789")
        if "STEP[ITEM" in asked:
            return addresses(self.session, typed)
        if asked == "STEP":
            return [step for step in self.session.graph().links if not step.startswith("_")]
        if asked in ("RUN", "RUNS"):
            return run_names(self.session)
        if asked == "CLUSTER":
            return _clusters(self.session)
        if asked == "FLOW":
            return flow_names(self.session)
        if isinstance(param, click.Argument) and asked == "NAME" and param.nargs == -1:
            return artifacts_at(self.session, self._positional()[0])
        if self.verb == "runs" and "--tag" in param.opts:
            return run_tags(self.session)
        return counts_of_processors() if "--jobs" in param.opts else _EXAMPLES.get(param.opts[0], ())


def _clusters(session: Session) -> Iterable[str]:
    from nbflow.run.hosts.clusters import is_cluster  # noqa: PLC0415 - few lines name a cluster
    from nbflow.run.hosts.named_clusters import cluster_names  # noqa: PLC0415 - as above

    return [*cluster_names(session.folder), *(name for name, value in session.namespace.items() if is_cluster(value))]


def _negated(option: click.Option) -> Iterator[str]:
    if isinstance(option, ParameterOption) and option.parameter.type is ParameterType.BOOL:
        yield f"--no-{option.opts[0][2:]}"


def _is_word(text: str) -> bool:
    """Tell whether a text is one word of a line as it stands."""
    return shlex.quote(text) == text
