"""What the cells give when they are run top to bottom in one process: the plain reading of a notebook's flow."""

from __future__ import annotations

import ast
import copy
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec

Path = tuple[int, ...]


class _Inputs(list[Any]):
    def __getattr__(self, name: str) -> Any:
        return [getattr(one, name) for one in self]

    failed: tuple[Any, ...] = ()


def values_in_order(graph: Graph, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Artifact by address. Steps in document order; a foreach is a loop, each item with its own names."""
    return _InOrder(graph, parameters).run()


class _InOrder:
    def __init__(self, graph: Graph, parameters: Mapping[str, Any]) -> None:
        self.graph = graph
        self.made: dict[tuple[str, Path], dict[str, Any]] = {}
        self.widths: dict[tuple[str, Path], int] = {}
        self.failed: set[tuple[str, Path]] = set()  # tasks whose failure is allowed
        module = sys.modules["cells"] = types.ModuleType("cells")  # dataclasses look their module up
        self.globals = module.__dict__
        self.globals.update(parameters)
        for definition in graph.prelude.definitions:
            exec(compile(definition.source, "cells", "exec", dont_inherit=True), self.globals)
        self.prelude = frozenset(self.globals)

    def run(self) -> dict[str, Any]:
        for step in self.graph.steps.values():
            outside = self.graph.links[step.name].scope[: -1 if step.control.foreach else None]
            for path in list(self.paths(outside)):
                self.each(step, path)
        return {f"{address(step, path)}.{name}": v for (step, path), d in self.made.items() for name, v in d.items()}

    def paths(self, scope: tuple[str, ...], path: Path = ()) -> Iterator[Path]:
        if len(path) == len(scope):
            yield path
            return
        for index in range(self.widths.get((scope[len(path)], path), 0)):
            yield from self.paths(scope, (*path, index))

    def each(self, step: StepSpec, path: Path) -> None:
        if self.has_nothing_to_work_on(step, path):
            return
        seen = self.seen(step, path)
        if step.control.guard and not step.control.guard.holds(
            seen[step.control.guard.name], self.graph.links[step.name].answers
        ):
            return
        if step.control.foreach is None:
            self.once(step, path, seen)
            return
        items = list(eval(step.control.foreach.expr, seen))
        self.widths[step.name, path] = len(items)
        for index, item in enumerate(items):
            self.once(step, (*path, index), {**seen, step.control.foreach.var: item})

    def has_nothing_to_work_on(self, step: StepSpec, path: Path) -> bool:
        """Something that it reads was skipped, or has failed for this item."""
        linked = self.graph.links[step.name]
        if any((above, self.cut(above, path)) in self.failed for above in linked.upstream):
            return True
        if linked.joined and (linked.opened[len(path)], path) not in self.widths:
            return True
        required = (binding for binding in linked.bindings if binding.required)
        return any(all((w, self.cut(w, path)) not in self.made for w in b.writers) for b in required)

    def cut(self, step: str, path: Path) -> Path:
        return path[: len(self.graph.links[step].scope)]

    def allows_failures(self, step: StepSpec) -> bool:
        scope = self.graph.links[step.name].scope
        inside = [step, self.graph.steps[scope[-1]]] if scope else []
        return any(one.options.allow_failures is not None for one in inside)

    def seen(self, step: StepSpec, path: Path) -> dict[str, Any]:
        names = {name: self.globals[name] for name in self.prelude}
        for binding in self.graph.links[step.name].bindings:
            for writer in binding.writers:
                made = self.made.get((writer, path[: len(self.graph.links[writer].scope)]), {})
                if binding.name in made:
                    names[binding.name] = made[binding.name]
                    break
        return names

    def once(self, step: StepSpec, path: Path, seen: dict[str, Any]) -> None:
        linked = self.graph.links[step.name]
        space = {name: _copied(value) if name not in self.prelude else value for name, value in seen.items()}
        if linked.joined:
            space["inputs"] = _Inputs(self.views(step, path))
        if linked.branches:
            space["inputs"] = types.SimpleNamespace(
                **{b: types.SimpleNamespace(**self.made[b, ()]) for b in linked.branches}
            )
        if step.metaflow:
            inputs = {name: value for name, value in space.items() if name not in self.prelude}
            this = types.SimpleNamespace(**dict.fromkeys(self.graph.links), **inputs, next=lambda *_a, **_k: None)
            space["self"] = this
        for function in (one for one in space.values() if isinstance(one, types.FunctionType)):
            function.__globals__.update({k: v for k, v in space.items() if k not in self.prelude})
        try:
            self.turn(step, space)
        except Exception:
            if not self.allows_failures(step):
                raise
            self.failed.add((step.name, path))
            return
        made = vars(space["self"]) if step.metaflow else space
        self.made[step.name, path] = {name: made[name] for name in linked.writes if name in made}

    def turn(self, step: StepSpec, space: dict[str, Any]) -> None:
        """Once, or as often as a loop asks for."""
        again = True
        while again:
            exec(compile(ast.parse(step.source.body), step.name, "exec", dont_inherit=True), space)
            again = step.control.loop is not None and bool(space[step.control.loop])

    def views(self, step: StepSpec, path: Path) -> Iterator[Any]:
        linked = self.graph.links[step.name]
        for leaf in self.paths(linked.opened, path):
            if any((above, self.cut(above, leaf)) in self.failed for above in linked.joined):
                continue
            names: dict[str, Any] = {}
            for above in linked.joined:
                names |= self.made.get((above, leaf[: len(self.graph.links[above].scope)]), {})
            yield types.SimpleNamespace(**names)


def address(step: str, path: Path) -> str:
    return f"{step}[{','.join(map(str, path))}]" if path else step


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except TypeError:  # it holds what cannot be copied, such as a lock
        return value
