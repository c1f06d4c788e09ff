"""Defines click commands that take the parameters of a notebook as options."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from nbflow.errors import ParameterError, ParameterMissing, UnknownName
from nbflow.flow.syntax.exact_values import parse_value
from nbflow.flow.syntax.specs import FlowSource, ParameterSpec, ParameterType
from nbflow.notebook.read import SUFFIXES, read_notebook
from nbflow.verbs.context import FLOW, GIVEN

_BOOLEANS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off"})


class Value(click.ParamType[Any]):
    """Reads text as a value of a parameter's type."""

    def __init__(self, parameter: ParameterSpec) -> None:
        self.parameter = parameter
        self.name = "true|false" if parameter.type is ParameterType.BOOL else parameter.type.value

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return parse_value(self.parameter, value)
        except ParameterError as error:
            told = error.told_of(param.spelling) if isinstance(param, ParameterOption) else str(error)
            raise click.UsageError(told, ctx) from None


class ParameterOption(click.Option):
    """Offers a parameter as `--NAME VALUE`; `spell_out` has rewritten the forms `--NAME` and `--no-NAME` of a bool."""

    def __init__(self, parameter: ParameterSpec, spelling: str) -> None:
        self.parameter, self.spelling = parameter, spelling
        super().__init__(
            [spelling, f"parameter_{parameter.name}"], type=Value(parameter), help=describe_parameter(parameter)
        )

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        spelling = self.spelling
        if self.parameter.type is ParameterType.BOOL:
            return f"{spelling}, --no-{spelling[2:]}", self.help or ""
        return f"{spelling} {type_in_words(self.parameter)}", self.help or ""


def type_in_words(parameter: ParameterSpec) -> str:
    """Return the type of a parameter in a few words: `int`, `a|b`."""
    if parameter.choices:
        return "|".join(str(choice) for choice in parameter.choices)
    return str(parameter.type.value)


def describe_parameter(parameter: ParameterSpec) -> str:
    """Return the help of a parameter and its default."""
    default = "required" if parameter.required else f"default {parameter.default!s}"
    return f"{parameter.help}  [{default}]".strip()


