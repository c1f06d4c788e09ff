"""Refuses steps that need an environment of their own because of `@pypi` or `@conda`."""

from __future__ import annotations

from typing import Any

from nbflow.errors import MetaflowException
from nbflow.script.language.class_decorators import flow_decorators
from nbflow.script.language.decorators import Applied, facts_of

_LOCAL = "__nbflow_environment_local__"
_KINDS = ("pypi", "conda")


def choose_local(cls: type) -> None:
    """Let every step run in the present environment, as `--environment local` asks."""
    setattr(cls, _LOCAL, True)


def refuse_environments(cls: type) -> None:
    """Raise MetaflowException for the first step that would run in an environment of its own."""
    if getattr(cls, _LOCAL, False):
        return
    for name in dir(cls):
        facts = facts_of(getattr(cls, name, None))
        kind = _wanted(facts.applied, flow_decorators(cls)) if facts is not None else None
        if kind is not None:
            raise MetaflowException(
                f"step '{name}' has {kind}, and nbflow does not build environments: install what it needs into the one "
                "that runs the flow, and run with --environment local, or write disabled=True"
            )


def _wanted(own: tuple[Applied, ...], above: tuple[Applied, ...]) -> str | None:
    """Return the decorator that gives a step its environment; its own comes before the one of the flow."""
    for kind in _KINDS:
        said = next((one.given for one in own if one.name == kind), None)
        base = next((one.given for one in above if one.name == f"{kind}_base"), None)
        disabled = _disabled(said)
        disabled = _disabled(base) if disabled is None else disabled
        if not disabled and (said is not None or base is not None):
            return f"@{kind}" if said is not None else f"@{kind}_base"
    return None


def _disabled(given: Any) -> bool | None:
    return None if given is None or given.get("disabled") is None else str(given["disabled"]).lower() == "true"
