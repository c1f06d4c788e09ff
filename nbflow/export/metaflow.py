"""Finds what a script for Metaflow cannot do: it pickles artifacts plainly and runs each task in its own process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbflow.export.plan.name_usage import Usage
from nbflow.export.plan.seeding import names_at_top
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.names.code import parse
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import children
from nbflow.flow.syntax.environment_braces import has_braces
from nbflow.flow.syntax.places import problem
from nbflow.flow.syntax.specs import StepSpec

_MAKING_CLASSES = frozenset({"namedtuple", "collections.namedtuple", "make_dataclass", "dataclasses.make_dataclass"})
_HOLDING = frozenset(
    {"partial", "functools.partial", "defaultdict", "collections.defaultdict", "dict", "list", "tuple"}
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def metaflow_refusals(usage: Usage) -> tuple[Problem, ...]:
    """Return what Metaflow would do differently from the notebook, or not at all."""
    return (*_code_in_artifacts(usage), *_changes_of_folder(usage), *_environments_of_items(usage))


def _environments_of_items(usage: Usage) -> Iterator[Problem]:
    """Yield steps whose packages depend on a value: Metaflow resolves those of a step once, before the run."""
    for step in usage.graph.steps.values():
        for word in filter(has_braces, step.options.env or ()):
            message = f"step '{step.name}' runs with '{word}', and Metaflow has the same packages for all its tasks"
            fix = "Write a step for each version, or export with --target nbflow"
            yield problem("environment", step, message, fix)


def _code_in_artifacts(usage: Usage) -> Iterator[Problem]:
    """Yield functions and classes in artifacts.

    Plain pickle stores them by reference, and cannot find those of a method.
    """
    for step in usage.graph.steps.values():
        made = _made_in(step) if not step.metaflow else {}
        for store in usage.stores(step):
            if store.name in made and store.name not in GENERATORS:
                message = (
                    f"step '{step.name}' passes on '{store.name}', which holds a function or class that it defines, "
                )
                message += "and Metaflow cannot store that"
                fix = "Define the function or class in an ordinary cell, or export with --target nbflow"
                place = replace(step.place, line=step.source.body_line + made[store.name] - 1)
                yield Problem("local-code", message, fix, place, step.name)


def _made_in(step: StepSpec) -> dict[str, int]:
    """Return the names that hold functions, classes or their objects made in the body, with their lines."""
    found: dict[str, int] = {}
    number = -1
    while number < len(found):
        number = len(found)
        for node in _statements(parse(step.source.body)):
            found |= {name: node.lineno for name in _bound_to_code(node, found) if name not in found}
    return found


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield every statement that the body itself executes."""
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
    """Tell whether a value certainly holds code of the body; the result of an unknown call does not count."""
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
    """Yield changes of the working folder: the process that makes one starts tasks that do not find the script."""
    graph = usage.graph
    for one in graph.prelude.closure(frozenset().union(*(names_at_top(graph, s) for s in graph.steps.values()))):
        if one.setting and "chdir" in one.source:
            message = "this also changes the folder of the process that starts the tasks, which Metaflow cannot do"
            fix = "Write it into the steps that need it, or export with --target nbflow"
            yield Problem("folder", message, fix, one.place)