class FlowCommand(click.Command):
    """Reads the notebook before the command line, because the notebook decides which options exist."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        path = find_notebook(args, [name for one in self.params if takes_value(one) for name in one.opts])
        if path is not None and (option := self._unknown_before(args, path)):
            raise click.UsageError(self._no_such_option(ctx, option), ctx)
        if path is not None:
            ctx.meta[FLOW] = ctx.meta.get(FLOW) or read_notebook(Path(path))
            options = [one for one in self.get_params(ctx) if isinstance(one, ParameterOption)]
            self._tell_taken(args, options)
            args = spell_out(args, options)
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(self._no_such_option(ctx, error.option_name), ctx) from None
        ctx.meta[GIVEN] = dict(self._take_given(ctx))
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Perform the verb. What it misses is named as this verb spells it."""
        try:
            return super().invoke(ctx)
        except ParameterMissing as error:
            options = (one for one in self.get_params(ctx) if isinstance(one, ParameterOption))
            spellings = {one.parameter.name: one.spelling for one in options}
            raise ParameterMissing(error.names, spellings.__getitem__) from None

    def _tell_taken(self, args: Sequence[str], options: Sequence[ParameterOption]) -> None:
        """Say how to set a parameter whose name this verb takes for an option of its own, if that option is there."""
        words = {as_typed(word.partition("=")[0]).replace("--no-", "--") for word in args}
        for option in options:
            plain, spelling = f"--{option.parameter.name}", option.spelling
            if spelling != plain and as_typed(plain) in words and as_typed(spelling) not in words:
                told = f"note: {plain} is an option of '{self.name}'; {spelling} sets the parameter of that name"
                click.echo(told, err=True)

    def _unknown_before(self, args: Sequence[str], path: str) -> str | None:
        """Return the unknown option of which the word that was taken for the notebook is the value."""
        before = ["", *args][args.index(path)]
        known = [name for param in self.params for name in (*param.opts, *param.secondary_opts)]
        is_value = before.startswith("--") and before != "--" and "=" not in before and before not in known
        return before if is_value and not Path(path).suffix and not Path(path).exists() else None

    def _take_given(self, ctx: click.Context) -> Iterator[tuple[str, Any]]:
        """Take the parameters of the notebook out of `ctx.params`: what stays is passed to the verb's function."""
        for option in self.get_params(ctx):
            if isinstance(option, ParameterOption) and option.name:
                value = ctx.params.pop(option.name, None)
                if ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
                    yield option.parameter.name, value

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        flow = ctx.meta.get(FLOW)
        return [*own, *parameter_options(flow, own)] if flow else own

    def _no_such_option(self, ctx: click.Context, option: str) -> str:
        known = [name for param in self.get_params(ctx) for name in param.opts if name.startswith("--")]
        near = difflib.get_close_matches(option, known, 1)
        flow = ctx.meta.get(FLOW)
        what = f"there is no option {option}"
        if flow:
            what = f"'{ctx.info_name}' has no option {option}, and {flow.document} has no parameter of that name"
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
        return f"{what}: {hint}"

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        params = self.get_params(ctx)
        own = [p.get_help_record(ctx) for p in params if isinstance(p, ParameterOption)]
        if own:
            with formatter.section("Parameters of the notebook"):
                formatter.write_dl(own)
        verbs = (p for p in params if isinstance(p, click.Option) and not isinstance(p, ParameterOption))
        rest = [record for p in verbs if (record := p.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(rest)


def find_notebook(args: Sequence[str], valued: Sequence[str] = ()) -> str | None:
    """Return the word that names the notebook: the first with a notebook's suffix, else the first that is no option.

    The word after an option of `valued` is its value, such as the name of another notebook.
    """
    above = ["", *args]
    words = [arg for before, arg in zip(above, args, strict=False) if not arg.startswith("-") and before not in valued]
    likely = (word for suffix in SUFFIXES for word in words if word.endswith(suffix))
    return next(likely, words[0] if words else None)


def takes_value(param: click.Parameter) -> bool:
    """Tell whether a word follows this option."""
    return isinstance(param, click.Option) and not (param.is_flag or param.count)


def parameter_options(flow: FlowSource, own: Sequence[click.Parameter]) -> Iterator[ParameterOption]:
    """Yield an option for each parameter; `--parameter-NAME` if the verb has an option of that name already."""
    taken = {as_typed(name) for param in own for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    for parameter in flow.parameters:
        plain = f"--{parameter.name}"
        yield ParameterOption(parameter, f"--parameter-{parameter.name}" if as_typed(plain) in taken else plain)


def as_typed(option: str) -> str:
    """Return an option with dashes, as `--top-k` can be typed for `--top_k`."""
    return option.replace("_", "-")


def spell_out(args: Sequence[str], options: Sequence[ParameterOption]) -> list[str]:
    """Rewrite `--flag`, `--no-flag` and `--flag true` as `--flag=true|false`, and `--top-k` as `--top_k`.

    `--parameter-top_k` is an option of each verb, also where `--top_k` is free.
    """
    booleans = {one.spelling for one in options if one.parameter.type is ParameterType.BOOL}
    dashed = {as_typed(f"--parameter-{one.parameter.name}"): one.spelling for one in options}
    dashed |= {as_typed(one.spelling): one.spelling for one in options}
    spelt: list[str] = []
    rest = list(args)
    while rest:
        word, equals, value = rest.pop(0).partition("=")
        word = dashed.get(as_typed(word), word)
        negated = "--" + word.removeprefix("--no-")
        negated = dashed.get(as_typed(negated), negated)
        if word in booleans and not equals:
            following = rest.pop(0) if rest and rest[0].lower() in _BOOLEANS else "true"
            spelt.append(f"{word}={following}")
        elif word.startswith("--no-") and negated in booleans and word not in booleans:
            spelt.append(f"{negated}=false")
        else:
            spelt.append(word + equals + value)
    return spelt


def require_step(flow: FlowSource, name: str | None) -> None:
    """Raise UnknownName, which suggests the nearest step, unless `name` is None or a step of the flow."""
    known = [step.name for step in flow.steps]
    if name is not None and name not in known:
        raise UnknownName("step", name, known)
