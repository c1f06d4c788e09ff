"""Writes the lines for random numbers: a method continues from the state of the steps above, and passes its own on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbflow.export.marks import cell_comment
from nbflow.export.methods.handing import Handing
from nbflow.export.plan.generators import GENERATOR
from nbflow.export.plan.name_usage import Load
from nbflow.export.plan.seeding import seeding_of
from nbflow.export.plan.value_versions import reading
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.syntax.specs import StepSpec


class DrawWriter(Handing):
    """Writes the lines directly above a body."""

    def seed(self, step: StepSpec, source: str = "self", sources: Mapping[str, str] | None = None) -> Iterator[str]:
        """Yield lines that set the generators as they are at this place of the notebook; states come from `source`."""
        if step.options.seed is not None:
            self.used.add("seed")
            yield f"{self.extras['seed']}({step.options.seed}{self._levels(step, 0)})"
            return
        seeding = seeding_of(self.graph, step)
        yield from (f"{one.source}  {cell_comment(one.place.cell)}" for one in seeding.statements)
        for name, behind in seeding.kept:
            yield f"{self.function(step, name, GENERATOR[name].set)}({self.attributes.seeded(name, behind)})"
        for load in self.usage.loads(step):
            if load.name in GENERATORS:
                yield self._go_on(step, load, [(sources or {}).get(one, source) for one in load.attributes])
        yield from self._vary(step)

    def _go_on(self, step: StepSpec, load: Load, owners: list[str]) -> str:
        function = self.function(step, load.name, GENERATOR[load.name].set)
        if load.sure and len(set(owners)) == 1:
            return f"{function}({reading(load.attributes, owners[0])})"
        return "\n".join(self.fallbacks(f"{function}({{}})", load, owners))

    def _vary(self, step: StepSpec) -> Iterator[str]:
        """Yield lines that give each foreach item its own random numbers, from a state set outside the foreach."""
        linked = self.graph.links[step.name]
        for name in sorted(linked.draws):
            writers = (one for binding in linked.bindings if binding.name == name for one in binding.writers)
            depth = max((len(self.graph.links[one].scope) for one in writers), default=0)
            if depth < len(linked.scope):
                self.used.add("vary")
                one = GENERATOR[name]
                seed, number = self.function(step, name, one.seed), self.function(step, name, one.number)
                yield f"{self.extras['vary']}({seed}, {number}({one.arguments}){self._levels(step, depth)})"

    def _levels(self, step: StepSpec, depth: int) -> str:
        """Return the numbers of the items in the foreaches around a step, from `depth` on."""
        inner = f"[{depth}:]" if depth else ""
        return f", *(level[0] for level in self.foreach_stack(){inner})" if self.graph.links[step.name].scope else ""
