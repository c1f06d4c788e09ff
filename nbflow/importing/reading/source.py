"""Reads the text of a FlowSpec script: its one class, and what is around and inside it. Nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nbflow.flow.flowspec.class_rules import check_script
from nbflow.flow.flowspec.classes import Method, Script, is_main_guard, methods_of
from nbflow.flow.flowspec.links import Outline, outline
from nbflow.flow.names.code import parse
from nbflow.flow.names.purity import origins_of
from nbflow.flow.source.encoding import decode_source
from nbflow.flow.source.lines import lines_of
from nbflow.importing.reading.decorator_facts import Decoration, decorator_name, fix_for, is_step, read_decorators
from nbflow.importing.reading.parameter_calls import is_parameter
from nbflow.importing.refusals import CannotCarryOver, NotAScript, Obstacle, ObstacleFound
from nbflow.notebook.read import is_notebook
from nbflow.store.regular_file import read_regular


@dataclass(frozen=True)
class Source:
    """Holds a script with one flow whose steps and transitions make sense."""

    path: Path
    text: str
    tree: ast.Module
    flow: ast.ClassDef
    methods: Mapping[str, Method]
    decorations: Mapping[str, Decoration]

    @property
    def script(self) -> Script:
        return Script(self.flow.name, self.path.name, self.methods)

    @cached_property
    def outline(self) -> Outline:
        return outline(self.script.steps)

    @cached_property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    @property
    def steps(self) -> dict[str, Method]:
        return self.script.steps

    @property
    def others(self) -> dict[str, Method]:
        """Return its methods that are not steps."""
        return {name: method for name, method in self.methods.items() if not method.is_step}

    @property
    def parameters(self) -> Iterator[ast.Assign]:
        return (node for node in self.flow.body if is_parameter(node) and isinstance(node, ast.Assign))

    @property
    def constants(self) -> Iterator[ast.stmt]:
        """Yield the statements of the class that are neither parameters nor methods nor its docstring."""
        for node in self.flow.body:
            if not (isinstance(node, ast.FunctionDef | ast.Pass) or is_parameter(node) or _says_nothing(node)):
                yield node

    @property
    def module(self) -> Iterator[ast.stmt]:
        """Yield the statements around the class, without the docstring and the call that runs the flow."""
        for node in self.tree.body:
            if node is not self.flow and not is_main_guard(node) and not _says_nothing(node):
                yield node


def assigned_constants(source: Source) -> dict[str, ast.expr]:
    """Return the expressions that are assigned to constants of the module and of the class."""
    found: dict[str, ast.expr] = {}
    for node in (*source.module, *source.constants):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def functions_in(source: Source) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in source.module if isinstance(node, ast.FunctionDef)}


def origins_in(source: Source) -> dict[str, str]:
    """Return where the names that the module imports come from."""
    return {name: origin for node in source.module for name, origin in origins_of(node).items()}


def _says_nothing(node: ast.stmt) -> bool:
    """Tell whether a statement has no effect: a text, or an annotation without a value."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or (isinstance(node, ast.AnnAssign) and node.value is None)


def read_source(path: Path) -> Source:
    """Return a script. Raises NotAScript, or CannotCarryOver for a flow that could not run as a script either."""
    text = text_of_node(path)
    if is_notebook(path, text):
        raise NotAScript(path, "it is a notebook already", "to make a script of it, use  nbflow export")
    try:
        tree = parse(text)
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else "its text"
        raise NotAScript(path, f"{where} is not valid Python ({_reason(error)})", "correct it first") from None
    source = _read(path, text, tree, _flow_class(path, tree))
    if any(line.startswith("\t") for line in source.lines[source.flow.lineno - 1 : source.flow.end_lineno]):
        raise NotAScript(path, "it is indented with tabs", "use spaces;  ruff format  replaces the tabs")
    problems = [one for one in check_script(source.script) if not one.warning]
    if problems:
        found = [Obstacle(one.place.line if one.place else 0, one.message, one.fix) for one in problems]
        raise CannotCarryOver(path, found)
    return source


def _reason(error: SyntaxError | ValueError) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error)


def text_of_node(path: Path) -> str:
    try:
        return decode_source(read_regular(path))
    except FileNotFoundError:
        raise NotAScript(path, "there is no such file", "check the path") from None
    except IsADirectoryError:
        raise NotAScript(path, "it is a folder", "give the path of a .py file") from None
    except UnicodeError:
        raise NotAScript(path, "it is not text", "give the path of a .py file") from None
    except OSError as error:
        raise NotAScript(path, f"it cannot be read ({error.strerror})", "check its permissions") from None


def _flow_class(path: Path, tree: ast.Module) -> ast.ClassDef:
    flows = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_flow(node)]
    match flows:
        case []:
            raise NotAScript(path, "no class in it has steps", "write  class NAME(FlowSpec)  with methods below @step")
        case [flow]:
            _refuse_other_bases(path, flow)
            return flow
        case _:
            listed = ", ".join(f"{flow.name} (line {flow.lineno})" for flow in flows)
            raise NotAScript(path, f"it has several flows: {listed}", "put each of them into a file of its own")


def _is_flow(node: ast.ClassDef) -> bool:
    return any(_last_word(base) == "FlowSpec" for base in node.bases) or any(
        isinstance(inner, ast.FunctionDef) and is_step(inner) for inner in node.body
    )


def _last_word(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _refuse_other_bases(path: Path, flow: ast.ClassDef) -> None:
    """Raise CannotCarryOver for a flow with other base classes or class decorators: a notebook has no such classes."""
    for base in flow.bases:
        if _last_word(base) != "FlowSpec":
            fix = f"Write the content of {_last_word(base)} into {flow.name} itself"
            message = f"class {flow.name} inherits from {ast.unparse(base)}"
            raise CannotCarryOver(path, [Obstacle(flow.lineno, message, fix)])
    for decorator in flow.decorator_list:
        if decorator_name(decorator) != "project":
            message = f"@{decorator_name(decorator)} of class {flow.name} has no counterpart in a notebook"
            raise CannotCarryOver(path, [Obstacle(decorator.lineno, message, fix_for(decorator_name(decorator)))])


def _read(path: Path, text: str, tree: ast.Module, flow: ast.ClassDef) -> Source:
    methods = methods_of(flow, path.name)
    decorations: dict[str, Decoration] = {}
    obstacles: list[Obstacle] = []
    for name, method in methods.items():
        if is_step(method.tree):
            methods[name] = replace(method, is_step=True)
            try:
                decorations[name] = found = read_decorators(method.tree)
                methods[name] = replace(method, is_step=True, is_start=found.is_start, is_end=found.is_end)
            except ObstacleFound as error:
                obstacles.append(error.obstacle)
    if obstacles:
        raise CannotCarryOver(path, obstacles)
    return Source(path, text, tree, flow, methods, decorations)
