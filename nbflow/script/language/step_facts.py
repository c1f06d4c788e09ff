"""Holds what the decorators of a step say, which they note on its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.syntax.specs import Options


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


FactsChange = Callable[[DecoratorFacts], DecoratorFacts]
"""Changes the facts of a step as one decorator says."""


def facts_of(method: Any) -> DecoratorFacts | None:
    """Return what the decorators of a method say; None if the method is not a step."""
    facts = getattr(method, "__nbflow_step__", None)
    return facts if isinstance(facts, DecoratorFacts) else None


def set_facts(method: Any, facts: DecoratorFacts) -> None:
    """Note facts on a step, in place of the present ones."""
    method.__nbflow_step__ = facts
