"""Writes the body of a cell as the body of a method: unchanged, except that its last value is displayed by a call."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from nbflow.flow.flowspec.classes import is_transition
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.scope import MUTATORS, NameScope, appends_to_card, mutated_by
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import StepSpec

_SILENT = frozenset({"print", "show", "close", "savefig", "tight_layout", "write", "writelines", "seed", "shuffle"})


@dataclass(frozen=True, slots=True)
class WrittenBody:
    """Holds a body, and what it needs to show what the cell shows."""

    text: str
    displays: bool
    draws: bool


def write_method_body(step: StepSpec, graph: Graph) -> WrittenBody:
    tree = parse(step.source.body)
    draws = _draws(step, graph)
    text = _without_transition(step.source.body, tree) if step.metaflow else step.source.body
    shown = None if _ends_in_transition(tree) else _shown(parse(text), text, draws, graph)
    text = _displayed(text, shown) if shown is not None else text
    closure = graph.closure(step.name)
    asks = "display" in step.names.mentions | step.names.reads or any("display" in one.reads for one in closure)
    return WrittenBody(text.strip("\n").rstrip(), shown is not None or asks or draws, draws)


def _draws(step: StepSpec, graph: Graph) -> bool:
    """Tell whether it may leave figures open, which a notebook shows at the end of the cell."""
    closure = graph.prelude_of(step.name).closure(graph.links[step.name].prelude & step.names.mentions)
    modules = step.source.modules.union(*(definition.modules for definition in closure))
    return any(module.split(".")[0] in ("matplotlib", "seaborn") for module in modules)


def _ends_in_transition(tree: ast.Module) -> bool:
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.Expr) and is_transition(last.value)


def _shown(tree: ast.Module, text: str, draws: bool, graph: Graph) -> ast.Expr | None:
    """Return the last expression if a notebook would show its value; else None."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _is_silent(last.value, draws, graph):
        return None
    behind = lines_of(text)[(last.end_lineno or 1) - 1].encode()[last.end_col_offset or 0 :].decode()
    return None if behind.lstrip().startswith(";") else last


def _is_silent(node: ast.expr, draws: bool, graph: Graph) -> bool:
    """Tell whether nothing needs to be shown: the call returns None, or it draws, and its figure is shown."""
    if isinstance(node, ast.Constant) and node.value in (None, ...):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    changes = mutated_by(node) is not None and name in MUTATORS - {"fit", "partial_fit", "pop", "setdefault"}
    own = isinstance(node.func, ast.Name) and _gives_nothing(name, graph)
    return name in _SILENT | {"display"} or changes or draws or own or appends_to_card(node)


def _gives_nothing(name: str, graph: Graph) -> bool:
    """Tell whether a function of the notebook returns no value."""
    for definition in graph.prelude.definitions:
        if definition.kind == "function" and name in definition.names:
            nodes = list(every_node(parse(definition.source)))
            gives = any((isinstance(n, ast.Return) and n.value) or isinstance(n, _ELSE) for n in nodes)
            return not gives
    return False


_ELSE = (ast.Yield, ast.YieldFrom, ast.AsyncFunctionDef)


def _displayed(text: str, shown: ast.Expr) -> str:
    lines = [line.encode() for line in lines_of(text)]
    first, last = shown.lineno - 1, (shown.end_lineno or shown.lineno) - 1
    is_bare = isinstance(shown.value, ast.Tuple) and shown.value.col_offset == shown.value.elts[0].col_offset
    before, after = (b"display((", b"))") if is_bare else (b"display(", b")")
    end = shown.end_col_offset or 0
    lines[last] = lines[last][:end] + after + lines[last][end:]
    lines[first] = lines[first][: shown.col_offset] + before + lines[first][shown.col_offset :]
    return b"\n".join(lines).decode()


def _without_transition(text: str, tree: ast.Module) -> str:
    """Return the body without its own transition; a transition inside a block becomes `pass`."""
    lines = [line.encode() for line in lines_of(text)]
    for node in every_node(tree):
        if isinstance(node, ast.Expr) and is_transition(node.value):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            left = b"" if node in tree.body else b"pass"
            head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
            lines[first : last + 1] = [head + left + tail] + [b""] * (last - first)
    return b"\n".join(lines).decode()


def sent_out(step: StepSpec) -> frozenset[str]:
    """Return the names that inner functions assign through `global`: the body itself then means those."""
    return frozenset(NameScope.of(parse(step.source.body).body).sent_out)
