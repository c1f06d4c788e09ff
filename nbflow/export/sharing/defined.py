"""Knows the functions and methods that a flow defines, and what each does to its arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nbflow.export.sharing.held import NONE, NOTHING, Effect, HeldObject, Root, Roots, together
from nbflow.export.sharing.walk import Walk
from nbflow.flow.effects.statement_effects import imports_of
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.scope import FunctionNode
from nbflow.flow.source.trees import every_node

_PLAIN_DUNDERS = frozenset(
    (
        *("__init__", "__post_init__", "__new__", "__setattr__", "__delattr__", "__setitem__", "__delitem__"),
        *("__iadd__", "__ior__", "__isub__", "__imul__", "__iand__", "__init_subclass__", "__set_name__", "__set__"),
    )
)
"""Names methods that run where the code shows that something is made or changed."""


@dataclass
class Defined:
    """Finds definitions by name; if several have one name, each may be meant."""

    origins: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[FunctionNode]] = field(default_factory=dict)
    methods: dict[str, list[FunctionNode]] = field(default_factory=dict)
    makers: dict[str, list[FunctionNode]] = field(default_factory=dict)  # `__init__` methods, by class
    lazy: set[str] = field(default_factory=set)  # attributes that are computed when they are read
    _effects: dict[int, Effect] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph) -> Defined:
        found = cls()
        for source in (
            *(one.source for one in graph.prelude.definitions),
            *(s.source.body for s in graph.steps.values()),
        ):
            found._add(parse(source))
        return found

    def _add(self, tree: ast.Module) -> None:
        nodes = [*every_node(tree)]
        self.origins.update(imports_of(nodes))
        methods: set[int] = set()
        for node in nodes:
            match node:
                case ast.ClassDef():
                    methods |= self._add_class(node)
                case ast.FunctionDef() | ast.AsyncFunctionDef() if id(node) not in methods:
                    self.functions.setdefault(node.name, []).append(node)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                    self.functions.setdefault(name, []).append(value)

    def _add_class(self, node: ast.ClassDef) -> set[int]:
        own = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        for one in own:
            self.methods.setdefault(one.name, []).append(one)
            if one.name == "__init__":
                self.makers.setdefault(node.name, []).append(one)
            if any(ast.unparse(name).endswith("property") for name in one.decorator_list):
                self.lazy.add(one.name)
        return {id(one) for one in own}

    @cached_property
    def is_restless(self) -> bool:
        """Tell whether objects of the flow may change where the code does not show it, as when they are iterated."""
        hidden = (n for n in self.methods if n.startswith("__") and n.endswith("__") and n not in _PLAIN_DUNDERS)
        return any(self.effect(one).changed for name in hidden for one in self.methods[name])

    def changes_when_read(self, attribute: str) -> bool:
        """Tell whether a property of that name keeps something on its object."""
        return attribute in self.lazy and any(
            self.effect(one).changed or any("cached" in ast.unparse(name) for name in _decorators(one))
            for one in self.methods[attribute]
        )

    def effect(self, function: FunctionNode) -> Effect:
        """Return what a call of the function does. A call of itself adds nothing."""
        key = id(function)
        if key not in self._effects:
            self._effects[key] = Effect()
            self._effects[key] = self._find_effect(function)
        return self._effects[key]

    def _find_effect(self, function: FunctionNode) -> Effect:
        given = {
            name: HeldObject(frozenset({(name, "shell")}), frozenset({(name, "content")}))
            for name in _parameters_of(function)
        }
        walk = Walk(self, "", given)
        if isinstance(function, ast.Lambda):
            walk.returned = walk.value(function.body)
        else:
            walk.run(function.body)
        return Effect(frozenset(one for one in walk.changed if one[0] in given), walk.returned)

    def call(
        self, function: FunctionNode, arguments: Sequence[HeldObject], named: dict[str, HeldObject], own: Roots
    ) -> Effect:
        """Return the effect of one call, in the roots of its arguments; `own` are the roots of what it makes itself."""
        names = _parameters_of(function)
        given = dict(zip(names, arguments, strict=False)) | {name: v for name, v in named.items() if name in names}
        rest = together((*arguments[len(names) :], *(v for name, v in named.items() if name not in names)))
        for name in names[-2:] if rest.deep else ():  # `*rest` and `**options` stand last
            given[name] = given.get(name, NOTHING) | rest
        effect = self.effect(function)
        returned = HeldObject(_put(effect.returned.shell, given, own), _put(effect.returned.content, given, own))
        return Effect(_put(effect.changed, given, NONE), returned)


def _parameters_of(function: FunctionNode) -> list[str]:
    spec = function.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *(one for one in (spec.vararg, spec.kwarg) if one)]
    return [one.arg for one in every]


def _put(roots: Iterable[Root], given: dict[str, HeldObject], own: Roots) -> Roots:
    """Replace parameters by what a call gives for them."""
    found: Roots = NONE
    for name, part in roots:
        if name in given:
            found |= given[name].shell if part == "shell" else given[name].content
        elif name == "":
            found |= own
    return found


def _decorators(function: FunctionNode) -> list[ast.expr]:
    return [] if isinstance(function, ast.Lambda) else function.decorator_list
