"""Collects what cells say, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.flow.names.stars import Stars
from nbflow.flow.reading.prelude import Sortable
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.flow.syntax.environment_words import NamedEnvironment
from nbflow.flow.syntax.specs import ParameterSpec


@dataclass(slots=True)
class Reading:
    """Collects what cells say, each by itself, in document order."""

    parts: list[Sortable] = field(default_factory=list)  # the steps, and the statements of ordinary cells
    parameters: list[ParameterSpec] = field(default_factory=list)
    injected: list[ParameterSpec] = field(default_factory=list)
    shared: list[Definition] = field(default_factory=list)
    scratch: list[Scratch] = field(default_factory=list)
    environments: list[NamedEnvironment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stars: Stars = ()  # the names that star imports of the notebook bind
    lazy: bool = False  # whether annotations are not evaluated

    def add(self, other: Reading) -> None:
        """Add what another cell says."""
        self.parts += other.parts
        self.parameters += other.parameters
        self.injected += other.injected
        self.shared += other.shared
        self.scratch += other.scratch
        self.environments += other.environments
        self.problems += other.problems

    def copy(self) -> Reading:
        """Return what these cells say, to which other cells can be added."""
        found = Reading(stars=self.stars, lazy=self.lazy)
        found.add(self)
        return found

    def add_environment(self, environment: NamedEnvironment | None, problems: list[Problem]) -> None:
        """Add an environment, if it can be read, and what is wrong with it."""
        self.environments += [environment] if environment else []
        self.problems += problems
