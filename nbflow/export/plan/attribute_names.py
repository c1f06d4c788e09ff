"""Names attributes that only the script has: items, collected tasks, errors, chosen ways, states of generators."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.export.plan.generators import GENERATOR
from nbflow.export.plan.naming import NameSupply
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec


@dataclass
class AttributeNames:
    """Gives each attribute its name when it is first asked for."""

    names: NameSupply
    _found: dict[tuple[str, str], str] = field(default_factory=dict)

    def items(self, opener: StepSpec) -> str:
        return self._named("items", opener.name, f"{opener.name}_items")

    def tasks(self, leaf: str) -> str:
        """Return the attribute that keeps the tasks of a foreach, for steps that ask for them later."""
        return self._named("tasks", leaf, f"{leaf}_tasks")

    def failed(self, leaf: str) -> str:
        return self._named("failed", leaf, f"{leaf}_failed")

    def error(self, step: StepSpec) -> str:
        return self._named("error", step.name, f"{step.name}_error")

    def again(self, step: StepSpec) -> str:
        return self._named("again", step.name, f"{step.name}_again")

    def seeded(self, generator: str, behind: Definition) -> str:
        """Return the module variable that keeps a generator's state after a statement of an ordinary cell."""
        return self._named(generator, str(behind.place), f"seeded_{GENERATOR[generator].attribute}")

    def choice(self, step: str, is_foreach: bool) -> str:
        wanted = f"has_{step}_items" if is_foreach else f"run_{step}"
        return self._named(wanted, step, wanted)

    def _named(self, kind: str, owner: str, wanted: str) -> str:
        if (kind, owner) not in self._found:
            self._found[kind, owner] = self.names.fresh(wanted)
        return self._found[kind, owner]
