"""What a script for Metaflow cannot say: artifacts are pickled plainly there, and each task is a process of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbflow.export.plan.name_usage import Usage
from nbflow.export.plan.seeding import names_at_top
from nbflow.flow.effects.random_use import GENERATORS
from nbflow.flow.names.code import parse
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import children
from nbflow.flow.syntax.specs import StepSpec

_MAKING_CLASSES = frozenset({"namedtuple", "collections.namedtuple", "make_dataclass", "dataclasses.make_dataclass"})
_HOLDING = frozenset(
    {"partial", "functools.partial", "defaultdict", "collections.defaultdict", "dict", "list", "tuple"}
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def metaflow_refusals(usage: Usage) -> tuple[Problem, ...]:
    """Return what Metaflow could only do otherwise than the notebook, or not at all."""
    return (*_code_in_artifacts(usage), *_changes_of_folder(usage))


def _code_in_artifacts(usage: Usage) -> Iterator[Problem]:
    """Plain pickle stores functions and classes by reference, and those of a method nobody can find again."""
    for step in usage.graph.steps.values():
        made = _made_in(step) if not step.metaflow else {}
        for store in usage.stores(step):
            if store.name in made and store.name not in GENERATORS:
                message = (
                    f"step '{step.name}' hands on '{store.name}', which holds a function or class that it defines, "
                )
                message += "and Metaflow cannot store that"
                fix = "Define the function or class in an ordinary cell, or export with --target nbflow"
                place = replace(step.place, line=step.body_line + made[store.name] - 1)
                yield Problem("local-code", message, fix, place, step.name)


def _made_in(step: StepSpec) -> dict[str, int]:
    """The names that hold functions or classes of the body, or objects of such a class, each with its line."""
    found: dict[str, int] = {}
    number = -1
    while number < len(found):
        number = len(found)
        for node in _statements(parse(step.body)):
            found |= {name: node.lineno for name in _bound_to_code(node, found) if name not in found}
    return found


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """All that the body executes itself."""
    for child in children(node):
        if isinstance(child, ast.stmt):
            yield child
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(child, _DEFINITIONS):
            yield from _statements(child)


def _bound_to_code(node: ast.stmt, known: dict[str, int]) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets, value=value) if _holds_code(value, known):
            yield from (name.id for target in targets for name in _roots(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _holds_code(value, known):
            yield from (name.id for name in _roots(target))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "add"), args=[value])):
            yield from [name] if _holds_code(value, known) else []


def _roots(target: ast.expr) -> Iterator[ast.Name]:
    match target:
        case ast.Name():
            yield target
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _roots(part)
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Starred(value=inner):
            yield from _roots(inner)


def _holds_code(node: ast.expr, known: dict[str, int]) -> bool:
    """Whether its value certainly holds code of the body; what a call of something else returns nobody knows."""
    match node:
        case ast.Lambda():
            return True
        case ast.Name(id=name):
            return name in known
        case ast.Call(func=ast.Name(id=name)) if name in known and name[:1].isupper():
            return True  # an object of a class
        case ast.Call(func=func, args=arguments, keywords=keywords):
            called = ast.unparse(func)
            given = [*arguments, *(one.value for one in keywords)] if called in _HOLDING else []
            return called in _MAKING_CLASSES or any(_holds_code(one, known) for one in given)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            return any(_holds_code(part, known) for part in parts)
        case ast.ListComp(elt=inner) | ast.SetComp(elt=inner) | ast.DictComp(value=inner):
            return _holds_code(inner, known)
        case ast.IfExp(body=first, orelse=second):
            return _holds_code(first, known) or _holds_code(second, known)
        case _:
            return False


def _changes_of_folder(usage: Usage) -> Iterator[Problem]:
    """A process that has changed its folder starts tasks that do not find the script, or change it once more."""
    graph = usage.graph
    for one in graph.prelude.closure(frozenset().union(*(names_at_top(graph, s) for s in graph.steps.values()))):
        if one.setting and "chdir" in one.source:
            message = "this changes the folder of the process that starts the tasks as well, which Metaflow cannot"
            fix = "Write it into the steps that need it, or export with --target nbflow"
            yield Problem("folder", message, fix, one.place)
