"""Reads a FlowSpec class: the source files in which it is written, and the facts that its decorators have noted."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.flow.flowspec.classes import Method, Script, class_named, methods_of
from nbflow.flow.flowspec.reads import read_module
from nbflow.flow.names.code import code_digest, names_of, parse
from nbflow.flow.source.cell import Place
from nbflow.flow.source.encoding import decode_source
from nbflow.flow.syntax.specs import ParameterSpec as Declared
from nbflow.flow.syntax.specs import ParameterType
from nbflow.script.inputs.config import configs_of
from nbflow.script.inputs.configuring import seen_configs
from nbflow.script.inputs.parameter_types import JSONType
from nbflow.script.inputs.parameters import IncludeFile, Parameter, constants_of, parameters_of, script_file
from nbflow.script.language.decorators import STEP_DECORATORS
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.language.step_facts import DecoratorFacts, facts_of
from nbflow.script.preparing.cases import fill_in_cases
from nbflow.script.preparing.packages import step_environment

_TYPES = {int: ParameterType.INT, float: ParameterType.FLOAT, bool: ParameterType.BOOL, str: ParameterType.STR}


def read_script(cls: type[FlowSpec]) -> Script:
    """Return what the graph, the checks and the keys need to know of a flow class. Raises MetaflowException."""
    file = script_file(cls)
    methods = _methods(cls)
    _refuse_unreadable(cls, {name for name, one in methods.items() if one.is_step})
    return Script(
        cls.__name__,
        file.name,
        methods,
        parameters=(
            *(_declare(attribute, one, file.name) for attribute, one in parameters_of(cls).items()),
            *(
                Declared(attribute, ParameterType.DICT, None, one._spec.help)
                for attribute, one in configs_of(cls).items()
            ),
        ),
        constants=_digested_constants(cls),
        prelude=read_module(_text(file), file.name, [tree.lineno for tree in _flow_classes(file)]),
        sources={_file_of(base).name: _text(_file_of(base)) for base in _classes(cls)},
    )


def _methods(cls: type[FlowSpec]) -> dict[str, Method]:
    """Return the methods, inherited ones too. An overridden one is not a step; it has its class before its name."""
    methods: dict[str, Method] = {}
    owners: dict[str, str] = {}
    parsers, configs = _parser_names(cls), seen_configs(cls)
    for base in reversed(list(_classes(cls))):
        found = methods_of(_tree_of(base), _file_of(base).name)
        overridden = {
            f"{owners[name]}.{name}": replace(methods[name], is_step=False) for name in found if name in methods
        }
        methods |= {**{name: _with_facts(cls, one, parsers, configs) for name, one in found.items()}, **overridden}
        owners |= dict.fromkeys(found, base.__name__)
    return methods


def _digested_constants(cls: type[FlowSpec]) -> dict[str, str]:
    """Return digests of class constants and of files with a parser: the class decides what steps see of them."""
    known = {*constants_of(cls), *_parsed_files(cls)}
    return {name: code_digest([node]) for name, node in _assigned(cls).items() if name in known}


def _parsed_files(cls: type[FlowSpec]) -> list[str]:
    found = parameters_of(cls).items()
    return [name for name, one in found if isinstance(one, IncludeFile) and one.parser is not None]


def _parser_names(cls: type[FlowSpec]) -> frozenset[str]:
    """Return the names that the parsers of files use: their code decides what a step sees of a file."""
    assigned = _assigned(cls)
    return names_of([assigned[name] for name in _parsed_files(cls) if name in assigned]).free


def _classes(cls: type) -> Iterator[type]:
    """Yield the class and its base classes, without FlowSpec and object."""
    return (base for base in cls.__mro__ if base not in (FlowSpec, object))


def _file_of(cls: type) -> Path:
    return script_file(cls)


@cache
def _text(file: Path) -> str:
    return decode_source(file.read_bytes())


@cache
def _parsed(file: Path) -> ast.Module:
    return parse(_text(file))


def _tree_of(cls: type) -> ast.ClassDef:
    tree = class_named(_parsed(_file_of(cls)), cls.__name__, _line_of(cls))
    if tree is None:
        raise MetaflowException(
            f"class {cls.__name__} is not written in {_file_of(cls)}: write it there as a class statement"
        )
    return tree


def _line_of(cls: type) -> int:
    lines = [one.__code__.co_firstlineno for one in vars(cls).values() if inspect.isfunction(one)]
    return min(lines, default=1)


def _flow_classes(file: Path) -> Iterator[ast.ClassDef]:
    """Yield the classes at the top of a file that have steps; their methods are digested one by one."""
    for node in _parsed(file).body:
        if isinstance(node, ast.ClassDef) and any(_looks_like_step(inner) for inner in node.body):
            yield node


def _looks_like_step(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any("step" in ast.unparse(one) for one in node.decorator_list)


def _with_facts(cls: type, method: Method, parsers: frozenset[str], configs: Mapping[str, Any]) -> Method:
    facts = facts_of(getattr(cls, method.name, None))
    if facts is None:
        return method
    file = script_file(cls)
    asked = step_environment(cls, method.name, facts, _text(file), file.name)
    return replace(
        method, tree=fill_in_cases(method.tree, configs),
        uses=_used_by(method.tree, facts) | parsers, is_step=True, is_start=facts.is_start,
        is_end=facts.is_end, options=replace(facts.options, env=asked), catch=facts.catch, meaning=facts.meaning,
    )  # fmt: skip


def _used_by(tree: ast.FunctionDef, facts: DecoratorFacts) -> frozenset[str]:
    """Return the names that the script's own decorators above a step use: their code is part of the step."""
    if not facts.wrappers:
        return frozenset()
    return names_of([ast.Expr(one) for one in tree.decorator_list]).free - STEP_DECORATORS.keys() - {"step"}


def step_facts(cls: type, name: str) -> DecoratorFacts:
    """Return the facts of a step's decorators."""
    return facts_of(getattr(cls, name)) or DecoratorFacts()


def _refuse_unreadable(cls: type, steps: set[str]) -> None:
    """Refuse a step that code has put on the class: it has no source from which its transition can be read."""
    for name in dir(cls):
        if facts_of(getattr(cls, name, None)) and name not in steps:
            raise MetaflowException(
                f"step '{name}' of {cls.__name__} is not a method in its class statement: write it there"
            )


def _assigned(cls: type[FlowSpec]) -> dict[str, ast.stmt]:
    """Return the statements of the class and its base classes that assign attributes, by attribute."""
    found: dict[str, ast.stmt] = {}
    for node in (node for base in reversed(list(_classes(cls))) for node in _tree_of(base).body):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def _declare(attribute: str, parameter: Parameter, document: str) -> Declared:
    """Return the parameter in the words of the graph."""
    kind = _TYPES.get(parameter.type, ParameterType.DICT if parameter.type is JSONType else ParameterType.STR)
    kind = ParameterType.FILE if isinstance(parameter, IncludeFile) else kind
    default = None if callable(parameter.default) else parameter.default
    return Declared(attribute, kind, default, parameter.help, parameter.needs_value, True, (), Place(document, 0))


def alias_main(cls: type) -> str:
    """Return the name of the script's module; the main module gets it too, so that values of workers can be loaded."""
    if cls.__module__ != "__main__":
        return cls.__module__
    name = script_file(cls).stem
    sys.modules.setdefault(name, sys.modules["__main__"])
    return name
