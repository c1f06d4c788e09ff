"""Turns methods of a flow that are not steps into functions of the notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbflow.export.text_layout import dedent
from nbflow.flow.flowspec.classes import Method
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.trees import every_node
from nbflow.importing.reading.decorator_facts import decorator_name
from nbflow.importing.reading.definitions import Chunk, chunk_of
from nbflow.importing.reading.methods import MACHINERY, bare_names, self_attributes
from nbflow.importing.reading.source import Source
from nbflow.importing.refusals import ObstacleFound
from nbflow.importing.words import Unsure, Words, replace_words


@dataclass(frozen=True)
class Function:
    """Holds a method that becomes a function. `call` is what replaces `self.NAME`."""

    name: str
    chunk: Chunk
    attributes: frozenset[str]
    call: str


def read_functions(source: Source) -> dict[str, Function]:
    return {name: _read_function(source, method) for name, method in source.others.items()}


def _read_function(source: Source, method: Method) -> Function:
    tree, words = method.tree, {decorator_name(one) for one in method.tree.decorator_list}
    if words - {"staticmethod", "classmethod", "property"} or method.name.startswith("__"):
        what = f"@{ast.unparse(tree.decorator_list[0])}" if tree.decorator_list else method.name
        raise ObstacleFound(
            tree.lineno, f"method '{method.name}' ({what}) has no counterpart", "Make it a plain function"
        )
    owner = "" if "staticmethod" in words or not tree.args.args else tree.args.args[0].arg
    _refuse_function(method, owner)
    text = dedent("\n".join(source.lines[tree.lineno - 1 : tree.end_lineno]), tree.col_offset)
    if owner:
        text = re.sub(rf"(def\s+\w+\s*\(\s*){owner}\b[^,)]*(?:,\s*)?", r"\1", text, count=1)
        text = re.sub(rf"\b{owner}\.", "self.", text) if owner != "self" else text
    node = parse(text).body[0]
    call = f"{method.name}()" if "property" in words else method.name
    return Function(method.name, chunk_of(node, text, tree.lineno), self_attributes(node), call)


def _refuse_function(method: Method, owner: str) -> None:
    for node in every_node(method.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store() | ast.Del()) if name == owner:
                fix = "Let it return the value, and assign it in the step"
                raise ObstacleFound(
                    node.lineno, f"method '{method.name}' sets self.{attr}, which is impossible in a function", fix
                )
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == owner and attr in MACHINERY:
                fix = "Give it to the method as an argument"
                raise ObstacleFound(
                    node.lineno, f"method '{method.name}' uses self.{attr}, which a function does not have", fix
                )
    for node in bare_names(method.tree, owner):
        raise ObstacleFound(
            node.lineno, f"method '{method.name}' passes {owner} to other code", "Pass the values that it needs"
        )


def function_reads(functions: Mapping[str, Function], artifacts: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the artifacts that each function reads, also through the others."""
    found: dict[str, frozenset[str]] = {}
    for name in functions:
        reached, agenda = set[str](), [name]
        while agenda:
            one = agenda.pop()
            if one not in reached:
                reached.add(one)
                agenda.extend(functions[one].attributes & functions.keys())
        found[name] = frozenset[str]().union(*(functions[one].attributes for one in reached)) & artifacts
    return found


def function_chunk(function: Function, attributes: Mapping[str, str]) -> Chunk:
    """Return the function, with plain names instead of attributes of `self`."""
    tree = parse(function.chunk.text)
    used = {attributes[name] for name in function.attributes if name in attributes}
    arguments = {node.arg for node in every_node(tree) if isinstance(node, ast.arg)}
    locals_ = {node.id for node in every_node(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    clash = sorted(arguments & used)
    if clash:
        fix = f"Rename the argument '{clash[0]}'"
        raise ObstacleFound(
            function.chunk.line, f"method '{function.name}' takes '{clash[0]}' and reads self.{clash[0]}", fix
        )
    try:
        text = replace_words(function.chunk.text, Words(attributes, {name: f"_{name}" for name in locals_ & used}))
    except Unsure:
        message = f"method '{function.name}' cannot be made a function"
        raise ObstacleFound(function.chunk.line, message, "Write it as a function of the module") from None
    names = names_of(parse(text))
    return replace(function.chunk, text=text, binds=names.bound, reads=names.free)
