"""`@step` and what may stand above it. A decorator only notes a fact on the function; who runs it looks there."""

from __future__ import annotations

import json
import os
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
    """A decorator as it was written: its name, and what it was given."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CardAsked:
    """What one `@card` says; `refresh` is in seconds."""

    type: str = "default"
    id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    save_errors: bool = True
    refresh: float = 5.0


@dataclass(frozen=True)
class DecoratorFacts:
    """All that the decorators of one step say."""

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
        return tuple(one.name for one in self.applied)

    @property
    def meaning(self) -> str:
        """What changes the results of the step, as text."""
        own = tuple(one.described() for one in self.wrappers)
        said = (self.catch_var, self.environment, *own)
        return repr(said) if self.catch or self.environment or own else ""


def facts_of(method: Any) -> DecoratorFacts | None:
    """What the decorators of a step method say; None for a method that is no step."""
    facts = getattr(method, "__nbflow_step__", None)
    return facts if isinstance(facts, DecoratorFacts) else None


def step(function: Any = None, *, start: bool = False, end: bool = False) -> Any:
    """Make a method a step: `@step`, or `@step(start=True)` where it has another name than `start`."""

    def mark(method: F) -> F:
        method.__nbflow_step__ = DecoratorFacts(is_start=start, is_end=end)  # type: ignore[attr-defined]
        method.name = method.__name__  # type: ignore[attr-defined]
        return method

    return mark if function is None else mark(function)


MANY = frozenset({"card", "exit_hook"})
"""Decorators of which there may be several."""

_CHANGES: dict[str, Callable[[dict[str, Any]], Callable[[DecoratorFacts], DecoratorFacts]]] = {}
"""Name of a decorator -> from what it is given to what it changes of the facts. It refuses what it does not know."""


def set_facts(method: Any, facts: DecoratorFacts) -> None:
    method.__nbflow_step__ = facts


def apply(method: Any, applied: Applied) -> None:
    """Put a decorator above a step; one that waits for configs has its meaning when `apply_again` is called."""
    facts = facts_of(method) or DecoratorFacts()
    waits = is_delayed(applied.given) or applied.name in refused.DECORATORS
    change = (lambda same: same) if waits else _CHANGES[applied.name](dict(applied.given))
    set_facts(method, replace(change(facts), applied=(*facts.applied, applied)))


def apply_again(method: Any, applied: Iterable[Applied], configs: Mapping[str, Any]) -> None:
    """Have these decorators above a step instead of those that it has, with the values of configs in them."""
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
    """A decorator that may be written with and without brackets, and refuses what it does not know."""
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
    # the worker raises in the body; what does not listen, such as C code, is killed a moment later
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
    """Whether a step can have an environment of its own is decided when it is to run."""
    return lambda facts: facts


retry = _decorator("retry", ("times", "minutes_between_retries"), _retry)
catch = _decorator("catch", ("var", "print_exception"), _catch)
timeout = _decorator("timeout", ("seconds", "minutes", "hours"), _timeout)
resources = _decorator("resources", ("cpu", "gpu", "memory", "disk", "shared_memory"), _resources)
environment = _decorator("environment", ("vars",), _environment)
secrets = _decorator("secrets", ("sources", "role", "allow_override"), _secrets)
card = _decorator(
    "card", ("type", "id", "options", "timeout", "save_errors", "customize", "refresh_interval", "scope", "rank"), _card
)
pypi = _decorator("pypi", ("packages", "python", "disabled"), _packages)
conda = _decorator("conda", ("packages", "libraries", "python", "disabled"), _packages)
STEP_DECORATORS = {
    "retry": retry, "catch": catch, "timeout": timeout, "resources": resources, "environment": environment,
    "secrets": secrets, "card": card, "pypi": pypi, "conda": conda,
}  # fmt: skip


def attach(text: str, methods: Iterable[Any]) -> None:
    """`--with retry:times=3`: put a decorator above every step that has not got it. Raises InvalidDecorator."""
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
    """`environment:vars={"A": 1}` as a name and what it is given; a number as a name counts positions."""
    name, _, rest = text.partition(":")
    parts = re.split(r",(?=[\s\w]+=)", rest) if rest else []
    return name, {key.strip(): _value(value.strip()) for key, _, value in (part.partition("=") for part in parts)}


def _value(text: str) -> Any:
    try:
        return json.loads(text.replace('\\"', '"'))
    except ValueError:
        return {"True": True, "False": False, "None": None}.get(text, text)


# of whole flows

_PROJECT = re.compile(r"[a-z0-9_]{1,128}")


def project(**given: Any) -> Callable[[type], type]:
    """Tag the runs of a flow with its project, and with the branch they belong to: `name`, `branch`, `production`.

    Raises InvalidDecorator for a name that is none.
    """

    def mark(cls: type) -> type:
        note_on_flow(cls, Applied("project", given))
        return cls

    _check_project(given)
    return mark


def _check_project(given: Mapping[str, Any]) -> None:
    if is_delayed(given):
        return
    if unknown := sorted(given.keys() - {"name", "branch", "production"}):
        raise InvalidDecorator(f"@project takes no '{unknown[0]}': it takes name, branch, production")
    if not _PROJECT.fullmatch(str(given.get("name", ""))):
        raise InvalidDecorator(f"@project(name={given.get('name')!r}): use 1 to 128 of a-z, 0-9 and _")


def _base(name: str, *allowed: str) -> Callable[..., Any]:
    def decorate(cls: type | None = None, **given: Any) -> Any:
        if not is_delayed(given) and (unknown := sorted(given.keys() - set(allowed))):
            raise InvalidDecorator(f"@{name} takes no '{unknown[0]}': it takes {', '.join(allowed)}")

        def mark(marked: type) -> type:
            note_on_flow(marked, Applied(name, given))
            return marked

        return mark if cls is None else mark(cls)

    decorate.__name__ = name
    return decorate


pypi_base = _base("pypi_base", "packages", "python", "disabled")
conda_base = _base("conda_base", "packages", "libraries", "python", "disabled")


def exit_hook(**given: Any) -> Callable[[type], type]:
    """Call functions when a run is over: `on_success` and `on_error` are lists of functions, or of their names.

    Raises InvalidDecorator for what is none.
    """

    def mark(cls: type) -> type:
        note_on_flow(cls, Applied("exit_hook", given))
        return cls

    _check_hooks(given)
    return mark


def _check_hooks(given: Mapping[str, Any]) -> None:
    if is_delayed(given):
        return
    if unknown := sorted(given.keys() - {"on_success", "on_error", "options"}):
        raise InvalidDecorator(f"@exit_hook takes no '{unknown[0]}': it takes on_success, on_error, options")
    lists = [given.get(when) or [] for when in ("on_success", "on_error")]
    if not any(lists):
        raise InvalidDecorator("@exit_hook calls nothing: give it on_success=[…] or on_error=[…]")
    for hooks in lists:
        if not isinstance(hooks, list | tuple) or not all(callable(one) or isinstance(one, str) for one in hooks):
            raise InvalidDecorator(f"@exit_hook is given {hooks!r}: give it a list of functions, or of their names")


FLOW_DECORATORS = {"project": project, "pypi_base": pypi_base, "conda_base": conda_base, "exit_hook": exit_hook}
_ON_FLOW = "__nbflow_flow_decorators__"


def note_on_flow(cls: type, applied: Applied, instead: Applied | None = None) -> None:
    """Put a decorator above a flow class, in place of another of its name where there may be only one."""
    others = [
        one for one in flow_decorators(cls) if one is not instead and (one.name in MANY or one.name != applied.name)
    ]
    setattr(cls, _ON_FLOW, (*others, applied))
    if applied.name == "exit_hook":
        _check_hooks(applied.given)
    if applied.name == "project" and not is_delayed(applied.given):
        _check_project(applied.given)
        said = applied.given
        cls.__nbflow_project__ = (  # type: ignore[attr-defined]
            said["name"], said.get("branch"), bool(said.get("production", False)),
        )  # fmt: skip


def flow_decorators(cls: type) -> tuple[Applied, ...]:
    """Those above a flow class, and above the classes that it derives from."""
    return tuple(getattr(cls, _ON_FLOW, ()))


def drop_from_flow(cls: type, name: str) -> None:
    setattr(cls, _ON_FLOW, tuple(one for one in flow_decorators(cls) if one.name != name))
    if name == "project" and "__nbflow_project__" in vars(cls):
        del cls.__nbflow_project__  # type: ignore[attr-defined]


def choose_branch(cls: type, branch: str | None, production: bool) -> None:
    """Note what the command line says. Raises InvalidDecorator where the flow has no project, or says otherwise."""
    if branch is None and not production:
        return
    if not hasattr(cls, "__nbflow_project__"):
        raise InvalidDecorator("--branch and --production need a project: write @project(name='…') above the class")
    name, own_branch, own_production = cls.__nbflow_project__
    if own_branch not in (None, branch) and branch is not None:
        raise InvalidDecorator(f"--branch {branch}, but @project says branch={own_branch!r}: keep one of them")
    cls.__nbflow_project__ = name, branch or own_branch, production or own_production


def project_facts(cls: type, user: str) -> dict[str, Any]:
    """What `current` and the tags say about the project of a flow. METAFLOW_BRANCH and METAFLOW_PRODUCTION count."""
    if not hasattr(cls, "__nbflow_project__"):
        return {}
    name, branch, production = cls.__nbflow_project__
    branch = branch or os.environ.get("METAFLOW_BRANCH")
    if branch and not _PROJECT.fullmatch(branch):
        raise InvalidDecorator(f"@project: the branch {branch!r} is none: use 1 to 128 of a-z, 0-9 and _")
    production = production or os.environ.get("METAFLOW_PRODUCTION", "").lower() in ("true", "1", "yes", "on", "t", "y")
    stage, usual = ("prod", "prod") if production else ("test", f"user.{user}")
    found = f"{stage}.{branch}" if branch else usual
    return {
        "project_name": name,
        "branch_name": found,
        "is_production": production,
        "is_user_branch": not production and not branch,
        "project_flow_name": f"{name}.{found}.{cls.__name__}",
    }
