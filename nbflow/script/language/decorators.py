"""Defines `@step` and the decorators of steps, such as `@retry`, `@catch` and `@card`.

A decorator runs nothing: it notes a fact on the function, and the code that runs the step reads the facts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from nbflow.errors import InvalidDecorator
from nbflow.flow.syntax.specs import MemoryAsked, Options
from nbflow.flow.syntax.units import quotable
from nbflow.script.inputs.delayed import is_delayed, resolve_delayed
from nbflow.script.language import decorator_arguments as arguments
from nbflow.script.language import refused
from nbflow.script.language.step_facts import Applied, CardAsked, DecoratorFacts, FactsChange, facts_of, set_facts

F = TypeVar("F", bound=Callable[..., Any])
MAX_ATTEMPTS = 6


def step(function: Any = None, *, start: bool = False, end: bool = False) -> Any:
    """Make a method of a flow a step.

    Args:
        function: The method, if the decorator is written without brackets.
        start: Whether the step is the first one, although it has another name than `start`.
        end: Whether the step is the last one, although it has another name than `end`.

    Returns:
        The method, or a decorator if the arguments are given without the method.

    Example:
        >>> class Greeting(FlowSpec):
        ...     @step(start=True)
        ...     def greet(self):
        ...         self.next(self.leave)
        ...
        ...     @step(end=True)
        ...     def leave(self):
        ...         print("bye")
    """

    def mark(method: F) -> F:
        method.__nbflow_step__ = DecoratorFacts(is_start=start, is_end=end)  # type: ignore[attr-defined]
        method.name = method.__name__  # type: ignore[attr-defined]
        return method

    return mark if function is None else mark(function)


MANY = frozenset({"card", "exit_hook"})
"""Names of decorators that a step or a flow may have several times."""

_CHANGES: dict[str, Callable[[dict[str, Any]], FactsChange]] = {}
"""Maps the name of a decorator to a function from its arguments to the change of the facts."""


def apply(method: Any, applied: Applied) -> None:
    """Put a decorator above a step. If its arguments wait for configs, it takes effect when `apply_again` is called."""
    facts = facts_of(method) or DecoratorFacts()
    waits = is_delayed(applied.given) or applied.name in refused.DECORATORS
    try:
        change = (lambda same: same) if waits else _CHANGES[applied.name](dict(applied.given))
    except InvalidDecorator as error:
        raise InvalidDecorator(f"step '{method.__name__}': {error}") from None
    set_facts(method, replace(change(facts), applied=(*facts.applied, applied)))


def apply_again(method: Any, applied: Iterable[Applied], configs: Mapping[str, Any]) -> None:
    """Replace the decorators above a step by the given ones, with the values of configs in their arguments."""
    facts = facts_of(method) or DecoratorFacts()
    bare = DecoratorFacts(facts.is_start, facts.is_end, wrappers=facts.wrappers, mutators=facts.mutators)
    set_facts(method, bare)
    for one in applied:
        apply(method, Applied(one.name, resolve_delayed(dict(one.given), configs)))


def _note(name: str, given: Mapping[str, Any]) -> Callable[[F], F]:
    def decorate(method: F) -> F:
        facts = facts_of(method)
        if facts is None:
            raise InvalidDecorator(f"@{name} must stand above @step, and on a step: write @{name} first, then @step")
        if name in facts.names and name not in MANY:
            raise InvalidDecorator(f"step '{method.__name__}' has @{name} twice: keep one")
        apply(method, Applied(name, given))
        return method

    return decorate


def _decorator(build: Callable[..., FactsChange]) -> Any:
    """Make a decorator of a function that takes its arguments and returns the change of the facts.

    The decorator may be written with and without brackets. Its arguments are read when it is applied to a step, so that
    a refusal can name the step.
    """
    name, known = build.__name__, tuple(inspect.signature(build).parameters)

    def change_of(given: dict[str, Any]) -> FactsChange:
        unknown = sorted(given.keys() - set(known))
        if unknown:
            raise InvalidDecorator(f"@{name} takes no '{unknown[0]}': it takes {', '.join(known)}")
        try:
            return build(**given)
        except InvalidDecorator as error:
            raise InvalidDecorator(f"@{name}: {error}") from None

    @wraps(build)
    def decorate(*positions: Any, **given: Any) -> Any:
        if len(positions) > 1 or not all(callable(one) for one in positions):
            raise InvalidDecorator(
                f"@{name} takes its arguments by name: write @{name}({known[0]}={quotable(repr(positions[0]))})"
            )
        note = _note(name, given)
        return note(positions[0]) if positions else note

    _CHANGES[name] = change_of
    return decorate


def _with_options(**changes: Any) -> FactsChange:
    return lambda facts: replace(facts, options=replace(facts.options, **changes))


@_decorator
def retry(times: int = 3, minutes_between_retries: float = 0) -> FactsChange:
    """Repeat a step that has failed.

    Args:
        times: How often it is repeated, 4 times at most.
        minutes_between_retries: The minutes to wait before each repetition.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if `times` is too large, or an argument is not known.

    Example:
        >>> class Download(FlowSpec):
        ...     @retry(times=2)
        ...     @step
        ...     def start(self):
        ...         self.next(self.end)
    """
    again = arguments.whole("times", times)
    if again + 2 > MAX_ATTEMPTS:
        raise InvalidDecorator(f"times={again}: a step may be tried again {MAX_ATTEMPTS - 2} times at most")
    return _with_options(
        retry=again, retry_wait=arguments.seconds("minutes_between_retries", minutes_between_retries, 60)
    )


@_decorator
def catch(var: str | None = None, print_exception: bool = True) -> FactsChange:
    """Let the flow go on after a step has failed.

    Args:
        var: The name of an artifact that holds the exception, or None if the step succeeds.
        print_exception: Whether the exception is printed.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    name = arguments.text("var", var, "'failure'")
    return lambda facts: replace(facts, catch=True, catch_var=name, print_exception=bool(print_exception))


