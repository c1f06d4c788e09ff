"""Defines `@step` and the decorators of steps, such as `@retry`, `@catch` and `@card`.

A decorator runs nothing: it notes a fact on the function, and the code that runs the step reads the facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from nbflow.errors import InvalidDecorator
from nbflow.flow.syntax.specs import Options
from nbflow.script.inputs.delayed import is_delayed, resolve_delayed
from nbflow.script.language import refused

F = TypeVar("F", bound=Callable[..., Any])
MAX_ATTEMPTS = 6


@dataclass(frozen=True)
class Applied:
    """Holds a decorator as it was written: its name and its arguments."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CardAsked:
    """Holds the arguments of one `@card`; `refresh` is in seconds."""

    type: str = "default"
    id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    save_errors: bool = True
    refresh: float = 5.0


@dataclass(frozen=True)
class DecoratorFacts:
    """Holds everything that the decorators of one step say."""

    is_start: bool = False
    is_end: bool = False
    options: Options = Options()  # noqa: RUF009 - frozen
    timeout: float | None = None
    catch: bool = False
    catch_var: str | None = None
    print_exception: bool = True
    environment: tuple[tuple[str, str], ...] = ()
    cards: tuple[CardAsked, ...] = ()
    applied: tuple[Applied, ...] = ()
    wrappers: tuple[Any, ...] = ()  # decorators that scripts write themselves, innermost first
    mutators: tuple[Any, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the decorators, as they were applied."""
        return tuple(one.name for one in self.applied)

    @property
    def meaning(self) -> str:
        """Return a text that changes when the decorators change the results of the step."""
        own = tuple(one.described() for one in self.wrappers)
        said = (self.catch_var, self.environment, *own)
        return repr(said) if self.catch or self.environment or own else ""


def facts_of(method: Any) -> DecoratorFacts | None:
    """Return what the decorators of a method say; None if the method is not a step."""
    facts = getattr(method, "__nbflow_step__", None)
    return facts if isinstance(facts, DecoratorFacts) else None


def step(function: Any = None, *, start: bool = False, end: bool = False) -> Any:
    """Make a method of a flow a step.

    Args:
        function: The method, if the decorator is written without brackets.
        start: Whether the step is the first one, although it has another name than `start`.
        end: Whether the step is the last one, although it has another name than `end`.
    """

    def mark(method: F) -> F:
        method.__nbflow_step__ = DecoratorFacts(is_start=start, is_end=end)  # type: ignore[attr-defined]
        method.name = method.__name__  # type: ignore[attr-defined]
        return method

    return mark if function is None else mark(function)


MANY = frozenset({"card", "exit_hook"})
"""Names of decorators that a step or a flow may have several times."""

_CHANGES: dict[str, Callable[[dict[str, Any]], Callable[[DecoratorFacts], DecoratorFacts]]] = {}
"""Maps the name of a decorator to a function from its arguments to the change of the facts."""


def set_facts(method: Any, facts: DecoratorFacts) -> None:
    """Note facts on a step, in place of the present ones."""
    method.__nbflow_step__ = facts


def apply(method: Any, applied: Applied) -> None:
    """Put a decorator above a step. If its arguments wait for configs, it takes effect when `apply_again` is called."""
    facts = facts_of(method) or DecoratorFacts()
    waits = is_delayed(applied.given) or applied.name in refused.DECORATORS
    change = (lambda same: same) if waits else _CHANGES[applied.name](dict(applied.given))
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


def _decorator(
    name: str, allowed: Iterable[str], build: Callable[[dict[str, Any]], Callable[[DecoratorFacts], DecoratorFacts]]
) -> Any:
    """Return a decorator that may be written with and without brackets, and refuses unknown arguments."""
    known = tuple(allowed)

    def change_of(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
        unknown = sorted(given.keys() - set(known))
        if unknown:
            raise InvalidDecorator(f"@{name} takes no '{unknown[0]}': it takes {', '.join(known) or 'nothing'}")
        return build(given)

    def decorate(function: Any = None, **given: Any) -> Any:
        if not is_delayed(given):
            change_of(given)
        note = _note(name, given)
        return note(function) if function is not None else note

    _CHANGES[name] = change_of

    decorate.__name__ = name
    return decorate


def _with_options(**changes: Any) -> Callable[[DecoratorFacts], DecoratorFacts]:
    return lambda facts: replace(facts, options=replace(facts.options, **changes))


def _retry(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    times = int(given.get("times", 3))
    if times < 0 or times + 2 > MAX_ATTEMPTS:
        raise InvalidDecorator(f"@retry(times={times}): a step may be tried again {MAX_ATTEMPTS - 2} times at most")
    return _with_options(retry=times, retry_wait=60.0 * float(given.get("minutes_between_retries", 0)))


def _catch(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    var, talks = given.get("var"), bool(given.get("print_exception", True))
    return lambda facts: replace(facts, catch=True, catch_var=var, print_exception=talks)


def _timeout(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    sizes = {"seconds": 1, "minutes": 60, "hours": 3600}
    seconds = sum(float(given.get(unit, 0)) * size for unit, size in sizes.items())
    if seconds <= 0:
        raise InvalidDecorator("@timeout needs a time: @timeout(seconds=30), minutes= or hours=")
    # the worker raises in the body; code that does not notice it, such as C code, is killed a moment later
    return lambda facts: replace(
        facts, timeout=seconds, options=replace(facts.options, timeout=seconds + min(5.0, 1 + seconds))
    )


def _resources(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    changes: dict[str, Any] = {}
    if given.get("cpu") is not None:
        changes["cpu"] = max(1, int(float(given["cpu"])))
    if given.get("memory") is not None:
        changes["memory"] = int(float(given["memory"]) * 2**20)
    return _with_options(**changes)


def _environment(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    pairs = tuple(sorted((str(name), str(value)) for name, value in (given.get("vars") or {}).items()))
    return lambda facts: replace(facts, environment=(*facts.environment, *pairs))


def _secrets(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    pairs: dict[str, str] = {}
    for source in given.get("sources") or ():
        if not isinstance(source, Mapping) or source.get("type") != "inline":
            raise InvalidDecorator(
                f"@secrets: nbflow reads inline sources only, not {source!r}: "
                "set the variables in the environment of the run"
            )
        pairs |= {str(name): str(value) for name, value in source.get("options", {}).get("env_vars", {}).items()}
    return lambda facts: replace(facts, environment=(*facts.environment, *sorted(pairs.items())))


def _card(given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    options, refresh = given.get("options") or {}, float(given.get("refresh_interval", 5))
    kind, saves = str(given.get("type", "default")), bool(given.get("save_errors", True))
    card = CardAsked(kind, given.get("id"), dict(options), saves, refresh)
    return lambda facts: replace(facts, cards=(card, *facts.cards))


def _packages(_given: dict[str, Any]) -> Callable[[DecoratorFacts], DecoratorFacts]:
    """Change nothing: a step with an environment of its own is refused later, when it is to run."""
    return lambda facts: facts


retry = _decorator("retry", ("times", "minutes_between_retries"), _retry)
"""Repeats a step that has failed, up to `times` times (3 if it is not given)."""

catch = _decorator("catch", ("var", "print_exception"), _catch)
"""Lets the flow go on after a step has failed; the artifact named `var` holds the exception."""

timeout = _decorator("timeout", ("seconds", "minutes", "hours"), _timeout)
"""Lets a step fail that runs longer than the sum of `seconds`, `minutes` and `hours`."""

resources = _decorator("resources", ("cpu", "gpu", "memory", "disk", "shared_memory"), _resources)
"""Says how many processors (`cpu`) and how many megabytes of `memory` a step needs."""

environment = _decorator("environment", ("vars",), _environment)
"""Sets the environment variables `vars`, a dict, while a step runs."""

secrets = _decorator("secrets", ("sources", "role", "allow_override"), _secrets)
"""Sets environment variables from `sources` while a step runs; each source must be of the type `inline`."""

card = _decorator(
    "card", ("type", "id", "options", "timeout", "save_errors", "customize", "refresh_interval", "scope", "rank"), _card
)
"""Gives a step a card: a page of results that the step fills with `current.card.append`."""

pypi = _decorator("pypi", ("packages", "python", "disabled"), _packages)
"""Says which packages of PyPI a step needs. nbflow builds no environments: see `--environment local`."""

conda = _decorator("conda", ("packages", "libraries", "python", "disabled"), _packages)
"""Says which packages of conda a step needs. nbflow builds no environments: see `--environment local`."""

STEP_DECORATORS = {
    "retry": retry, "catch": catch, "timeout": timeout, "resources": resources, "environment": environment,
    "secrets": secrets, "card": card, "pypi": pypi, "conda": conda,
}  # fmt: skip


def attach(text: str, methods: Iterable[Any]) -> None:
    """Put a decorator of `--with`, such as `retry:times=3`, above all steps without it. Raises InvalidDecorator."""
    name, given = read_spec(text)
    if name in refused.DECORATORS:
        raise InvalidDecorator(f"@{name} is not part of nbflow: {refused.DECORATORS[name]}")
    if name not in STEP_DECORATORS:
        raise InvalidDecorator(f"--with {name}: there is no such decorator, only {', '.join(sorted(STEP_DECORATORS))}")
    for method in methods:
        facts = facts_of(method)
        if facts is not None and name not in facts.names:
            STEP_DECORATORS[name](**given)(method)


def read_spec(text: str) -> tuple[str, dict[str, Any]]:
    """Split a text such as `retry:times=3` into the name and the arguments; a key that is a number is a position."""
    name, _, rest = text.partition(":")
    parts = re.split(r",(?=[\s\w]+=)", rest) if rest else []
    return name, {key.strip(): _value(value.strip()) for key, _, value in (part.partition("=") for part in parts)}


def _value(text: str) -> Any:
    try:
        return json.loads(text.replace('\\"', '"'))
    except ValueError:
        return {"True": True, "False": False, "None": None}.get(text, text)
