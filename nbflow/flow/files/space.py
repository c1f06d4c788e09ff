"""Represents the values that the names in a piece of code may have, for looking up paths."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from nbflow.flow.names.purity import origins_of
from nbflow.flow.names.scope import FunctionNode
from nbflow.flow.names.values import BoundValue, bindings_of
from nbflow.flow.source.trees import every_node


@dataclass(frozen=True)
class Space:
    """Maps the names in a piece of code to the values that they may have."""

    bound: Mapping[str, tuple[BoundValue, ...]] = field(default_factory=dict)
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names whose paths are known
    functions: Mapping[str, FunctionNode] = field(default_factory=dict)
    classes: Mapping[str, ast.ClassDef] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    outer: Space | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # in a method: the attributes of `self`

    @classmethod
    def of(
        cls,
        statements: Sequence[ast.stmt],
        outer: Space | None = None,
        known: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> Space:
        """Return the space of some statements; `known` holds names whose texts are given, `outer` the space around."""
        nodes = [node for statement in statements for node in every_node(statement)]
        imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign))
        return cls(
            bindings_of(statements),
            known,
            {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)},
            {node.name: node for node in nodes if isinstance(node, ast.ClassDef)},
            {name: origin for node in imports for name, origin in origins_of(node).items()},
            outer,
        )

    def where(self, name: str) -> Space | None:
        """Return the space that binds a name: this one, or one around it."""
        for names in (self.known, self.bound, self.functions, self.classes, self.origins):
            if name in names:
                return self
        return self.outer.where(name) if self.outer else None

    def origin(self, node: ast.expr) -> str:
        """Return the absolute dotted name of what an expression imports: `pandas.read_csv` for `pd.read_csv`."""
        match node:
            case ast.Name(id=name):
                space = self.where(name)
                return name if space is None else space.origins.get(name, "")
            case ast.Attribute(value=inner, attr=attr):
                outer = self.origin(inner)
                return f"{outer}.{attr}" if outer else ""
            case _:
                return ""
