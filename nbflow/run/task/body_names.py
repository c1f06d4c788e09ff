"""Says where a body finds its artifacts and leaves those that it makes: in plain names, or in attributes of `self`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.task.self_object import Self

_NOTHING = object()


class BodyNames(Protocol):
    """Knows the names of one body while a task of it runs."""

    def offer(self, inputs: Mapping[str, Any], path: tuple[int, ...]) -> None:
        """Put the inputs where the body looks for them; plain names hold them already."""
        ...

    def bound(self) -> Iterator[tuple[str, Any]]:
        """Yield the artifacts that the body has bound, with their names, sorted."""
        ...

    def deleted(self) -> set[str]:
        """Return names that existed before the body and are gone now, although the body does not say `del`."""
        ...

    def rebound(self) -> set[str]:
        """Return artifacts from above that functions have assigned, which the body does not show."""
        ...

    def has(self, name: str) -> bool:
        """Return whether the body has left the name bound."""
        ...


def names_of_body(step: StepSpec, graph: Graph, space: dict[str, Any], given: Iterable[str]) -> BodyNames:
    """Return the names of a body that is about to run in this namespace; `given` are names that it has got."""
    return _SelfNames(step, graph, space) if step.metaflow else _PlainNames(step, graph, space, given)


class _PlainNames:
    """Takes every name of the namespace for an artifact."""

    def __init__(self, step: StepSpec, graph: Graph, space: dict[str, Any], given: Iterable[str]) -> None:
        self._step, self._graph, self._space = step, graph, space
        self._there = space.keys() & set(given)
        self._before = dict(space)

    def offer(self, inputs: Mapping[str, Any], path: tuple[int, ...]) -> None:
        pass

    def bound(self) -> Iterator[tuple[str, Any]]:
        return ((name, self._space[name]) for name in sorted(self._writes()) if name in self._space)

    def _writes(self) -> frozenset[str]:
        return self._graph.links[self._step.name].writes

    def deleted(self) -> set[str]:
        return self._there - self._space.keys() - self._graph.links[self._step.name].ends

    def rebound(self) -> set[str]:
        step, foreach = self._step, self._step.control.foreach
        other = {name for name, value in self._space.items() if self._before.get(name, _NOTHING) is not value}
        other -= step.names.passing | self._graph.prelude.names | {foreach.var if foreach else ""}
        return {name for name in other if self._graph.is_written_above(step.name, name)}

    def has(self, name: str) -> bool:
        return name in self._space


class _SelfNames:
    """Takes the attributes of `self` for artifacts in a Metaflow-mode cell. Plain names belong to the cell alone."""

    def __init__(self, step: StepSpec, graph: Graph, space: dict[str, Any]) -> None:
        self._step, self._graph, self._space = step, graph, space

    def offer(self, inputs: Mapping[str, Any], path: tuple[int, ...]) -> None:
        self._space["self"] = Self(dict(inputs), path, self._graph.links)

    def bound(self) -> Iterator[tuple[str, Any]]:
        linked, own = self._graph.links[self._step.name], vars(self._space["self"])
        for name in sorted(linked.writes):
            if name in own:
                yield name, own[name]
            elif name in linked.passing and name in self._space:
                yield name, self._space[name]

    def deleted(self) -> set[str]:
        return set()

    def rebound(self) -> set[str]:
        return set()

    def has(self, name: str) -> bool:
        return True
