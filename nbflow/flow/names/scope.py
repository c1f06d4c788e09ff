"""Finds the names that functions, lambdas, classes and comprehensions take from the body around them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbflow.flow.source.trees import Visitor, every_node

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ComprehensionNode = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

MUTATORS = frozenset(
    {
        "append",
        "extend",
        "insert",
        "update",
        "add",
        "pop",
        "remove",
        "clear",
        "sort",
        "setdefault",
        "fit",
        "partial_fit",
    }
)


def root_of(node: ast.expr) -> str | None:
    """Return the name at the start of `name.attr[index].attr`, or None if it starts with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def mutated_by(call: ast.Call) -> str | None:
    """Return the name that a call changes in place, if its text shows it: `x.append(…)`, `x.drop(…, inplace=True)`."""
    if not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr in MUTATORS or any(_is_inplace(keyword) for keyword in call.keywords):
        return None if appends_to_card(call) else root_of(call.func)
    return None


def appends_to_card(call: ast.Call) -> bool:
    """Return whether a call changes a card, which is shown and is no value of the flow: `current.card.append(…)`."""
    match call.func:
        case ast.Attribute(value=ast.Subscript(value=card) | card):
            return isinstance(card, ast.Attribute) and card.attr == "card" and root_of(card) == "current"
        case _:
            return False


def _is_inplace(keyword: ast.keyword) -> bool:
    return keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True


def imported_names(node: ast.Import | ast.ImportFrom) -> tuple[str, ...]:
    """Return the names that an import binds; `*` for a star import."""
    if isinstance(node, ast.Import):
        return tuple(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    return tuple(alias.asname or alias.name for alias in node.names)


def arguments_of(node: FunctionNode) -> frozenset[str]:
    """Return the names of a function's arguments."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *(a for a in (spec.vararg, spec.kwarg) if a)]
    return frozenset(argument.arg for argument in every)


def signature_parts(node: FunctionNode) -> list[ast.expr]:
    """Return the expressions that run when a function is defined, without annotations."""
    defaults = [default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None]
    return defaults if isinstance(node, ast.Lambda) else [*node.decorator_list, *defaults]


def annotations_of(node: FunctionNode) -> list[ast.expr]:
    """Return the annotations of a function's arguments and of its result."""
    if isinstance(node, ast.Lambda):
        return []
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *(a for a in (spec.vararg, spec.kwarg) if a)]
    found = [argument.annotation for argument in every if argument.annotation]
    return [*found, node.returns] if node.returns else found


class NameScope(Visitor, ast.NodeVisitor):  # ruff allows the method names because of the second base class
    """Collects the names of one scope regardless of order: in a function a name is local everywhere or nowhere."""

    def __init__(self) -> None:
        self.loads: set[str] = set()  # names read by statements of the scope itself
        self.nested: set[str] = set()  # names that inner functions read from outside
        self.stores: set[str] = set()
        self.augmented: set[str] = set()
        self.mutated: set[str] = set()
        self.outside: set[str] = set()  # names declared global or nonlocal
        self.sent_out: set[str] = set()  # names of the module that inner functions assign through `global`

    @classmethod
    def of(cls, nodes: Iterable[ast.AST]) -> NameScope:
        """Return the scope of some nodes."""
        scope = cls()
        for node in nodes:
            scope.visit(node)
        return scope

    @classmethod
    def of_function(cls, node: FunctionNode) -> NameScope:
        """Return the scope of a function's body and arguments."""
        scope = cls.of([node.body] if isinstance(node, ast.Lambda) else node.body)
        scope.stores |= arguments_of(node)
        return scope

    @property
    def local(self) -> set[str]:
        """Return the names that belong to the scope itself."""
        return (self.stores | self.augmented) - self.outside

    @property
    def free(self) -> set[str]:
        """Return the names that a function takes from outside."""
        return (self.loads | self.nested | self.augmented & self.outside) - self.local - {"__class__"}

    @property
    def changed(self) -> set[str]:
        """Return the outside names whose objects it changes in place."""
        return self.mutated - self.local

    @property
    def assigned_outside(self) -> set[str]:
        """Return the outside names that it assigns."""
        return (self.stores | self.augmented) & self.outside | self.sent_out

    def visit_Name(self, node: ast.Name) -> None:
        (self.loads if isinstance(node.ctx, ast.Load) else self.stores).add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.augmented.add(node.target.id)
            self.visit(node.value)
        else:
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._change(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._change(node)

    def _change(self, node: ast.Attribute | ast.Subscript) -> None:
        root = root_of(node)
        if root and not isinstance(node.ctx, ast.Load):
            self.mutated.add(root)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        root = mutated_by(node)
        if root:
            self.mutated.add(root)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.outside.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.outside.update(node.names)

    def visit_Import(self, node: ast.Import) -> None:
        self.stores.update(imported_names(node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.stores.update(imported_names(node))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.stores.update([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.stores.update([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self.stores.update([node.name] if node.name else [])

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.stores.update([node.rest] if node.rest else [])
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.stores.add(node.name)
        self._enter_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.stores.add(node.name)
        self._enter_function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._enter_function(node)

    def _enter_function(self, node: FunctionNode) -> None:
        for part in (*signature_parts(node), *annotations_of(node)):
            self.visit(part)
        inner = NameScope.of_function(node)
        self.nested |= inner.free
        self.mutated |= inner.changed
        self.sent_out |= inner.assigned_outside

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self.stores.add(node.name)
        inner = NameScope.of(node.body)
        self.loads |= inner.loads - inner.stores
        self.nested |= inner.nested - {"__class__"}  # methods do not see the names of their class
        self.mutated |= inner.changed
        self.sent_out |= inner.assigned_outside

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._enter_comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._enter_comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._enter_comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._enter_comprehension(node)

    def _enter_comprehension(self, node: ComprehensionNode) -> None:
        self.visit(node.generators[0].iter)
        inner = NameScope.of_comprehension(node)
        self.loads |= inner.loads - inner.stores
        self.nested |= inner.nested - inner.stores
        self.mutated |= inner.changed
        self.stores |= walruses_of(node)

    @classmethod
    def of_comprehension(cls, node: ComprehensionNode) -> NameScope:
        """Return the scope of a comprehension without its first iterable, which runs in the scope around."""
        first, *rest = node.generators
        scope = cls.of([first.target, *first.ifs, *rest])
        for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            scope.visit(part)
        return scope


def walruses_of(node: ComprehensionNode) -> set[str]:
    """Return the names that `:=` in a comprehension binds in the scope around it."""
    return {inner.target.id for inner in every_node(node) if isinstance(inner, ast.NamedExpr)}
