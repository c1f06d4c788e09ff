"""Defines the decorators of flow classes: `@project`, `@exit_hook`, `@pypi_base` and `@conda_base`."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from nbflow.errors import InvalidDecorator
from nbflow.script.inputs.delayed import is_delayed
from nbflow.script.language.decorator_arguments import check_packages, text
from nbflow.script.language.decorators import MANY
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.language.step_facts import Applied

_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {}
"""Maps the name of a decorator to a function that refuses arguments that it cannot have."""

_PROJECT = re.compile(r"[a-z0-9_]{1,128}")


def project(*positions: Any, **given: Any) -> Callable[[type], type]:
    """Tag the runs of a flow with its project and its branch.

    Args:
        *positions: None: all arguments have names.
        **given: `name` is the name of the project: 1 to 128 of a-z, 0-9 and _. `branch` is the name of the branch; it
            is made of the name of the user if it is not given. `production` is whether runs are in production.

    Returns:
        A decorator for the class of a flow.

    Raises:
        InvalidDecorator: if the name is missing or not allowed, or if an argument is not known.

    Example:
        >>> @project(name="films")
        ... class Films(FlowSpec):
        ...     pass
    """

    _refuse_positions("project", positions, "name='movies'")
    return _mark("project", given)


def _check_project(given: Mapping[str, Any]) -> None:
    if unknown := sorted(given.keys() - {"name", "branch", "production"}):
        raise InvalidDecorator(f"@project takes no '{unknown[0]}': it takes name, branch, production")
    name = given.get("name")
    if not isinstance(name, str) or not _PROJECT.fullmatch(name):
        raise InvalidDecorator(f"@project(name={name!r}): the name is a text: use 1 to 128 of a-z, 0-9 and _")
    try:
        text("branch", given.get("branch"), "'test'")
    except InvalidDecorator as error:
        raise InvalidDecorator(f"@project: {error}") from None


def _base(known: Callable[..., None]) -> Any:
    """Make a decorator for classes, with and without brackets, that takes the arguments of the function."""
    name, allowed = known.__name__, tuple(inspect.signature(known).parameters)

    @wraps(known)
    def decorate(*positions: Any, **given: Any) -> Any:
        if len(positions) > 1 or not all(callable(one) for one in positions):
            _refuse_positions(name, positions, "packages={'pandas': '2.2.3'}")
        mark = _mark(name, given)
        return mark(positions[0]) if positions else mark

    def check(given: Mapping[str, Any]) -> None:
        if unknown := sorted(given.keys() - set(allowed)):
            raise InvalidDecorator(f"@{name} takes no '{unknown[0]}': it takes {', '.join(allowed)}")
        try:
            check_packages(given.get("packages"), given.get("libraries"), given.get("python"))
        except InvalidDecorator as error:
            raise InvalidDecorator(f"@{name}: {error}") from None

    _CHECKS[name] = check
    return decorate


def _mark(name: str, given: Mapping[str, Any]) -> Callable[[type], type]:
    """Return what notes the decorator on a class, and refuses everything that is not the class of a flow."""

    def mark(cls: type) -> type:
        if not isinstance(cls, type) or not issubclass(cls, FlowSpec):
            called = getattr(cls, "__name__", repr(cls))
            raise InvalidDecorator(f"@{name} stands above {called}: write it above the class of a flow")
        note_on_flow(cls, Applied(name, given))
        return cls

    return mark


def _refuse_positions(name: str, positions: tuple[Any, ...], example: str) -> None:
    if positions:
        raise InvalidDecorator(f"@{name} takes its arguments by name: write @{name}({example})")


@_base
def pypi_base(packages: Any = None, python: Any = None, disabled: Any = None) -> None:
    """Say which packages of PyPI all steps of a flow need, as `@pypi` does for one step.

    Args:
        packages: Versions by the names of packages.
        python: The version of Python.
        disabled: Whether this says nothing.

    Raises:
        InvalidDecorator: if an argument is not known.
    """


@_base
def conda_base(packages: Any = None, libraries: Any = None, python: Any = None, disabled: Any = None) -> None:
    """Say which packages of conda all steps of a flow need, as `@conda` does for one step.

    Args:
        packages: Versions by the names of packages.
        libraries: The same; an older name.
        python: The version of Python.
        disabled: Whether this says nothing.

    Raises:
        InvalidDecorator: if an argument is not known.
    """


def exit_hook(*positions: Any, **given: Any) -> Callable[[type], type]:
    """Call functions when a run is over. Each takes the run as `run`, if it has such an argument.

    Args:
        *positions: None: all arguments have names.
        **given: `on_success` and `on_error` are lists of functions, or of their names.

    Returns:
        A decorator for the class of a flow.

    Raises:
        InvalidDecorator: if both lists are empty, if they hold other values, or if an argument is not known.

    Example:
        >>> def tell(run):
        ...     print(run.pathspec, "is over")
        >>> @exit_hook(on_success=[tell])
        ... class Films(FlowSpec):
        ...     pass
    """

    _refuse_positions("exit_hook", positions, "on_success=[tell]")
    return _mark("exit_hook", given)


def _check_hooks(given: Mapping[str, Any]) -> None:
    if unknown := sorted(given.keys() - {"on_success", "on_error", "options"}):
        raise InvalidDecorator(f"@exit_hook takes no '{unknown[0]}': it takes on_success, on_error, options")
    lists = [given.get(when) or [] for when in ("on_success", "on_error")]
    if not any(lists):
        raise InvalidDecorator("@exit_hook calls nothing: give it on_success=[…] or on_error=[…]")
    for hooks in lists:
        if not isinstance(hooks, list | tuple) or not all(callable(one) or isinstance(one, str) for one in hooks):
            raise InvalidDecorator(f"@exit_hook is given {hooks!r}: give it a list of functions, or of their names")


FLOW_DECORATORS = {"project": project, "pypi_base": pypi_base, "conda_base": conda_base, "exit_hook": exit_hook}
_CHECKS |= {"project": _check_project, "exit_hook": _check_hooks}
_ON_FLOW = "__nbflow_flow_decorators__"


def note_on_flow(cls: type, applied: Applied, instead: Applied | None = None) -> None:
    """Put a decorator above a flow class. It replaces one of the same name, unless there may be several."""
    waits = is_delayed(applied.given)
    if not waits and applied.name in _CHECKS:
        _CHECKS[applied.name](applied.given)
    others = [
        one for one in flow_decorators(cls) if one is not instead and (one.name in MANY or one.name != applied.name)
    ]
    setattr(cls, _ON_FLOW, (*others, applied))
    if applied.name == "project" and not waits:
        said = applied.given
        cls.__nbflow_project__ = (  # type: ignore[attr-defined]
            said["name"], said.get("branch"), bool(said.get("production", False)),
        )  # fmt: skip


def flow_decorators(cls: type) -> tuple[Applied, ...]:
    """Return the decorators above a flow class and above the classes from which it derives."""
    return tuple(getattr(cls, _ON_FLOW, ()))


def drop_from_flow(cls: type, name: str) -> None:
    """Remove the decorators of this name from a flow class."""
    setattr(cls, _ON_FLOW, tuple(one for one in flow_decorators(cls) if one.name != name))
    if name == "project" and "__nbflow_project__" in vars(cls):
        del cls.__nbflow_project__  # type: ignore[attr-defined]


def choose_branch(cls: type, branch: str | None, production: bool) -> None:
    """Note the branch that the command line chooses. Raises InvalidDecorator if it does not fit `@project`."""
    if branch is None and not production:
        return
    if not hasattr(cls, "__nbflow_project__"):
        raise InvalidDecorator("--branch and --production need a project: write @project(name='…') above the class")
    name, own_branch, own_production = cls.__nbflow_project__
    if own_branch not in (None, branch) and branch is not None:
        raise InvalidDecorator(f"--branch {branch}, but @project says branch={own_branch!r}: keep one of them")
    cls.__nbflow_project__ = name, branch or own_branch, production or own_production


def project_facts(cls: type, user: str) -> dict[str, Any]:
    """Return the facts about the project for `current` and the tags. METAFLOW_BRANCH and METAFLOW_PRODUCTION count."""
    if not hasattr(cls, "__nbflow_project__"):
        return {}
    name, branch, production = cls.__nbflow_project__
    branch = branch or os.environ.get("METAFLOW_BRANCH")
    if branch and not _PROJECT.fullmatch(branch):
        raise InvalidDecorator(f"@project: the branch {branch!r} is not a name: use 1 to 128 of a-z, 0-9 and _")
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
