"""Represents FlowSpec classes as they are written: their step methods, and the `self.next(…)` at the end of each."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.flow.source.cell import Place
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Prelude
from nbflow.flow.syntax.specs import Next, NextKind, Options, ParameterSpec

_FORMS = (
    "Write self.next(self.a), self.next(self.a, self.b), self.next(self.a, foreach='items') "
    "or self.next({'x': self.a, 'y': self.b}, condition='kind')"
)

ITEMS = "_foreach_items"
"""The artifact that holds the list of a foreach whose name is known only when the step runs: `foreach=NAME`."""


@dataclass(frozen=True, slots=True)
class Method:
    """Represents one method of a FlowSpec class, and what the decorators of a step method say."""

    name: str
    place: Place
    tree: ast.FunctionDef
    is_step: bool = False
    is_start: bool = False  # `@step(start=True)`
    is_end: bool = False
    options: Options = field(default_factory=Options)
    catch: bool = False
    meaning: str = ""  # what its decorators say that changes its results
    uses: frozenset[str] = frozenset()  # names that the script's own decorators use

    @property
    def arguments(self) -> int:
        """Return the number of arguments, including `self`."""
        spec = self.tree.args
        return len(spec.posonlyargs) + len(spec.args)

    @property
    def is_join(self) -> bool:
        """Return whether the step joins branches or tasks."""
        return self.arguments > 1

    @property
    def doc(self) -> str:
        """Return the docstring of the method."""
        return ast.get_docstring(self.tree) or ""


@dataclass(frozen=True)
class Script:
    """Represents a FlowSpec class.

    `methods` are all methods, including inherited ones. `constants` maps class attributes to digests, `sources` maps
    files to their text.
    """

    name: str
    document: str
    methods: Mapping[str, Method]
    parameters: tuple[ParameterSpec, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    prelude: Prelude = field(default_factory=Prelude)
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)  # file -> text

    @property
    def steps(self) -> dict[str, Method]:
        """Return the methods that are steps, by name."""
        return {name: method for name, method in self.methods.items() if method.is_step}

    @property
    def start(self) -> str | None:
        """Return the name of the start step, or None."""
        return self._terminal("start", [name for name, method in self.steps.items() if method.is_start])

    @property
    def end(self) -> str | None:
        """Return the name of the end step, or None."""
        return self._terminal("end", [name for name, method in self.steps.items() if method.is_end])

    def _terminal(self, usual: str, annotated: Sequence[str]) -> str | None:
        """Return the step that is annotated, else the one with the usual name. A single step is both start and end."""
        if annotated:
            return annotated[0]
        steps = self.steps
        if usual in steps:
            return usual
        return next(iter(steps)) if len(steps) == 1 else None


@dataclass(frozen=True, slots=True)
class Tail:
    """Says how a step method ends. `next` is None for an end, and for a transition that is not valid."""

    is_next: bool = False
    next: Next | None = None
    wrong: str = ""  # why its `self.next(…)` is not valid


def tail_of(method: Method) -> Tail:
    """Read the last statement of a method, which alone decides where a step leads."""
    last = method.tree.body[-1] if method.tree.body else None
    if not isinstance(last, ast.Expr) or not is_transition(last.value):
        return Tail()
    assert isinstance(last.value, ast.Call)
    try:
        return Tail(True, _read(last.value))
    except ValueError as error:
        return Tail(True, None, str(error))


def is_transition(node: ast.AST) -> bool:
    """Return whether a node is a call of `self.next`."""
    return isinstance(node, ast.Call) and _is_self(node.func, "next")


def _is_self(node: ast.expr, attribute: str | None = None) -> bool:
    """Return whether a node is `self.ATTRIBUTE`, or any attribute of self."""
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return named and (attribute is None or getattr(node, "attr", None) == attribute)


def _read(call: ast.Call) -> Next:
    keywords = {keyword.arg or "**": keyword.value for keyword in call.keywords}
    unknown = sorted(keywords.keys() - {"foreach", "condition", "num_parallel"})
    if unknown:
        raise ValueError(f"self.next takes no '{unknown[0]}'. {_FORMS}")
    if "num_parallel" in keywords:
        raise ValueError("num_parallel= needs several machines, which nbflow has not. Use foreach= with a list")
    match call.args, keywords:
        case [ast.Dict() as cases], {"condition": ast.Constant(value=str() as condition), **rest} if not rest:
            return _read_switch(cases, condition)
        case [ast.Dict()], _ if "condition" not in keywords:
            raise ValueError("a switch needs condition=. Write condition='NAME' with the name of an artifact")
        case [target], {"foreach": ast.Constant(value=str() as name), **rest} if not rest and name.isidentifier():
            return Next(NextKind.FOREACH, (_target(target),), foreach=name)
        case [target], {"foreach": name, **rest} if not rest and not isinstance(name, ast.Constant):
            return Next(NextKind.FOREACH, (_target(target),), foreach=ITEMS)
        case [_], {"foreach": _, **rest} if not rest:
            raise ValueError("foreach= must be the name of an artifact as a text. Write foreach='items'")
        case [target], {**rest} if not rest:
            return Next(NextKind.LINEAR, (_target(target),))
        case [_, _, *_] as targets, {**rest} if not rest:
            return Next(NextKind.BRANCH, tuple(_target(target) for target in targets))
        case _:
            raise ValueError(f"'{ast.unparse(call)}' is not a transition. {_FORMS}")


def _target(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and _is_self(node):
        return node.attr
    raise ValueError(f"self.next cannot go to '{ast.unparse(node)}'. {_FORMS}")


def _read_switch(cases: ast.Dict, condition: str) -> Next:
    found: list[tuple[object, str]] = []
    for key, value in zip(cases.keys, cases.values, strict=True):
        if not isinstance(key, ast.Constant):
            raise ValueError("a case of self.next is not a text, number or bool. Write its value")
        found.append((key.value, _target(value)))
    targets = tuple(dict.fromkeys(target for _, target in found))
    return Next(NextKind.SWITCH, targets, condition=condition, cases=tuple(found))


def transitions_elsewhere(method: Method) -> Iterator[ast.Call]:
    """Yield calls of `self.next` that are not the last statement."""
    last = method.tree.body[-1] if method.tree.body else None
    own = last.value if isinstance(last, ast.Expr) else None
    for node in every_node(method.tree):
        if isinstance(node, ast.Call) and is_transition(node) and node is not own:
            yield node


# classes


def methods_of(tree: ast.ClassDef, document: str) -> dict[str, Method]:
    """Return every method that the body of one class defines, as plain methods."""
    return {
        node.name: Method(node.name, Place(document, 0, node.lineno), node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def class_named(tree: ast.Module, name: str, line: int) -> ast.ClassDef | None:
    """Return the class with this name; of several, the one whose header is nearest to the line."""
    found = [node for node in every_node(tree) if isinstance(node, ast.ClassDef) and node.name == name]
    return min(found, key=lambda node: abs(node.lineno - line), default=None)


def is_main_guard(node: ast.stmt) -> bool:
    """Return whether a node is `if __name__ == "__main__":`, which is true in the process started by the user, not in
    workers.
    """
    return isinstance(node, ast.If) and "__name__" in {n.id for n in every_node(node.test) if isinstance(n, ast.Name)}