@_decorator
def timeout(seconds: float = 0, minutes: float = 0, hours: float = 0) -> FactsChange:
    """Let a step fail that runs longer than the sum of these times.

    Args:
        seconds: Seconds.
        minutes: Minutes.
        hours: Hours.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if the sum is not above 0, or an argument is not known.
    """
    given = (("seconds", seconds, 1.0), ("minutes", minutes, 60.0), ("hours", hours, 3600.0))
    limit = sum(arguments.seconds(name, value, unit) for name, value, unit in given)
    if limit <= 0:
        raise InvalidDecorator("it needs a time: write @timeout(seconds=30), minutes= or hours=")
    # the worker raises in the body; code that does not notice it, such as C code, is killed a moment later
    return lambda facts: replace(
        facts, timeout=limit, options=replace(facts.options, timeout=limit + min(5.0, 1 + limit))
    )


@_decorator
def resources(
    cpu: float | None = None, gpu: Any = None, memory: float | str | None = None, disk: Any = None,
    shared_memory: Any = None,
) -> FactsChange:  # fmt: skip
    """Say what a step needs, so that no more steps run at once than the machine can hold.

    Args:
        cpu: How many processors.
        gpu: How many GPUs, on a cluster; ignored on this machine, as in Metaflow.
        memory: How many megabytes of memory, or a size with its unit, such as `2GB`.
        disk: Accepted as in Metaflow, and ignored.
        shared_memory: Accepted as in Metaflow, and ignored.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    changes: dict[str, Any] = {}
    if cpu is not None:
        changes["cpu"] = max(1, int(arguments.number("cpu", cpu)))
    if gpu is not None:
        changes["gpu"] = int(arguments.number("gpu", gpu))
    if memory is not None:
        changes["memory"] = MemoryAsked(arguments.megabytes("memory", memory))
    return _with_options(**changes)


def request_of(given: Mapping[str, Any]) -> Options:
    """Return the options that `@resources` with these arguments gives to a step that has no others."""
    return _CHANGES["resources"](dict(given))(DecoratorFacts()).options


@_decorator
def environment(vars: Mapping[str, Any] | None = None) -> FactsChange:
    """Set environment variables while a step runs.

    Args:
        vars: The variables by name.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    given = arguments.pairs("vars", vars, "{'NAME': 'value'}")
    pairs = tuple(sorted((name, str(value)) for name, value in given.items()))
    return lambda facts: replace(facts, environment=(*facts.environment, *pairs))


