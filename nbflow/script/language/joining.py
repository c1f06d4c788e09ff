"""Defines the `inputs` of a join: the tasks that lead to it, each as a flow whose artifacts can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow.errors import NotStorable
from nbflow.script.language.flowspec import FlowSpec


class InputFlows:
    """Holds the inputs of a join: `inputs[0]` by number, `inputs.a` by the name of the step.

    They have the order of the list of the foreach, or the order in which the split names its branches.
    """

    def __init__(self, flows: Sequence[FlowSpec], by_step: Mapping[str, FlowSpec]) -> None:
        self.flows = list(flows)
        self._by_step = dict(by_step)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.__dict__.get("_by_step", {}):
            known = ", ".join(self.__dict__.get("_by_step", {})) or "items without a name"
            raise AttributeError(
                f"inputs has no step '{name}', only {known}. Artifacts belong to the items: inputs[0].{name}"
            )
        return self._by_step[name]

    def __getitem__(self, index: int | slice) -> Any:
        return self.flows[index]

    def __len__(self) -> int:
        return len(self.flows)

    def __iter__(self) -> Iterator[FlowSpec]:
        return iter(self.flows)

    def __repr__(self) -> str:
        return f"<inputs: {len(self)} tasks>"

    def __reduce__(self) -> Any:
        raise NotStorable("inputs", "store the values that you need, such as [one.score for one in inputs]")
