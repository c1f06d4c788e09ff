"""Finds what a statement of an ordinary cell changes: objects of the prelude, and the process."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field

from nbflow.flow.effects.library_calls import starts_getter
from nbflow.flow.names.purity import SEEDED, called_origin, origins_of
from nbflow.flow.names.scope import FunctionNode, arguments_of
from nbflow.flow.source.trees import children, every_node

DefinitionNode = FunctionNode | ast.ClassDef
Aliases = Mapping[str, frozenset[str]]
"""Maps local names to the names that they may stand for, such as a loop target to the name it iterates over."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NO_ORIGINS: Mapping[str, str] = {}
_FIXED = (ast.Constant, ast.JoinedStr, ast.UnaryOp, ast.BinOp, ast.Compare)  # their values cannot be changed


@dataclass(frozen=True, slots=True)
class Touched:
    """Says what executing a statement changes."""

    names: frozenset[str] = frozenset()  # names whose objects it changes, and names that it deletes
    setting: bool = False  # whether it changes the process
    shares: frozenset[str] = frozenset()  # names whose objects may be part of what it binds or changes


@dataclass(slots=True)
class KnownEffects:
    """Collects what is known from the statements above: origins of names, bodies of functions, shared objects."""

    origins: MutableMapping[str, str] = field(default_factory=dict)
    bodies: MutableMapping[str, DefinitionNode] = field(default_factory=dict)
    watches_subclasses: bool = False  # whether some cell asks a class for its subclasses
    generators: set[str] = field(default_factory=set)  # random generators, which change on each use
    methods: dict[str, list[FunctionNode]] = field(default_factory=dict)  # of the notebook's classes, by name
    _fixed: set[str] = field(default_factory=set)
    _sources: dict[str, set[str]] = field(default_factory=dict)
    _new_classes: dict[str, ast.ClassDef] = field(default_factory=dict)

    def copy(self) -> KnownEffects:
        """Return what is known now, to which other statements can be added."""
        return KnownEffects(
            dict(self.origins),
            dict(self.bodies),
            self.watches_subclasses,
            set(self.generators),
            {name: [*found] for name, found in self.methods.items()},
            set(self._fixed),
            {name: {*found} for name, found in self._sources.items()},
            dict(self._new_classes),
        )

    def extended(self, origins: MutableMapping[str, str], bodies: MutableMapping[str, DefinitionNode]) -> KnownEffects:
        """Return these origins and bodies with more of them, which count first. Nothing is copied."""
        return KnownEffects(ChainMap(origins, self.origins), ChainMap(bodies, self.bodies))

    def take_new_classes(self, bodies: Mapping[str, DefinitionNode]) -> list[tuple[str, ast.ClassDef]]:
        """Return the classes noted since the last call that `bodies` still maps their names to."""
        found = [(name, body) for name, body in self._new_classes.items() if bodies.get(name) is body]
        self._new_classes.clear()
        return found

    def add(self, node: ast.stmt, bound: Iterable[str], touched: Touched) -> None:
        """Note a statement that is executed."""
        bound = frozenset(bound)
        self.forget(bound)
        self.origins.update(imports_of(executed(node)))
        self._note_body(node)
        for name in (*bound, *touched.names):
            self._sources.setdefault(name, set()).update(touched.shares - {name})

    def forget(self, names: Iterable[str]) -> None:
        """Note that these names are bound to other values now."""
        for name in names:
            self.origins.pop(name, None)
            self.bodies.pop(name, None)
            self._fixed.discard(name)
            self.generators.discard(name)
            self._sources.pop(name, None)
            self._new_classes.pop(name, None)

    def _note_body(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.bodies[name] = node
                if isinstance(node, ast.ClassDef):
                    self._new_classes[name] = node
                    self._note_methods(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._note_value(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._note_value(name, value)

    def _note_methods(self, node: ast.ClassDef) -> None:
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                self.methods.setdefault(one.name, []).append(one)

    def _note_value(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.Lambda):
            self.bodies[name] = value
        elif isinstance(value, ast.Name) and value.id in self.bodies:
            self.bodies[name] = self.bodies[value.id]
            if value.id in self._new_classes:
                self._new_classes[name] = self._new_classes[value.id]
        elif isinstance(value, _FIXED):
            self._fixed.add(name)
        elif isinstance(value, ast.Call) and origin_of(value.func, self.origins) in SEEDED:
            self.generators.add(name)
        elif origin := origin_of(value, self.origins):
            self.origins[name] = origin  # `opts = pd.options`, `logger = logging.getLogger()`

    def reached(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names, and all names whose objects may be among theirs."""
        found: set[str] = set()
        agenda = list(names)
        while agenda:
            name = agenda.pop()
            if name not in found and name not in self._fixed and name not in self.origins:
                found.add(name)
                agenda.extend(self._sources.get(name, ()))
        return frozenset(found)


def layered(origins: Mapping[str, str], added: Mapping[str, str]) -> Mapping[str, str]:
    """Return origins with more of them, which count first. Nothing is copied, so it costs the same in any notebook."""
    return ChainMap({**added}, origins) if added else origins  # type: ignore[arg-type]  # nothing writes to it


def origin_of(node: ast.expr, origins: Mapping[str, str]) -> str:
    """Return the dotted origin of an object that attributes, items or getters reach from an import, such as
    `os.environ`.

    Return "" for anything else.
    """
    match node:
        case ast.Name(id=name):
            return origins.get(name, "")
        case ast.Attribute(value=inner, attr=attr):
            outer = origin_of(inner, origins)
            return outer and f"{outer}.{attr}"
        case ast.Subscript(value=inner):
            outer = origin_of(inner, origins)
            return outer and f"{outer}.[]"
        case ast.Call(func=func):
            outer = origin_of(func, origins)
            return outer if starts_getter(outer) else called_origin(node)
        case _:
            return ""


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that a statement executes itself, without code that runs when its functions are called."""
    agenda = [node]
    while agenda:
        inner = agenda.pop()
        yield inner
        agenda.extend(reversed([*_executed_children(inner)]))


def _executed_children(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = (one for one in (*node.args.defaults, *node.args.kw_defaults) if one is not None)
            return (*node.decorator_list, *defaults)
        case ast.ClassDef():
            return (*node.decorator_list, *node.body)
        case ast.Lambda():
            return ()
        case ast.AnnAssign():
            return (node.target, *([node.value] if node.value else []))
        case _:
            return children(node)


def body_of(body: DefinitionNode) -> list[ast.AST]:
    """Return every node of a function, including those of inner functions."""
    parts: list[ast.AST] = [body.body] if isinstance(body, ast.Lambda) else [*body.body]
    return [inner for part in parts for inner in every_node(part)]


def called(node: ast.expr) -> ast.expr:
    """Return the function at the start of `f(…)(…)`."""
    while isinstance(node, ast.Call):
        node = node.func
    return node


def imports_of(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Map each name that imports among the nodes bind to its origin."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign):
            found |= origins_of(node)
    return found


def locals_of(body: DefinitionNode, nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the local names of a function."""
    nodes = list(nodes)
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    outside = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    arguments = {name for node in (body, *nodes) if isinstance(node, FUNCTIONS) for name in arguments_of(node)}
    return frozenset((stored | arguments) - outside)


def aliases_of(nodes: Iterable[ast.AST], origins: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Map names that are bound inside a statement to the names that they may stand for."""
    found: dict[str, frozenset[str]] = {}
    for target, value in (pair for node in nodes for pair in _bindings(node)):
        shared = shared_by(value, found, origins)
        for part in every_node(target):
            if isinstance(part, ast.Name):
                found[part.id] = found.get(part.id, frozenset()) | shared
    return found


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case ast.comprehension(target=target, iter=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            yield target, value
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets if isinstance(target, ast.Name | ast.Tuple))


def shared_by(node: ast.expr | None, aliases: Aliases, origins: Mapping[str, str] = _NO_ORIGINS) -> frozenset[str]:
    """Return the names whose objects may be part of the value of an expression, if its text shows it.

    What an operator or a function of a library returns is taken for new: no object of a name in `origins` is a part of
    it, unless the function is a getter.
    """
    match node:
        case ast.Name(id=name):
            return frozenset({name}) | aliases.get(name, frozenset())
        case ast.Call(func=func, args=args, keywords=keywords):
            receiver = [func.value] if isinstance(func, ast.Attribute) else []
            found = _all_shared([*args, *(keyword.value for keyword in keywords), *receiver], aliases, origins)
            return found - origins.keys() if _root(func) in origins and not origin_of(node, origins) else found
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Starred(value=inner):
            return shared_by(inner, aliases, origins)
        case ast.Constant() | ast.JoinedStr() | ast.Lambda() | ast.Compare() | None:
            return frozenset()
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return _all_shared([*values, *(loop.iter for loop in node.generators)], aliases, origins)
        case _:
            found = _all_shared((one for one in children(node) if isinstance(one, ast.expr)), aliases, origins)
            return found - origins.keys() if isinstance(node, ast.BinOp | ast.UnaryOp) else found


def _all_shared(nodes: Iterable[ast.expr], aliases: Aliases, origins: Mapping[str, str]) -> frozenset[str]:
    return frozenset().union(*(shared_by(node, aliases, origins) for node in nodes))


def _root(node: ast.expr) -> str:
    """Return the name at the start of `a.b(…)[c].d`, "" if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
