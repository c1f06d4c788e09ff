"""Defines `current`, which tells a step about the run, the task and itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbflow.run.output.card_parts import current_card

_ALWAYS = frozenset(
    {
        "flow_name", "run_id", "step_name", "task_id", "retry_count", "origin_run_id", "pathspec", "namespace",
        "username", "tags", "task", "run",
    }
)  # fmt: skip
"""Names that are None outside of a task; other names raise AttributeError there."""


class Current:
    """Tells what runs now. Scripts import its only object, `current`, which is empty and false outside of a task."""

    def __init__(self) -> None:
        self.__dict__["_facts"] = {}

    def set(self, **facts: Any) -> None:
        """Replace all facts by the given ones."""
        self.__dict__["_facts"] = facts

    def add(self, **facts: Any) -> None:
        """Add facts to the present ones."""
        self.__dict__["_facts"].update(facts)

    @property
    def is_running_flow(self) -> bool:
        """Return whether a task runs here. It is false while the defaults of parameters are computed."""
        return bool(self.__dict__["_facts"].get("is_running_flow"))

    def get(self, name: str, default: Any = None) -> Any:
        """Return a fact, or `default` if there is no such fact."""
        return getattr(self, name, default)

    def __getattr__(self, name: str) -> Any:
        facts = self.__dict__["_facts"]
        if name == "card" and not facts:  # a notebook: every step has one
            return current_card()
        if name not in facts:
            if name in _ALWAYS:
                return None
            known = ", ".join(sorted(facts)) or "nothing, because no flow is running"
            raise AttributeError(f"current has no '{name}': it has {known}")
        value = facts[name]
        if isinstance(value, frozenset):
            return set(value)  # a copy: a step may change it
        return value() if isinstance(value, Lazy) else value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"current.{name} cannot be set: current can only be read")

    def __reduce__(self) -> str:
        return "current"  # wherever it is loaded, it is the `current` of that process

    def __contains__(self, name: str) -> bool:
        return getattr(self, name, None) is not None

    def __dir__(self) -> Iterator[str]:
        return iter(sorted(self.__dict__["_facts"]))

    def __bool__(self) -> bool:
        return self.is_running_flow


class Lazy:
    """Computes a fact when it is asked for, because it takes time."""

    def __init__(self, find: Any) -> None:
        self._find = find

    def __call__(self) -> Any:
        return self._find()


current = Current()