@_decorator
def secrets(sources: Iterable[Any] | None = None, role: Any = None, allow_override: Any = None) -> FactsChange:
    """Set environment variables from `sources` while a step runs.

    Args:
        sources: Dicts `{"type": "inline", "options": {"env_vars": {name: value}}}`.
        role: Accepted as in Metaflow, and ignored.
        allow_override: Accepted as in Metaflow, and ignored.

    Returns:
        A decorator for a step.

    Raises:
        InvalidDecorator: if a source is not of the type `inline`, or an argument is not known.
    """
    pairs: dict[str, str] = {}
    if sources is not None and not isinstance(sources, list | tuple):
        raise arguments.wrong("sources", sources, "a list", "[{'type': 'inline', 'options': {'env_vars': {}}}]")
    for source in sources or ():
        if not isinstance(source, Mapping) or source.get("type") != "inline":
            raise InvalidDecorator(
                f"nbflow reads inline sources only, not {source!r}: set the variables in the environment of the run"
            )
        options = arguments.pairs("options", source.get("options"), "{'env_vars': {'NAME': 'value'}}")
        given = arguments.pairs("env_vars", options.get("env_vars"), "{'NAME': 'value'}")
        pairs |= {name: str(value) for name, value in given.items()}
    return lambda facts: replace(facts, environment=(*facts.environment, *sorted(pairs.items())))


@_decorator
def card(
    type: str = "default", id: str | None = None, options: Mapping[str, Any] | None = None, timeout: Any = None,
    save_errors: bool = True, customize: Any = None, refresh_interval: float = 5, scope: Any = None, rank: Any = None,
) -> FactsChange:  # fmt: skip
    """Give a step a card: a page of results that the step fills with `current.card.append`.

    Args:
        type: The type of the card.
        id: A name by which the step chooses among several cards: `current.card["NAME"]`.
        options: Arguments for the type of the card.
        timeout: Accepted as in Metaflow, and ignored.
        save_errors: Whether a card that cannot be drawn shows the error.
        customize: Accepted as in Metaflow, and ignored.
        refresh_interval: The least number of seconds between two drawings while the step runs.
        scope: Accepted as in Metaflow, and ignored.
        rank: Accepted as in Metaflow, and ignored.

    Returns:
        A decorator for a step. A step may have several cards.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    asked = CardAsked(
        str(type), arguments.text("id", id, "'scores'"), dict(arguments.pairs("options", options, "{'name': 1}")),
        bool(save_errors), arguments.number("refresh_interval", refresh_interval, "5"),
    )  # fmt: skip
    return lambda facts: replace(facts, cards=(asked, *facts.cards))


@_decorator
def pypi(packages: Any = None, python: Any = None, disabled: Any = None) -> FactsChange:
    """Say which packages of PyPI a step needs: it runs in an environment with them, which uv builds.

    Args:
        packages: Versions by the names of packages: `1.2` for this one, `>=1.2` for a newer one, too.
        python: The version of Python, which must be installed.
        disabled: Whether the step runs with the packages of the script.

    Returns:
        A decorator for a step. With `--environment local` it has no effect.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    arguments.check_packages(packages, None, python)
    return lambda facts: facts


@_decorator
def conda(packages: Any = None, libraries: Any = None, python: Any = None, disabled: Any = None) -> FactsChange:
    """Say which packages a step needs, by their names in conda: uv looks for packages of these names on PyPI.

    Args:
        packages: Versions by the names of packages: `1.2` for this one, `=1.2` for any patch of it.
        libraries: The same; an older name.
        python: The version of Python, which must be installed.
        disabled: Whether the step runs with the packages of the script.

    Returns:
        A decorator for a step. With `--environment local` it has no effect.

    Raises:
        InvalidDecorator: if an argument is not known.
    """
    arguments.check_packages(packages, libraries, python)
    return lambda facts: facts


STEP_DECORATORS = {
    "retry": retry, "catch": catch, "timeout": timeout, "resources": resources, "environment": environment,
    "secrets": secrets, "card": card, "pypi": pypi, "conda": conda,
}  # fmt: skip
