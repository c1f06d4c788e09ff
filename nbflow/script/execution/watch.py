"""Watches what tasks of a script change at its top: the next task in the same process must not see it.

Some of these effects, of an exported script, other steps would see in the notebook. In a notebook a step sees what
earlier steps have changed in constants, functions and classes, and draws random numbers from the state that they have
left. In a script every process starts with new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from nbflow.errors import PreludeChanged, UnknownDraw
from nbflow.flow.graph.graph import Graph
from nbflow.run.task.definition_state import Fingerprint
from nbflow.run.task.random_state import MODULES, is_fresh, observe
from nbflow.script.execution.script_program import ScriptHome
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.static_branches import Branches


@dataclass
class TopWatch:
    """Looks at the names at the top of a script that a step uses, before and after the body of the step."""

    graph: Graph
    step: str
    home: ScriptHome
    _fingerprint: Fingerprint = field(init=False)

    def __post_init__(self) -> None:
        self._fingerprint = Fingerprint([*self._names()], self.home.namespace, self.home)

    def _names(self) -> Iterator[str]:
        for name in _names_of(self.graph, self.step):
            if not _is_flow(self.home.namespace.get(name)):
                yield name

    def changed(self) -> set[str]:
        """Return the names at the top of the script whose values the body has changed."""
        return self._fingerprint.changed(self.home.namespace, self.home)

    def refuse(self, changed: Collection[str]) -> None:
        """Accept every change: it ends with the task, as in Metaflow."""


@dataclass
class ExportWatch(TopWatch):
    """Refuses effects of a step of an exported script that other steps would see in the notebook only."""

    branches: Branches
    _silent: dict[str, bool] = field(init=False)
    _random: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._silent = {
            name: seeds
            for name, module in MODULES.items()
            for one, seeds in self.branches.silent.get(self.step, {}).items()
            if one == module
        }
        self._random = observe(self._silent)

    def _names(self) -> Iterator[str]:
        return (name for name in super()._names() if name not in self.branches.shared)

    def refuse(self, changed: Collection[str]) -> None:
        """Raise PreludeChanged if another step reads a changed name, and UnknownDraw for unexpected random numbers."""
        for other in self.graph.links.keys() - self.graph.ancestors(self.step):
            seen = _names_of(self.graph, other) & frozenset(changed)
            if self.branches.is_earlier(other, self.step):
                continue
            if seen and (other != self.step or self.graph.steps[other].control.loop):
                raise PreludeChanged(self.step, min(seen), other, self.branches.notebook)
        now = observe(self._random)
        for name, state in self._random.items():
            if now[name] != state and not (self._silent[name] and is_fresh(name, now[name])):
                raise UnknownDraw(self.step, MODULES[name], self.branches.notebook)


def _is_flow(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, FlowSpec)


def _names_of(graph: Graph, step: str) -> frozenset[str]:
    """Return the names at the top of the script that a step uses, without imports."""
    closure = graph.closure(step)
    imported = (name for one in closure if one.modules for name in one.names)
    return frozenset(name for one in closure for name in one.names).difference(imported)
