"""Follows a body as it runs: which roots its names come from, and which roots it changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbflow.export.sharing.held import (
    APART,
    APART_METHODS,
    CHANGING_METHODS,
    CONTAINER_METHODS,
    CONTAINERS,
    FIRST_ARGUMENT,
    FIXED_RESULT,
    NEW_FUNCTIONS,
    NEW_METHODS,
    NONE,
    NOTHING,
    PRELUDE,
    Definitions,
    HeldObject,
    Root,
    Roots,
    is_copying,
    is_number,
    is_reading,
    together,
)
from nbflow.flow.effects.statement_effects import origin_of
from nbflow.flow.names.scope import FunctionNode
from nbflow.flow.source.trees import children, every_node

_TRANSPARENT = frozenset({"loc", "iloc", "at", "iat"})


class Walk:
    """Follows statements. `names` maps names to values.

    `joined` are roots that are connected by containing each other.
    """

    def __init__(self, defined: Definitions, step: str, names: Mapping[str, HeldObject], grown: Roots = NONE) -> None:
        self.defined, self.step, self.names = defined, step, dict(names)
        self.changed: set[Root] = set()
        self.joined: list[Roots] = []
        self.grown = set(grown)  # roots of objects that got new contents after they were made
        self.returned = NOTHING
        self.part = 0  # the number of the text, if several are followed

    def run(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign(target=target, value=value):
                self._augment(target, self.value(value))
            case ast.Expr(value=value):
                self._look_at_thrown_away(value)
            case ast.Return(value=ast.expr() as value):
                self.returned |= self.value(value)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._change_owner(target, NOTHING)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.names.pop(node.name, None)
            case _:
                self._compound(node)

    def _compound(self, node: ast.stmt) -> None:
        match node:
            case ast.For() | ast.AsyncFor():
                self.bind(node.target, self.value(node.iter).inside)
                self._perhaps(node.body, node.body, node.orelse)
            case ast.While():
                self.value(node.test)
                self._perhaps(node.body, node.body, node.orelse)
            case ast.If():
                self.value(node.test)
                self._perhaps(node.body)
                self._perhaps(node.orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    held = self.value(item.context_expr)
                    if item.optional_vars is not None:
                        self.bind(item.optional_vars, held)
                self.run(node.body)
            case ast.Try() | ast.TryStar():
                self._perhaps(node.body, node.orelse, *(one.body for one in node.handlers), node.finalbody)
            case ast.Match():
                held = self.value(node.subject).inside
                for case in node.cases:
                    for part in every_node(case.pattern):
                        if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name:
                            self.names[part.name] = held
                    self._perhaps(case.body)
            case _:
                together(self.value(part) for part in children(node) if isinstance(part, ast.expr))

    def _perhaps(self, *bodies: Sequence[ast.stmt]) -> None:
        """Run bodies that may be skipped: a name then holds either value."""
        before = dict(self.names)
        for body in bodies:
            self.run(body)
            for name, held in before.items():
                self.names[name] = self.names.get(name, NOTHING) | held

    # names

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        pairs = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts)
        if pairs and not any(isinstance(one, ast.Starred) for one in (*target.elts, *value.elts)):  # type: ignore[attr-defined]
            held = [self.value(one) for one in value.elts]  # type: ignore[attr-defined]
            for one, each in zip(target.elts, held, strict=True):  # type: ignore[attr-defined]
                self.bind(one, each)
        else:
            self.bind(target, self.value(value))

    def bind(self, target: ast.expr, held: HeldObject) -> None:
        match target:
            case ast.Name(id=name):
                self.names[name] = held
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.bind(part, held.inside)
            case ast.Starred(value=inner):
                self.bind(inner, HeldObject(frozenset({self._own(target)}), held.deep))
            case _:
                self._change_owner(target, held)

    def _augment(self, target: ast.expr, held: HeldObject) -> None:
        if isinstance(target, ast.Name):
            mine = self.names.get(target.id, NOTHING)
            self._change(mine, held)
            self.names[target.id] = mine | held
        else:
            self._change_owner(target, held)

    def _change_owner(self, target: ast.expr, held: HeldObject) -> None:
        if isinstance(target, ast.Attribute | ast.Subscript) and not self._origin(target):
            self._change(self.value(target.value), held)
            if isinstance(target, ast.Subscript):
                self.value(target.slice)
            self._note(target.value, held)

    def _change(self, what: HeldObject, into: HeldObject = NOTHING) -> None:
        self.changed |= what.shell
        if what.shell and into.deep:
            self.joined.append(what.shell | into.deep)
            self.grown |= what.shell

    def _note(self, owner: ast.expr, held: HeldObject) -> None:
        """Note that the owner now reaches what a name holds."""
        while isinstance(owner, ast.Attribute | ast.Subscript):
            owner = owner.value
        if isinstance(owner, ast.Name) and owner.id in self.names and held.deep:
            mine = self.names[owner.id]
            self.names[owner.id] = HeldObject(mine.shell, mine.content | held.deep)

    # values

    def value(self, node: ast.expr) -> HeldObject:
        match node:
            case ast.Constant() | ast.Lambda():
                return NOTHING
            case ast.Name(id=name):
                held = self.names.get(name, NOTHING)
                return HeldObject(held.shell, held.content | (held.shell & self.grown))
            case ast.Attribute(value=inner, attr=attr):
                return self._attribute(self.value(inner), attr)
            case ast.Subscript(value=inner, slice=index):
                held = self.value(inner)
                self.value(index)
                return self._new(node, held) if is_copying(index) and held.deep else held.inside
            case ast.Call():
                return self._call(node)
            case ast.BinOp(left=left, right=right):
                return self._binary(node, self.value(left), self.value(right))
            case ast.NamedExpr(target=target, value=inner):
                held = self.value(inner)
                self.bind(target, held)
                return held
            case _:
                return self._several(node)

    def _several(self, node: ast.expr) -> HeldObject:
        match node:
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.Compare() | ast.JoinedStr() | ast.UnaryOp(op=ast.Not()):
                together(self._parts(node))
                return NOTHING
            case ast.List() | ast.Set() | ast.Dict():
                return self._holding(node, together(self._parts(node)).deep)
            case ast.Tuple():
                return HeldObject(content=together(self._parts(node)).deep)
            case ast.Starred(value=inner):
                return self.value(inner).inside
            case ast.Yield() | ast.YieldFrom():
                self.returned |= self._holding(node, together(self._parts(node)).deep)
                return NOTHING
            case ast.UnaryOp():
                held = together(self._parts(node))
                return self._new(node) if held.deep else NOTHING
            case _:
                return together(self._parts(node))

    def _parts(self, node: ast.AST) -> Iterator[HeldObject]:
        for part in children(node):
            if isinstance(part, ast.expr):
                yield self.value(part)

    def _own(self, node: ast.expr) -> Root:
        """Return the root of what an expression makes; objects that a function makes all have one root."""
        return (self.step, (self.part, node.lineno, node.col_offset) if self.step else "")

    def _holding(self, node: ast.expr, content: Roots) -> HeldObject:
        """Return a new container that holds only this."""
        return HeldObject(frozenset({self._own(node)}), content)

    def _new(self, node: ast.expr, held: HeldObject = NOTHING) -> HeldObject:
        """Return a new object that may hold other, unknown objects."""
        return self._holding(node, held.deep | {self._own(node)})

    def _any(self, node: ast.expr, roots: Roots) -> HeldObject:
        """Return a new object, or one of the old ones."""
        return HeldObject(roots | {self._own(node)}, roots | {self._own(node)})

    def _attribute(self, held: HeldObject, attr: str) -> HeldObject:
        if attr in _TRANSPARENT:
            return held
        if held.deep and self.defined.changes_when_read(attr):
            self.changed |= held.deep
        return held.inside

    def _binary(self, node: ast.BinOp, left: HeldObject, right: HeldObject) -> HeldObject:
        both = left | right
        if not both.deep:
            return NOTHING
        repeats = isinstance(node.op, ast.Mult) and not isinstance(getattr(node.right, "value", 0), float)
        if (is_number(node.left) or is_number(node.right)) and not repeats:
            return self._new(node)
        return self._new(node, both)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> HeldObject:
        before = dict(self.names)
        for loop in node.generators:
            self.bind(loop.target, self.value(loop.iter).inside)
            for test in loop.ifs:
                self.value(test)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        held = self._holding(node, together(map(self.value, results)).deep)
        kept = {part.target.id for part in every_node(node) if isinstance(part, ast.NamedExpr)}
        self.names = before | {name: one for name, one in self.names.items() if name in kept}
        return held

    # calls

    def _origin(self, node: ast.expr) -> str:
        """Return where a function comes from, or its name; "" for a method of an object."""
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self.names:
            return ""
        return origin_of(node, self.defined.origins) or (node.id if isinstance(node, ast.Name) else "")

    def _call(self, node: ast.Call) -> HeldObject:
        arguments = [self.value(one) for one in node.args]
        named = {
            one.arg or "": self.value(one.value) if one.arg else self.value(one.value).inside for one in node.keywords
        }
        given = together((*arguments, *named.values()))
        self._change_by_words(node, arguments, named)
        func = node.func
        if isinstance(func, ast.Attribute) and not self._origin(func):
            receiver = self.value(func.value)
            self._call_back(node, receiver | given)
            return self._method(node, func.attr, receiver, arguments, named)
        if not isinstance(func, ast.Name | ast.Attribute):
            self.value(func)
        self._call_back(node, given)
        return self._function(node, arguments, named, given)

    def _change_by_words(
        self, node: ast.Call, arguments: Sequence[HeldObject], named: Mapping[str, HeldObject]
    ) -> None:
        """Handle calls that say what they change: `out=x`, `overwrite_a=True`, `setattr(x, …)`, `rng.shuffle(x)`."""
        words = (self._origin(node.func), ast.unparse(node.func))
        last = words[1].rpartition(".")[2]
        if arguments and (not FIRST_ARGUMENT.isdisjoint(words) or last in ("shuffle", "at")):
            self._change(arguments[0], together(arguments[1:]))
        self._change(named.get("out", NOTHING))
        if any(one.arg and one.arg.startswith("overwrite") for one in node.keywords):
            self._change(together(arguments))

    def _call_back(self, node: ast.Call, given: HeldObject) -> None:
        """Handle a function passed as an argument: it is called with the others, as in `list(map(normalise, rows))`."""
        for one in (*node.args, *(keyword.value for keyword in node.keywords)):
            functions: list[FunctionNode] = self.defined.functions.get(one.id, []) if isinstance(one, ast.Name) else []
            if isinstance(one, ast.Lambda):
                functions = [one]
            for function in functions:
                if self.defined.effect(function).changed:
                    self.changed |= given.deep

    def _function(
        self, node: ast.Call, arguments: Sequence[HeldObject], named: Mapping[str, HeldObject], given: HeldObject
    ) -> HeldObject:
        name = self._origin(node.func) or ast.unparse(node.func)
        known = self.defined.functions.get(name, ())
        for maker in self.defined.makers.get(name, ()):
            self._apply(node, maker, [self._new(node), *arguments], named)
        if known:
            return together(self._apply(node, one, arguments, named) for one in known)
        if name in FIXED_RESULT:
            return NOTHING
        if name in APART:
            return self._new(node)
        if name in CONTAINERS:
            return self._holding(node, together(arguments).content | together(named.values()).deep)
        if name in NEW_FUNCTIONS or _names_a_class(name):
            return self._new(node, given)
        return self._any(node, given.deep)

    def _apply(
        self, node: ast.Call, function: FunctionNode, arguments: Sequence[HeldObject], named: Mapping[str, HeldObject]
    ) -> HeldObject:
        effect = self.defined.call(function, arguments, dict(named), frozenset({self._own(node)}))
        self.changed |= effect.changed
        old = effect.changed - {self._own(node)}
        if old:
            self.joined.append(old | together((*arguments, *named.values())).deep)
            self.grown |= old
        return effect.returned

    def _method(
        self,
        node: ast.Call,
        attr: str,
        receiver: HeldObject,
        arguments: Sequence[HeldObject],
        named: Mapping[str, HeldObject],
    ) -> HeldObject:
        given = together((*arguments, *named.values()))
        known = self.defined.methods.get(attr, ())
        returned = [self._apply(node, one, [receiver, *arguments], named) for one in known]
        inplace = any(one.arg == "inplace" and getattr(one.value, "value", True) is not False for one in node.keywords)
        if inplace or attr in CONTAINER_METHODS or (attr.endswith("_") and not attr.startswith("_")):
            self._change(receiver, given)
        elif attr in CHANGING_METHODS:
            self.changed |= _of_steps(receiver.deep)
        if known:
            return together(returned)
        if attr in APART_METHODS:
            return self._new(node) if receiver.deep else NOTHING
        every = receiver | given
        if attr in NEW_METHODS:
            return self._new(node, every) if every.deep else NOTHING
        return self._any(node, every.deep)

    def _look_at_thrown_away(self, node: ast.expr) -> None:
        """Handle a method whose value is not used: it was called for its effect on its object."""
        call = node.value if isinstance(node, ast.Await) else node
        self.value(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and not self._origin(call.func):
            attr = call.func.attr
            known = CONTAINER_METHODS | CHANGING_METHODS | self.defined.methods.keys()
            if attr not in known and not is_reading(attr):
                receiver = self.value(call.func.value)
                deep = _of_steps(receiver.deep)
                self._change(HeldObject(deep, deep), together(map(self.value, call.args)))


def _of_steps(roots: Roots) -> Roots:
    """Return roots without constants of ordinary cells, which no library changes when it gets them."""
    return frozenset(root for root in roots if root[0] != PRELUDE)


def _names_a_class(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].isupper() or last.startswith(("make_", "create_"))
